"""Which dimensions of one a squeeze without a dimension was written for, and how it can say so.

The same line ran with other data: what was one each time is meant. Where it did not, a dimension is meant that an
operation or a layer added, and not one that the data have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

from autofix.edits.rank_changes import respelled
from autofix.facts.call_sites import argument_of, tensors_at_hand, written
from autofix.facts.project_view import Project
from autofix.facts.recurrences import ran_before
from autofix.facts.size_origins import maker
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.costs import Evidence, Piece
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor
from autofix.syntax.source import dotted

_ADDING = frozenset(
    (
        *(Family.VIEW, Family.RESHAPE, Family.REDUCTION, Family.CONVOLUTION, Family.POOLING),
        *(Family.LINEAR, Family.MATRIX_PRODUCT, Family.CONTRACTION),
    )
)
_MOST = 2


def named_calls(project: Project, squeeze: Operation) -> Iterator[tuple[str, Edit, tuple[Piece, ...]]]:
    """Yield the calls that could stand in place of a squeeze, with what speaks for each: of the dimensions that it is
    for, ``squeeze(1).squeeze(0)``, which every release of torch takes, or to the shape that a tensor at hand has.
    """
    dimensions, are_shown = _meant(project, squeeze)
    texts = [".".join(f"squeeze({dimension})" for dimension in sorted(dimensions, reverse=True))] if dimensions else []
    texts += [f"reshape({name}.shape)" for name in _shapes_at_hand(project, squeeze)]
    for rank, text in enumerate(texts):
        edit = respelled(project, squeeze, text)
        if edit is not None:
            is_first = are_shown and not rank and len(dimensions) > 1
            yield text, edit, (Evidence.EXACT_FIT, Evidence.EVIDENT * is_first, Evidence.RUNNER_UP * rank)


def is_shown(project: Project, squeeze: Operation) -> bool:
    """Return whether earlier runs of the line show what a squeeze is for."""
    return _meant(project, squeeze)[1]


def _meant(project: Project, squeeze: Operation) -> tuple[tuple[int, ...], bool]:
    """Return the dimensions that a squeeze is for, and whether earlier runs of the line show it; none where all are,
    or where it is not told.
    """
    before = squeeze.tensors[0]
    ones = [dimension for dimension, size in enumerate(before.shape) if size == 1]
    twins = [twin.tensors[0] for twin in ran_before(project, squeeze) if twin.tensors]
    alike = [twin for twin in twins if twin.rank == before.rank and 1 in twin.shape]  # Of others it took nothing.
    always = [dimension for dimension in ones if all(twin.shape[dimension] == 1 for twin in alike)]
    if alike and 0 < len(always) < len(ones):
        return tuple(always), True
    added = [dimension for dimension in ones if _is_added(project, before, dimension)]
    return (tuple(added), False) if 0 < len(added) < len(ones) else ((), False)


def _shapes_at_hand(project: Project, squeeze: Operation) -> Iterator[str]:
    """Yield the names of tensors of the function whose shape is that of the operand without some dimensions of one."""
    place, (before, after) = written(project, squeeze), squeeze.before_and_after or (None, None)
    if place is None or before is None or after is None:
        return
    base = argument_of(project, squeeze, 0, "input")
    own = "" if base is None else dotted(base.node)
    fitting = (
        name
        for name, tensor in tensors_at_hand(project, place)
        if name != own and after.rank < tensor.rank < before.rank and math.prod(tensor.shape) == math.prod(before.shape)
        if [size for size in tensor.shape if size != 1] == [size for size in before.shape if size != 1]
    )
    yield from islice(dict.fromkeys(fitting), _MOST)


def _is_added(project: Project, tensor: Tensor, dimension: int) -> bool:
    """Return whether an operation or a layer made a dimension one, and not the data."""
    operation = maker(project, tensor, dimension)
    if operation is None or operation.kind in (OperationKind.PLACEHOLDER, OperationKind.GET_ATTR):
        return False
    return operation.kind is OperationKind.CALL_MODULE or family(operation.target) in _ADDING
