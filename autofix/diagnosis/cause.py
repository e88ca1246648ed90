"""What a family of checks concludes from one operation, before it is given a place in the source.

Plain data and shape words; it looks at nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value


@dataclass(frozen=True, slots=True)
class Cause:
    """Which sizes disagree; the fields are those of ``Finding``, but ``dimension`` may count from the end."""

    mismatch: Mismatch
    message: str
    expected: tuple[int, ...] = ()
    actual: tuple[int, ...] = ()
    parameter: str = ""
    operand: int | None = None
    dimension: int | None = None
    detail: Detail | None = None
    expression: str = ""


def tensor_at(operation: Operation, position: int, name: str = "input") -> Tensor | None:
    """Return the tensor passed at ``position`` or by ``name``; of a packed sequence its data."""
    value: Value = operation.argument(position, name)
    if isinstance(value, Sequence) and value.type == "PackedSequence" and value.items:
        value = value.items[0]
    return value if isinstance(value, Tensor) else None


def show(shape: tuple[int, ...]) -> str:
    """Return a shape as Python writes a tuple."""
    return str(tuple(shape))


def wrong_width(
    mismatch: Mismatch, message: str, expected: int, tensor: Tensor, parameter: str, operand: int = 0
) -> Cause:
    """Return the cause where the last dimension of an operand is not as long as ``parameter`` says."""
    actual = tensor.shape[-1:]
    return Cause(mismatch, message, (expected,), actual, parameter, operand, tensor.rank - 1)


def wrong_rank(
    mismatch: Mismatch, subject: str, tensor: Tensor, ranks: tuple[int, ...], words: str = "", operand: int = 0
) -> Cause | None:
    """Return the cause where an operand has another number of dimensions than one of those that are taken."""
    words = words or f"{' or '.join(map(str, ranks))} dimensions"
    message = f"{subject} takes {words} but receives {show(tensor.shape)}"
    return None if tensor.rank in ranks else Cause(mismatch, message, ranks, tensor.shape, "", operand)


def wrong_mask(
    operation: Operation, subject: str, noun: str, mask: Tensor, shape: tuple[int, ...], parameter: str
) -> Cause:
    """Return the cause where a mask is not laid out as the scores that it hides some of."""
    message = f"{subject} takes {noun} of {show(shape)} but receives {show(mask.shape)}"
    index = next((i for i, operand in enumerate(operation.tensors) if operand is mask), None)
    return Cause(Mismatch.ATTENTION_MASK, message, shape, mask.shape, parameter, index)
