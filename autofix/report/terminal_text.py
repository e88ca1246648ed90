"""How characters stand on a terminal: what is shown for each, how many columns it takes, where lines wrap.

It decides nothing about colour, and no control character ever passes through it.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import NamedTuple

TAB_COLUMNS = 4
ELLIPSIS = "..."
MINIMAL_WRAP_COLUMNS = 16

# Control, format, surrogate, private and unassigned characters, line and paragraph separators: none may reach a
# terminal raw, for an escape sequence or a change of direction in a file could make the report show something else.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHAPE = re.compile(r"\([\d, ]*\)")
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
    made: list[Cell] = []
    column = 0
    for character in text:
        cell = _tab(column) if character == "\t" else _cell(character)
        made.append(cell)
        column += cell.columns
    return made


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
    kept = max(0, width - len(ELLIPSIS))
    return _head(text, kept - kept // 2) + ELLIPSIS + _head(text[::-1], kept // 2)[::-1]


def _head(text: str, width: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return text[:index]
    return text


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most ``width`` columns where that can be.

    ``-> conv`` and ``(1, 256)`` are not broken.
    """
    glued = _SHAPE.sub(lambda match: match[0].replace(" ", _GLUE), text).replace("-> ", f"->{_GLUE}")
    # A line that begins so is a command to the build servers that read what is printed.
    glued = glued.replace(" ::", f"{_GLUE}::")
    lines = textwrap.wrap(glued, max(MINIMAL_WRAP_COLUMNS, width), break_long_words=False, break_on_hyphens=False)
    return [line.replace(_GLUE, " ") for line in lines] or [""]
