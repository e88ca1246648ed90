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
