"""Conclusions about dimensions that are named and entries that are asked for: reductions, permutes, subscripts.

They read ranks and sizes; joining and multiplying tensors are elsewhere.
"""

from __future__ import annotations

from autofix.diagnosis.cause import Cause, show, tensor_at
from autofix.operators.equations import DtypeIn, Equation, Relation
from autofix.operators.operator import DIMENSION_NAMES
from autofix.operators.rows.subscripts import is_mask
from autofix.operators.table import function
from autofix.operators.terms import Argument, Size
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer


def named(operation: Operation, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    if tensor is None:
        return None
    for dim in dimensions(operation):
        limit = tensor.rank + (1 if operation.target.endswith("unsqueeze") else 0)
        if not -limit <= dim < limit:
            return out_of_range(subject, dim, tensor)
    if operation.target.endswith("permute"):
        named_dimensions = dimensions(operation)
        if len(named_dimensions) != tensor.rank:
            message = f"{subject} names {len(named_dimensions)} dimensions but receives {show(tensor.shape)}"
            return Cause(Mismatch.RANK, message, (len(named_dimensions),), tensor.shape, "", 0)
    return _too_many(operation, tensor, subject)


def _too_many(operation: Operation, tensor: Tensor, subject: str) -> Cause | None:
    """Return the cause where an argument says how many entries of a dimension are picked, and it has fewer."""
    row = function(operation.target)
    if row is None:
        return None
    call = row.bind(operation.arguments, dict(operation.keywords))
    for needed in row.refused(call):
        if not isinstance(needed, Equation) or needed.relation is not Relation.AT_LEAST:
            continue
        if isinstance(needed.left, Size) and isinstance(needed.right, Argument):
            asked, at = needed.right.value_in(call) or 0, needed.left.dimension
            message = f"{subject} asks for {asked} of the {tensor.shape[at]} entries of dimension {at}"
            sizes, name = (tensor.shape[at],), needed.right.name
            return Cause(Mismatch.INDEX_RANGE, message, (asked,), sizes, name, 0, at, detail=Detail.INDEX)
    return None


def out_of_range(subject: str, dim: int, tensor: Tensor) -> Cause:
    message = f"{subject} names dimension {dim} but receives {show(tensor.shape)}"
    return Cause(Mismatch.DIMENSION_RANGE, message, (dim,), tensor.shape, "dim", 0, dim)


def dimensions(operation: Operation) -> tuple[int, ...]:
    """Return the dimensions that a function names, in order."""
    row = function(operation.target)
    named_dimensions: list[int] = []
    for position, value in enumerate(operation.arguments):
        parameter = None if row is None else row.argument_at(position)
        if parameter is not None and parameter.names_dimension:
            named_dimensions += _numbers(value)
    for key, value in operation.keywords:
        if key in DIMENSION_NAMES:
            named_dimensions += _numbers(value)
    return tuple(named_dimensions)


def _numbers(value: Value) -> list[int]:
    if isinstance(value, Sequence):
        return [n for item in value.items for n in _numbers(item)]
    return [value] if is_integer(value) else []


def indexed(operation: Operation, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    if tensor is None or len(operation.arguments) < 2:
        return None
    if (cause := _fractions(operation, subject)) is not None:
        return cause
    if operation.operator == "setitem" and (cause := _assigned(operation, subject)) is not None:
        return cause
    key = operation.arguments[1]
    parts = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
    used = sum(1 for part in parts if part is not None and not _is_ellipsis(part))
    if used > tensor.rank:
        message = f"{subject} with {used} indices on {show(tensor.shape)}"
        return Cause(Mismatch.INDEX_RANGE, message, (used,), tensor.shape, "", 0, detail=Detail.RANK)
    dimension = 0
    for part in parts:
        asked = _asked(part, tensor.shape[dimension]) if dimension < tensor.rank else None
        if asked is not None:
            message = f"{subject} asks for index {asked} of dimension {dimension} in {show(tensor.shape)}"
            sizes = (tensor.shape[dimension],)
            return Cause(Mismatch.INDEX_RANGE, message, (asked,), sizes, "", 0, dimension, detail=Detail.INDEX)
        if part is not None:
            dimension += part.rank if is_mask(part) else 1
    return Cause(
        Mismatch.INDEX_RANGE, f"{subject} on {show(tensor.shape)}", (), tensor.shape, "", 0, detail=Detail.MASK
    )


def _asked(part: Value, size: int) -> int | None:
    """Return the index that a number, or a tensor of some, asks for where there are ``size`` entries; None for none
    that is out of range.
    """
    if isinstance(part, Tensor) and part.values is not None and not is_mask(part):
        asked = [int(value) for value in part.values]
    else:
        asked = [part] if is_integer(part) else []
    return next((index for index in asked if not -size <= index < size), None)


def _fractions(operation: Operation, subject: str) -> Cause | None:
    """Return the cause where a tensor between the brackets has numbers that count nothing."""
    row = function(operation.target)
    call = None if row is None else row.bind(operation.arguments, dict(operation.keywords))
    for needed in row.refused(call) if row is not None and call is not None else ():
        tensor = call.tensor(needed.operand, needed.item) if isinstance(needed, DtypeIn) and call is not None else None
        if isinstance(needed, DtypeIn) and tensor is not None:
            message = f"{subject} takes whole numbers as indices but receives an index of {tensor.dtype}"
            operand = operation.tensors.index(tensor, 1) if tensor in operation.tensors[1:] else None
            return Cause(Mismatch.DTYPE, message, (), tensor.shape, "", operand, detail=Detail.TO_LONG)
    return None


def _assigned(operation: Operation, subject: str) -> Cause | None:
    """Return the cause if the value of ``x[key] = value`` cannot be expanded to what the key picks."""
    picking, writing = function("getitem"), function("setitem")
    assert picking is not None
    assert writing is not None
    call = writing.bind(operation.arguments, dict(operation.keywords))
    value, region = call.tensor("value"), picking.result(picking.bind(operation.arguments[:2]))
    if value is None or not region or region[0] is None or not writing.refused(call):
        return None
    message = f"{subject} writes {show(value.shape)} into {show(region[0])}"
    return Cause(Mismatch.EXPAND, message, region[0], value.shape, "", len(operation.tensors) - 1)


def _is_ellipsis(value: Value) -> bool:
    return getattr(value, "type", "") == "ellipsis"
