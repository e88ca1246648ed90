"""Whether a reshape that failed takes dimensions apart across their borders once it runs.

It compares the trace of the fault with that of a plan; it runs nothing.
"""

from __future__ import annotations

from autofix.operators.shape_functions import are_mixed
from autofix.records.trace import Trace
from autofix.records.values import Tensor
from autofix.verification.shared_lines import at_the_line

_RESHAPES = frozenset(("view", "reshape", "unflatten"))


def mixes(before: Trace, after: Trace) -> bool:
    """Return whether the reshape that failed now lays several dimensions out as several others, border by border.

    ``(16, 35)`` as ``(4, 4, 7, 5)`` splits each of both; as ``(7, 4, 4, 5)`` it runs, and the parts of a row are in
    different rows then.
    """
    failed = before.failed_operation
    if failed is None or not failed.frames or failed.operator not in _RESHAPES:
        return False
    for own, other in zip(at_the_line(before, failed), at_the_line(after, failed), strict=False):
        if own is failed:
            result = other.result
            return (
                bool(other.tensors) and isinstance(result, Tensor) and are_mixed(other.tensors[0].shape, result.shape)
            )
    return False
