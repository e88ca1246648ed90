"""An operand whose dimensions were moved, with the same dimensions in another order: ``x.permute(0, 3, 1, 2)`` for
``x.permute(0, 2, 3, 1)``.

The call that moved them is rewritten, or left out. Those orders come first that leave most dimensions as they were.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations

from autofix.edits.layout import MOST_DIMENSIONS, Layout, LayoutChange, left_alone
from autofix.edits.other_dimensions import spread
from autofix.edits.rank_changes import respelled, without_call
from autofix.facts.call_sites import written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_EXCHANGING = frozenset(("transpose", "swapaxes", "swapdims"))


def accepted_orders(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield the other orders of its first operand that a call accepts, but for the one in which it was not moved."""
    call = bound(project, operation)
    if call is not None and call.operands:
        operand = call.operands[0]
        yield from (
            layout
            for layout in reordered(project, operand.tensor)
            if call.with_shape(operand, layout.after).is_accepted
        )


def reordered(project: Project, tensor: Tensor) -> Iterator[Layout]:
    """Yield the other orders of a tensor whose dimensions were moved, but for the one in which they were not."""
    yield from (layout for _, layout in orders(project, tensor) if layout.change is LayoutChange.REORDERED)


def orders(project: Project, tensor: Tensor) -> Iterator[tuple[tuple[int, ...], Layout]]:
    """Yield every other order of a tensor whose dimensions were moved, the samples left where they are.

    Nothing that changes sizes may stand between; a last dimension that was moved by `mT` or `t` cannot be written.
    """
    maker = _mover(project, tensor)
    place = None if maker is None else written(project, maker)
    if maker is None or place is None or not isinstance(place.node, ast.Call):
        return
    before = maker.tensors[0].shape
    for order in sorted(permutations(range(len(before))), key=_inversions):
        after = tuple(before[at] for at in order)
        if after == tensor.shape or (order[0] != 0 and before[0] == tensor.shape[0]):
            continue
        is_left = not _inversions(order)
        edit = without_call(project, maker) if is_left else _rewritten(project, maker, place, order)
        words = f"order the dimensions of {before} as {order}"
        if edit is not None and is_left:
            yield order, left_alone(edit, tensor.shape, before)
        elif edit is not None:
            yield order, Layout(LayoutChange.REORDERED, edit, words, tensor.shape, after)


def _mover(project: Project, tensor: Tensor) -> Operation | None:
    """Return the call behind a tensor that moved its dimensions, with nothing between that changes sizes."""
    for operation in project.ancestry(tensor):
        kind = family(operation.target)
        if operation.result_shape != tensor.shape or kind is None or not operation.tensors:
            return None
        before = operation.tensors[0].shape
        if kind is Family.VIEW and len(before) <= MOST_DIMENSIONS and sorted(before) == sorted(tensor.shape):
            return operation
    return None


def _inversions(order: tuple[int, ...]) -> int:
    """Return how many pairs of dimensions change their order."""
    return sum(a > b for a, b in combinations(order, 2))


def _rewritten(project: Project, maker: Operation, place: Expression, order: tuple[int, ...]) -> Edit | None:
    """Return the edit of the dimensions that are passed, or of the whole call where they are not written one by one;
    None where two are exchanged and the order needs more.
    """
    exchanged = tuple(at for at, dimension in enumerate(order) if at != dimension)
    is_exchange = len(exchanged) == 2
    if maker.operator in _EXCHANGING and not is_exchange:
        return None
    if maker.operator == "permute" or (maker.operator in _EXCHANGING and is_exchange):
        edit = spread(maker, place, 1, str(order if maker.operator == "permute" else exchanged))
        if edit is not None:
            return edit
    return respelled(project, maker, f"transpose{exchanged}" if is_exchange else f"permute{order}")
