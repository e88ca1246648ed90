"""Places in source text, texts, and edits of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: lines count from 1, columns from 0, both in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Half-open: ``end`` is the position after the last character."""

    start: Position
    end: Position

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def contains(self, other: Range) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Range) -> bool:
        """Return whether the two ranges cannot be edited independently.

        Two insertions at one place overlap, neighbours do not.
        """
        if self.is_empty and other.is_empty:
            return self.start == other.start
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Location:
    path: Path
    range: Range


@dataclass(frozen=True, slots=True)
class Frame:
    """One user frame of a stack: where it stood and, if it was recorded, the plain values of its names.

    ``environment`` indexes ``Trace.environments``, None when it was not recorded.
    """

    path: Path
    function: str
    range: Range
    environment: int | None = None

    @property
    def place(self) -> Location:
        """Where it stood, whatever function was called there and with which values."""
        return Location(self.path, self.range)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text in ``range`` of ``path``; an empty range inserts."""

    path: Path
    range: Range
    text: str


# Edited texts by path, in order of their paths.
Texts = tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one file of the project as it was analysed, and how its bytes are written."""

    path: Path
    text: str
    encoding: str = "utf-8"
    bom: bool = False
