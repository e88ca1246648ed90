"""A graph as SVG that needs nothing else: texts, boxes and lines in the colour of the text around the picture.

A fault is white on red, which can be read on a light and on a dark page. No script, no reference and no style of its
own stands in a figure, so that a page with a strict content policy can hold many of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from autofix.report.pictures.flow_graph import FlowGraph
from autofix.report.pictures.layout import (
    BOX,
    COLUMN,
    HEADER,
    LABEL,
    LINE,
    MARGIN,
    SPINE,
    Entry,
    PlacedBox,
    PlacedFrame,
    Placement,
    layout,
)
from autofix.report.terminal_text import visible, wrapped

SPACE = "http://www.w3.org/2000/svg"
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
RED = "#b3261e"
FAINT = 'fill-opacity=".65"'
_PLAIN_BOX = 'fill="currentColor" fill-opacity=".07" stroke="currentColor" stroke-opacity=".6"'
BASE = 4  # From the middle of a line of text to where its letters stand.
STYLE = (
    "svg { color: #1c1e22; background: #ffffff; } "
    "@media (prefers-color-scheme: dark) { svg { color: #e4e6eb; background: #16181d; } }"
)


def figure(graph: FlowGraph) -> str:
    """Return the picture as an element of an HTML page, which gives it its colours."""
    places = layout(graph)
    return "\n".join((_opening(places.width, places.height, _label(graph)), *_drawn(places), "</svg>"))


def document(graph: FlowGraph, title: str) -> str:
    """Return the picture as a file of its own, with a title above and what was counted below it, ended by LF."""
    places = layout(graph)
    wide = round((places.width - 2 * MARGIN) / COLUMN)
    above = wrapped(title, wide)
    fault = [] if any(box.failing for box in graph.boxes) else wrapped(graph.fault, wide)
    below = [*(text for text in fault if text), *wrapped(graph.total, wide)]
    top = MARGIN + LINE * len(above)
    height = top + places.height + LINE * len(below) + MARGIN
    lines = [
        _opening(places.width, height, _label(graph), f' xmlns="{SPACE}"'),
        f"<style>{STYLE}</style>",
        *_texts(above, MARGIN + LINE // 2, ' font-weight="bold"'),
        f'<g transform="translate(0 {top})">',
        *_drawn(places),
        "</g>",
        *_texts(below, top + places.height, f" {FAINT}"),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _label(graph: FlowGraph) -> str:
    return graph.fault or graph.total


def _opening(width: int, height: int, label: str, more: str = "") -> str:
    return (
        f'<svg{more} width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{_escaped(label)}" font-family="{FONT}" font-size="12" fill="currentColor">'
    )


def _escaped(text: str) -> str:
    return escape(visible(text))


def _texts(texts: list[str], y: int, style: str) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield _text(MARGIN, y + LINE * number, text, style)


def _text(x: int, y: int, text: str, style: str = "") -> str:
    return f'<text x="{x}" y="{y + BASE}"{style}>{_escaped(text)}</text>'


def _drawn(places: Placement) -> Iterator[str]:
    yield '<g fill="none" stroke="currentColor" stroke-opacity=".3">'
    yield from (_frame(places, frame) for frame in places.frames)
    yield "</g>"
    yield from (_frame_name(places, frame) for frame in places.frames)
    yield '<g fill="none" stroke="currentColor" stroke-opacity=".7">'
    lines = [line for box in places.boxes for line in _lines(places, box)]
    yield from (path for path, failing in lines if not failing)
    yield "</g>"
    yield f'<g class="fault" fill="none" stroke="{RED}" stroke-width="2.5">'
    yield from (path for path, failing in lines if failing)
    yield "</g>"
    for box in places.boxes:
        yield from _box(places, box)


def _frame(places: Placement, frame: PlacedFrame) -> str:
    x, width = places.left - frame.inset, places.box_width + 2 * frame.inset
    return f'<rect x="{x}" y="{frame.y}" width="{width}" height="{frame.height}" rx="6" stroke-dasharray="4 3"/>'


def _frame_name(places: Placement, frame: PlacedFrame) -> str:
    words = f"{_escaped(frame.name)} <tspan {FAINT}>{_escaped(frame.kind)}</tspan>"
    y = frame.y + HEADER // 2 + BASE
    return f'<text class="module" x="{places.left + SPINE + LABEL}" y="{y}" font-style="italic">{words}</text>'


def _lines(places: Placement, box: PlacedBox) -> Iterator[tuple[str, bool]]:
    """Yield the lines into a box, and whether each leads to the fault."""
    spine, top = places.left + SPINE, box.y - 1
    for entry in box.entries:
        if entry.lane is not None:
            x, start = entry.lane
            yield f'<path d="M{places.left} {start}H{x}V{entry.y}H{spine}V{top}"/>', entry.failing
        elif entry.is_straight:
            before = places.boxes[places.boxes.index(box) - 1]
            yield f'<path d="M{spine} {before.y + before.height}V{top}"/>', entry.failing
    ways = [entry.failing for entry in box.entries if entry.is_straight or entry.lane is not None]
    if ways:
        yield f'<path d="M{spine - 4} {top - 6}L{spine} {top}L{spine + 4} {top - 6}"/>', any(ways)


def _box(places: Placement, placed: PlacedBox) -> Iterator[str]:
    box, left, width = placed.box, places.left, places.box_width
    yield from (_entry(places, entry) for entry in placed.entries)
    yield '<g class="fault" fill="#fff">' if box.failing else '<g class="operation">'
    yield f"<title>{_escaped(box.words)}</title>"
    look = f'fill="{RED}"' if box.failing else _PLAIN_BOX
    yield f'<rect x="{left}" y="{placed.y}" width="{width}" height="{placed.height}" rx="5" {look}/>'
    kind = f' <tspan font-weight="normal" fill-opacity=".8">{_escaped(placed.kind)}</tspan>' if placed.kind else ""
    middle = placed.y + BOX // 2
    yield f'<text x="{left + 10}" y="{middle + BASE}" font-weight="bold">{_escaped(placed.name)}{kind}</text>'
    if box.place:
        yield _text(left + width - 8, middle, box.place, ' text-anchor="end" fill-opacity=".8"')
    yield from (_text(left + 10, middle + LINE * number, words) for number, words in enumerate(placed.words, 1))
    yield "</g>"


def _entry(places: Placement, entry: Entry) -> str:
    style = ' class="fault" font-weight="bold"' if entry.failing else ""
    return _text(places.left + SPINE + LABEL, entry.y, entry.text, style)
