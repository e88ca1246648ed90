"""Conclusions about functions and tensor methods: reshaping, joining, broadcasting, products, dimensions and indices."""

from __future__ import annotations

import math
from collections.abc import Callable

from autofix.diagnosis.conclusion import Conclusion, integer_argument, show, tensor_at
from autofix.records import Mismatch, Operation, Sequence, Tensor, Value
from autofix.shapes import ShapeError, clashing_dimension, view_shape
from autofix.signatures import function_parameters

Check = Callable[[Operation, str], Conclusion | None]
_ARITHMETIC = frozenset(
    [
        "add",
        "radd",
        "iadd",
        "sub",
        "rsub",
        "isub",
        "mul",
        "rmul",
        "imul",
        "div",
        "rdiv",
        "truediv",
        "itruediv",
        "rtruediv",
        "true_divide",
        "floor_divide",
        "pow",
        "rpow",
        "ipow",
        "mod",
        "remainder",
        "maximum",
        "minimum",
        "where",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "and",
        "or",
        "xor",
        "bitwise_and",
        "bitwise_or",
        "logical_and",
        "logical_or",
        "atan2",
        "fmod",
        "lerp",
        "addcmul",
        "addcdiv",
        "masked_fill",
        "dist",
        "sub_",
        "add_",
        "mul_",
        "div_",
        "cosine_similarity",
        "pairwise_distance",
    ]
)
_DIMENSIONS = frozenset(
    [
        "squeeze",
        "unsqueeze",
        "transpose",
        "swapaxes",
        "permute",
        "flatten",
        "mean",
        "sum",
        "max",
        "min",
        "amax",
        "amin",
        "argmax",
        "argmin",
        "softmax",
        "log_softmax",
        "norm",
        "std",
        "var",
        "cumsum",
        "cumprod",
        "logsumexp",
        "prod",
        "size",
        "select",
        "narrow",
        "chunk",
        "split",
        "unbind",
        "median",
        "any",
        "all",
        "sort",
        "topk",
        "flip",
        "roll",
        "gather",
        "index_select",
        "unfold",
        "repeat_interleave",
        "movedim",
        "unflatten",
        "normalize",
        "glu",
    ]
)


def conclude(operation: Operation, subject: str) -> Conclusion | None:
    name = operation.target.rpartition(".")[2]
    for names, check in _CHECKS:
        if name in names:
            found = check(operation, subject)
            if found is not None:
                return found
    return _arithmetic(operation, subject) if name.strip("_") in _ARITHMETIC else None


def _view(operation: Operation, subject: str) -> Conclusion | None:
    tensor = tensor_at(operation, 0)
    sizes = view_sizes(operation)
    if tensor is None or sizes is None:
        return None
    total = math.prod(tensor.shape)
    try:
        view_shape(total, sizes)
    except ShapeError:
        message = f"{subject} asks for {show(sizes)} but {show(tensor.shape)} has {total} elements"
        return Conclusion(Mismatch.VIEW_SIZE, message, sizes, tensor.shape, "", 0)
    message = f"{subject} needs contiguous memory but {show(tensor.shape)} was permuted before"
    return Conclusion(Mismatch.VIEW_CONTIGUITY, message, sizes, tensor.shape, "", 0)


def _unflatten(operation: Operation, subject: str) -> Conclusion | None:
    tensor, dim = tensor_at(operation, 0), integer_argument(operation, 1, "dim")
    sizes = operation.arguments[2] if len(operation.arguments) > 2 else operation.keyword("sizes")
    return None if tensor is None or dim is None else unflatten(tensor, dim, sizes, subject)


def unflatten(tensor: Tensor, dim: int, sizes: Value, subject: str) -> Conclusion | None:
    """Sizes that do not make up the dimension that is split."""
    asked = tuple(s for s in sizes.items if isinstance(s, int)) if isinstance(sizes, Sequence) else ()
    if not asked or not -tensor.rank <= dim < tensor.rank:
        return None
    try:
        view_shape(tensor.shape[dim], asked)
    except ShapeError:
        message = f"{subject} splits {tensor.shape[dim]} of {show(tensor.shape)} into {show(asked)}"
        return Conclusion(Mismatch.VIEW_SIZE, message, asked, (tensor.shape[dim],), "", 0, dim % tensor.rank)
    return None


