"""Conclusions about functions that multiply or slide: matrix products, einsum, and the functional twins of layers.

They are judged from their operands, the weight among them; layers are judged from their settings elsewhere.
"""

from __future__ import annotations

from autofix.diagnosis.cause import Cause, show, tensor_at, wrong_mask, wrong_rank
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Sequence


def multiplied(operation: Operation, subject: str) -> Cause | None:
    tensors = operation.tensors
    if operation.operator in {"addmm", "baddbmm", "addbmm", "addmv"}:
        tensors = tensors[1:]
    if len(tensors) < 2:
        return None
    left, right = tensors[0], tensors[1]
    if not left.shape or not right.shape:
        return None
    inner = right.shape[-2] if right.rank > 1 else right.shape[0]
    message = f"{subject} of {show(left.shape)} and {show(right.shape)}"
    if left.shape[-1] != inner:
        return Cause(
            Mismatch.MATMUL,
            f"{message}: {left.shape[-1]} and {inner} are multiplied",
            (inner,),
            (left.shape[-1],),
            "",
            1,
            -2,
            detail=Detail.INNER,
        )
    return Cause(Mismatch.MATMUL, message, right.shape, left.shape, "", 1, 0, detail=Detail.BATCH)


def attended(operation: Operation, subject: str) -> Cause | None:
    """Return the cause where queries (..., L, E), keys (..., S, E), values (..., S, V) and a mask (...,
    L, S) do not fit.
    """
    query, key, value = (tensor_at(operation, i, name) for i, name in enumerate(("query", "key", "value")))
    if query is None or key is None or value is None or min(query.rank, key.rank, value.rank) < 2:
        return None
    for operand, left, right, free in ((1, query, key, 2), (2, key, value, 1)):
        for back in range(1, min(left.rank, right.rank) + 1):
            own, other = left.shape[-back], right.shape[-back]
            grouped = back == 3 and operation.keyword("enable_gqa") is True and other > 0 and own % other == 0
            if back != free and own != other and not grouped and not (back > 2 and 1 in (own, other)):
                place = max(left.rank, right.rank) - back
                message = f"{subject} of {show(left.shape)} and {show(right.shape)}: dimension {place} differs"
                return Cause(Mismatch.BROADCAST, message, (own,), (other,), "", operand, -back)
    mask, mask_shape = tensor_at(operation, 3, "attn_mask"), (query.shape[-2], key.shape[-2])
    if mask is None or all(size in (1, met) for size, met in zip(mask.shape[-2:], mask_shape, strict=False)):
        return None
    return wrong_mask(operation, subject, "an attention mask", mask, mask_shape, "attn_mask")


def einsum(operation: Operation, subject: str) -> Cause | None:
    equation = operation.arguments[0] if operation.arguments else None
    if not isinstance(equation, str):
        return None
    shapes = " and ".join(show(t.shape) for t in operation.tensors)
    return Cause(Mismatch.MATMUL, f"{subject} {equation!r} of {shapes}", (), (), "", 0, detail=Detail.EQUATION)


def linear(operation: Operation, subject: str) -> Cause | None:
    tensor, weight = tensor_at(operation, 0), tensor_at(operation, 1, "weight")
    if tensor is None or weight is None or not tensor.shape or weight.rank != 2 or tensor.shape[-1] == weight.shape[1]:
        return None
    message = f"{subject} takes {weight.shape[1]} features but receives {tensor.shape[-1]}"
    return Cause(Mismatch.MATMUL, message, (weight.shape[1],), (tensor.shape[-1],), "", 1, 1, detail=Detail.WEIGHT)


def convolved(operation: Operation, subject: str) -> Cause | None:
    tensor, weight = tensor_at(operation, 0), tensor_at(operation, 1, "weight")
    if tensor is None or weight is None or weight.rank < 3:
        return None
    spatial = weight.rank - 2
    groups = operation.integer(6, "groups") or 1
    wrong = wrong_rank(Mismatch.CONV_RANK, subject, tensor, (spatial + 1, spatial + 2))
    if wrong is not None:
        return wrong
    channels = weight.shape[1] * groups if "transpose" not in operation.target else weight.shape[0]
    dimension = tensor.rank - spatial - 1
    if tensor.shape[dimension] != channels:
        message = f"{subject} takes {channels} channels but receives {tensor.shape[dimension]} in {show(tensor.shape)}"
        return Cause(Mismatch.CONV_CHANNELS, message, (channels,), (tensor.shape[dimension],), "weight", 0, dimension)
    return None


def pooled(operation: Operation, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    name = operation.operator
    digits = [c for c in name if c.isdigit()]
    if tensor is None or not digits:
        return None
    spatial = int(digits[0])
    wrong = wrong_rank(Mismatch.CONV_RANK, subject, tensor, (spatial + 1, spatial + 2))
    if wrong is not None:
        return wrong
    kernel = operation.argument(1, "kernel_size")
    sizes = kernel.items if isinstance(kernel, Sequence) else (kernel,) * spatial
    if all(isinstance(k, int) for k in sizes) and any(
        int(str(k)) > s for k, s in zip(sizes, tensor.shape[-spatial:], strict=False)
    ):
        reach = tuple(int(str(k)) for k in sizes)
        message = f"{subject} has a kernel of {show(reach)} but receives {show(tensor.shape[-spatial:])}"
        return Cause(Mismatch.KERNEL_TOO_LARGE, message, reach, tensor.shape[-spatial:], "kernel_size", 0)
    return None
