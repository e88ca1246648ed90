"""The verification checks that a plan passed, and what speaks against one that fails some.

It judges traces that others made; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from autofix.records.costs import Counted, Evidence
from autofix.records.trace import Check, CheckKind, CheckOutcome, Phase, Trace
from autofix.records.values import Tensor, Value, tensors_of
from autofix.verification.proof import shape_of

# How often a failed check counts: other samples were asked for by the user. A plan that fails one is only shown where
# nothing better was found near.
_COUNTS = {
    CheckKind.ALSO: 2,
    CheckKind.EVALUATION: 1,
    CheckKind.BATCH: 1,
    CheckKind.INDEPENDENT: 1,
    CheckKind.CAUSAL: 1,
    CheckKind.BACKWARD: 1,
}
Signature = tuple[object, ...]


def checks_of(trace: Trace) -> tuple[Check, ...]:
    forward = Check(CheckKind.FORWARD, CheckOutcome.PASSED, trace.message or f"output {shape_of(trace.output)}")
    order = list(CheckKind)
    return tuple(sorted((forward, *trace.checks), key=lambda check: order.index(check.kind)))


def failures(checks: Iterable[Check]) -> Counted:
    """Return what the checks that a plan fails say against it."""
    failed = (check.kind for check in checks if check.outcome is CheckOutcome.FAILED)
    return Evidence.CHECK_FAILED * sum(_COUNTS.get(kind, 0) for kind in failed)


def loses_rows(original: Trace, trace: Trace, checks: Iterable[Check]) -> bool:
    """Return whether samples have no result of their own each: where the rows were folded before the fault already, or
    where no dimension of an output is as large as the batch.
    """
    batches = {tensor.shape[0] for tensor in trace.inputs if tensor.rank}
    batch = batches.pop() if len(batches) == 1 else 0
    outputs = [tensor.shape for tensor in tensors_of((trace.output,)) if tensor.rank]
    if batch > 1 and any(batch not in shape and shape[0] % batch for shape in outputs):
        return True
    return was_folded(original) and any(
        check.kind is CheckKind.ROWS and check.outcome is CheckOutcome.FAILED for check in checks
    )


def was_folded(trace: Trace) -> bool:
    """Return whether the failing operation was given more rows than the sample has."""
    failed = trace.failed_operation
    batch = next((tensor.shape[0] for tensor in trace.inputs if tensor.rank), 0)
    operands = failed.tensors[:1] if failed is not None else ()
    return any(
        tensor.rank and batch and tensor.shape[0] > batch and tensor.shape[0] % batch == 0 for tensor in operands
    )


def signature(trace: Trace) -> Signature:
    """Return parameters, operators and output: two plans with equal signatures make the same model."""
    operators = tuple((o.target, _sizes(o.result)) for o in trace.operations if o.phase is Phase.FORWARD)
    return (trace.state_dict, operators, shape_of(trace.output))


def _sizes(value: Value) -> Value | tuple[int, ...]:
    return value.shape if isinstance(value, Tensor) else None
