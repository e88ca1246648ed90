"""What a plan changes and how far it was proved: shapes before and after, parameters, state dict."""

from __future__ import annotations

import math

from autofix.records.plan import Proof
from autofix.records.trace import Check, Operation, OperationKind, Phase, Stage, Trace
from autofix.records.values import Sequence, Tensor, Value

CHAIN_LENGTH = 400


def shape_of(value: Value) -> str:
    """Return the shape of an output in words: a tuple, or the shapes inside a container."""
    if isinstance(value, Tensor):
        return str(value.shape)
    if isinstance(value, Sequence):
        return f"({', '.join(shape_of(item) for item in value.items)})"
    items = getattr(value, "items", None)
    if items is not None:
        return "{" + ", ".join(f"{name}: {shape_of(item)}" for name, item in items) + "}"
    return type(value).__name__ if value is not None else "None"


def output_words(trace: Trace) -> str:
    """Return the output of the model in words; empty for a program, which has none."""
    return "" if trace.message and trace.output is None else shape_of(trace.output)


def prove(before: Trace, after: Trace, checks: tuple[Check, ...]) -> Proof:
    # A model that failed has told its parameters only; buffers are compared where both are known.
    old = dict(before.state_dict or state_of(before))
    new = dict(after.state_dict if before.state_dict else state_of(after))
    complete = before.failure is None or before.failure.stage in (Stage.FORWARD, Stage.SAMPLE, Stage.SCRIPT)
    return Proof(
        chain_before=chain_words(before),
        chain_after=chain_words(after),
        output=output_words(after),
        parameters_before=_count(old) if complete else None,
        parameters_after=_count(new),
        state_added=tuple(name for name in new if name not in old) if complete else (),
        state_removed=tuple(name for name in old if name not in new) if complete else (),
        state_changed=tuple(f"{n} {old[n]} -> {new[n]}" for n in new if n in old and old[n] != new[n]),
        checks=checks,
        seconds=after.seconds,
    )


def state_of(trace: Trace) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the parameters of the layers, for a model that never got to its state dict."""
    return tuple(
        (f"{layer.path}.{name}" if layer.path else name, shape)
        for layer in trace.layers
        if layer.path is not None
        for name, shape in layer.parameters
    )


def _count(state: dict[str, tuple[int, ...]]) -> int:
    return sum(map(math.prod, state.values()))


def chain_words(trace: Trace) -> tuple[str, ...]:
    """Return the operations in words, ``conv1 (64, 6, 28, 28)``; the middle of a very long chain is left out."""
    links = chain(trace)
    ends = (links,) if len(links) <= CHAIN_LENGTH else (links[: CHAIN_LENGTH // 2], links[-CHAIN_LENGTH // 2 :])
    first, *last = [[f"{label(o)} {shape_of(o.result)}" for o in end] for end in ends]
    return (*first, f"... {len(links) - CHAIN_LENGTH} more ...", *last[0]) if last else tuple(first)


def chain(trace: Trace) -> tuple[Operation, ...]:
    """Return the operations of the forward that lead to its last: the inputs and what consumes them in turn."""
    shown = [
        o
        for o in trace.operations
        if o.phase is Phase.FORWARD and o.kind is not OperationKind.GET_ATTR and not o.raised
    ]
    return tuple(o for o in shown if isinstance(o.result, (Tensor, Sequence)))


def label(operation: Operation) -> str:
    if operation.kind is OperationKind.PLACEHOLDER:
        return operation.target
    return operation.layer or operation.operator
