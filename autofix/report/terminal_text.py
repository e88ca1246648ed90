"""How characters stand on a terminal: what is shown for each, how many columns it takes, where lines wrap.

It decides nothing about colour, and no control character ever passes through it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

TAB_COLUMNS = 4
ELLIPSIS = "..."
MINIMAL_WRAP_COLUMNS = 16

# Control, format, surrogate, private and unassigned characters, line and paragraph separators: none may reach a
# terminal raw, for an escape sequence or a change of direction in a file could make the report show something else.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHAPE = re.compile(r"\([\d, ]*\)")
# An arrow with what it leads to, and the shape of that.
_LINK = re.compile(r"(?:->|-x) \S+(?: \([^ ]*\))?")
_LEFT_OUT = re.compile(r"\.\.\. \d+ more(?: \.\.\.)?")
_GLUE = "\0"


def visible(text: str) -> str:
    """Return the text on one line with every character that is not printed written as an escape."""
    return text if text.isascii() and text.isprintable() else "".join(map(_glyph, text))


def _glyph(character: str) -> str:
    return repr(character)[1:-1] if unicodedata.category(character) in _HIDDEN else character


class Cell(NamedTuple):
    """What is shown for one character of a line and how many columns that takes."""

    text: str
    columns: int


def cells(text: str) -> list[Cell]:
    """Return one cell per character; tabs become blanks up to the next tab stop, so that carets stand
    right everywhere.
    """
    shown: list[Cell] = []
    column = 0
    for character in text:
        cell = _tab(column) if character == "\t" else _cell(character)
        shown.append(cell)
        column += cell.columns
    return shown


def _tab(column: int) -> Cell:
    columns = TAB_COLUMNS - column % TAB_COLUMNS
    return Cell(" " * columns, columns)


def _cell(character: str) -> Cell:
    shown = _glyph(character)
    return Cell(shown, columns(shown))


def columns(text: str) -> int:
    """Return how many terminal columns a text of printed characters takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut_middle(text: str, width: int) -> str:
    """Return the text in at most ``width`` columns, with an ellipsis for what is left out of its middle."""
    if columns(text) <= width:
        return text
    room = max(0, width - len(ELLIPSIS))
    return _head(text, room - room // 2) + ELLIPSIS + _head(text[::-1], room // 2)[::-1]


def _head(text: str, width: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return text[:index]
    return text


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most ``width`` columns where that can be.

    ``-> conv (1, 16, 4, 4)`` and ``(1, 256)`` are not broken.
    """
    glued = text
    for whole in (_SHAPE, _LEFT_OUT, _LINK):
        glued = whole.sub(lambda match: match[0].replace(" ", _GLUE), glued)
    # A line that begins so is a command to the build servers that read what is printed.
    glued = glued.replace(" ::", f"{_GLUE}::")
    room = max(MINIMAL_WRAP_COLUMNS, width)
    lines: list[str] = []
    taken = room
    for word in glued.split(" "):
        needed = columns(word.replace(_GLUE, " "))
        if lines and taken + 1 + needed <= room:
            lines[-1] += f" {word}"
            taken += 1 + needed
        elif word or not lines:
            lines.append(word)
            taken = needed
    return [line.replace(_GLUE, " ").rstrip() for line in lines]


def limited(text: str, width: int, lines: int) -> list[str]:
    """Return the text wrapped, with an ellipsis at the end of the last line for what ``lines`` lines do not hold."""
    whole = wrapped(text, width)
    if len(whole) <= lines:
        return whole
    last = wrapped(" ".join(whole[lines - 1 :]), max(MINIMAL_WRAP_COLUMNS, width) - len(ELLIPSIS) - 1)[0]
    return [*whole[: lines - 1], f"{last.rstrip(',;:')} {ELLIPSIS}"]


def limited_items(items: Sequence[str], width: int, lines: int) -> list[str]:
    """Return the items parted by semicolons, the last of them left out that ``lines`` lines do not hold."""
    for count in range(len(items), 0, -1):
        packed = wrapped("; ".join((*items[:count], *([ELLIPSIS] if count < len(items) else []))), width)
        if len(packed) <= lines:
            return packed
    return limited(items[0] if items else "", width, lines)
