"""One number written into a row of several: ``centres[j] = members.mean()`` for the mean of each column.

The reduction names no dimension and is of a tensor whose rows are just as long as the row that it fills.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import find
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer


def find_filled(project: Project) -> Iterator[SilentFault]:
    """Yield each reduction to one number that is written into a row as long as those of the tensor it is of."""
    for operation in project.forward_operations():
        if operation.operator != "setitem" or len(operation.tensors) != 2 or operation.raised:
            continue
        target, value = operation.tensors
        reduction = project.producer(value)
        if reduction is None or value.rank or not _reduces_all(reduction):
            continue
        taken, row = reduction.tensors[0], _row(operation, target)
        if taken.rank == 2 and len(row) == 1 and taken.shape[1:] == row and row[0] > 1:
            message = f"`{reduction.operator}` of {show(taken.shape)} gives one number, which fills a row of {row[0]}"
            yield from faults_at(Mismatch.SILENT_REDUCTION, message, project, reduction, dimension=1, detail=Detail.ROW)


def _reduces_all(operation: Operation) -> bool:
    """Return whether an operation reduces a tensor to one number without an argument that says so."""
    row = find(operation.target)
    is_reduction = row is not None and row.family is Family.REDUCTION and len(operation.tensors) == 1
    return is_reduction and len(operation.arguments) == 1 and not operation.keywords


def _row(operation: Operation, target: Tensor) -> tuple[int, ...]:
    """Return the shape of what one number picks of the tensor that is written into."""
    key = operation.arguments[1] if len(operation.arguments) > 1 else None
    return target.shape[1:] if is_integer(key) else ()
