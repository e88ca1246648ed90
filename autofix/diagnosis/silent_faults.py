"""Faults that raise nothing, read from a run that passed: what its checks, its shapes and other batch sizes show.

It names suspicions with their evidence. Whether one becomes a finding is for the search, which has to repair it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from autofix.diagnosis import diagnose
from autofix.diagnosis.cause import show
from autofix.facts.dataflow import (
    accidental_column,
    feeds_a_layer,
    feeds_a_loss,
    outer,
    samples_lead,
    sequence_first,
    used_across,
)
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.shape_functions import without
from autofix.operators.table import find
from autofix.probe.main.samples_request import other_batch_sizes
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Operation, OperationKind, Trace
from autofix.records.values import Sequence, Tensor, Value

RerunWithBatch = Callable[[int], Project]
_ARITHMETIC = frozenset(
    ("add", "sub", "mul", "div", "rsub", "truediv", "radd", "rmul", "subtract", "multiply", "divide")
)
# Those that torch warns of where the sizes of input and target differ.
_WARNED = frozenset(("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"))
_RESHAPES = frozenset(("view", "reshape"))
_NORMALISED = frozenset(("softmax", "log_softmax", "softmin", "Softmax", "LogSoftmax", "Softmin"))
_REDUCED = frozenset(("mean", "sum", "max", "amax", "logsumexp"))


@dataclass(frozen=True, slots=True)
class SilentFault:
    """A finding that nothing has proved yet, and the run that shows it.

    ``is_certain``: torch itself warns of it, so that it is said even where no repair is found.
    """

    finding: Finding
    project: Project
    is_certain: bool = False


def find_silent_faults(
    project: Project, batch: int | None, rerun_with_batch: RerunWithBatch
) -> tuple[SilentFault, ...]:
    """Return what is wrong with a model or program that ran.

    ``batch`` is the size that all inputs have first, None where they share none; ``rerun_with_batch`` runs the
    same text on another batch size, a batch of one in evaluation mode.
    """
    faults = [*_broadcasts(project), *_mixed(project), *_swapped(project)]
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


def _found(
    mismatch: Mismatch,
    message: str,
    project: Project,
    operation: Operation,
    operand: int = 0,
    dimension: int | None = None,
) -> Iterator[SilentFault]:
    """Yield a silent fault at an operation that the user's code asked for."""
    if not operation.frames:
        return
    call = Location(operation.frames[0].path, operation.frames[0].range)
    result = operation.result.shape if isinstance(operation.result, Tensor) else ()
    finding = Finding(
        mismatch=mismatch,
        message=message,
        location=call,
        call=call,
        subject=operation.layer or operation.target,
        expected=operation.tensors[operand].shape,
        actual=result,
        operation=operation.index,
        layer=operation.layer_index if operation.kind is OperationKind.CALL_MODULE else None,
        operand=operand,
        dimension=dimension,
        silent=True,
    )
    yield SilentFault(finding, project)


# -- broadcasting ------------------------------------------------------------------------------------------------------


def _broadcasts(project: Project) -> Iterator[SilentFault]:
    """Yield losses, by hand or torch's, that compare every sample with every other."""
    for operation in project.forward_operations():
        tensors = operation.tensors[:2]
        if operation.raised or len(tensors) < 2:
            continue
        row = find(operation.target)
        is_loss = row is not None and row.family is Family.ELEMENTWISE_LOSS
        if row is not None and not _WARNED.isdisjoint(row.functions) and tensors[0].shape != tensors[1].shape:
            for fault in _found(Mismatch.SILENT_BROADCAST, _loss_words(operation), project, operation):
                yield replace(fault, is_certain=True)
            continue
        if outer(tensors[0].shape, tensors[1].shape) is None:
            continue
        by_hand = operation.operator in _ARITHMETIC and accidental_column(project, tensors)
        if is_loss or (by_hand and feeds_a_loss(project, operation)):
            yield from _found(Mismatch.SILENT_BROADCAST, _broadcast_words(operation), project, operation)


