"""Track the runs of one probe: which are in flight, finished or abandoned.

It keeps count for ``session`` and talks to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autofix.probe.main import wire


@dataclass(frozen=True)
class PendingRun:
    """A run that was sent to the probe, or waits for its turn."""

    request: wire.RunRequest
    reply_path: Path

    @property
    def done(self) -> bytes:
        """Return the line that the probe writes when the reply is there."""
        return wire.done(str(self.reply_path))


@dataclass
class RunTracker:
    """The runs of one probe, by the line that it writes when each is finished."""

    in_flight: dict[bytes, PendingRun] = field(default_factory=dict)
    finished: set[bytes] = field(default_factory=set)
    abandoned: dict[bytes, PendingRun] = field(default_factory=dict)

    def began(self, pending: PendingRun) -> None:
        self.in_flight[pending.done] = pending

    def knows(self, pending: PendingRun) -> bool:
        """Return whether the run was sent and its reply is not consumed yet."""
        return pending.done in self.in_flight or pending.done in self.finished

    def note(self, answer: bytes) -> bool:
        """Mark the run that ``answer`` reports as finished; return whether it reports one."""
        if answer not in self.in_flight:
            return False
        del self.in_flight[answer]
        self.finished.add(answer)
        return True

    def consume(self, pending: PendingRun) -> None:
        """Forget a finished run, whose reply is being read."""
        self.finished.remove(pending.done)

    def abandon(self, pending: PendingRun) -> None:
        """Note that nobody waits for this run any more."""
        if self.knows(pending):
            self.abandoned[pending.done] = pending

    def unwanted(self) -> Iterator[Path]:
        """Yield the replies of abandoned runs that have finished, each once."""
        for answer in self.finished & self.abandoned.keys():
            self.finished.remove(answer)
            yield self.abandoned.pop(answer).reply_path

    def clear(self) -> None:
        self.in_flight.clear()
        self.finished.clear()
        self.abandoned.clear()
