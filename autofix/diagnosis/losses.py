"""Conclusions about losses: what the model gives out against what the target is.

Layers (``nn.CrossEntropyLoss``) and functions (``F.cross_entropy``) are judged alike, from the operands.
"""

from __future__ import annotations

import math

from autofix.diagnosis.cause import Cause, show, tensor_at
from autofix.operators.families import Family
from autofix.operators.operator import Operator
from autofix.operators.table import function
from autofix.operators.table import layer as find_layer
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor

_INTEGERS = frozenset(("int64", "int32", "int16", "int8", "uint8"))
# Losses whose backward pass refuses what their forward pass took.
_STRICT = frozenset(("binary_cross_entropy", "huber_loss"))


def conclude(operation: Operation, layer: Layer | None) -> Cause | None:
    name, row = name_of(operation, layer), row_of(operation, layer)
    if name == "backward":
        return _backward(operation)
    if name == "one_hot":
        return _numbers(operation)
    match None if row is None else row.family:
        case Family.SEQUENCE_LOSS:
            return _sequences(operation, name)
        case Family.PAIR_LOSS:
            return _pairs(operation, name)
        case Family.RANKING_LOSS if row is not None:
            return _alike(operation, name, tuple(argument.name for argument in row.arguments[:3]))
        case Family.ELEMENTWISE_LOSS:
            compare = _elementwise
        case Family.CLASS_LOSS:
            compare = _classes
        case _:
            return None
    output, target = tensor_at(operation, 0), tensor_at(operation, 1, "target")
    return None if output is None or target is None else compare(output, target, name)


def row_of(operation: Operation, layer: Layer | None) -> Operator | None:
    """Return the row of the function or layer that was called."""
    return function(operation.target) if layer is None else find_layer(layer.kind)


def name_of(operation: Operation, layer: Layer | None) -> str:
    return layer.kind if layer is not None else operation.operator


def refuses_later(operation: Operation, layer: Layer | None) -> Cause | None:
    """Return the cause where a target dtype passes forward and stops the backward pass."""
    output, target = tensor_at(operation, 0), tensor_at(operation, 1, "target")
    name, row = name_of(operation, layer), row_of(operation, layer)
    if (
        row is None
        or _STRICT.isdisjoint(row.functions)
        or output is None
        or target is None
        or output.dtype == target.dtype
    ):
        return None
    return _elementwise(output, target, name)


def _backward(operation: Operation) -> Cause | None:
    """Return the cause where ``backward`` starts from more than one number, or with a gradient of another shape."""
    loss, gradient = tensor_at(operation, 0), tensor_at(operation, 1, "gradient")
    if loss is not None and gradient is not None and gradient.shape != loss.shape:
        message = f"`backward` starts from {show(loss.shape)} with a gradient of {show(gradient.shape)}"
        return Cause(Mismatch.LOSS_SCALAR, message, loss.shape, gradient.shape, "", 1)
    if loss is None or math.prod(loss.shape) == 1 or len(operation.tensors) > 1:
        return None
    message = f"`backward` starts from a loss of {show(loss.shape)}, not from one number"
    return Cause(Mismatch.LOSS_SCALAR, message, (), loss.shape, "", 0)


def _elementwise(output: Tensor, target: Tensor, name: str) -> Cause | None:
    if output.shape != target.shape:
        message = f"`{name}` compares {show(output.shape)} with a target of {show(target.shape)}"
        return Cause(Mismatch.LOSS_SHAPE, message, target.shape, output.shape, "", 0)
    if target.dtype != output.dtype:
        message = f"`{name}` compares {output.dtype} with a target of {target.dtype}"
        return Cause(Mismatch.LOSS_DTYPE, message, detail=Detail.TO_FLOAT, operand=1)
    return None


def _classes(output: Tensor, target: Tensor, name: str) -> Cause | None:
    """Return the cause where a target fits scores ``(N, C, ...)`` neither as indices ``(N, ...)`` nor
    as probabilities of their shape.
    """
    if not output.shape or (target.shape == output.shape and target.dtype not in _INTEGERS):
        return None
    index_shape = (*output.shape[:1], *output.shape[2:])
    if target.shape == index_shape and output.rank > 1:
        return _class_values(output, target, name)
    if _has_other_rows(output, target, index_shape):
        message = f"`{name}` has {output.shape[0]} rows of scores for {target.shape[0]} targets"
        return Cause(Mismatch.LOSS_BATCH, message, target.shape, output.shape, "", 0, 0)
    scores = f"for scores of {show(output.shape)}"
    message = f"`{name}` takes a target of {show(index_shape)} {scores} but receives {show(target.shape)}"
    return Cause(Mismatch.LOSS_SHAPE, message, index_shape, target.shape, "", 1, detail=Detail.CLASSES)


