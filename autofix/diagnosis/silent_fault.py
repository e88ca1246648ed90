"""A fault that raised nothing: its record, and how one is made from an operation.

Detectors stand in ``silent_broadcasts``, ``sample_mixing`` and ``silent_faults``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.project_view import Project
from autofix.records.finding import Detail, Finding, Mismatch
from autofix.records.trace import Operation, OperationKind


@dataclass(frozen=True, slots=True)
class SilentFault:
    """A finding that nothing has proved yet, and the run that shows it.

    ``is_strong``: torch itself warns of it, or no reading of the code makes it meant, so that it is said even where
    no repair is found.
    """

    finding: Finding
    project: Project
    is_strong: bool = False


def faults_at(
    mismatch: Mismatch,
    message: str,
    project: Project,
    operation: Operation,
    dimension: int | None = None,
    is_strong: bool = False,
    detail: Detail | None = None,
) -> Iterator[SilentFault]:
    """Yield a silent fault at an operation, if the user's code asked for it."""
    if not operation.frames:
        return
    call = operation.frames[0].place
    finding = Finding(
        mismatch=mismatch,
        message=message,
        location=call,
        call=call,
        subject=operation.layer or operation.target,
        expected=operation.tensors[0].shape if operation.tensors else (),
        actual=operation.result_shape or (),
        operation=operation.index,
        layer=operation.layer_index if operation.kind is OperationKind.CALL_MODULE else None,
        operand=0,
        dimension=dimension,
        silent=True,
        detail=detail,
    )
    yield SilentFault(finding, project, is_strong)