def _loss_words(operation: Operation) -> str:
    """Return what a loss compares with what; of a column and a row, that these are all pairs."""
    a, b = (tensor.shape for tensor in operation.tensors[:2])
    if outer(a, b) is not None:
        return _broadcast_words(operation)
    return f"`{operation.operator}` compares {show(a)} with {show(b)}, which are not the same size"


def _broadcast_words(operation: Operation) -> str:
    a, b = (tensor.shape for tensor in operation.tensors[:2])
    result = show(outer(a, b) or ())
    return f"`{operation.operator}` broadcasts {show(a)} with {show(b)} to {result}: every pair of samples"


# -- samples put together ----------------------------------------------------------------------------------------------


def _mixed(project: Project) -> Iterator[SilentFault]:
    """Yield the operation at which a change of one sample was seen to reach others."""
    check = next((c for c in project.trace.checks if c.kind is CheckKind.INDEPENDENT), None)
    if check is None or check.operation is None or check.operation >= len(project.trace.operations):
        return
    operation = project.trace.operations[check.operation]
    name, before, after = operation.operator, operation.tensors[0], operation.result
    if name in _RESHAPES and isinstance(after, Tensor):
        message = f"`{name}` merges different samples into one row: {show(before.shape)} becomes {show(after.shape)}"
        yield from _found(Mismatch.SILENT_FOLD, message, project, operation, dimension=check.dimension)
    elif name in _NORMALISED | _REDUCED and samples_lead(project) and _over_samples(project, operation, check):
        message = f"`{name}` runs over the samples, dimension {check.dimension} of {show(before.shape)}"
        yield from _found(Mismatch.SILENT_REDUCTION, message, project, operation, dimension=check.dimension)
    elif name in _ARITHMETIC and len(operation.tensors) == 2 and samples_lead(project):
        pairs = outer(*(tensor.shape for tensor in operation.tensors)) is not None
        if pairs and accidental_column(project, operation.tensors):
            yield from _found(Mismatch.SILENT_BROADCAST, _broadcast_words(operation), project, operation)


def _over_samples(project: Project, operation: Operation, check: Check) -> bool:
    """Return whether a softmax over the samples is one that nothing later relies on, or a reduction of
    ``(N, T, H)`` gives a ``(T, H)`` that a layer takes; a mean over a table's rows, or as the result,
    is meant.
    """
    before, after = operation.tensors[0], operation.result
    if check.dimension is None:
        return False
    if operation.operator in _NORMALISED:
        failed = check.outcome is CheckOutcome.FAILED
        return failed and not used_across(project, operation, check.dimension)
    after = after.items[0] if isinstance(after, Sequence) and after.items else after
    lost = isinstance(after, Tensor) and after.shape == without(before.shape, check.dimension)
    return lost and before.rank == 3 and feeds_a_layer(project, operation)


def _swapped(project: Project) -> Iterator[SilentFault]:
    """Yield views that give the dimensions inside a sample each other's sizes, which only relabels the elements."""
    for operation in project.forward_operations():
        before, after = operation.tensors[0] if operation.tensors else None, operation.result
        if operation.operator not in _RESHAPES or before is None or not isinstance(after, Tensor) or before.rank < 3:
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
            yield from _found(Mismatch.SILENT_FOLD, message, project, operation)


def _is_padded(project: Project, maker: Operation | None) -> bool:
    """Return whether an operation puts constants beside a tensor, which a view behind it uses to shift rows."""
    row = None if maker is None else find(maker.target)
    if maker is None or row is None:
        return False
    producers = (project.producer(tensor) for tensor in maker.tensors)
    rows = (find(producer.target) for producer in producers if producer is not None)
    is_filled = any(producer_row is not None and producer_row.family is Family.FACTORY for producer_row in rows)
    return row.family is Family.PADDING or (row.family is Family.JOIN and is_filled)


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
            yield from _found(Mismatch.SILENT_SQUEEZE, message, alone, operation, dimension=samples)


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
