"""Dimensions that were moved for a layer and never moved back: ``self.linear(x.transpose(1, 2)) + last`` where ``last``
is a part of ``x`` as it was.

Two operands that come from one tensor show it: since then the dimensions of one have changed places.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from autofix.edits.code_change import CodeChange
from autofix.edits.same_values import readable_values
from autofix.facts.call_sites import followed, operands
from autofix.facts.contracts import became, bound, fits
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import reads_from
from autofix.syntax.source import Source

MOST_BACK = 24
_MOST_PLACES = 3
_DOUBT = "what its dimensions were moved for may be meant for the other operand as well"
Order = tuple[int, ...]


def moved_back(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield an operand with its dimensions as they were, behind it or behind its value if more is read of that."""
    call, places = bound(project, operation), operands(project, operation)
    if call is None or len(places) != len(call.operands) or len(places) < 2:
        return
    for place, operand in zip(places, call.operands, strict=True):
        tensor = operand.tensor
        for other in (each.tensor for each in call.operands if each is not operand):
            order = order_beside(project, tensor, other) or _order_alone(project, tensor, other)
            back = () if order is None else tuple(order.index(dimension) for dimension in range(len(order)))
            after = tuple(tensor.shape[dimension] for dimension in back)
            if back and fits(call.with_shape(operand, after)):
                yield from _written(project, place, tensor, back)
                return


def order_beside(project: Project, tensor: Tensor, other: Tensor) -> Order | None:
    """Return where the dimensions of a tensor were in what it and another come from, if they were moved since then and
    those of the other were not.
    """
    others = dict(_orders(project, other))
    for source, order in _orders(project, tensor) if tensor.rank == other.rank else ():
        if source in others:
            still = tuple(range(tensor.rank))
            return order if others[source] == still != order else None
    return None


def _order_alone(project: Project, tensor: Tensor, other: Tensor) -> Order | None:
    """Return the same for what comes from an input by itself: its dimensions were moved, as far as is known, and those
    of the other, which comes from elsewhere, never.
    """
    still = tuple(range(tensor.rank))
    if tensor.rank != other.rank or any(order != still for _, order in _orders(project, other)):
        return None
    for source, order in _orders(project, tensor):
        if project.trace.operations[source].kind is OperationKind.PLACEHOLDER and order != still:
            return order
    return None


def _orders(project: Project, tensor: Tensor) -> Iterator[tuple[int, Order]]:
    """Yield the operations that a tensor came from, each with the dimension of its result that each dimension was."""
    order = tuple(range(tensor.rank))
    for maker in islice(project.ancestry(tensor), MOST_BACK):
        yield maker.index, order
        if maker.kind is OperationKind.PLACEHOLDER or not maker.tensors or maker.tensors[0].rank != len(order):
            return
        before = _places_before(project, maker, len(order))
        if before is None:
            return
        order = tuple(before[dimension] for dimension in order)


def _places_before(project: Project, maker: Operation, rank: int) -> Order | None:
    """Return where each dimension of a result was in the first operand; one that was computed has stayed in place."""
    if bound(project, maker) is None:
        return None
    known: dict[int, int] = {}
    for dimension in range(rank):
        origin = became(project, maker, dimension)
        if origin is not None and origin[0] == maker.tensors[0]:
            known[dimension] = origin[1]
    before = tuple(known.get(dimension, dimension) for dimension in range(rank))
    return before if len({*before}) == rank else None


def _written(project: Project, place: Expression, tensor: Tensor, back: Order) -> Iterator[CodeChange]:
    suffix = f".{_method(place.source, back)}"
    words = f"bring {tensor.shape} back to the order that it had: `{suffix}`"
    values = [value for _, value in islice(readable_values(project, place, tensor), _MOST_PLACES)]
    is_read_again = (
        isinstance(place.node, ast.Name)
        and len(reads_from(place.source, place.source.statement_of(place.node), place.node.id)) > 1
    )
    for rank, at in enumerate([*values, place] if is_read_again else [place, *values]):
        pieces = Evidence.INSERTED, Evidence.AGREES, Evidence.OTHER_READING, Evidence.OTHER_NAME * rank
        yield CodeChange(words, (followed(at, suffix),), pieces, _DOUBT)


def _method(source: Source, order: Order) -> str:
    """Return the method that moves dimensions, as the file calls it."""
    moved = [dimension for dimension, before in enumerate(order) if dimension != before]
    permute = f"permute({', '.join(map(str, order))})"
    is_spelled_so = permute.replace(" ", "") in source.text.replace(" ", "")
    return permute if len(moved) != 2 or is_spelled_so else f"transpose({moved[0]}, {moved[1]})"