def view_sizes(operation: Operation) -> tuple[int, ...] | None:
    """The sizes that a view or reshape asks for, written as numbers or as one sequence."""
    rest: tuple[Value, ...] = operation.arguments[1:]
    if len(rest) == 1 and isinstance(rest[0], Sequence):
        rest = rest[0].items
    if not rest:
        keyword = operation.keyword("shape") or operation.keyword("size")
        rest = keyword.items if isinstance(keyword, Sequence) else ()
    sizes = tuple(size for size in rest if isinstance(size, int) and not isinstance(size, bool))
    return sizes if sizes and len(sizes) == len(rest) else None


def _concatenate(operation: Operation, subject: str) -> Conclusion | None:
    sequence = operation.arguments[0] if operation.arguments else operation.keyword("tensors")
    tensors = [item for item in sequence.items if isinstance(item, Tensor)] if isinstance(sequence, Sequence) else []
    if len(tensors) < 2:
        return None
    ranks = tuple(t.rank for t in tensors)
    shapes = ", ".join(show(t.shape) for t in tensors)
    if len(set(ranks)) > 1:
        return Conclusion(
            Mismatch.CONCATENATE,
            f"{subject} joins tensors of different rank: {shapes}",
            ranks[:1],
            ranks[1:],
            "rank",
            1,
        )
    stacking = operation.target.endswith("stack")
    dim = integer_argument(operation, 1, "dim") or 0
    if not stacking and not -ranks[0] <= dim < ranks[0]:
        return out_of_range(subject, dim, tensors[0])
    for index, tensor in enumerate(tensors[1:], 1):
        for d in range(ranks[0]):
            joined = d == dim % ranks[0] and not stacking
            if not joined and tensor.shape[d] != tensors[0].shape[d]:
                message = f"{subject} joins {shapes} along dimension {dim}, but dimension {d} differs"
                return Conclusion(
                    Mismatch.CONCATENATE, message, (tensors[0].shape[d],), (tensor.shape[d],), "size", index, d
                )
    return None


def _arithmetic(operation: Operation, subject: str) -> Conclusion | None:
    tensors = operation.tensors
    for index, right in enumerate(tensors[1:], 1):
        left = tensors[0]
        dimension = clashing_dimension(left.shape, right.shape)
        if dimension is not None:
            message = f"{subject} of {show(left.shape)} and {show(right.shape)}: dimension {dimension} differs"
            return Conclusion(
                Mismatch.BROADCAST, message, (left.shape[dimension],), (right.shape[dimension],), "", index, dimension
            )
    return None


def _expand(operation: Operation, subject: str) -> Conclusion | None:
    tensor = tensor_at(operation, 0)
    other = operation.tensors[1].shape if len(operation.tensors) > 1 else view_sizes(operation)
    if tensor is None or other is None:
        return None
    wanted = tuple(
        tensor.shape[i - len(other)] if s == -1 and len(other) - i <= tensor.rank else s for i, s in enumerate(other)
    )
    if len(wanted) < tensor.rank or any(
        a != b and a != 1 for a, b in zip(tensor.shape[::-1], wanted[::-1], strict=False)
    ):
        message = f"{subject} cannot expand {show(tensor.shape)} to {show(wanted)}"
        return Conclusion(Mismatch.EXPAND, message, wanted, tensor.shape, "", 0)
    return None


