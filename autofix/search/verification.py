"""How far a plan got on the ladder, what that costs it, and whether it may be called safe.

It judges traces that others made; it runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autofix.facts.project_view import Project
from autofix.records.locations import Range
from autofix.records.options import Mode
from autofix.records.plan import Applicability, Plan, Proof, Step
from autofix.records.trace import Check, CheckKind, CheckOutcome, Layer, Operation, OperationKind, Phase, Stage, Trace
from autofix.records.values import Sequence, Tensor, Value
from autofix.search import doubts, side_effects

# Tenths of a plain edit: a plan that fails a rung is only shown where nothing better was found near.
PENALTIES = {CheckKind.ALSO: 60, CheckKind.BATCH: 35, CheckKind.INDEPENDENT: 35, CheckKind.BACKWARD: 30}
COMPARABLE = 6
CHAIN_LENGTH = 400
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


def shape_of(value: Value) -> str:
    """The shape of an output in words: a tuple, or the shapes inside a container."""
    if isinstance(value, Tensor):
        return str(value.shape)
    if isinstance(value, Sequence):
        return f"({', '.join(shape_of(item) for item in value.items)})"
    items = getattr(value, "items", None)
    if items is not None:
        return "{" + ", ".join(f"{name}: {shape_of(item)}" for name, item in items) + "}"
    return type(value).__name__ if value is not None else "None"


def output_words(trace: Trace) -> str:
    """The output of the model; empty for a program, which has none."""
    return "" if trace.message and trace.output is None else shape_of(trace.output)


def proof(before: Trace, after: Trace, checks: tuple[Check, ...]) -> Proof:
    # A model that failed has told its parameters only; buffers are compared where both are known.
    old = dict(before.state_dict or _state_of(before))
    new = dict(after.state_dict if before.state_dict else _state_of(after))
    complete = before.failure is None or before.failure.stage.value in {"forward", "sample", "script"}
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


def _state_of(trace: Trace) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Parameters of the layers of a model that never got to its state dict."""
    return tuple(
        (f"{layer.path}.{name}" if layer.path else name, shape)
        for layer in trace.layers
        if layer.path is not None
        for name, shape in layer.parameters
    )


def _count(state: dict[str, tuple[int, ...]]) -> int:
    total = 0
    for shape in state.values():
        size = 1
        for dimension in shape:
            size *= dimension
        total += size
    return total


