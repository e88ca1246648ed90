"""The runs that were pending of one probe: which are under way, which are over, which nobody waits for any more.

It keeps the accounts for ``child`` and talks to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autofix.probe.main import wire


@dataclass(frozen=True)
class PendingRun:
    """A run that was begun, or waits for its turn."""

    request: wire.RunRequest
    reply_path: Path

    @property
    def done(self) -> bytes:
        """What the probe says when the reply is there."""
        return wire.done(str(self.reply_path))


@dataclass
class RunTracker:
    """Of the runs of one probe, by what it says when each is over."""

    in_flight: dict[bytes, PendingRun] = field(default_factory=dict)
    finished: set[bytes] = field(default_factory=set)
    abandoned: dict[bytes, PendingRun] = field(default_factory=dict)

    def began(self, pending: PendingRun) -> None:
        self.in_flight[pending.done] = pending

    def knows(self, pending: PendingRun) -> bool:
        """Whether it was begun and its reply not yet taken."""
        return pending.done in self.in_flight or pending.done in self.finished

    def note(self, answer: bytes) -> bool:
        """A run is over; whether that is what the answer says."""
        if answer not in self.in_flight:
            return False
        del self.in_flight[answer]
        self.finished.add(answer)
        return True

    def consume(self, pending: PendingRun) -> None:
        """The reply of one that is over is being read."""
        self.finished.remove(pending.done)

    def abandon(self, pending: PendingRun) -> None:
        """Nobody waits for it any more."""
        if self.knows(pending):
            self.abandoned[pending.done] = pending

    def unwanted(self) -> Iterator[Path]:
        """The replies that are there and that nobody waits for; each is named once."""
        for answer in self.finished & self.abandoned.keys():
            self.finished.remove(answer)
            yield self.abandoned.pop(answer).reply_path

    def clear(self) -> None:
        self.in_flight.clear()
        self.finished.clear()
        self.abandoned.clear()
