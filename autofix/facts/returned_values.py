"""What a call gave back: a tensor, or a tuple with its nesting, and how a function of the project spells it.

It reads recorded results, and the ``return`` of a function whose own result no operation recorded.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Project
from autofix.records.trace import Frame, Operation
from autofix.records.values import Opaque, Sequence, Value
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import Function, Source, below, dotted

MAX_DEPTH = 6
_TENSOR = Opaque("Tensor")
# What torch's functions over packed sequences give back, which torch does not let us record.
_UNRECORDED = {
    "pack_padded_sequence": Sequence("PackedSequence", (_TENSOR,) * 4),
    "pack_sequence": Sequence("PackedSequence", (_TENSOR,) * 4),
    "pad_packed_sequence": Sequence("tuple", (_TENSOR, _TENSOR)),
}


@dataclass(frozen=True, slots=True)
class Returned:
    """What a call gave back. ``operation`` recorded it; where none did, ``node`` is what ``function`` returned."""

    value: Value
    operation: Operation | None = None
    source: Source | None = None
    function: Function | None = None
    node: ast.expr | None = None


def returned(project: Project, source: Source, call: ast.expr, depth: int = 0) -> Returned:
    """Return what the last evaluation of ``call`` gave back; its value is UNKNOWN where the run does not tell."""
    place = source.location(call)
    for operation in reversed(project.trace.operations):
        spots = [frame.place for frame in operation.frames]
        if spots[:1] == [place] and not operation.raised:
            return Returned(operation.result, operation)
        if place in spots[1:]:
            return of_function(project, operation.frames[: spots.index(place)], depth)
    callee = dotted(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
    return Returned(_UNRECORDED.get(callee, UNKNOWN))


def of_function(project: Project, frames: tuple[Frame, ...], depth: int = 0) -> Returned:
    """Return what the function returned in which ``frames[-1]`` stood; ``frames`` are those of its last operation."""
    inner = frames[-1]
    source = project.source(inner.path)
    function = source.function_at(inner.range, inner.function)
    returns = [n.value for n in below(function) if isinstance(n, ast.Return)] if function is not None else []
    values = [value for value in returns if value is not None]
    last = inner.range.start.line
    taken = [value for value in values if source.range_of(value).end.line >= last]
    chosen = values if len(values) == 1 else taken if len(taken) == 1 else []
    if function is None or not chosen:
        return Returned(UNKNOWN)
    return Returned(_structure(project, source, function, chosen[0], depth), None, source, function, chosen[0])


def _structure(project: Project, source: Source, function: Function, node: ast.expr, depth: int) -> Value:
    """Return the value of what a function returned, as its operations tell."""
    if depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(node, (ast.Tuple, ast.List)):
        if any(isinstance(element, ast.Starred) for element in node.elts):
            return UNKNOWN
        items = tuple(_structure(project, source, function, element, depth + 1) for element in node.elts)
        return Sequence("tuple" if isinstance(node, ast.Tuple) else "list", items)
    if not isinstance(node, ast.Name):
        return returned(project, source, node, depth + 1).value
    assigned = [pair for pair in assignments(source, function, node.id) if pair[0].lineno <= node.lineno]
    if not assigned or not isinstance(assigned[-1][0], ast.Assign):
        return UNKNOWN
    statement, value = max(assigned, key=lambda pair: pair[0].lineno)
    whole = _structure(project, source, function, value, depth + 1)
    if not isinstance(statement, ast.Assign) or value is not statement.value:
        return whole
    return _part(statement.targets[0], whole, node.id)


def _part(target: ast.expr, value: Value, name: str) -> Value:
    """Return the part of ``value`` that ``name`` is bound to by an assignment to ``target``."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return value if dotted(target) == name else UNKNOWN
    items = value.items if isinstance(value, Sequence) and len(value.items) == len(target.elts) else ()
    parts = (_part(element, item, name) for element, item in zip(target.elts, items, strict=False))
    return next((part for part in parts if not isinstance(part, Opaque)), UNKNOWN)
