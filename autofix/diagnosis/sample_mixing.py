"""Operations that put different samples together, or take another dimension for that of the samples."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_broadcasts import ARITHMETIC, broadcast_words
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.contracts import bound
from autofix.facts.dataflow import accidental_column, feeds_a_layer, outer, samples_lead, used_across
from autofix.facts.project_view import Project
from autofix.facts.sequence_order import samples_as_steps
from autofix.operators.families import Family
from autofix.operators.shape_functions import without
from autofix.operators.table import family
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Check, CheckKind, CheckOutcome, Operation
from autofix.records.values import Sequence, Tensor, is_integer

_RESHAPES = frozenset(("view", "reshape"))
_REDUCED = frozenset(("mean", "sum", "max", "amax", "logsumexp"))
_ALONG_ONE = frozenset((Family.SOFTMAX, Family.NORMALISATION, Family.REDUCTION))


def find_mixing(project: Project) -> Iterator[SilentFault]:
    """Yield what a change of one sample was seen to reach others by, views that relabel elements, and sequence layers
    that are fed in another order than their result is read in.
    """
    yield from _mixed(project)
    yield from _swapped(project)
    for operation, layer, dimension, how in samples_as_steps(project):
        shape = show(operation.tensors[0].shape)
        message = f"`{layer.label}` has the samples in dimension {dimension} of {shape}, {how}"
        is_picked = operation.operator == "getitem"
        yield from faults_at(Mismatch.SILENT_STEPS, message, project, operation, is_strong=is_picked)


def _mixed(project: Project) -> Iterator[SilentFault]:
    """Yield the operation at which a change of one sample was seen to reach others."""
    check = next((c for c in project.trace.checks if c.kind is CheckKind.INDEPENDENT), None)
    if check is None or check.operation is None or check.operation >= len(project.trace.operations):
        return
    operation = project.trace.operations[check.operation]
    before, after = operation.tensors[0], operation.result
    means_other = _is_meant_otherwise(project, operation, check)
    if operation.operator in _RESHAPES and isinstance(after, Tensor):
        yield from _folded(project, operation, check, before, after)
    elif means_other or (samples_lead(project) and _is_over_samples(project, operation, check)):
        message = f"`{operation.operator}` runs over the samples, dimension {check.dimension} of {show(before.shape)}"
        yield from faults_at(
            Mismatch.SILENT_REDUCTION, message, project, operation, dimension=check.dimension, is_strong=means_other
        )
    elif operation.operator in ARITHMETIC and len(operation.tensors) == 2 and samples_lead(project):
        pairs = outer(*(tensor.shape for tensor in operation.tensors)) is not None
        if pairs and accidental_column(project, operation.tensors):
            message, is_strong = broadcast_words(operation), check.outcome is CheckOutcome.FAILED
            yield from faults_at(Mismatch.SILENT_BROADCAST, message, project, operation, is_strong=is_strong)


def _folded(
    project: Project, operation: Operation, check: Check, before: Tensor, after: Tensor
) -> Iterator[SilentFault]:
    """Yield a view that lays samples side by side.

    It is strong where the result has the batch at another place: who splits a batch into groups on purpose does not.
    """
    shapes = f"{show(before.shape)} becomes {show(after.shape)}"
    message = f"`{operation.operator}` merges different samples into one row: {shapes}"
    batch = None if check.dimension is None else before.shape[check.dimension]
    moved = batch is not None and batch > 1 and batch in after.shape and after.shape.index(batch) != check.dimension
    is_strong = moved and check.outcome is CheckOutcome.FAILED and samples_lead(project)
    yield from faults_at(
        Mismatch.SILENT_FOLD, message, project, operation, dimension=check.dimension, is_strong=is_strong
    )


def _is_over_samples(project: Project, operation: Operation, check: Check) -> bool:
    """Return whether a softmax over the samples is one that nothing later relies on, or a reduction of
    ``(N, T, H)`` gives a ``(T, H)`` that a layer takes; a mean over a table's rows, or as the result,
    is meant.
    """
    before, after = operation.tensors[0], operation.result
    if check.dimension is None:
        return False
    if family(operation.target) is Family.SOFTMAX:
        failed = check.outcome is CheckOutcome.FAILED
        return failed and not used_across(project, operation, check.dimension)
    after = after.items[0] if isinstance(after, Sequence) and after.items else after
    lost = isinstance(after, Tensor) and after.shape == without(before.shape, check.dimension)
    return operation.operator in _REDUCED and lost and before.rank == 3 and feeds_a_layer(project, operation)


def _is_meant_otherwise(project: Project, operation: Operation, check: Check) -> bool:
    """Return whether an operation over the samples was written for another dimension.

    It names none, which torch takes for the first of three; or the last of a tensor that has no other than that of the
    samples. What is scaled by itself alone may be meant so (ranks among the rows); what then weighs other rows is not,
    nor is a reduction that keeps its dimension.
    """
    call, before = bound(project, operation), operation.tensors[0]
    over_samples = check.outcome is CheckOutcome.FAILED and check.dimension == 0 and before.shape[0] > 1
    if call is None or call.row.family not in _ALONG_ONE or not over_samples:
        return False
    dimension = call.call.get("dim")
    leads = samples_lead(project) or _has_every_row(project, before)
    if before.rank > 1 or (is_integer(dimension) and dimension >= 0) or not leads:
        return call.row.family is Family.SOFTMAX and dimension is None and before.rank == 3
    if call.row.family is Family.REDUCTION:
        return call.call.get("keepdim") is True and dimension is not None
    return _weighs_other_rows(project, operation, before.shape[0])


def _has_every_row(project: Project, tensor: Tensor) -> bool:
    """Return whether the first dimension has been folded from all of the input's but the features, so that the samples
    are in it wherever they were.
    """
    folded = [math.prod(sample.shape[:-1]) for sample in project.inputs() if sample.rank > 2]
    return len(folded) == len(project.inputs()) and tensor.shape[0] in folded


def _weighs_other_rows(project: Project, operation: Operation, batch: int) -> bool:
    """Return whether the result meets a tensor that was not made from it and has a row for each sample."""
    reached = {operation.index}
    for later, _ in project.readers(reached):
        others = [tensor for tensor in later.tensors if tensor.producer not in reached]
        if any(tensor.rank > 1 and tensor.shape[0] == batch for tensor in others):
            return True
        reached.add(later.index)
    return False


def _swapped(project: Project) -> Iterator[SilentFault]:
    """Yield views that give the dimensions inside a sample each other's sizes, which only relabels the elements."""
    for operation in project.forward_operations():
        before, after = operation.before_and_after or (None, None)
        if operation.operator not in _RESHAPES or before is None or after is None or before.rank < 3:
            continue
        differing = [(a, b) for a, b in zip(before.shape, after.shape, strict=False) if a != b]
        same_sizes = before.rank == after.rank and sorted(before.shape) == sorted(after.shape)
        maker = project.producer(before)
        meant = maker is None or maker.operator in {*_RESHAPES, "unflatten", "Unflatten", "flatten", "Linear", "linear"}
        meant = meant or _is_padded(project, maker)
        if same_sizes and len(differing) > 1 and before.shape[0] == after.shape[0] and before.contiguous and not meant:
            message = (
                f"`{operation.operator}` relabels {show(before.shape)} as {show(after.shape)} where it should permute"
            )
            yield from faults_at(Mismatch.SILENT_FOLD, message, project, operation, detail=Detail.NAMED)


def _is_padded(project: Project, maker: Operation | None) -> bool:
    """Return whether an operation puts constants beside a tensor, which a view behind it uses to shift rows."""
    if maker is None:
        return False
    producers, kind = (project.producer(tensor) for tensor in maker.tensors), family(maker.target)
    is_filled = any(beside is not None and family(beside.target) is Family.FACTORY for beside in producers)
    return kind is Family.PADDING or (kind is Family.JOIN and is_filled)
