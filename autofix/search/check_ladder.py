"""How far a plan got on the ladder, what that costs it, and whether it may be called safe.

It judges traces that others made; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from autofix.records.trace import Check, CheckKind, CheckOutcome, Phase, Trace
from autofix.records.values import Tensor, Value
from autofix.search.proof import shape_of

# Tenths of a plain edit: a plan that fails a rung is only shown where nothing better was found near.
PENALTIES = {CheckKind.ALSO: 60, CheckKind.BATCH: 35, CheckKind.INDEPENDENT: 35, CheckKind.BACKWARD: 30}
Signature = tuple[object, ...]


def checks_of(trace: Trace) -> tuple[Check, ...]:
    forward = Check(CheckKind.FORWARD, CheckOutcome.PASSED, trace.message or f"output {shape_of(trace.output)}")
    order = list(CheckKind)
    return tuple(sorted((forward, *trace.checks), key=lambda check: order.index(check.kind)))


def penalty(checks: Iterable[Check]) -> int:
    return sum(PENALTIES.get(check.kind, 0) for check in checks if check.outcome is CheckOutcome.FAILED)


def signature(trace: Trace) -> Signature:
    """Two plans with equal signatures make the same model: parameters, operators and output."""
    operators = tuple((o.target, _sizes(o.result)) for o in trace.operations if o.phase is Phase.FORWARD)
    return (trace.state_dict, operators, shape_of(trace.output))


def _sizes(value: Value) -> Value | tuple[int, ...]:
    return value.shape if isinstance(value, Tensor) else None


# -- applicability -----------------------------------------------------------------------------------------------------
