"""Conclusions about functions and tensor methods: reshaping, joining, broadcasting, products, indices."""

from __future__ import annotations

import math
from collections.abc import Callable

from autofix.diagnosis import contractions, dims_and_indexing
from autofix.diagnosis.cause import Cause, show, tensor_at
from autofix.operators.families import Family
from autofix.operators.shape_functions import ShapeError, clashing_dimensions, view_shape
from autofix.operators.table import function
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer

Check = Callable[[Operation, str], Cause | None]
_BROADCAST = (Family.POINTWISE, Family.COMPARISON, Family.DISTANCE)


def conclude(operation: Operation, subject: str) -> Cause | None:
    row = function(operation.target)
    if row is None:
        return _copied(operation, subject)
    checks = (
        _CHECKS.get(row.family),
        dims_and_indexing.named if row.names_dimension else None,
        dims_and_indexing.indexed if row.family is Family.SUBSCRIPT else None,
        _arithmetic if row.family in _BROADCAST else None,
    )
    causes = (check(operation, subject) for check in checks if check is not None)
    return next((cause for cause in causes if cause is not None), None)


def _view(operation: Operation, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    sizes = view_sizes(operation)
    if tensor is None or sizes is None:
        return None
    total = math.prod(tensor.shape)
    try:
        view_shape(total, sizes)
    except ShapeError:
        message = f"{subject} asks for {show(sizes)} but {show(tensor.shape)} has {total} elements"
        return Cause(Mismatch.VIEW_SIZE, message, sizes, tensor.shape, "", 0)
    message = f"{subject} needs contiguous memory but {show(tensor.shape)} was permuted before"
    return Cause(Mismatch.VIEW_CONTIGUITY, message, sizes, tensor.shape, "", 0)


def _unflatten(operation: Operation, subject: str) -> Cause | None:
    tensor, dim = tensor_at(operation, 0), operation.integer(1, "dim")
    sizes = operation.argument(2, "sizes")
    return None if tensor is None or dim is None else unflatten(tensor, dim, sizes, subject)


def unflatten(tensor: Tensor, dim: int, sizes: Value, subject: str) -> Cause | None:
    """Return the cause where the sizes do not make up the dimension that is split."""
    asked = tuple(s for s in sizes.items if isinstance(s, int)) if isinstance(sizes, Sequence) else ()
    if not asked or not -tensor.rank <= dim < tensor.rank:
        return None
    try:
        view_shape(tensor.shape[dim], asked)
    except ShapeError:
        message = f"{subject} splits {tensor.shape[dim]} of {show(tensor.shape)} into {show(asked)}"
        return Cause(Mismatch.VIEW_SIZE, message, asked, (tensor.shape[dim],), "", 0, dim % tensor.rank)
    return None


def view_sizes(operation: Operation) -> tuple[int, ...] | None:
    """Return the sizes that a view or reshape asks for, written as numbers or as one sequence."""
    rest: tuple[Value, ...] = operation.arguments[1:]
    if len(rest) == 1 and isinstance(rest[0], Sequence):
        rest = rest[0].items
    if not rest:
        keyword = operation.keyword("shape") or operation.keyword("size")
        rest = keyword.items if isinstance(keyword, Sequence) else ()
    sizes = tuple(size for size in rest if is_integer(size))
    return sizes if sizes and len(sizes) == len(rest) else None


def _concatenate(operation: Operation, subject: str) -> Cause | None:
    sequence = operation.argument(0, "tensors")
    tensors = [item for item in sequence.items if isinstance(item, Tensor)] if isinstance(sequence, Sequence) else []
    if len(tensors) < 2:
        return None
    ranks = tuple(t.rank for t in tensors)
    shapes = ", ".join(show(t.shape) for t in tensors)
    if len(set(ranks)) > 1:
        return Cause(
            Mismatch.CONCATENATE,
            f"{subject} joins tensors of different rank: {shapes}",
            ranks[:1],
            ranks[1:],
            "",
            1,
            detail=Detail.RANK,
        )
    stacking = operation.target.endswith("stack")
    dim = operation.integer(1, "dim") or 0
    if not stacking and not -ranks[0] <= dim < ranks[0]:
        return dims_and_indexing.out_of_range(subject, dim, tensors[0])
    for index, tensor in enumerate(tensors[1:], 1):
        for d in range(ranks[0]):
            joined = d == dim % ranks[0] and not stacking
            if not joined and tensor.shape[d] != tensors[0].shape[d]:
                message = f"{subject} joins {shapes} along dimension {dim}, but dimension {d} differs"
                return Cause(
                    Mismatch.CONCATENATE,
                    message,
                    (tensors[0].shape[d],),
                    (tensor.shape[d],),
                    "",
                    index,
                    d,
                    detail=Detail.SIZE,
                )
    return None


def _arithmetic(operation: Operation, subject: str) -> Cause | None:
    tensors = operation.tensors
    for index, right in enumerate(tensors[1:], 1):
        left = tensors[0]
        dimension = next(iter(clashing_dimensions(left.shape, right.shape)), None)
        if dimension is not None:
            place = dimension + max(left.rank, right.rank)
            message = f"{subject} of {show(left.shape)} and {show(right.shape)}: dimension {place} differs"
            return Cause(
                Mismatch.BROADCAST, message, (left.shape[dimension],), (right.shape[dimension],), "", index, dimension
            )
    return None


def _expand(operation: Operation, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    other = operation.tensors[1].shape if len(operation.tensors) > 1 else view_sizes(operation)
    if tensor is None or other is None:
        return None
    target_shape = tuple(
        tensor.shape[i - len(other)] if s == -1 and len(other) - i <= tensor.rank else s for i, s in enumerate(other)
    )
    if len(target_shape) < tensor.rank or any(
        a not in (b, 1) for a, b in zip(tensor.shape[::-1], target_shape[::-1], strict=False)
    ):
        message = f"{subject} cannot expand {show(tensor.shape)} to {show(target_shape)}"
        return Cause(Mismatch.EXPAND, message, target_shape, tensor.shape, "", 0)
    return None


def _copied(operation: Operation, subject: str) -> Cause | None:
    """Return the cause where ``copy_`` is given what cannot be expanded to the tensor it writes into."""
    tensor, other = tensor_at(operation, 0), tensor_at(operation, 1)
    if operation.operator != "copy_" or tensor is None or other is None:
        return None
    pairs = zip(reversed(other.shape), reversed(tensor.shape), strict=False)
    if other.rank <= tensor.rank and all(size in (room, 1) for size, room in pairs):
        return None
    message = f"{subject} writes {show(other.shape)} into {show(tensor.shape)}"
    return Cause(Mismatch.EXPAND, message, tensor.shape, other.shape, "", 1)


def _along(operation: Operation, subject: str) -> Cause | None:
    """Return the cause where ``gather`` and the like are given an index of another rank than the tensor has."""
    tensor, dim, index = (
        tensor_at(operation, 0),
        operation.integer(1, "dim"),
        tensor_at(operation, 2, "index"),
    )
    if tensor is None or index is None or dim is None or index.rank == tensor.rank:
        return None
    expected = f"an index of {tensor.rank} dimensions for {show(tensor.shape)}"
    message = f"{subject} takes {expected} but receives {show(index.shape)}"
    return Cause(Mismatch.INDEX_RANK, message, tensor.shape, index.shape, "", 1, dim % max(1, tensor.rank))


_CHECKS: dict[Family, Check] = {
    Family.RESHAPE: _view,
    Family.UNFLATTENING: _unflatten,
    Family.JOIN: _concatenate,
    Family.EXPANSION: _expand,
    Family.MATRIX_PRODUCT: contractions.multiplied,
    Family.EINSUM: contractions.einsum,
    Family.LINEAR: contractions.linear,
    Family.ATTENTION: contractions.attended,
    Family.CONVOLUTION: contractions.convolved,
    Family.POOLING: contractions.pooled,
    Family.GATHERING: _along,
}