def _product(operation: Operation, subject: str) -> Conclusion | None:
    tensors = operation.tensors
    if operation.target.rpartition(".")[2] in {"addmm", "baddbmm", "addbmm", "addmv"}:
        tensors = tensors[1:]
    if len(tensors) < 2:
        return None
    left, right = tensors[0], tensors[1]
    if not left.shape or not right.shape:
        return None
    inner = right.shape[-2] if right.rank > 1 else right.shape[0]
    message = f"{subject} of {show(left.shape)} and {show(right.shape)}"
    if left.shape[-1] != inner:
        return Conclusion(
            Mismatch.MATMUL,
            f"{message}: {left.shape[-1]} and {inner} are multiplied",
            (inner,),
            (left.shape[-1],),
            "inner",
            1,
            -2,
        )
    return Conclusion(Mismatch.MATMUL, message, right.shape, left.shape, "batch", 1, 0)


def _einsum(operation: Operation, subject: str) -> Conclusion | None:
    equation = operation.arguments[0] if operation.arguments else None
    if not isinstance(equation, str):
        return None
    shapes = " and ".join(show(t.shape) for t in operation.tensors)
    return Conclusion(Mismatch.MATMUL, f"{subject} {equation!r} of {shapes}", (), (), "equation", 0)


def _linear(operation: Operation, subject: str) -> Conclusion | None:
    tensor, weight = tensor_at(operation, 0), tensor_at(operation, 1, "weight")
    if tensor is None or weight is None or not tensor.shape or weight.rank != 2 or tensor.shape[-1] == weight.shape[1]:
        return None
    message = f"{subject} takes {weight.shape[1]} features but receives {tensor.shape[-1]}"
    return Conclusion(Mismatch.MATMUL, message, (weight.shape[1],), (tensor.shape[-1],), "weight", 1, 1)


def _convolution(operation: Operation, subject: str) -> Conclusion | None:
    tensor, weight = tensor_at(operation, 0), tensor_at(operation, 1, "weight")
    if tensor is None or weight is None or weight.rank < 3:
        return None
    spatial = weight.rank - 2
    groups = integer_argument(operation, 6, "groups") or 1
    if tensor.rank not in (spatial + 1, spatial + 2):
        message = f"{subject} takes {spatial + 1} or {spatial + 2} dimensions but receives {show(tensor.shape)}"
        return Conclusion(Mismatch.CONV_RANK, message, (spatial + 1, spatial + 2), tensor.shape, "", 0)
    channels = weight.shape[1] * groups if "transpose" not in operation.target else weight.shape[0]
    dimension = tensor.rank - spatial - 1
    if tensor.shape[dimension] != channels:
        message = f"{subject} takes {channels} channels but receives {tensor.shape[dimension]} in {show(tensor.shape)}"
        return Conclusion(
            Mismatch.CONV_CHANNELS, message, (channels,), (tensor.shape[dimension],), "weight", 0, dimension
        )
    return None


def _pool(operation: Operation, subject: str) -> Conclusion | None:
    tensor = tensor_at(operation, 0)
    name = operation.target.rpartition(".")[2]
    digits = [c for c in name if c.isdigit()]
    if tensor is None or not digits:
        return None
    spatial = int(digits[0])
    if tensor.rank not in (spatial + 1, spatial + 2):
        message = f"{subject} takes {spatial + 1} or {spatial + 2} dimensions but receives {show(tensor.shape)}"
        return Conclusion(Mismatch.CONV_RANK, message, (spatial + 1, spatial + 2), tensor.shape, "", 0)
    kernel = operation.arguments[1] if len(operation.arguments) > 1 else operation.keyword("kernel_size")
    sizes = kernel.items if isinstance(kernel, Sequence) else (kernel,) * spatial
    if all(isinstance(k, int) for k in sizes) and any(
        int(str(k)) > s for k, s in zip(sizes, tensor.shape[-spatial:], strict=False)
    ):
        reach = tuple(int(str(k)) for k in sizes)
        message = f"{subject} has a kernel of {show(reach)} but receives {show(tensor.shape[-spatial:])}"
        return Conclusion(Mismatch.KERNEL_TOO_LARGE, message, reach, tensor.shape[-spatial:], "kernel_size", 0)
    return None


