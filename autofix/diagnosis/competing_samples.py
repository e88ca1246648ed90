"""A softmax over the samples of a program whose classes the program itself reads along the other dimension.

``softmax(logits, 0)`` lets the samples compete. That the classes lie in dimension 1 is told by what picks one of them
there, or by a cross entropy that takes the same logits. So it is with weights of the entries of each sample.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer

_PICKS = frozenset(("max", "argmax", "topk", "gather", "sort", "argsort", "kthvalue"))
_WEIGHS = frozenset(("mul", "mul_", "multiply"))
CLASSIFIES = frozenset(("cross_entropy", "CrossEntropyLoss", "nll_loss", "NLLLoss"))
_LOSSES = frozenset((Family.CLASS_LOSS, Family.ELEMENTWISE_LOSS))
_KEEPING = frozenset((Family.POINTWISE, Family.ACTIVATION, Family.CONVERSION, Family.SOFTMAX, Family.NORMALISATION))


def find_competing(project: Project) -> Iterator[SilentFault]:
    """Yield each softmax over dimension 0 of rows and columns whose columns are read as classes."""
    for operation in project.forward_operations():
        before, call = next(iter(operation.tensors), None), bound(project, operation)
        if call is None or call.row.family is not Family.SOFTMAX or before is None or before.rank != 2:
            continue
        dimension = call.call.get("dim")
        if not is_integer(dimension) or dimension % 2 != 0 or min(before.shape) < 2 or not _are_logits(project, before):
            continue
        picked = _picked_along(project, operation)
        if 0 not in picked and (1 in picked or _is_classified(project, before)):
            words = f"dimension 0 of {show(before.shape)}, whose classes lie in dimension 1"
            message = f"`{operation.operator}` runs over the samples, {words}"
            yield from faults_at(
                Mismatch.SILENT_REDUCTION,
                message,
                project,
                operation,
                dimension=0,
                is_strong=True,
                detail=Detail.CLASSES,
            )


def find_weighed(project: Project) -> Iterator[SilentFault]:
    """Yield each softmax over the samples that gives a weight to each entry of something, which is then summed over the
    entries of one sample: its weights are those that sum to one.
    """
    for operation in project.forward_operations():
        weights, call = operation.result, bound(project, operation)
        if call is None or call.row.family is not Family.SOFTMAX or not isinstance(weights, Tensor):
            continue
        dimension = call.call.get("dim")
        is_of_samples = is_integer(dimension) and weights.rank > 2 and dimension % weights.rank == 0
        if not is_of_samples or weights.shape[-1] != 1 or min(weights.shape[:2]) < 2:
            continue
        if not _are_logits(project, operation.tensors[0]) or not _are_samples(project, weights.shape[0]):
            continue  # Capsules and slots compete for what is summed.
        along = _summed_along(project, operation, weights)
        if along is not None:
            words = f"dimension 0 of {show(weights.shape)}, though dimension {along} is summed with its weights"
            message = f"`{operation.operator}` runs over the samples, {words}"
            detail, kind = Detail.WEIGHTS, Mismatch.SILENT_REDUCTION
            yield from faults_at(kind, message, project, operation, dimension=0, is_strong=True, detail=detail)


def _are_samples(project: Project, count: int) -> bool:
    """Return whether there are so many samples: a loss has as many targets, or the inputs that many rows."""
    losses = (o for o in project.trace.operations if family(o.target) in _LOSSES and len(o.tensors) > 1)
    return project.is_batch(count) or any(loss.tensors[1].shape[:1] == (count,) for loss in losses)


def _summed_along(project: Project, operation: Operation, weights: Tensor) -> int | None:
    """Return the one dimension, beside the samples and the last, over which what the weights were multiplied with is
    summed.
    """
    reached, weighed = {operation.index}, set[int]()
    for later, tensors in project.readers(reached):
        call, result = bound(project, later), later.result_shape
        if call is None or result is None:
            continue
        if tensors[0].producer in weighed and call.row.family is Family.REDUCTION and later.operator == "sum":
            along = call.call.get("dim")
            along = along[0] if isinstance(along, tuple) and len(along) == 1 else along
            place = along % weights.rank if is_integer(along) else 0
            return place if 0 < place < weights.rank - 1 else None
        if call.row.family in _KEEPING and result == weights.shape:
            reached.add(later.index)
        elif later.operator in _WEIGHS and result[:-1] == weights.shape[:-1]:
            reached.add(later.index)
            weighed.add(later.index)
    return None


def _picked_along(project: Project, operation: Operation) -> set[int]:
    """Return the dimensions along which something is picked of a result, through whatever keeps its shape."""
    reached, picked = {operation.index}, set[int]()
    for later, tensors in project.readers(reached):
        call = bound(project, later)
        # What is weighed by another table of scores is read by both: retrieval runs a softmax over either dimension.
        if call is None or sum(t.shape == tensors[0].shape for t in later.tensors) > 1:
            continue
        if later.operator in _PICKS and later.tensors[0] in tensors:
            dimension = call.call.get("dim")
            picked |= {dimension % tensors[0].rank} if is_integer(dimension) else set()
        if call.row.family in _KEEPING and later.result_shape == tensors[0].shape:
            reached.add(later.index)
    return picked


def _are_logits(project: Project, tensor: Tensor) -> bool:
    """Return whether a layer gave the columns, of which rows may have been picked since."""
    for operation in project.ancestry(tensor):
        layer = project.layer_of(operation)
        if layer is not None and layer.parameters:
            return True
        if family(operation.target) not in _KEEPING | {Family.INDEXING, Family.SUBSCRIPT, Family.SPLIT}:
            return False
    return False


def _is_classified(project: Project, tensor: Tensor) -> bool:
    """Return whether a loss of classes takes the tensor, or what it came from, as logits."""
    origins = {tensor.producer}
    for operation in project.ancestry(tensor):
        before = operation.tensors[:1]
        if family(operation.target) not in _KEEPING or not before or before[0].shape != tensor.shape:
            break
        origins.add(before[0].producer)
    losses = (o for o in project.trace.operations if o.operator in CLASSIFIES and len(o.tensors) > 1)
    return any(loss.tensors[0].producer in origins - {None} and loss.tensors[1].rank == 1 for loss in losses)
