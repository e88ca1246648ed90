"""A table of positions that is cut to the number of samples: each sample gets one position for all of its steps.

``x + self.table[: x.size(0)]`` with a table of ``(positions, 1, features)`` is right where the steps come first. Where
the samples do it raises nothing. That they do is told by a loss with one target for each of them, or by the inputs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.call_sites import written
from autofix.facts.dataflow import samples_lead, sequence_first
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import dotted

_LOSSES = frozenset((Family.CLASS_LOSS, Family.ELEMENTWISE_LOSS))
_ADDS = frozenset(("add", "radd", "iadd", "add_"))


def find_numbered(project: Project) -> Iterator[SilentFault]:
    """Yield each cut of a stored table whose rows are added to the samples, one to all steps of each."""
    for operation in project.forward_operations():
        rows, table = operation.result, next(iter(operation.tensors), None)
        if operation.operator != "getitem" or table is None or not isinstance(rows, Tensor):
            continue
        is_cut = rows.rank == table.rank == 3 and rows.shape[1] == 1 < rows.shape[0] < table.shape[0]
        if not is_cut or rows.shape[1:] != table.shape[1:] or not _is_of_model(project, operation):
            continue
        other = added_to(project, operation)
        if other is not None and _are_samples(project, other):
            shape = show(other.shape)
            message = (
                f"`{operation.operator}` cuts the positions by the samples, dimension 0 of {shape}, not by the steps"
            )
            kind, detail = Mismatch.SILENT_STEPS, Detail.POSITIONS
            yield from faults_at(kind, message, project, operation, dimension=0, is_strong=True, detail=detail)


def _is_of_model(project: Project, operation: Operation) -> bool:
    """Return whether a subscript is one of an attribute, which outlives the batch."""
    place = written(project, operation)
    return place is not None and isinstance(place.node, ast.Subscript) and dotted(place.node.value).startswith("self.")


def added_to(project: Project, operation: Operation) -> Tensor | None:
    """Return what the rows of a table are added to, along its first dimension and over its second; None for nothing."""
    for later, tensors in project.readers({operation.index}):
        others = [tensor for tensor in later.tensors if tensor not in tensors]
        if later.operator in _ADDS and len(others) == 1:
            shape, rows = others[0].shape, tensors[0].shape
            return others[0] if len(shape) == 3 and shape[0] == rows[0] and shape[1] not in (1, shape[0]) else None
    return None


def _are_samples(project: Project, tensor: Tensor) -> bool:
    """Return whether the first dimension is certainly that of the samples."""
    count, steps = tensor.shape[:2]
    if sequence_first(project, count):
        return False
    losses = [o for o in project.trace.operations if family(o.target) in _LOSSES and len(o.tensors) > 1]
    if losses:
        return all(loss.tensors[1].shape[:1] == (count,) and steps not in loss.tensors[1].shape for loss in losses)
    return samples_lead(project)
