"""The line that failed, after a plan: what other instances that run it do, and whether it shows anything at all.

It compares the trace of the fault with that of the plan; it runs nothing.
"""

from __future__ import annotations

from autofix.facts.call_sites import operands
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.finding import Mismatch
from autofix.records.plan import Step
from autofix.records.trace import Operation, Phase, Trace
from autofix.syntax.source import dotted

_RESHAPES = frozenset(("view", "reshape", "unflatten"))
_ANY_SHAPE = frozenset((Family.POINTWISE, Family.ACTIVATION, Family.COMPARISON, Family.CONVERSION, Family.REDUCTION))


def changed_beside(steps: tuple[Step, ...], project: Project, after: Trace) -> str | None:
    """Return the path of a layer that had run the line that failed, and whose sizes there are others now.

    ``project`` is the model before the plan, whose first step answers its failure. One line that two instances run is
    the same code: an edit that serves the one that failed must leave the other as it was. None where there is none.
    """
    before = project.trace
    failed = before.failed_operation
    if failed is None or not failed.frames or steps[0].finding.silent:
        return None
    for own, other in zip(at_the_line(before, failed), at_the_line(after, failed), strict=False):
        if own.raised or own.target != other.target:
            return None
        if own.scope_index != failed.scope_index and own.result_shape != other.result_shape:
            return own.scope or own.target
    return None


def is_idle_after(steps: tuple[Step, ...], project: Project, after: Trace) -> bool:
    """Return whether the reshape that failed is left in place and gives its operand back as it is.

    Nobody writes a reshape that does nothing: other sizes were meant, or another operand.
    """
    failed = project.trace.failed_operation
    if failed is None or not failed.frames or steps[0].finding.silent or failed.operator not in _RESHAPES:
        return False
    for own, other in zip(at_the_line(project.trace, failed), at_the_line(after, failed), strict=False):
        if own is failed:
            return bool(other.tensors) and other.result_shape == other.tensors[0].shape
    return False


def repeats_into_a_number(steps: tuple[Step, ...], project: Project, after: Trace) -> bool:
    """Return whether the operation that failed now repeats an operand along a dimension that it has not, and all that
    comes of it is one number.

    Then nothing behind it shows whether it was meant so: class numbers repeated over the scores of all classes give
    a loss as well. A mask is repeated on purpose.
    """
    failed = project.trace.failed_operation
    if failed is None or not failed.frames or steps[0].finding.mismatch is not Mismatch.BROADCAST:
        return False
    pairs = zip(at_the_line(project.trace, failed), at_the_line(after, failed), strict=False)
    mended = next((other for own, other in pairs if own is failed), None)
    if mended is None or not _repeats(mended) or _has_mask(project, failed):
        return False
    return _ends_in_a_number(mended, after)


def _repeats(operation: Operation) -> bool:
    """Return whether an operand has one entry where the result has several, in another dimension than the first."""
    shape = operation.result_shape or ()
    padded = [(1,) * (len(shape) - tensor.rank) + tensor.shape for tensor in operation.tensors if tensor.rank > 1]
    return any(own == 1 < size for sizes in padded for own, size in zip(sizes[1:], shape[1:], strict=False))


def _has_mask(project: Project, operation: Operation) -> bool:
    named = (dotted(place.node).lower() for place in operands(project, operation))
    return any(tensor.dtype == "bool" for tensor in operation.tensors) or any(
        word in name for name in named for word in ("mask", "valid", "weight")
    )


def _ends_in_a_number(operation: Operation, trace: Trace) -> bool:
    """Return whether a result only meets operators that take any shape, down to a number."""
    reached, left = {operation.index}, {operation.index}
    for later in trace.operations[operation.index + 1 :]:
        used = {tensor.producer for tensor in later.tensors} & reached
        if used and family(later.target) not in _ANY_SHAPE:
            return False
        if used:
            left -= used
            reached.add(later.index)
            left.add(later.index)
    return all(trace.operations[index].result_shape == () for index in left)


def at_the_line(trace: Trace, failed: Operation) -> list[Operation]:
    """Return the operations of the same operator in the same function as ``failed``, in order."""
    frame = failed.frames[0]
    return [
        operation
        for operation in trace.operations
        if operation.phase is Phase.FORWARD
        and operation.target == failed.target
        and operation.frames
        and (operation.frames[0].path, operation.frames[0].function) == (frame.path, frame.function)
    ]
