"""The initial state that a recurrent layer was given: its tensors, and the places that decided their sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.code_change import CodeChange
from autofix.edits.size_reads import axis_sites, live_sites
from autofix.facts.call_sites import followed, written
from autofix.facts.contracts import Shape
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import origin, parts
from autofix.provenance import Site, SiteKind, sites
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value

_COMPUTED = "the states are taken to mean what their sizes say"
_FLAG = "self.batch_first"
HALVES = ((None, 1), (1, 2)), ((0, 1), (1, 2))


def state_value(operation: Operation) -> Value:
    return operation.argument(1, "hx")


def state_tensors(operation: Operation) -> tuple[Tensor, ...]:
    state = state_value(operation)
    items = state.items if isinstance(state, Sequence) else (state,)
    return tuple(item for item in items if isinstance(item, Tensor))


def layers_first(project: Project, operation: Operation, expected: Shape) -> Iterator[CodeChange]:
    """Yield the exchange of samples and layers behind what made each state that a layer takes, several at once."""
    wrong = [tensor for tensor in state_tensors(operation) if tensor.shape != expected]
    if len(wrong) < 2 or any((*t.shape[1:2], *t.shape[:1], *t.shape[2:]) != expected for t in wrong):
        return
    makers = [project.producer(tensor) for tensor in wrong]
    places = [None if maker is None else written(project, maker) for maker in makers]
    if all(places):
        edits = {followed(place, ".transpose(0, 1).contiguous()") for place in places if place is not None}
        title = f"bring the states to {expected} where they are made: `.transpose(0, 1).contiguous()`"
        yield CodeChange(title, tuple(sorted(edits)), (Evidence.INSERTED, Evidence.EXACT_FIT), _COMPUTED)


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
    """Yield the ways to read the batch size from the input; a written number is the least likely.

    The axis that an object counts the samples along by its own ``batch_first`` is read by that.
    """
    for site in axis_sites(project, expression, target_size):
        by_flag = _by_flag(project, expression, site, batch_axis)
        if by_flag is not None:
            yield by_flag
        yield site.with_evidence(Evidence.EVIDENT)
    yield from live_sites(project, expression, target_size, (batch_axis, 1 - batch_axis))
    for site in sites(project, expression, target_size):
        yield site.with_evidence(Evidence.LITERAL_FOR_EXPRESSION)


def _by_flag(project: Project, expression: Expression, site: Site, batch_axis: int) -> Site | None:
    """Return ``x.size(0) if self.batch_first else x.size(1)`` for a read of either axis, where the object has that."""
    source = project.source(site.edits[0].path)
    index = next((node for node in source.nodes_at(site.edits[0].range) if isinstance(node, ast.Constant)), None)
    read = None if index is None else source.parents.get(index)
    is_own = index is not None and source.class_of(index) is expression.source.class_of(expression.node) is not None
    if not isinstance(read, ast.expr) or index is None or not is_own or index.value not in (0, 1):
        return None
    if _flag(project, expression) is not (batch_axis == 0) or site.edits[0].text != str(batch_axis):
        return None
    text, start = source.text_of(read), source.range_of(read).start
    place = source.range_of(index).start.column - start.column
    if source.range_of(read).end.line != start.line:
        return None
    first, other = (f"{text[:place]}{axis}{text[place + 1 :]}" for axis in (0, 1))
    words = f"{first} if {_FLAG} else {other}"
    edit = source.replace(read, words)
    return replace(site, edits=(edit,), text=words, kind=SiteKind.CHOICE).with_evidence(Evidence.AGREES)


def _flag(project: Project, expression: Expression) -> Value:
    """Return ``self.batch_first`` as the nearest frame of the object had it."""
    node, owner = ast.parse(_FLAG, mode="eval").body, ""
    for depth, frame in enumerate(expression.frames):
        class_ = frame.function.rpartition(".")[0]
        owner = owner or class_
        value = project.value(replace(expression, node=node, frames=expression.frames[depth:]))
        if class_ == owner and isinstance(value, bool):
            return value
    return None


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
