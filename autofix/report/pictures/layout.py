"""Where everything of a picture stands: boxes below each other, what flows past others in lanes beside them.

Sizes stand right of the line that leads into a box and lanes left of it, so that no text meets a line or another text.
It counts in pixels and in columns of a monospaced font; it draws nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autofix.report.pictures.flow_graph import Box, Edge, FlowGraph, ModuleFrame
from autofix.report.terminal_text import columns, cut_middle, wrapped

COLUMN = 7.25  # The widest of the usual monospaced fonts, in their size of 12.
LINE = 17
MARGIN = 12
BOX, ARROW, HEADER, PADDING = 26, 12, 20, 8
NEST, LANE = 8, 12
SPINE = 22  # From the left edge of the boxes to the line that leads down.
LABEL = 10  # From that line to the sizes.
BEFORE_LABEL = 4  # Columns of a box that lie left of the sizes.
MOST_LANES, MOST_ENTRIES = 12, 5
LEAST_COLUMNS, MOST_COLUMNS = 42, 60


class Lane(NamedTuple):
    """The way past other boxes: at which x it leads down, and the y at which it leaves the box that it comes from."""

    x: int
    top: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A tensor on its way into a box: its size at ``y``. It comes along a lane, or straight from the box before;
    along no line where it comes from elsewhere.
    """

    text: str
    y: int
    lane: Lane | None = None
    is_straight: bool = False
    failing: bool = False


@dataclass(frozen=True, slots=True)
class PlacedBox:
    box: Box
    name: str
    kind: str
    words: tuple[str, ...]
    y: int
    height: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    name: str
    kind: str
    inset: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Placement:
    """All that is drawn; boxes begin at ``left`` and are ``box_width`` wide, frames are wider by what they hold."""

    width: int
    height: int
    left: int
    box_width: int
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]


def layout(graph: FlowGraph) -> Placement:
    """Return the places of all that is in a graph."""
    lanes = _lanes(graph)
    nesting = max((frame.depth + 1 for frame in graph.frames), default=0)
    beside = MARGIN + (max(lanes.values(), default=-1) + 1) * LANE
    lane_x = {source: beside - lane * LANE - LANE // 2 for source, lane in lanes.items()}
    wide = _columns(graph, lanes)
    boxes: list[PlacedBox] = []
    frames: list[PlacedFrame] = []
    tops: dict[ModuleFrame, int] = {}
    y = MARGIN
    for number in range(len(graph.boxes)):
        for frame in graph.frames:
            if frame.first == number:
                tops[frame] = y + PADDING
                y += PADDING + HEADER
        ways = {source: Lane(lane_x[source], boxes[source].y + BOX // 2) for source in lanes if source < number}
        boxes.append(_placed(graph, number, y, wide, ways))
        y = boxes[-1].y + boxes[-1].height
        for frame in reversed(graph.frames):
            if frame.last == number:
                y += PADDING
                inset = (nesting - frame.depth) * NEST
                kind = cut_middle(frame.kind, wide // 2)
                name = cut_middle(frame.name, wide - BEFORE_LABEL - columns(kind))
                frames.append(PlacedFrame(name, kind, inset, tops[frame], y - tops[frame]))
    box_width = round((wide + 2) * COLUMN)
    left = beside + nesting * NEST
    width = left + box_width + nesting * NEST + MARGIN
    return Placement(width, y + MARGIN, left, box_width, tuple(boxes), tuple(frames))


def _lanes(graph: FlowGraph) -> dict[int, int]:
    """Return the lane of each box from which something flows past others, the shortest ways innermost; ways that are
    too many have none.
    """
    ends: dict[int, int] = {}
    for edge in graph.edges:
        if edge.source is not None and edge.target != edge.source + 1:
            ends[edge.source] = max(edge.target, ends.get(edge.source, 0))
    taken: list[list[tuple[int, int]]] = [[] for _ in range(MOST_LANES)]
    lanes: dict[int, int] = {}
    for start, end in sorted(ends.items(), key=lambda way: (way[1] - way[0], way)):
        for lane, ways in enumerate(taken):
            if all(end <= other_start or other_end <= start for other_start, other_end in ways):
                ways.append((start, end))
                lanes[start] = lane
                break
    return lanes


def _columns(graph: FlowGraph, lanes: Mapping[int, int]) -> int:
    """Return how many columns of text a box holds."""
    needed = [columns(" ".join((box.name, box.kind, box.place))) + 3 for box in graph.boxes]
    needed += [columns(_text(graph, edge, lanes)) + BEFORE_LABEL for edge in graph.edges]
    needed += [columns(f"{frame.name} {frame.kind}") + BEFORE_LABEL for frame in graph.frames]
    return min(MOST_COLUMNS, max(LEAST_COLUMNS, *needed)) if needed else LEAST_COLUMNS


def _placed(graph: FlowGraph, number: int, y: int, wide: int, ways: Mapping[int, Lane]) -> PlacedBox:
    box, edges = graph.boxes[number], graph.into(number)
    entries: list[Entry] = []
    y += ARROW // 2 if edges else 0
    for edge in edges[:MOST_ENTRIES]:
        text = cut_middle(_text(graph, edge, ways), wide - BEFORE_LABEL)
        is_straight = edge.source == number - 1
        lane = None if is_straight or edge.source is None else ways.get(edge.source)
        entries.append(Entry(text, y + LINE // 2, lane, is_straight, edge.failing))
        y += LINE
    if len(edges) > MOST_ENTRIES:
        entries.append(Entry(f"and {len(edges) - MOST_ENTRIES} more", y + LINE // 2))
        y += LINE
    y += ARROW
    words = tuple(wrapped(graph.fault, wide)) if box.failing else ()
    kind = cut_middle(box.kind, wide // 3)
    name = cut_middle(box.name, wide - columns(kind) - columns(box.place) - 3)
    return PlacedBox(box, name, kind, words, y, BOX + LINE * len(words), tuple(entries))


def _text(graph: FlowGraph, edge: Edge, lanes: Collection[int]) -> str:
    """Return the size of a tensor, and its name where no line tells where it comes from."""
    name = edge.name
    if edge.source is not None and edge.source != edge.target - 1 and edge.source not in lanes:
        name = graph.boxes[edge.source].name
    return f"{name} {edge.shape}" if name else edge.shape
