"""What ran before at the place of an operation: the same line for other data, an earlier batch or another caller."""

from __future__ import annotations

import ast
from collections.abc import Callable

from autofix.facts.call_sites import operands
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Operation


def ran_before(project: Project, operation: Operation) -> tuple[Operation, ...]:
    """Return the earlier operations of the same target that the same place ran without a fault."""
    if not operation.frames:
        return ()
    place = operation.frames[0].place
    return tuple(
        earlier
        for earlier in project.trace.operations[: operation.index]
        if earlier.target == operation.target
        and not earlier.raised
        and earlier.frames
        and earlier.frames[0].place == place
    )


def odd_operand(
    project: Project, operation: Operation, at: int, is_wrong: Callable[[Operation], bool]
) -> tuple[Expression, ...]:
    """Return where an operand is written; where it was made if the same line is right for other operands."""
    place = [frame.place for frame in operation.frames[:1]]
    there = (o for o in project.trace.operations if [f.place for f in o.frames[:1]] == place)
    if all(is_wrong(other) for other in there if other.target == operation.target):
        return operands(project, operation)[at : at + 1]
    maker = project.producer(operation.tensors[at])
    made_there = None if maker is None else _of_one_shape(project, maker)
    return () if made_there is None else (made_there,)


def _of_one_shape(project: Project, maker: Operation) -> Expression | None:
    """Return the innermost expression that gave what an operation made and was never asked for another shape: a helper
    that others call too is not changed for one of them.
    """
    places = [frame.place for frame in maker.frames]
    for depth, place in enumerate(places):
        source = project.source(place.path) if place.path in project.files else None
        node = None if source is None else source.node_at(place.range, ast.expr)
        if source is None or node is None:
            return None
        others = (o for o in project.trace.operations if place in [f.place for f in o.frames[depth : depth + 1]])
        if all(other.result_shape == maker.result_shape for other in others if other.target == maker.target):
            return Expression(source, node, maker.frames[depth:])
        if not isinstance(source.parents.get(node), ast.Return):
            return None
    return None
