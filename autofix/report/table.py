"""Lays rows out as a table that fits a terminal: columns by their content, shapes wrapped, names cut in the middle.

It knows nothing of traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import columns, cut_middle, wrapped

GAP = "  "
MARK = "> "
MINIMAL_SHAPE_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; ``scope`` is the module that it runs in, ``operations`` are the indices of those it stands
    for, which are ``times`` repeats of the same.
    """

    place: str
    layer: str
    operator: str
    shapes: str
    parameters: str
    failing: bool = False
    scope: str = ""
    operations: tuple[int, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class Widths:
    place: int
    layer: int
    operator: int
    shapes: int
    parameters: int


HEADINGS = Row("line", "layer", "operator", "shapes", "params")


def table(rows: list[Row], width: int) -> Iterator[Line]:
    """Yield the headings and one or more lines for each row."""
    widths = _widths([HEADINGS, *rows], width)
    for number, row in enumerate([HEADINGS, *rows]):
        style = Style.STRONG if number == 0 else Style.ERROR if row.failing else Style.PLAIN
        yield from (line(Span(text, style)) for text in _lines(row, widths))


def _widths(rows: list[Row], width: int) -> Widths:
    """Return natural widths where they fit; else names take at most a fifth of the terminal and shapes
    wrap in the rest.
    """
    place, layer, operator, shapes, parameters = (
        max(columns(cell) for cell in cells)
        for cells in zip(
            *((row.place, row.layer, row.operator, row.shapes, row.parameters) for row in rows), strict=True
        )
    )
    fixed = len(MARK) + 4 * len(GAP) + parameters
    if fixed + place + layer + operator + shapes > width:
        place, layer, operator = min(place, width // 5), min(layer, width // 5), min(operator, width // 6)
        shapes = min(shapes, max(MINIMAL_SHAPE_COLUMNS, width - fixed - place - layer - operator))
    return Widths(place, layer, operator, shapes, parameters)


def _lines(row: Row, widths: Widths) -> Iterator[str]:
    cells = (
        [_right(cut_middle(row.place, widths.place), widths.place)],
        [cut_middle(row.layer, widths.layer)],
        [cut_middle(row.operator, widths.operator)],
        wrapped(row.shapes, widths.shapes),
        [_right(row.parameters, widths.parameters)],
    )
    wide = (widths.place, widths.layer, widths.operator, widths.shapes, widths.parameters)
    for number, texts in enumerate(zip_longest(*cells, fillvalue="")):
        mark = MARK if row.failing and number == 0 else " " * len(MARK)
        yield mark + GAP.join(text + " " * (size - columns(text)) for text, size in zip(texts, wide, strict=True))


def _right(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
