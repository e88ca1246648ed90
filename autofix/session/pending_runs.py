"""The runs that were asked of one probe: which are under way, which are over, which nobody waits for any more.

It keeps the accounts for ``child`` and talks to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autofix.probe.main import wire


@dataclass(frozen=True)
class Asked:
    """A run that was begun, or waits for its turn."""

    request: wire.RunRequest
    reply_path: Path

    @property
    def done(self) -> bytes:
        """What the probe says when the reply is there."""
        return wire.done(str(self.reply_path))


@dataclass
class Accounts:
    """Of the runs of one probe, by what it says when each is over."""

    under_way: dict[bytes, Asked] = field(default_factory=dict)
    over: set[bytes] = field(default_factory=set)
    dropped: dict[bytes, Asked] = field(default_factory=dict)

    def began(self, asked: Asked) -> None:
        self.under_way[asked.done] = asked

    def knows(self, asked: Asked) -> bool:
        """Whether it was begun and its reply not yet taken."""
        return asked.done in self.under_way or asked.done in self.over

    def note(self, answer: bytes) -> bool:
        """A run is over; whether that is what the answer says."""
        if answer not in self.under_way:
            return False
        del self.under_way[answer]
        self.over.add(answer)
        return True

    def take(self, asked: Asked) -> None:
        """The reply of one that is over is being read."""
        self.over.remove(asked.done)

    def drop(self, asked: Asked) -> None:
        """Nobody waits for it any more."""
        if self.knows(asked):
            self.dropped[asked.done] = asked

    def unwanted(self) -> Iterator[Path]:
        """The replies that are there and that nobody waits for; each is named once."""
        for answer in self.over & self.dropped.keys():
            self.over.remove(answer)
            yield self.dropped.pop(answer).reply_path

    def clear(self) -> None:
        self.under_way.clear()
        self.over.clear()
        self.dropped.clear()
