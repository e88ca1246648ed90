"""The initial state that a recurrent layer was given: its tensors, and the places that decided their sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.size_reads import axis_sites, live_sites
from autofix.facts.call_sites import written
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import origin, parts
from autofix.provenance import Site, SiteKind, sites
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value

HALVES = ((None, 1), (1, 2)), ((0, 1), (1, 2))


def state_value(operation: Operation) -> Value:
    return operation.argument(1, "hx")


def state_tensors(operation: Operation) -> tuple[Tensor, ...]:
    state = state_value(operation)
    items = state.items if isinstance(state, Sequence) else (state,)
    return tuple(item for item in items if isinstance(item, Tensor))


def dimension_sites(
    project: Project, tensor: Tensor, dimension: int, target_size: int, batch_axis: int
) -> tuple[Site, ...]:
    """Return ways to give one dimension of a state (layers, batch, hidden) the size wanted."""
    size_origin = origin(project, tensor, dimension)
    size = None if size_origin is None else size_origin.wanted(target_size)
    if size_origin is None or size is None:
        return ()
    options = _layer_sites if dimension == 0 else _batch_sites if dimension == tensor.rank - 2 else _hidden_sites
    return tuple(
        sorted(
            options(project, size_origin.expression, size, tensor.shape[dimension], batch_axis), key=lambda s: s.cost
        )
    )


def _layer_sites(project: Project, expression: Expression, target_size: int, now: int, _: int) -> Iterator[Site]:
    """Yield ``n_layers * 2`` for ``n_layers`` with two directions, and the sites of another size."""
    if now and target_size % now == 0 and not isinstance(expression.node, ast.Constant):
        text = f"{expression.text} * {target_size // now}"
        if isinstance(expression.node, (ast.BinOp, ast.IfExp)):
            text = f"({expression.text}) * {target_size // now}"
        yield _site(expression, text)
    for site in sites(project, expression, target_size):
        yield site if isinstance(expression.node, ast.Constant) else site.with_evidence(Evidence.MORE_PLACES)


def _batch_sites(project: Project, expression: Expression, target_size: int, _: int, batch_axis: int) -> Iterator[Site]:
    """Yield the ways to read the batch size from the input; a written number is the least likely."""
    for site in axis_sites(project, expression, target_size):
        yield site.with_evidence(Evidence.EVIDENT)
    yield from live_sites(project, expression, target_size, (batch_axis, 1 - batch_axis))
    for site in sites(project, expression, target_size):
        yield site.with_evidence(Evidence.LITERAL_FOR_EXPRESSION)


def _hidden_sites(project: Project, expression: Expression, target_size: int, now: int, _: int) -> Iterator[Site]:
    del now
    yield from sites(project, expression, target_size)


def _site(expression: Expression, text: str) -> Site:
    edit = Edit(expression.source.path, expression.source.range_of(expression.node), text)
    return Site(
        (edit,), (Evidence.EVIDENT * 1,), text, SiteKind.EXPRESSION, expression.source.location(expression.node)
    )


def direction_slices(project: Project, tensor: Tensor, layers: int) -> tuple[Edit, ...]:
    """Return edits that take the states of every layer where ``h[0:1]`` and ``h[1:2]`` took those of the first."""
    joined = next((o for o in project.ancestry(tensor) if o.target.endswith(".cat")), None)
    edits: list[Edit] = []
    for half, operand in enumerate(joined.tensors if joined is not None else ()):
        taken = project.producer(operand)
        if taken is None or not taken.target.endswith("getitem") or taken.tensors[0].shape[0] != 2 * layers:
            return ()
        key = parts(taken)[0]
        bounds = key.items[:2] if isinstance(key, Sequence) and key.type == "slice" else ()
        if bounds not in {choice[half] for choice in HALVES} if half < 2 else True:
            return ()
        place = written(project, taken)
        first = place.node.slice if place is not None and isinstance(place.node, ast.Subscript) else None
        first = first.elts[0] if isinstance(first, ast.Tuple) else first
        if place is None or not isinstance(first, ast.Slice):
            return ()
        edits.append(Edit(place.source.path, place.source.range_of(first), f"{half}::2"))
    return tuple(edits)
