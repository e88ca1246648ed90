"""The line that failed, after a plan: whether other instances that run it do something else, or it does nothing at all.

It compares the trace of the fault with that of the plan; it runs nothing.
"""

from __future__ import annotations

from autofix.facts.project_view import Project
from autofix.records.plan import Step
from autofix.records.trace import Operation, Phase, Trace
from autofix.records.values import Tensor

_RESHAPES = frozenset(("view", "reshape", "unflatten"))


def changed_beside(steps: tuple[Step, ...], project: Project, after: Trace) -> str | None:
    """Return the path of a layer that had run the line that failed, and whose sizes there are others now.

    ``project`` is the model before the plan, whose first step answers its failure. One line that two instances run is
    the same code: an edit that serves the one that failed must leave the other as it was. None where there is none.
    """
    before = project.trace
    failed = before.failed_operation
    if failed is None or not failed.frames or steps[0].finding.silent:
        return None
    for own, other in zip(_at(before, failed), _at(after, failed), strict=False):
        if own.raised or own.target != other.target:
            return None
        if own.scope_index != failed.scope_index and _shape(own) != _shape(other):
            return own.scope or own.target
    return None


def is_idle_after(steps: tuple[Step, ...], project: Project, after: Trace) -> bool:
    """Return whether the reshape that failed is left in place and gives its operand back as it is.

    Nobody writes a reshape that does nothing: other sizes were meant, or another operand.
    """
    failed = project.trace.failed_operation
    if failed is None or not failed.frames or steps[0].finding.silent or failed.operator not in _RESHAPES:
        return False
    for own, other in zip(_at(project.trace, failed), _at(after, failed), strict=False):
        if own is failed:
            return bool(other.tensors) and _shape(other) == other.tensors[0].shape
    return False


def _at(trace: Trace, failed: Operation) -> list[Operation]:
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


def _shape(operation: Operation) -> tuple[int, ...] | None:
    """Return the shape of what an operation gave; None if that is no tensor."""
    return operation.result.shape if isinstance(operation.result, Tensor) else None
