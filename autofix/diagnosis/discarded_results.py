"""What is computed and dropped: ``x.clamp(0, 1)`` on a line of its own, a list that is filled and never read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.call_sites import written
from autofix.facts.project_view import Project
from autofix.facts.unread_lists import unread_lists
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.finding import Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor, tensors_of
from autofix.syntax.name_bindings import callee_name

# What they give is another form of their operand; a sum or a product may be there to be looked at.
_FORMS = frozenset(
    (
        *(Family.POINTWISE, Family.ACTIVATION, Family.DROPOUT, Family.SOFTMAX, Family.PADDING),
        *(Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING, Family.VIEW),
        *(Family.LAYER_NORM, Family.GROUP_NORM, Family.NORMALISATION),
    )
)

_HOOK = "register_forward_hook"  # What a hook takes shows in no operation.


def find_discarded(project: Project) -> Iterator[SilentFault]:
    """Yield operations on a line of their own, inside a model's forward, whose result nothing takes."""
    taken = {tensor.producer for operation in project.trace.operations for tensor in operation.tensors}
    taken |= {tensor.producer for tensor in tensors_of((project.trace.output,))}
    for operation in project.forward_operations():
        if family(operation.target) not in _FORMS or operation.index in taken or operation.scope_index is None:
            continue
        place = written(project, operation)
        if place is None or not isinstance(place.node, ast.Call) or not _is_own(operation, place.node):
            continue
        if not isinstance(place.source.parents.get(place.node), ast.Expr) or _HOOK in place.source.text:
            continue
        if _is_new(project, operation) and isinstance(operation.result, Tensor) and operation.tensors:
            shape = show(operation.tensors[0].shape)
            message = f"nothing takes the result of `{place.text}`, and {shape} stays as it was"
            yield from faults_at(Mismatch.SILENT_UNUSED, message, project, operation, is_strong=True)


def find_unread(project: Project) -> Iterator[SilentFault]:
    """Yield operations on what the last round of a loop left, where nothing reads the list of all rounds."""
    for operation, read, name in unread_lists(project):
        message = f"nothing reads `{name}`, and `{read.text}` is what the last round of the loop left"
        yield from faults_at(Mismatch.SILENT_UNUSED, message, project, operation)


def _is_own(operation: Operation, call: ast.Call) -> bool:
    """Return whether the call names the operation itself, not a container that it ran in."""
    name = callee_name(call)
    return name in (operation.operator, (operation.layer or "").rpartition(".")[2])


def _is_new(project: Project, operation: Operation) -> bool:
    """Return whether the result is another tensor than the operand: nothing is changed in place."""
    layer = project.layer_of(operation)
    in_place = operation.target.endswith("_") or operation.keyword("inplace") is True or operation.keyword("out")
    return not in_place and not (layer is not None and layer.setting("inplace") is True)
