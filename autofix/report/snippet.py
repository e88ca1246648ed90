"""Lines of source with a range of each marked, and a label beside the mark.

It is given the text; it never reads a file. A line too long for the terminal is cut to a window around the mark.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from autofix.patch.edits_to_text import line_starts
from autofix.records.locations import Range
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import ELLIPSIS, Cell, cells, columns, wrapped

MINIMAL_COLUMNS = 24
FAULT, SOURCE = "^", "-"


class Mark(NamedTuple):
    """A range of a text to be shown, the character under it (FAULT where it fails, SOURCE where that comes from) and
    what is said of it.
    """

    place: Range
    sign: str = FAULT
    label: str = ""


def source_line(text: str, number: int) -> str | None:
    """Return the line with this number, from 1, without its end; None when the text has no such line."""
    starts = line_starts(text)
    if not 1 <= number <= len(starts):
        return None
    end = starts[number] if number < len(starts) else len(text)
    return text[starts[number - 1] : end].rstrip("\r\n")


def snippet(text: str, marks: Sequence[Mark], width: int) -> list[Line]:
    """Return the marked lines in their order, each with its marks below, less the indentation that they share.

    A range that does not lie in the text is left out.
    """
    lines = {mark.place.start.line: source_line(text, mark.place.start.line) for mark in marks}
    shown = {number: source for number, source in sorted(lines.items()) if source is not None}
    if not shown:
        return []
    gutter = len(str(max(shown)))
    margin = min(_indentation(source) for source in shown.values())
    result: list[Line] = []
    for number, source in shown.items():
        own = [mark for mark in marks if mark.place.start.line == number]
        result += _marked(number, source, own, gutter, margin, width)
    return result


def window(text: str, column: int, width: int) -> str:
    """Return as much of a line as fits into ``width`` columns, around a column of it that must be seen."""
    line_cells = cells(text)
    offsets = list(accumulate((cell.columns for cell in line_cells), initial=0))
    room = max(MINIMAL_COLUMNS, width)
    first, last = (0, len(line_cells)) if offsets[-1] <= room else _cut(offsets, min(column, len(line_cells)), room)
    return _shown(line_cells, first, last)


def _shown(line_cells: list[Cell], first: int, last: int) -> str:
    head, tail = ELLIPSIS if first > 0 else "", ELLIPSIS if last < len(line_cells) else ""
    return head + "".join(cell.text for cell in line_cells[first:last]) + tail


def _indentation(source: str) -> int:
    """Return the number of blanks before the first character; a tab is kept, since its width depends on its place."""
    return len(source) - len(source.lstrip(" "))


def _marked(number: int, source: str, marks: list[Mark], gutter: int, margin: int, width: int) -> Iterator[Line]:
    """Yield a line with its number, then one line for each mark, the rightmost first."""
    line_cells = cells(source[margin:])
    room = max(MINIMAL_COLUMNS, width - gutter - len(" | "))
    empty = Span(f"{' ' * gutter} | ", Style.GUTTER)
    offsets = list(accumulate((cell.columns for cell in line_cells), initial=0))
    places = [_columns_of(mark.place, source, margin) for mark in marks]
    first, last = 0, len(line_cells)
    if offsets[-1] > room:
        first, last = _cut(offsets, min(start for start, _ in places), room)
    yield line(Span(f"{number:>{gutter}} | ", Style.GUTTER), _shown(line_cells, first, last))
    for mark, place in sorted(zip(marks, places, strict=True), key=lambda pair: -pair[1][0]):
        start, end = min(max(place[0], first), last), min(place[1], last)
        indent = (len(ELLIPSIS) if first > 0 else 0) + offsets[start] - offsets[first]
        under = Span(mark.sign * max(1, offsets[max(start, end)] - offsets[start]), _STYLES[mark.sign])
        if not mark.label:
            yield line(empty, " " * indent, under)
        elif indent + len(under.text) + 1 + columns(mark.label) <= room:
            yield line(empty, " " * indent, under, " ", Span(mark.label, _STYLES[mark.sign]))
        else:
            yield line(empty, " " * indent, under)
            texts = wrapped(mark.label, room)
            before = max(0, min(indent, room - max(map(columns, texts))))
            for words in texts:
                yield line(empty, " " * before, Span(words, _STYLES[mark.sign]))


_STYLES = {FAULT: Style.ERROR, SOURCE: Style.GUTTER}


def _columns_of(place: Range, source: str, margin: int) -> tuple[int, int]:
    """Return the first cell of a range and the one after its last; a range over lines is marked on its first."""
    start = min(place.start.column, len(source))
    end = place.end.column if place.end.line == place.start.line else len(source.rstrip())
    return max(0, start - margin), max(0, min(max(start, end), len(source)) - margin)


def _cut(offsets: list[int], start: int, width: int) -> tuple[int, int]:
    """Return the cells to keep: a third of the room before ``start``, and no room left empty at either
    end of the line.
    """
    room = width - 2 * len(ELLIPSIS)
    first = _first(offsets, start, room // 3)
    if first == 0:
        room = width - len(ELLIPSIS)
    last = bisect_right(offsets, offsets[first] + room) - 1
    if last >= len(offsets) - 1:
        last = len(offsets) - 1
        first = _first(offsets, last, width - len(ELLIPSIS))
    return first, max(last, start)


def _first(offsets: list[int], cell: int, room: int) -> int:
    """Return the earliest cell from which at most ``room`` columns lie before ``cell``."""
    return bisect_left(offsets, offsets[cell] - room, 0, cell)
