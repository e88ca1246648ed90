"""Faults that raise nothing, read from a run that passed: what its checks, its shapes and other batch sizes show.

It names suspicions with their evidence. Whether one becomes a finding is for the search, which has to repair it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from autofix.diagnosis import diagnose
from autofix.diagnosis.cause import show
from autofix.diagnosis.competing_samples import find_competing, find_weighed
from autofix.diagnosis.discarded_results import find_discarded, find_unread
from autofix.diagnosis.filled_rows import find_filled
from autofix.diagnosis.numbered_samples import find_numbered
from autofix.diagnosis.relabelled_dimensions import find_relabelled
from autofix.diagnosis.sample_mixing import find_mixing
from autofix.diagnosis.silent_broadcasts import find_broadcasts
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.diagnosis.single_entries import find_single
from autofix.facts.dataflow import sequence_first
from autofix.facts.project_view import Project
from autofix.probe.main.samples_request import other_batch_sizes
from autofix.records.finding import Finding, Mismatch
from autofix.records.trace import CheckKind, CheckOutcome, Ending, Operation, Trace
from autofix.records.values import Sequence, Tensor, Value

RerunWithBatch = Callable[[int], Project]


def find_silent_faults(
    project: Project, batch: int | None, rerun_with_batch: RerunWithBatch
) -> tuple[SilentFault, ...]:
    """Return what is wrong with a model or program that ran.

    ``batch`` is the size that all inputs have first, None where they share none; ``rerun_with_batch`` runs the
    same text on another batch size, a batch of one in evaluation mode.
    """
    faults = [
        *find_broadcasts(project),
        *find_mixing(project),
        *find_competing(project),
        *find_weighed(project),
        *find_numbered(project),
        *find_single(project),
        *find_filled(project),
        *find_relabelled(project),
        *find_discarded(project),
        *find_unread(project),
    ]
    if batch is not None and batch > 1:
        faults += [*_squeezed(project, batch, rerun_with_batch), *_baked(project, batch, rerun_with_batch)]
    return tuple({place(fault.finding): fault for fault in reversed(faults)}.values())[::-1]


def place(finding: Finding) -> tuple[object, ...]:
    """Return the key of a finding's place; findings of one place are one fault, however often a loop passes it."""
    return (finding.mismatch, finding.call.path, finding.call.range.start)


def shapes(value: Value) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the tensors in an output, in order."""
    if isinstance(value, Tensor):
        return (value.shape,)
    if isinstance(value, Sequence):
        return tuple(shape for item in value.items for shape in shapes(item))
    return tuple(shape for _, item in getattr(value, "items", ()) for shape in shapes(item))


# -- other batch sizes -------------------------------------------------------------------------------------------------


def _squeezed(project: Project, batch: int, rerun_with_batch: RerunWithBatch) -> Iterator[SilentFault]:
    """Yield squeezes that also remove a batch of one, where a batch of one then fails or comes out in another shape."""
    ran = [operation for operation in project.forward_operations() if operation.operator == "squeeze"]
    places = [operation for operation in ran if batch in operation.tensors[0].shape]
    if not places or sequence_first(project, batch):
        return
    alone = rerun_with_batch(1)
    if alone.trace.ending is Ending.PASSED and _follows(project.trace, alone.trace, batch):
        return
    if alone.trace.ending not in (Ending.PASSED, Ending.RAISED):
        return
    for operation in alone.forward_operations():
        twin = next((squeeze for squeeze in places if _twins(operation, squeeze)), None)
        samples = None if twin is None else _lost(operation, twin, batch)
        if samples is not None:
            message = (
                f"`squeeze` also removes a batch of one: dimension {samples} of {show(operation.tensors[0].shape)}"
            )
            yield from faults_at(Mismatch.SILENT_SQUEEZE, message, alone, operation, dimension=samples)


def _twins(a: Operation, b: Operation) -> bool:
    return (a.target, a.frames[:1] and a.frames[0].range) == (b.target, b.frames[:1] and b.frames[0].range)


def _lost(operation: Operation, twin: Operation, batch: int) -> int | None:
    """Return the dimension that was the batch in ``twin`` and that the squeeze of a batch of one removed."""
    before, after, whole = operation.tensors[0].shape, operation.result, twin.tensors[0].shape
    arguments = (*operation.arguments[1:], *(value for _, value in operation.keywords))
    named = [value % len(before) for value in arguments if isinstance(value, int) and before]
    if not isinstance(after, Tensor) or after.rank == len(before) or len(before) != len(whole):
        return None
    lost = [d for d, (size, many) in enumerate(zip(before, whole, strict=True)) if (size, many) == (1, batch)]
    return next((d for d in lost if not named or d in named), None)


def _follows(whole: Trace, alone: Trace, batch: int) -> bool:
    """Return whether a batch of one gives what the first sample of the whole batch gives."""
    expected = [(shape[0] // batch, *shape[1:]) if shape else () for shape in shapes(whole.output)]
    leads = all(shape and shape[0] % batch == 0 for shape in shapes(whole.output))
    return not leads or list(shapes(alone.output)) == expected


def _takes_groups(project: Project, batch: int, rerun_with_batch: RerunWithBatch) -> bool:
    """Return whether twice as many samples run and give twice as many rows: a model that takes samples by groups."""
    twice = rerun_with_batch(2 * batch).trace
    expected = [(2 * shape[0], *shape[1:]) for shape in shapes(project.trace.output) if shape]
    return twice.ending is Ending.PASSED and list(shapes(twice.output)) == expected


def _baked(project: Project, batch: int, rerun_with_batch: RerunWithBatch) -> Iterator[SilentFault]:
    """Yield the failure of a batch of another size."""
    failed = any(c.kind is CheckKind.BATCH and c.outcome is CheckOutcome.FAILED for c in project.trace.checks)
    if not failed or sequence_first(project, batch):
        return
    for size in other_batch_sizes(batch):
        other = rerun_with_batch(size)
        finding = diagnose(other) if other.trace.ending is Ending.RAISED else None
        if finding is not None:
            if _takes_groups(project, batch, rerun_with_batch):
                return
            message = f"only a batch of {batch} runs; with {size} samples {finding.message}"
            yield SilentFault(replace(finding, mismatch=Mismatch.SILENT_BATCH, message=message, silent=True), other)
            return
