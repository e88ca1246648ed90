"""Reductions that dropped the dimension a later operation counts on."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.operators.shape_functions import ShapeError, broadcast
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Sequence, Tensor, is_integer

_AVERAGES = ("mean", "sum", "norm", "vector_norm", "std", "var", "logsumexp", "median", "prod")
_CHOICES = ("max", "min", "amax", "amin", "all", "any", "argmax", "argmin")
_REDUCTIONS = frozenset((*_AVERAGES, *_CHOICES))
MAX_STEPS = 8


def reductions(project: Project, tensor: Tensor, other: tuple[int, ...]) -> Iterator[Operation]:
    """Yield reductions behind ``tensor`` that would make it fit ``other`` if they kept their dimension."""
    for count, operation in enumerate(project.ancestry(tensor)):
        if count >= MAX_STEPS:
            return
        if operation.operator in _REDUCTIONS and operation.tensors:
            kept_shape = _kept(operation)
            if kept_shape is not None and _fits(kept_shape, other):
                yield operation
            return
        if operation.kind is OperationKind.CALL_MODULE or operation.target.endswith(("linear", "matmul", "mm")):
            return
        if not isinstance(operation.result, Tensor) or operation.result.rank != tensor.rank:
            return


def _kept(operation: Operation) -> tuple[int, ...] | None:
    """Return the result's shape with the reduced dimensions kept as ones; None where none was dropped or all were."""
    result = (
        operation.result.items[0]
        if isinstance(operation.result, Sequence) and operation.result.items
        else operation.result
    )
    before = operation.tensors[0].shape
    if not isinstance(result, Tensor) or not 0 < result.rank < len(before):
        return None
    named = _dimensions(operation)
    dims = {d % len(before) for d in named if -len(before) <= d < len(before)}
    if len(before) - len(dims) != result.rank:
        return None
    return tuple(1 if i in dims else size for i, size in enumerate(before))


def _dimensions(operation: Operation) -> list[int]:
    name = operation.operator
    position = 2 if name in {"norm", "vector_norm"} else 1
    value = operation.keyword("dim")
    if value is None:
        value = operation.keyword("axis")
    if value is None and len(operation.arguments) > position:
        value = operation.arguments[position]
    items = value.items if isinstance(value, Sequence) else (value,)
    return [item for item in items if is_integer(item)]


def _fits(kept_shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    try:
        return len(broadcast(kept_shape, other)) == max(len(kept_shape), len(other))
    except ShapeError:
        return False
