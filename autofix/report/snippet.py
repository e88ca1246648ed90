"""The line of source a finding points at, with carets under its range.

It is given the text; it never reads a file. A line too long for the terminal is cut to a window around the carets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from autofix.patch.edits_to_text import line_starts
from autofix.records.locations import Range
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import ELLIPSIS, Cell, cells

MINIMAL_COLUMNS = 24


def source_line(text: str, number: int) -> str | None:
    """Return the line with this number, from 1, without its end; None when the text has no such line."""
    starts = line_starts(text)
    if not 1 <= number <= len(starts):
        return None
    end = starts[number] if number < len(starts) else len(text)
    return text[starts[number - 1] : end].rstrip("\r\n")


def snippet(text: str, place: Range, width: int) -> list[Line]:
    """Return two lines, source and carets; none when the range does not lie in the text."""
    source = source_line(text, place.start.line)
    if source is None:
        return []
    gutter = str(place.start.line)
    start = min(place.start.column, len(source))
    end = place.end.column if place.end.line == place.start.line else len(source.rstrip())
    shown, indent, carets = _window(
        cells(source), start, max(start, end), max(MINIMAL_COLUMNS, width - len(gutter) - 3)
    )
    return [
        line(Span(f"{gutter} | ", Style.GUTTER), shown),
        line(Span(f"{' ' * len(gutter)} | ", Style.GUTTER), " " * indent, Span("^" * carets, Style.ERROR)),
    ]


def _window(line_cells: list[Cell], start: int, end: int, width: int) -> tuple[str, int, int]:
    """Return the text of the cells that fit, the columns before the carets and the number of carets."""
    offsets = list(accumulate((cell.columns for cell in line_cells), initial=0))
    end = min(end, len(line_cells))
    first, last = 0, len(line_cells)
    if offsets[-1] > width:
        first, last = _cut(offsets, start, width)
    head = ELLIPSIS if first > 0 else ""
    tail = ELLIPSIS if last < len(line_cells) else ""
    shown = head + "".join(cell.text for cell in line_cells[first:last]) + tail
    return shown, len(head) + offsets[start] - offsets[first], max(1, offsets[min(end, last)] - offsets[start])


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
