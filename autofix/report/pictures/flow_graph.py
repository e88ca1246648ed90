"""The flow of shapes through one run as a graph: a box for each row, an edge for each tensor, frames around modules.

Nothing is placed or drawn here, and no text is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.records.finding import Finding
from autofix.records.trace import Ending, Operation, OperationKind, Trace
from autofix.records.values import Tensor, tensors_of
from autofix.report import phrases
from autofix.report.shape_rows import operator_name, rows
from autofix.report.shape_table import failure_words, total_words
from autofix.report.table import Row
from autofix.report.terminal_text import visible

OUTPUT = "output"
_REPEATED = re.compile(r"(?<![^.])(\d+)-(\d+)(?![^.])")


@dataclass(frozen=True, slots=True)
class Box:
    """One row of the table of shapes: its name, what it is, its line, and all that is known of it in words."""

    name: str
    kind: str
    place: str
    words: str
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor on its way into a box: ``source`` is the box it comes from, None for one from elsewhere, which ``name``
    then names where that is known.
    """

    source: int | None
    target: int
    shape: str
    name: str = ""
    failing: bool = False


@dataclass(frozen=True, slots=True)
class ModuleFrame:
    """A module around the boxes from ``first`` to ``last``; ``depth`` counts the frames around it."""

    name: str
    kind: str
    first: int
    last: int
    depth: int


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """The boxes in the order in which they ran. ``fault`` says why the run stopped or what is wrong, ``total`` what was
    counted; ``left_out`` rows before the first box are not shown.
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    frames: tuple[ModuleFrame, ...]
    fault: str
    total: str
    left_out: int = 0

    def into(self, box: int) -> tuple[Edge, ...]:
        """Return the edges into a box, that from the box before it first."""
        edges = [edge for edge in self.edges if edge.target == box]
        return tuple(sorted(edges, key=lambda edge: edge.source != box - 1))


def graph(
    trace: Trace,
    finding: Finding | None,
    root: Path,
    *,
    depth: int | None = None,
    whole: bool = False,
    latest: int | None = None,
    places: bool = True,
) -> FlowGraph:
    """Return the graph of one run.

    ``depth`` and ``whole`` say what is one row; ``latest`` keeps as many rows up to the fault, else the last. Without
    ``places`` boxes have no line numbers.
    """
    shown = rows(trace, finding, root, depth=depth, whole=whole)
    last = next((index for index, row in enumerate(shown) if row.failing), len(shown) - 1)
    first = 0 if latest is None else max(0, last + 1 - latest)
    shown = shown[first : last + 1] if latest is not None else shown
    boxes = [_box(row, trace, places=places) for row in shown]
    box_of = {index: number for number, row in enumerate(shown) for index in row.operations}
    edges = [edge for number, row in enumerate(shown) for edge in _edges(number, row, trace, finding, box_of)]
    if trace.ending is Ending.PASSED and latest is None:
        results = dict.fromkeys(tensors_of((trace.output,)))
        edges += [_edge(trace, tensor, len(boxes), _source(tensor, box_of)) for tensor in results]
        boxes.append(Box(OUTPUT, "", "", phrases.value_text(trace.output)))
    frames = tuple(_frames(shown, {layer.path: layer.kind for layer in trace.layers if layer.path}))
    fault = failure_words(trace, finding) or ("" if finding is None else visible(finding.message))
    return FlowGraph(tuple(boxes), tuple(dict.fromkeys(edges)), frames, fault, total_words(trace), first)


def _box(row: Row, trace: Trace, *, places: bool) -> Box:
    operation = trace.operations[row.operations[0]] if row.operations else None
    place = f"line {row.place}" if row.place.isdecimal() else row.place
    place = place if places else ""
    parameters = f"{row.parameters} parameters" if row.parameters else ""
    words = "; ".join(filter(None, (row.layer, row.operator, place, row.shapes, parameters)))
    if operation is None:  # What failed in plain Python.
        return Box(row.layer, row.operator, place, words, row.failing)
    if operation.kind is OperationKind.PLACEHOLDER:
        name = visible(operation.name)  # Runs that record no graph have no names.
        return Box(name or row.operator, row.operator if name else "", place, words, row.failing)
    if operation.layer is None and row.layer.partition(" ")[0] in {"", row.scope}:
        return Box(row.operator, row.layer.removeprefix(row.scope).strip(), place, words, row.failing)
    name = row.layer.removeprefix(f"{row.scope}.") if row.scope else phrases.layer_name(row.layer)
    return Box(name, row.operator, place, words, row.failing)


def _edges(number: int, row: Row, trace: Trace, finding: Finding | None, box_of: Mapping[int, int]) -> Iterator[Edge]:
    """Yield an edge for each tensor that comes into a row from another one; of what is repeated, into the first."""
    first = row.operations[: len(row.operations) // row.times]
    for operation in map(trace.operations.__getitem__, first):
        for position, tensor in enumerate(operation.tensors):
            source = _source(tensor, box_of)
            if source is None or source < number:
                is_at_fault = row.failing and (finding is None or finding.operand in {None, position})
                yield replace(_edge(trace, tensor, number, source), failing=is_at_fault)


def _source(tensor: Tensor, box_of: Mapping[int, int]) -> int | None:
    return None if tensor.producer is None else box_of.get(tensor.producer)


def _edge(trace: Trace, tensor: Tensor, target: int, source: int | None) -> Edge:
    is_named = source is None and tensor.producer is not None
    name = _name(trace.operations[tensor.producer]) if is_named and tensor.producer is not None else ""
    return Edge(source, target, phrases.value_text(tensor), name)


def _name(operation: Operation) -> str:
    """Return what a tensor is called that comes from an operation without a box: a parameter, or a row left out."""
    if operation.kind is OperationKind.CALL_MODULE and operation.layer:
        return visible(phrases.layer_name(operation.layer))
    return visible(operation.name if operation.kind is OperationKind.PLACEHOLDER else operator_name(operation))


def _frames(shown: Sequence[Row], kinds: Mapping[str, str]) -> Iterator[ModuleFrame]:
    """Yield the modules around the rows, the outer before the inner; of those around the same rows the inner only."""
    yield from _inside(shown, 0, len(shown), 0, 0, kinds)


def _inside(
    shown: Sequence[Row], first: int, end: int, level: int, depth: int, kinds: Mapping[str, str]
) -> Iterator[ModuleFrame]:
    start = first
    while start < end:
        name = _at(shown[start].scope, level)
        after = start + 1
        while after < end and _at(shown[after].scope, level) == name:
            after += 1
        if name:
            deeper = level
            while (path := _at(shown[start].scope, deeper + 1)) and all(
                _at(row.scope, deeper + 1) == path for row in shown[start:after]
            ):
                deeper += 1
            path = _at(shown[start].scope, deeper)
            yield ModuleFrame(path, _kind(path, kinds), start, after - 1, depth)
            yield from _inside(shown, start, after, deeper + 1, depth + 1, kinds)
        start = after


def _at(scope: str, level: int) -> str:
    """Return the first ``level + 1`` parts of the path of a module; empty where it has fewer."""
    parts = scope.split(".")
    return ".".join(parts[: level + 1]) if scope and len(parts) > level else ""


def _kind(path: str, kinds: Mapping[str, str]) -> str:
    """Return the class of a module, and how often one stands there that is repeated: ``Block x12``."""
    kind = kinds.get(_REPEATED.sub(r"\1", path), "")
    repeated = _REPEATED.fullmatch(path.rpartition(".")[2])
    return f"{kind} x{int(repeated[2]) - int(repeated[1]) + 1}".lstrip() if repeated else kind
