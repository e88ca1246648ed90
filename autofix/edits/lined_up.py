"""The dimensions of one that line a smaller operand up with a larger one, which shapes align from their end."""

from __future__ import annotations

import ast
from itertools import combinations

from autofix.edits.new_axes import moved_cuts
from autofix.facts.call_sites import lineage, put_behind
from autofix.facts.contracts import bound, fits
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import callee_name

_MADE_IN_SIZES = frozenset(("rand", "randn", "zeros", "ones", "empty"))


def got_last_axis(project: Project, tensor: Tensor) -> bool:
    """Return whether the code put a last dimension of one behind what the operand was made from."""
    near = lineage(project, tensor, 3) if tensor.shape[-1] == 1 else ()
    return any(maker.operator == "unsqueeze" and maker.result_shape == (*maker.tensors[0].shape, 1) for maker in near)


def is_cut_elsewhere(project: Project, operation: Operation, index: int) -> bool:
    """Return whether an operand was cut, and the call would take it cut in another dimension as it is."""
    call, tensor = bound(project, operation), operation.tensors[index]
    maker = project.producer(tensor)
    if call is None or maker is None or index >= len(call.operands):
        return False
    cuts = moved_cuts(project, maker, tensor.shape)
    return any(fits(call.with_shape(call.operands[index], layout.after)) for layout in cuts)


def _fits(low: tuple[int, ...], high: tuple[int, ...]) -> bool:
    return all(a in (1, b) for a, b in zip(low, high, strict=True))


def ways_to_line_up(low: tuple[int, ...], high: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the dimensions of ``high`` that those of ``low`` can stand for, the leading ones first."""
    every_way = combinations(range(len(high)), len(low))
    ways = [way for way in every_way if _fits(low, tuple(high[d] for d in way))]
    # A dimension of one may stand anywhere: what comes to the same shape is one way.
    ways = list(
        {tuple(low[way.index(d)] if d in way else 1 for d in range(len(high))): way for way in ways[::-1]}.values()
    )
    ways.sort()
    with_batch = [way for way in ways if way[0] == 0]
    return with_batch if low[0] == high[0] and with_batch else ways


def axes_suffix(way: tuple[int, ...], rank: int) -> str:
    new = [d for d in range(rank) if d not in way]
    if len(new) == 1:
        return f".unsqueeze({-1 if new[0] == rank - 1 else new[0]})"
    return f"[{', '.join('None' if d in new else ':' for d in range(rank))}]"


def made_with_axes(expression: Expression, way: tuple[int, ...], rank: int) -> Edit | None:
    """Return the edit of a call that makes numbers in sizes that are written out: more of one behind them."""
    node = expression.node
    if not isinstance(node, ast.Call) or way != tuple(range(len(way))) or len(node.args) != len(way):
        return None
    if callee_name(node) not in _MADE_IN_SIZES or any(isinstance(part, (ast.Tuple, ast.List)) for part in node.args):
        return None
    return put_behind(expression.source, node.args[-1], ", 1" * (rank - len(way)))


def under_signs(place: Expression) -> Expression:
    """Return ``mask`` of ``~mask``: a subscript binds tighter."""
    if isinstance(place.node, ast.UnaryOp):
        return under_signs(place.at(place.node.operand))
    return place