def _has_other_rows(output: Tensor, target: Tensor, index_shape: tuple[int, ...]) -> bool:
    """Return whether the number of samples itself differs, and no rearranging of the scores or targets explains it."""
    if not target.shape or output.rank < 2 or output.shape[0] == target.shape[0]:
        return False
    squeezed = tuple(size for size in target.shape if size != 1)
    sequence = target.rank == 1 and output.rank == 3 and math.prod(output.shape[:2]) == target.shape[0]
    return len(squeezed) <= len(index_shape) and not sequence


def _class_values(output: Tensor, target: Tensor, name: str) -> Cause | None:
    if target.dtype not in {"int64", "uint8"}:
        message = f"`{name}` takes class indices of int64 but receives {target.dtype}"
        return Cause(Mismatch.LOSS_DTYPE, message, detail=Detail.TO_LONG, operand=1)
    if target.values is not None and target.values[1] >= output.shape[1]:
        message = f"`{name}` has scores for {output.shape[1]} classes but a target of {target.values[1]}"
        return Cause(Mismatch.LOSS_CLASSES, message, (output.shape[1],), (target.values[1] + 1,), "", 0, 1)
    return None


def _numbers(operation: Operation) -> Cause | None:
    """Return the cause where ``one_hot`` is told of fewer classes than a number stands for."""
    labels, count = tensor_at(operation, 0), operation.integer(1, "num_classes")
    if labels is None or labels.values is None or count is None or not 0 < count <= labels.values[1]:
        return None
    message = f"`one_hot` has {count} classes but a label of {labels.values[1]}"
    return Cause(Mismatch.LOSS_CLASSES, message, (count,), (labels.values[1] + 1,), "", 0, 0)


def _sequences(operation: Operation, name: str) -> Cause | None:
    """Return the cause where CTC's log probabilities ``(T, N, C)`` do not have one length for each of the N samples."""
    scores, lengths = tensor_at(operation, 0, "log_probs"), tensor_at(operation, 2, "input_lengths")
    if scores is None or lengths is None or scores.rank != 3 or lengths.rank != 1:
        return None
    if scores.shape[1] == lengths.shape[0]:
        return None
    message = f"`{name}` takes scores of (T, {lengths.shape[0]}, C) but receives {show(scores.shape)}"
    return Cause(Mismatch.LOSS_SHAPE, message, lengths.shape, scores.shape, "", 0, detail=Detail.SEQUENCES)


def _pairs(operation: Operation, name: str) -> Cause | None:
    """Return the cause where two batches of vectors do not have one target for each pair."""
    first, target = tensor_at(operation, 0, "input1"), tensor_at(operation, 2, "target")
    if first is None or target is None or target.rank == first.rank - 1 or not first.shape:
        return None
    expected = first.shape[:1]
    message = f"`{name}` takes a target of {show(expected)} for {show(first.shape)} but receives {show(target.shape)}"
    return Cause(Mismatch.LOSS_SHAPE, message, expected, target.shape, "", 2, detail=Detail.PAIRS)


def _alike(operation: Operation, name: str, names: tuple[str, ...]) -> Cause | None:
    """Return the cause where one of three operands has another rank than the others."""
    operands = [tensor_at(operation, i, keyword) for i, keyword in enumerate(names)]
    tensors = [tensor for tensor in operands if tensor is not None]
    if len(tensors) != 3 or len({tensor.rank for tensor in tensors}) != 2:
        return None
    ranks = [tensor.rank for tensor in tensors]
    odd = next(i for i, rank in enumerate(ranks) if ranks.count(rank) == 1)
    other_shape = tensors[(odd + 1) % 3].shape
    keyword = names[odd]
    message = (
        f"`{name}` takes operands of one rank, but `{keyword}` is {show(tensors[odd].shape)} beside {show(other_shape)}"
    )
    return Cause(Mismatch.LOSS_SHAPE, message, other_shape, tensors[odd].shape, keyword, odd)
