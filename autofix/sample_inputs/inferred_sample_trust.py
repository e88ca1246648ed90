"""Whether what a run shows is to be believed when its sample was solved for: a wrong guess must not blame a model.

It looks at the trace alone and decides; the engine acts on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.records.finding import Finding, Mismatch
from autofix.records.samples import SampleOrigin, Samples, Target
from autofix.records.trace import Operation, Stage, Trace
from autofix.records.values import Tensor, tensors_of

_FLATTENING = frozenset(("view", "reshape", "flatten", "Flatten"))
_MOVING = frozenset(("permute", "transpose", "t", "swapaxes", "movedim", "rot90", "einsum", "matmul", "bmm", "expand"))
_LAST = frozenset(
    (
        *("Linear", "Bilinear", "Embedding", "EmbeddingBag", "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"),
        *("MultiheadAttention", "Transformer", "TransformerEncoder", "TransformerEncoderLayer"),
        *("TransformerDecoder", "TransformerDecoderLayer"),
    )
)
NOTE = "the sample was chosen to fit the layers; pass --sample-shape or add a comment `# autofix: sample-shape=...`"

_OF_ORDER = frozenset((Mismatch.SILENT_REDUCTION, Mismatch.SILENT_FOLD, Mismatch.SILENT_STEPS))


def is_reliable(samples: Samples, trace: Trace, finding: Finding) -> bool:
    """Return whether the failure says something of the model, not only of a sample that was solved for.

    It does where no sample was needed yet (import, constructor), where a name is missing, and where the size that does
    not fit was set by layers of the model.
    """
    if samples.origin is not SampleOrigin.SOLVED or trace.failure is None:
        return True
    if trace.failure.stage in {Stage.IMPORT, Stage.CONSTRUCT} or finding.mismatch is Mismatch.MISSING_NAME:
        return True
    return _is_set_by_layers(trace, finding)


def shows_order(samples: Samples, finding: Finding) -> bool:
    """Return whether a fault that raised nothing shows on the sample: which dimension holds its samples is a guess in
    one that was solved for.
    """
    return samples.origin is not SampleOrigin.SOLVED or finding.mismatch not in _OF_ORDER


def unreliable_message(target: Target, finding: Finding) -> str:
    """Return the message for a failure that is not to be trusted."""
    words = f"{target.path.name}: {finding.message}"
    if target.is_guessed:
        return f"{words}, with {target.built}; pass them with --model"
    return f"{words}, on the sample {target.samples}; {NOTE}"


def notes(target: Target) -> tuple[str, ...]:
    """Return what a report says of a sample that was solved for, and of arguments that nobody named."""
    solved = (NOTE,) if target.samples.origin is SampleOrigin.SOLVED else ()
    return (*solved, *((f"{target.model}: {target.built}",) if target.built else ()))


def _is_set_by_layers(trace: Trace, finding: Finding) -> bool:
    if finding.operation is None or finding.operation >= len(trace.operations) or finding.dimension is None:
        return False
    operands = trace.operations[finding.operation].tensors
    if finding.operand is None or finding.operand >= len(operands):
        return False
    set_by: list[frozenset[int]] = []
    for operation in trace.operations[: finding.operation]:
        set_by.append(frozenset(_dimensions(operation, set_by)))
    return finding.dimension in _of(operands[finding.operand], set_by)


def _of(tensor: Tensor, set_by: list[frozenset[int]]) -> frozenset[int]:
    return set_by[tensor.producer] if tensor.producer is not None and tensor.producer < len(set_by) else frozenset()


def _dimensions(operation: Operation, set_by: list[frozenset[int]]) -> Iterator[int]:
    """Yield the dimensions of the result whose sizes layers set, whatever the sample is."""
    results = tensors_of((operation.result,))
    operands = operation.tensors
    if not results or not operands:
        return
    result, operand = results[0], operands[0]
    kind = operation.operator
    known = _of(operand, set_by)
    if kind in _LAST:
        yield result.rank - 1
    elif kind.startswith(("Conv", "LazyConv")):
        yield 1
    elif kind.startswith(("AdaptiveAvgPool", "AdaptiveMaxPool", "adaptive_")):
        yield from range(2, result.rank)
        yield from known & {1}
    elif kind in {"cat", "concat"}:
        yield from frozenset.intersection(*(_of(tensor, set_by) for tensor in operands))
    elif kind in _FLATTENING:
        keeps_features = (
            result.rank == 2 and result.shape[:1] == operand.shape[:1] and known >= set(range(1, operand.rank))
        )
        yield from {1} if keeps_features else ()
    elif kind not in _MOVING and any(tensor.shape == result.shape for tensor in operands):
        for tensor in operands:
            yield from _of(tensor, set_by) if tensor.shape == result.shape else ()
    elif kind not in _MOVING:
        yield from _kept(operand, result, known)


def _kept(operand: Tensor, result: Tensor, known: frozenset[int]) -> Iterator[int]:
    """Yield the dimensions that layers set and that pooling, averaging and indexing leave."""
    front = min(2, result.rank)
    if result.rank in {2, operand.rank} and result.shape[:front] == operand.shape[:front] and front == 2:
        yield from known & {1}
    elif 1 <= result.rank < operand.rank and result.shape[-1] == operand.shape[-1] and operand.rank - 1 in known:
        yield result.rank - 1
