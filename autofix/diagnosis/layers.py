"""Conclusions about layers that multiply, convolve, normalise or look up: sizes of the input against the layer's own.

Functional twins (``F.linear``) are judged from their weight operand in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autofix.diagnosis.cause import Cause, show, tensor_at, wrong_rank, wrong_width
from autofix.diagnosis.dims_and_indexing import out_of_range
from autofix.diagnosis.pointwise_and_views import unflatten
from autofix.operators.families import Family
from autofix.operators.shape_functions import per_dimension
from autofix.operators.table import layer as find_layer
from autofix.operators.table import layer_like
from autofix.records.finding import Mismatch
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer

Check = Callable[[Operation, Layer, str], Cause | None]


def conclude(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    """Return what is wrong with a layer's call, None if its own sizes explain nothing."""
    row = layer_like(layer.kind)
    check = None if row is None else _CHECKS.get(row.family)
    return None if check is None else check(operation, layer, subject)


def number(value: Value) -> int | None:
    return value if is_integer(value) else None


def _linear(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, expected = tensor_at(operation, 0), number(layer.setting("in_features"))
    if tensor is None or expected is None or not tensor.shape:
        return None
    if tensor.shape[-1] != expected:
        message = f"{subject} takes {expected} features but receives {tensor.shape[-1]}"
        return wrong_width(Mismatch.LINEAR_IN_FEATURES, message, expected, tensor, "in_features")
    return None


def _bilinear(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    for position, parameter in enumerate(("in1_features", "in2_features")):
        tensor, expected = tensor_at(operation, position, f"input{position + 1}"), number(layer.setting(parameter))
        if tensor is not None and expected is not None and tensor.shape and tensor.shape[-1] != expected:
            message = f"{subject} takes {expected} features as input {position + 1} but receives {tensor.shape[-1]}"
            return wrong_width(Mismatch.BILINEAR_FEATURES, message, expected, tensor, parameter, position)
    return None


def _convolution(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, expected = tensor_at(operation, 0), number(layer.setting("in_channels"))
    spatial = int(layer.kind[-2])
    kernel = layer.setting("kernel_size")
    width = len(kernel.items) if isinstance(kernel, Sequence) else spatial
    if tensor is None or expected is None:
        return None
    return convolve(tensor, expected, spatial, width, kernel, layer, subject)


def convolve(
    tensor: Tensor, channels: int, spatial: int, width: int, kernel: Value, layer: Layer | None, subject: str
) -> Cause | None:
    """Return the cause where a convolution does not take the tensor: ``spatial`` are the layer's
    dimensions, ``width`` those of its kernel.
    """
    if tensor.rank not in (spatial + 1, spatial + 2) or width != spatial:
        accepted_ranks = (width + 2,) if width != spatial else (spatial + 1, spatial + 2)
        ranks = " or ".join(f"{rank} dimensions" for rank in accepted_ranks)
        message = f"{subject} takes {ranks} but receives {show(tensor.shape)}"
        return Cause(Mismatch.CONV_RANK, message, accepted_ranks, tensor.shape, "", 0)
    dimension = tensor.rank - spatial - 1
    if tensor.shape[dimension] != channels:
        actual, noun = tensor.shape[dimension], "channel" if channels == 1 else "channels"
        message = f"{subject} takes {channels} {noun} but receives {actual} in {show(tensor.shape)}"
        return Cause(Mismatch.CONV_CHANNELS, message, (channels,), (actual,), "in_channels", 0, dimension)
    return window(tensor, kernel, spatial, layer, subject)


def window(tensor: Tensor, kernel: Value, spatial: int, layer: Layer | None, subject: str) -> Cause | None:
    """Return the cause where a kernel is too large for the padded input."""
    sizes = per_dimension(kernel, spatial)
    padding = per_dimension(layer.setting("padding"), spatial) if layer is not None else (0,) * spatial
    dilation = per_dimension(layer.setting("dilation"), spatial) if layer is not None else (1,) * spatial
    if sizes is None or tensor.rank < spatial:
        return None
    reach = [d * (k - 1) + 1 for k, d in zip(sizes, dilation or (1,) * spatial, strict=True)]
    room = [s + 2 * p for s, p in zip(tensor.shape[-spatial:], padding or (0,) * spatial, strict=True)]
    if any(r > s for r, s in zip(reach, room, strict=True)):
        message = f"{subject} has a kernel of {show(tuple(reach))} but receives {show(tuple(room))} with its padding"
        return Cause(Mismatch.KERNEL_TOO_LARGE, message, tuple(reach), tuple(room), "kernel_size", 0)
    return None


def _pool(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, spatial = tensor_at(operation, 0), int(layer.kind[-2])
    if tensor is None:
        return None
    wrong = wrong_rank(Mismatch.CONV_RANK, subject, tensor, (spatial + 1, spatial + 2))
    return wrong or window(tensor, layer.setting("kernel_size"), spatial, layer, subject)


def _batch_norm(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, expected = tensor_at(operation, 0), number(layer.setting("num_features"))
    if tensor is None or expected is None:
        return None
    row = find_layer(layer.kind)
    ranks = () if row is None else row.ranks()
    if ranks and tensor.rank not in ranks:
        return wrong_rank(Mismatch.NORM_RANK, f"{subject} ({layer.kind})", tensor, ranks)
    if tensor.rank > 1 and tensor.shape[1] != expected:
        return _norm_features(tensor, expected, 1, "num_features", subject)
    if math.prod((tensor.shape[0], *tensor.shape[2:])) == 1:
        message = f"{subject} has one value per channel in {show(tensor.shape)}, too few to train on"
        return Cause(Mismatch.NORM_BATCH_OF_ONE, message, (2,), tensor.shape, "", 0)
    return None


def _norm_features(tensor: Tensor, expected: int, dimension: int, parameter: str, subject: str) -> Cause:
    message = f"{subject} expects {expected} features, got {tensor.shape[dimension]} in {show(tensor.shape)}"
    return Cause(Mismatch.NORM_FEATURES, message, (expected,), (tensor.shape[dimension],), parameter, 0, dimension)


def _group_norm(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, expected = tensor_at(operation, 0), number(layer.setting("num_channels"))
    if tensor is None or expected is None or tensor.rank < 2 or tensor.shape[1] == expected:
        return None
    return _norm_features(tensor, expected, 1, "num_channels", subject)


def _layer_norm(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, normalized_shape = tensor_at(operation, 0), layer.setting("normalized_shape")
    if tensor is None or not isinstance(normalized_shape, Sequence):
        return None
    expected = tuple(size for size in normalized_shape.items if isinstance(size, int))
    actual = tensor.shape[-len(expected) :] if expected else ()
    if actual == expected:
        return None
    message = f"{subject} expects last dimensions {show(expected)}, got {show(tensor.shape)}"
    return Cause(Mismatch.NORM_FEATURES, message, expected, actual, "normalized_shape", 0, tensor.rank - 1)


def _unflatten(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, dim = tensor_at(operation, 0), number(layer.setting("dim"))
    return None if tensor is None or dim is None else unflatten(tensor, dim, layer.setting("unflattened_size"), subject)


def _along(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    """Return the cause where a layer that works along one dimension names one that the input does not have."""
    tensor = tensor_at(operation, 0)
    for parameter in ("dim", "start_dim"):
        dim = number(layer.setting(parameter))
        if tensor is not None and dim is not None and not -tensor.rank <= dim < tensor.rank:
            return out_of_range(subject, dim, tensor)
    return None


def _embedding(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, rows = tensor_at(operation, 0), number(layer.setting("num_embeddings"))
    if tensor is None or rows is None:
        return None
    if tensor.dtype not in {"int64", "int32"}:
        message = f"{subject} takes int64 indices but receives {tensor.dtype}"
        return Cause(Mismatch.EMBEDDING_DTYPE, message, (), tensor.shape, "", 0)
    if tensor.values is not None and (tensor.values[1] >= rows or tensor.values[0] < 0):
        lowest, highest = tensor.values
        message = f"{subject} has {rows} rows but is asked for index {highest if highest >= rows else lowest}"
        return Cause(Mismatch.EMBEDDING_RANGE, message, (rows,), (tensor.values[1] + 1,), "num_embeddings", 0)
    return None


_CHECKS: dict[Family, Check] = {
    Family.LINEAR: _linear,
    Family.BILINEAR: _bilinear,
    Family.CONVOLUTION: _convolution,
    Family.POOLING: _pool,
    Family.BATCH_NORM: _batch_norm,
    Family.GROUP_NORM: _group_norm,
    Family.LAYER_NORM: _layer_norm,
    Family.EMBEDDING: _embedding,
    Family.UNFLATTENING: _unflatten,
    **dict.fromkeys((Family.SOFTMAX, Family.FLATTENING, Family.ACTIVATION), _along),
}
