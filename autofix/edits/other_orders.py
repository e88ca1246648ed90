"""An operand whose dimensions were moved, with the same dimensions in another order: ``x.permute(0, 3, 1, 2)`` for
``x.permute(0, 2, 3, 1)``.

The call that moved them is rewritten. Of the orders that fit those come first that leave most dimensions in order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations

from autofix.edits.layout import MOST_DIMENSIONS, Layout, LayoutChange
from autofix.edits.rank_changes import operand_node
from autofix.facts.call_sites import written
from autofix.facts.contracts import Shape, bound
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.spelling import receiver


def other_orders(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield the other orders of its first operand that a call accepts."""
    call = bound(project, operation)
    if call is not None and call.operands:
        operand = call.operands[0]
        yield from (
            layout for layout in orders(project, operand.tensor) if call.with_shape(operand, layout.after).is_accepted
        )


def orders(project: Project, tensor: Tensor) -> Iterator[Layout]:
    """Yield every other order of a tensor that was made by moving dimensions, the samples left where they are."""
    maker = project.producer(tensor)
    place = None if maker is None else written(project, maker)
    moving = None if maker is None else bound(project, maker)
    if maker is None or moving is None or moving.row.family is not Family.VIEW or not moving.operands:
        return
    before = moving.operands[0].tensor.shape
    node = operand_node(maker, place.node) if place is not None and isinstance(place.node, ast.Call) else None
    if place is None or node is None or len(before) > MOST_DIMENSIONS or not _is_moved(before, tensor.shape):
        return
    base = receiver(place.source.text_of(node))
    for order in sorted(permutations(range(len(before))), key=_inversions):
        after = tuple(before[at] for at in order)
        if _inversions(order) and after != tensor.shape and (before[0] != tensor.shape[0] or order[0] == 0):
            method = _method(order)
            words = f"move the dimensions of {before} by `{method}`: {after}"
            edit = place.source.replace(place.node, f"{base}.{method}")
            yield Layout(LayoutChange.REORDERED, edit, words, tensor.shape, after)


def _is_moved(before: Shape, after: Shape) -> bool:
    return before != after and sorted(before) == sorted(after)


def _inversions(order: tuple[int, ...]) -> int:
    """Return how many pairs of dimensions change their order."""
    return sum(a > b for a, b in combinations(order, 2))


def _method(order: tuple[int, ...]) -> str:
    """Return the call that brings dimensions into an order: a transpose where only two are exchanged."""
    moved = [at for at, dimension in enumerate(order) if at != dimension]
    return f"transpose({moved[0]}, {moved[1]})" if len(moved) == 2 else f"permute({', '.join(map(str, order))})"
