"""Our positions and the editor's: lines from 1 or 0, columns in code points or in the units of the negotiated encoding.

Lines end at LF, CRLF or a lone CR, as for the protocol and for Python; nothing else ends one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from autofix.patch.edits_to_text import line_starts, position_at
from autofix.records.locations import Position


class Encoding(Enum):
    """What the editor counts columns in; the values are the protocol's names."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"

    def width(self, text: str) -> int:
        """Return how many units ``text`` takes."""
        if text.isascii() or self is Encoding.UTF_32:
            return len(text)
        if self is Encoding.UTF_8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def prefix(self, text: str, units: int) -> int:
        """Return how many characters of ``text`` lie before ``units``; inside a character counts as before it."""
        if text.isascii() or self is Encoding.UTF_32:
            return min(units, len(text))
        taken = 0
        for index, character in enumerate(text):
            taken += self.width(character)
            if taken > units:
                return index
        return len(text)


@dataclass(frozen=True)
class Lines:
    """The lines of one text."""

    text: str

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return line_starts(self.text)

    @property
    def count(self) -> int:
        """A text that ends with a line end has an empty last line."""
        return len(self.starts)

    def line(self, number: int) -> str:
        """Return a line counted from 1 without its end; empty where there is none."""
        if not 1 <= number <= self.count:
            return ""
        end = self.starts[number] if number < self.count else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def to_editor(self, position: Position, encoding: Encoding) -> tuple[int, int]:
        """Return line and column as the editor counts them."""
        return position.line - 1, encoding.width(self.line(position.line)[: position.column])

    def from_editor(self, line: int, column: int, encoding: Encoding) -> Position:
        """Return the position of a place in the editor's counting.

        A column past the end of its line is its end, a line past the end of the text the text's end.
        """
        if line >= self.count:
            return self.end
        return Position(line + 1, encoding.prefix(self.line(line + 1), max(0, column)))

    @property
    def end(self) -> Position:
        return position_at(self.starts, len(self.text))

    def offset(self, position: Position) -> int:
        return self.starts[position.line - 1] + position.column