def chain_words(trace: Trace) -> tuple[str, ...]:
    """Operation by operation, ``conv1 (64, 6, 28, 28)``; the middle of a very long chain is left out."""
    links = chain(trace)
    ends = (links,) if len(links) <= CHAIN_LENGTH else (links[: CHAIN_LENGTH // 2], links[-CHAIN_LENGTH // 2 :])
    first, *last = [[f"{label(o)} {shape_of(o.result)}" for o in end] for end in ends]
    return (*first, f"... {len(links) - CHAIN_LENGTH} more ...", *last[0]) if last else tuple(first)


def chain(trace: Trace) -> tuple[Operation, ...]:
    """The operations of the forward that lead to its last: the inputs and what consumes them in turn."""
    shown = [
        o
        for o in trace.operations
        if o.phase is Phase.FORWARD and o.kind is not OperationKind.GET_ATTR and not o.raised
    ]
    return tuple(o for o in shown if isinstance(o.result, (Tensor, Sequence)))


def label(operation: Operation) -> str:
    if operation.kind is OperationKind.PLACEHOLDER:
        return operation.target
    return operation.layer or operation.target.rpartition(".")[2]


# -- applicability -----------------------------------------------------------------------------------------------------


def judge(
    steps: tuple[Step, ...],
    checks: tuple[Check, ...],
    trace: Trace,
    project: Project,
    rivals: Iterable[Plan],
    cost: int,
) -> tuple[Applicability, tuple[str, ...]]:
    """The label of a verified plan, and every reason why it is not safe.

    ``cost`` is the plan's without its reach: how far a rival reaches makes it less likely, not implausible.
    """
    reasons: list[str] = []
    for step in steps:
        if step.fix.applicability is not Applicability.SAFE:
            reasons.append(step.fix.reason or f"{step.fix.rule} repairs are to be read before they are applied")
    reasons += doubts.of(steps[0].finding, project)
    before = {check.kind for check in project.trace.checks if check.outcome is CheckOutcome.FAILED}
    failed = [check for check in checks if check.outcome is CheckOutcome.FAILED and check.kind not in before]
    reasons += [f"{check.kind.value}: {check.detail}" for check in failed]
    near = next((plan for plan in rivals if plan.cost - plan.reach - cost <= COMPARABLE), None)
    if near is not None:
        reasons.append(f"another repair is as plausible: {near.title}")
    if trace.mode is Mode.META:
        reasons.append("it was verified by shapes alone, without storage and values")
    if trace.placeholders:
        reasons.append(f"it was verified without {', '.join(trace.placeholders)}")
    others = sorted(
        side_effects.changed(project.trace, trace) - _alike({step.finding.subject for step in steps}, trace)
    )
    if others:
        reasons.append(f"it also changes the parameters of {', '.join(f'`{name}`' for name in others[:4])}")
    if more := side_effects.added(project.trace, trace):
        names = ", ".join(f"`{layer.path}`" for layer in more[:4])
        reasons.append(f"it also adds {len(more)} layers with parameters, {names} among them")
    if _is_set_elsewhere(steps[0], project):
        reasons.append("the model was not built to its end, so what else the size is for is not known")
    if changes_state(project.trace, trace) and (place := checkpoint(project)):
        reasons.append(f"it changes the shape of a parameter and {place} loads weights")
    if any(check.kind is CheckKind.FRESH and check.outcome is CheckOutcome.NOT_ASKED for check in checks):
        reasons.append("it was not run in a fresh process")
    unique = tuple(dict.fromkeys(reasons))
    return (Applicability.UNSAFE if unique else Applicability.SAFE), unique


def _is_set_elsewhere(step: Step, project: Project) -> bool:
    """Whether a constructor failed, and an edit is not on the way from the model's call to the line that raised."""
    failure = project.trace.failure
    if failure is None or failure.stage is not Stage.CONSTRUCT:
        return False
    lines = {(frame.path, line) for frame in failure.frames for line in _lines(frame.range)}
    return not all(lines.intersection((edit.path, line) for line in _lines(edit.range)) for edit in step.fix.edits)


def _lines(place: Range) -> range:
    return range(place.start.line, place.end.line + 1)


def changes_state(before: Trace, after: Trace) -> bool:
    """Whether a parameter has another shape or name than before, so that saved weights do not fit any more."""
    gone = dict(_state_of(before)).keys() - dict(_state_of(after)).keys()
    return bool(gone or side_effects.changed(before, after))


def _alike(subjects: set[str], trace: Trace) -> set[str]:
    """Paths of the layers that the same lines built as those of ``subjects``: the blocks of one loop have one fault."""

    def lines(layer: Layer) -> tuple[tuple[Path, Range], ...]:
        return tuple((frame.path, frame.range) for frame in layer.construction)

    built = {lines(layer) for layer in trace.layers if layer.path in subjects}
    return subjects | {layer.path for layer in trace.layers if layer.path is not None and lines(layer) in built}


_PINS = re.compile(
    r"\bload_state_dict\s*\(|\bfrom_pretrained\s*\(|\bpretrained\s*=\s*True|\bweights\s*=\s*[\"'\w]+Weights|\bload_from_checkpoint\s*\("
)


def checkpoint(project: Project) -> str:
    """Where the project loads weights that pin shapes, as ``file:line``; empty if nowhere."""
    for source in project.sources():
        for number, line in enumerate(source.lines, 1):
            match = _PINS.search(line.partition("#")[0])
            if match and not line.lstrip().startswith(("def ", "import", "from")):
                return f"{source.path.name}:{number}"
    return ""
