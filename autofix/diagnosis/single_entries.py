"""A softmax, or a loss of classes, over a dimension that has one entry by the code: it gives one, or zero, whatever it
is given.

``softmax(self.score(x), dim=-1)`` of ``nn.Linear(64, 1)`` weighs every step alike; the steps lie in another dimension.
That the one is written where the dimension was made tells it from a batch or a sequence that is short in this run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.competing_samples import CLASSIFIES
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts import size_origins
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import find
from autofix.provenance.producers import argument_expression, output_parameter
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer


def find_single(project: Project) -> Iterator[SilentFault]:
    """Yield each softmax and each loss of classes over a dimension for which a 1 is written."""
    for operation in project.forward_operations():
        place = _over(project, operation)
        if place is None or not _is_written(project, operation.tensors[0], place):
            continue
        shape = show(operation.tensors[0].shape)
        of_one = "is zero everywhere" if "log" in operation.operator.lower() else "is one everywhere"
        what = "is zero for every target" if operation.operator in CLASSIFIES else of_one
        message = f"`{operation.operator}` over dimension {place} of {shape}, which has one entry, {what}"
        yield from faults_at(
            Mismatch.SILENT_REDUCTION, message, project, operation, dimension=place, is_strong=True, detail=Detail.ENTRY
        )


def _over(project: Project, operation: Operation) -> int | None:
    """Return the dimension of one entry that an operation runs over."""
    row, tensor = find(operation.target), operation.tensors[0] if operation.tensors else None
    if row is None or tensor is None or tensor.rank < 2:
        return None
    if operation.operator in CLASSIFIES:
        target = operation.tensors[1] if len(operation.tensors) > 1 else None
        is_index = target is not None and target.dtype == "int64" and target.rank == tensor.rank - 1
        return 1 if is_index and tensor.shape[1] == 1 else None
    call = bound(project, operation) if row.family is Family.SOFTMAX else None
    dimension = call.call.get("dim") if call is not None else None
    if not is_integer(dimension) or not -tensor.rank <= dimension < tensor.rank:
        return None
    return dimension % tensor.rank if tensor.shape[dimension] == 1 and max(tensor.shape[1:]) > 1 else None


def _is_written(project: Project, tensor: Tensor, dimension: int) -> bool:
    """Return whether a 1 stands where the layer was built that gave the dimension its size."""
    maker = size_origins.maker(project, tensor, dimension)
    layer = project.layer_of(maker) if maker is not None else None
    place = argument_expression(project, layer, output_parameter(layer)) if layer is not None else None
    return place is not None and isinstance(place.node, ast.Constant) and place.node.value == 1
