"""Other samples of a model whose sample was chosen to fit, and what they say of a failure on it.

What every sample that gets as far fails of, alike, is a fault of the model: its sizes and its rank come from layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from autofix.records.finding import Finding, Mismatch
from autofix.records.samples import SampleInput, Samples
from autofix.records.trace import Ending, Trace

MAX_RANK = 5
_ADDED = 5  # No size that layers, batches or sequences have by default.
_MOST = 24
_OF_RANK = frozenset(
    (
        *(Mismatch.NORM_RANK, Mismatch.CONV_RANK, Mismatch.RNN_RANK, Mismatch.RANK, Mismatch.DIMENSION_RANGE),
        *(Mismatch.INDEX_RANK, Mismatch.TUPLE_RESULT),
    )
)
_OF_SIZE = frozenset(
    (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.CONV_GROUPS, Mismatch.NORM_FEATURES),
        *(Mismatch.NORM_GROUPS, Mismatch.RNN_INPUT_SIZE, Mismatch.ATTENTION_WIDTH, Mismatch.BILINEAR_FEATURES),
        *(Mismatch.MATMUL, Mismatch.BROADCAST, Mismatch.CONCATENATE),
    )
)


class SampleEvidence(Enum):
    """What a run on another sample says of a failure."""

    ALIKE = "it fails of the same"
    SHORT = "it did not get as far"
    AGAINST = "it fails otherwise there, gets further or passes"


def may_rest_on_layers(finding: Finding) -> bool:
    """Return whether a failure is of a kind that other samples can prove: of sizes and ranks, not of values."""
    return finding.mismatch in _OF_RANK | _OF_SIZE


def variations(samples: Samples, trace: Trace) -> Iterator[Samples]:
    """Yield samples that have one size otherwise, then those of other ranks.

    None of them is without a batch where the model has a batch norm.
    """
    has_batch_norm = any("BatchNorm" in layer.kind for layer in trace.layers)
    seen = {samples.inputs}
    for inputs in (*_other_sizes(samples.inputs), *_other_forms(samples.inputs, batched=has_batch_norm)):
        if inputs not in seen and len(seen) <= _MOST:
            seen.add(inputs)
            yield replace(samples, inputs=inputs)


def corrections(samples: Samples, finding: Finding) -> Iterator[Samples]:
    """Yield samples as the failure on a sample that was chosen suggests: with the sizes that were expected, and with
    smaller numbers in its integers.
    """
    sizes = [*zip(finding.actual, finding.expected, strict=False), *zip(finding.expected, finding.actual, strict=False)]
    for old, new in dict.fromkeys((old, new) for old, new in sizes if old != new and new > 0):
        for axis_from in (1, 0):
            inputs = tuple(
                replace(
                    sample,
                    shape=tuple(
                        new if size == old and at >= axis_from else size for at, size in enumerate(sample.shape)
                    ),
                )
                for sample in samples.inputs
            )
            if inputs != samples.inputs:
                yield replace(samples, inputs=inputs)
    if finding.mismatch is Mismatch.INDEX_RANGE:  # A batch that the code counts in may be too small.
        yield replace(samples, inputs=tuple(_with_twice_the_batch(sample) for sample in samples.inputs))
    for divisor in (2, 4, 16):
        inputs = tuple(
            sample if sample.high is None or sample.high < 2 else replace(sample, high=max(1, sample.high // divisor))
            for sample in samples.inputs
        )
        if inputs != samples.inputs:
            yield replace(samples, inputs=inputs)


def _with_twice_the_batch(sample: SampleInput) -> SampleInput:
    return replace(sample, shape=tuple(2 * size if at == 0 else size for at, size in enumerate(sample.shape)))


def evidence(finding: Finding, trace: Trace, other_finding: Finding | None, other: Trace) -> SampleEvidence:
    """Return what the run ``other`` says of the failure that ``finding`` tells of."""
    if other.ending is Ending.PASSED:
        return SampleEvidence.AGAINST
    if other.ending is not Ending.RAISED or other_finding is None:
        return SampleEvidence.SHORT
    if _signature(finding) == _signature(other_finding):
        return SampleEvidence.ALIKE
    reached = _done(other) >= _done(trace) or finding.call == other_finding.call
    return SampleEvidence.AGAINST if reached else SampleEvidence.SHORT


def _done(trace: Trace) -> int:
    return sum(not operation.raised for operation in trace.operations)


def _signature(finding: Finding) -> tuple[object, ...]:
    """Return what is the same of two failures that have one cause, whatever the sizes of the sample are."""
    sizes: tuple[object, ...] = ()
    if finding.mismatch in _OF_SIZE:
        sizes = (_beside_batch(finding.expected), _beside_batch(finding.actual))
    return (finding.mismatch, finding.call.path, finding.call.range.start, finding.detail, *sizes)


def _beside_batch(sizes: tuple[int, ...]) -> tuple[int, ...]:
    return sizes if len(sizes) < 2 else sizes[1:]


def _other_sizes(inputs: tuple[SampleInput, ...]) -> Iterator[tuple[SampleInput, ...]]:
    """Yield inputs with each size one larger: where it stands, and wherever the same size stands."""
    for size in dict.fromkeys(size for sample in inputs for size in sample.shape):
        yield tuple(replace(sample, shape=tuple(own + (own == size) for own in sample.shape)) for sample in inputs)
    for at, sample in enumerate(inputs):
        for axis in range(len(sample.shape)):
            shape = tuple(size + (place == axis) for place, size in enumerate(sample.shape))
            yield (*inputs[:at], replace(sample, shape=shape), *inputs[at + 1 :])


def _other_forms(inputs: tuple[SampleInput, ...], *, batched: bool) -> Iterator[tuple[SampleInput, ...]]:
    """Yield inputs of other ranks: one of them, then all alike."""
    for at, sample in enumerate(inputs):
        for shape in _forms(sample.shape, batched=batched):
            yield (*inputs[:at], replace(sample, shape=shape), *inputs[at + 1 :])
    if len(inputs) > 1:
        for shapes in zip(*(tuple(_forms(sample.shape, batched=batched)) for sample in inputs), strict=False):
            yield tuple(replace(sample, shape=shape) for sample, shape in zip(inputs, shapes, strict=True))


def _forms(shape: tuple[int, ...], *, batched: bool) -> Iterator[tuple[int, ...]]:
    if len(shape) > 2:
        yield (shape[0], *shape[2:])
        yield (shape[0], *shape[2:], shape[1])
        yield (shape[1], shape[0], *shape[2:])
    for count in range(1, MAX_RANK - len(shape) + 1):
        yield (*shape[:1], *range(_ADDED, _ADDED + count), *shape[1:])
    if len(shape) > 1 and not batched:
        yield shape[1:]