def _dimension(operation: Operation, subject: str) -> Conclusion | None:
    tensor = tensor_at(operation, 0)
    if tensor is None:
        return None
    for dim in dimensions(operation):
        limit = tensor.rank + (1 if operation.target.endswith("unsqueeze") else 0)
        if not -limit <= dim < limit:
            return out_of_range(subject, dim, tensor)
    if operation.target.endswith("permute"):
        wanted = dimensions(operation)
        if len(wanted) != tensor.rank:
            message = f"{subject} names {len(wanted)} dimensions but receives {show(tensor.shape)}"
            return Conclusion(Mismatch.RANK, message, (len(wanted),), tensor.shape, "", 0)
    return None


def out_of_range(subject: str, dim: int, tensor: Tensor) -> Conclusion:
    message = f"{subject} names dimension {dim} but receives {show(tensor.shape)}"
    return Conclusion(Mismatch.DIMENSION_RANGE, message, (dim,), tensor.shape, "dim", 0, dim)


def dimensions(operation: Operation) -> tuple[int, ...]:
    """The dimensions that a function names, in order."""
    name = operation.target.rpartition(".")[2]
    parameters = function_parameters(name)
    found: list[int] = []
    for position, value in enumerate(operation.arguments[1:], 1):
        named = parameters[position] if position < len(parameters) else ""
        if (
            named.startswith(("dim", "start_dim", "end_dim"))
            or name in {"permute", "transpose", "swapaxes"}
            or (not parameters and position == 1)
        ):
            found += _numbers(value)
    for key, value in operation.keywords:
        if key in {"dim", "start_dim", "end_dim", "dim0", "dim1", "dims", "axis"}:
            found += _numbers(value)
    return tuple(found)


def _numbers(value: Value) -> list[int]:
    if isinstance(value, Sequence):
        return [n for item in value.items for n in _numbers(item)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def _index(operation: Operation, subject: str) -> Conclusion | None:
    tensor = tensor_at(operation, 0)
    if tensor is None or len(operation.arguments) < 2:
        return None
    key = operation.arguments[1]
    parts = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
    used = sum(1 for part in parts if part is not None and not _is_ellipsis(part))
    if used > tensor.rank:
        message = f"{subject} with {used} indices on {show(tensor.shape)}"
        return Conclusion(Mismatch.INDEX_RANGE, message, (used,), tensor.shape, "rank", 0)
    dimension = 0
    for part in parts:
        if (
            isinstance(part, int)
            and not isinstance(part, bool)
            and dimension < tensor.rank
            and not -tensor.shape[dimension] <= part < tensor.shape[dimension]
        ):
            message = f"{subject} asks for index {part} of dimension {dimension} in {show(tensor.shape)}"
            return Conclusion(Mismatch.INDEX_RANGE, message, (part,), (tensor.shape[dimension],), "index", 0, dimension)
        if part is not None:
            dimension += 1
    return Conclusion(Mismatch.INDEX_RANGE, f"{subject} on {show(tensor.shape)}", (), tensor.shape, "mask", 0)


def _is_ellipsis(value: Value) -> bool:
    return getattr(value, "type", "") == "ellipsis"


_CHECKS: tuple[tuple[frozenset[str], Check], ...] = (
    (frozenset(("view", "reshape", "view_as", "reshape_as")), _view),
    (frozenset(("unflatten",)), _unflatten),
    (frozenset(("cat", "concat", "concatenate", "stack", "hstack", "vstack")), _concatenate),
    (frozenset(("expand", "expand_as", "broadcast_to")), _expand),
    (frozenset(("matmul", "rmatmul", "mm", "bmm", "mv", "addmm", "baddbmm", "addbmm", "addmv", "dot")), _product),
    (frozenset(("einsum",)), _einsum),
    (frozenset(("linear",)), _linear),
    (frozenset(f"{name}{n}d" for name in ("conv", "conv_transpose") for n in (1, 2, 3)), _convolution),
    (
        frozenset(f"{kind}_pool{n}d" for kind in ("max", "avg", "adaptive_avg", "adaptive_max") for n in (1, 2, 3)),
        _pool,
    ),
    (_DIMENSIONS, _dimension),
    (frozenset(("getitem", "setitem", "index_select", "select")), _index),
)
