"""Whether a plan is safe: every reason against it, in words.

It judges plans that have been run; it runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.provenance import handed_names
from autofix.provenance.maps_of_a_size import sized_maps
from autofix.records.costs import Evidence
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Range
from autofix.records.options import Mode
from autofix.records.plan import Applicability, Plan, Step
from autofix.records.samples import SampleOrigin, Samples
from autofix.records.trace import Check, CheckKind, CheckOutcome, Layer, Operation, Stage, Trace
from autofix.records.values import Tensor
from autofix.verification import (
    changed_outputs,
    mixed_dimensions,
    other_ways,
    shared_lines,
    side_effects,
    triangular_masks,
)
from autofix.verification.bypasses import idle_layers
from autofix.verification.checks import was_folded
from autofix.verification.proof import state_of

COMPARABLE = 6
NOT_SEARCHED = "a cheaper repair did not run again in a clean process, and what is near this one was not looked for"
BREAKS_OTHERS = "a cheaper repair breaks other uses of what it edits, and what is near this one was not looked for"
LISTED = 4
_WIDTHS = frozenset((Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE))
FEW = 2
_PICKING = frozenset((Family.SUBSCRIPT, Family.REDUCTION))
# An expression of other names has the right value, and so have more: which one holds for other sizes is not known.
_BY_CHANCE = frozenset((Evidence.OTHER_READING, Evidence.COINCIDES))


def judge(
    plan: Plan,
    checks: tuple[Check, ...],
    trace: Trace,
    project: Project,
    rivals: Iterable[Plan],
    samples: Samples,
    built: str = "",
) -> tuple[Applicability, tuple[str, ...]]:
    """Return the label of a verified plan, and every reason why it is not safe.

    ``trace`` and ``checks`` are those of the plan run in a fresh process, ``project`` is the model before it. A plan is
    safe if nothing is said against any of its fixes, it failed no check that it passed before, what was run is what the
    user runs, nothing else of the model changes, and no other plan of comparable cost passes. ``built`` says where the
    model's arguments come from if nobody named them.
    """
    reasons = [
        *_of_fixes(plan.steps),
        *safety_concerns(plan.steps[0].finding, project),
        *_of_checks(checks, project),
        *_of_rivals(plan, rivals, changes_state(project.trace, trace)),
        *_of_run(trace),
        *_of_model(plan.steps, trace, project),
        *_of_meaning(plan.steps, trace, project),
    ]
    if any(check.kind is CheckKind.FRESH and check.outcome is CheckOutcome.NOT_ASKED for check in checks):
        reasons.append("it was not reproduced in a clean process")
    # What the code alone proves holds for every sample and every construction.
    is_of_text = all(step.fix.of_text for step in plan.steps)
    if built and not is_of_text:
        reasons.append(f"the model was run alone, {built}; the fault may be there")
    if not reasons and samples.origin is SampleOrigin.SOLVED and not is_of_text:
        reasons.append("it was verified only on a sample that was chosen to fit the layers")
    reasons += plan.notes
    if not reasons:
        reasons += [evidence.words for evidence, _ in plan.evidence if evidence.is_doubtful]
    unique = tuple(dict.fromkeys(reasons))
    return (Applicability.UNSAFE if unique else Applicability.SAFE), unique


def behind(plan: Plan, best: Plan) -> Plan:
    """Return a plan as it is shown beside the best: it is never safe."""
    return replace(plan, applicability=Applicability.UNSAFE, notes=(f"a simpler repair also works: {best.title}",))


def _of_fixes(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield what the rules, or the evidence that they state, say against their fixes."""
    for step in steps:
        stated = {evidence for evidence, _ in step.fix.evidence}
        if Evidence.OTHER_NAME in stated and stated & _BY_CHANCE:
            yield "another expression stands in place of the one written, and others have the same value here"
        if any(e.is_doubtful for e in stated) or step.fix.applicability is not Applicability.SAFE:
            yield step.fix.reason or f"{step.fix.rule} repairs are to be read before they are applied"


def _of_checks(checks: tuple[Check, ...], project: Project) -> Iterator[str]:
    """Yield the checks that fail now and did not fail before."""
    known = {check.kind for check in project.trace.checks if check.outcome is CheckOutcome.FAILED}
    if not was_folded(project.trace):
        known.add(CheckKind.ROWS)  # What folds its rows behind the fault does so on purpose.
    for check in checks:
        fails = check.outcome is CheckOutcome.FAILED and check.kind not in known
        if fails or (check.kind is CheckKind.USES and check.outcome is CheckOutcome.NOT_ASKED):
            yield f"{check.kind.value}: {check.detail}"


def _of_rivals(plan: Plan, rivals: Iterable[Plan], resizes: bool) -> Iterator[str]:
    """Yield the first plan of comparable cost; how far it reaches makes it less likely, not implausible.

    Nor does it, for a plan that ``resizes`` a parameter, that a rival resizes the layer before: of two sizes that
    disagree either may be the one that is meant.
    """
    for rival in rivals:
        others = rival.own_cost - (rival.cost_of(Evidence.PRODUCER) if resizes else 0)
        if others - plan.own_cost <= COMPARABLE:
            yield f"an equally plausible repair: {rival.title}"
            return


def _of_run(trace: Trace) -> Iterator[str]:
    """Yield in what the run that proved the plan differs from the one a user starts."""
    if trace.mode is Mode.META:
        yield "checked on the meta device (shapes only)"
    if trace.placeholders:
        yield f"it was verified without {', '.join(trace.placeholders)}"
    if trace.cut_tests:
        yield f"it was verified without {', '.join(trace.cut_tests)}, which ran into the time limit"


def _listed(paths: Sequence[str]) -> str:
    """Return layers by their names, the root as the model; of many the first and how many more there are."""
    names = ", ".join(f"`{path}`" if path else "the model" for path in paths[:LISTED])
    return names if len(paths) <= LISTED else f"{names} and {len(paths) - LISTED} more"


def _of_model(steps: tuple[Step, ...], trace: Trace, project: Project) -> Iterator[str]:
    """Yield what the plan changes of the model besides the fault, or may change."""
    subjects = {step.finding.subject for step in steps}
    others = sorted(side_effects.changed(project.trace, trace) - _alike(subjects, trace))
    if others:
        yield f"it also changes the parameters of {_listed(others)}"
    if more := side_effects.added(project.trace, trace):
        layers = "a layer" if len(more) == 1 else f"{len(more)} layers"
        yield f"it also adds {layers} with parameters: {_listed([layer.path or '' for layer in more])}"
    if _is_set_elsewhere(steps[0], project):
        yield "construction stopped early; other uses of this size are unknown"
    if changes_state(project.trace, trace) and (place := checkpoint(project)):
        yield f"it changes the shape of a parameter and {place} loads weights"


def _of_meaning(steps: tuple[Step, ...], trace: Trace, project: Project) -> Iterator[str]:
    """Yield what no shape shows."""
    before, after = (triangular_masks.misaligned(run) for run in (project.trace, trace))
    if after and after != before:
        yield after
    if path := shared_lines.changed_beside(steps, project, trace):
        yield f"it also changes what `{path}` does, which ran as it was"
    for ask in (other_ways.other_way, other_ways.unread_result, other_ways.same_either_way):
        if words := ask(steps, project):
            yield words
    if label := changed_outputs.unmet_output(steps, project, trace):
        yield f"`{label}` gives out another size than it was built for, and nothing behind it takes that size"
    yield from (f"`{path}`, which had run, is not called after it" for path in idle_layers(project.trace, trace))
    if shared_lines.is_idle_after(steps, project, trace):
        yield "the reshape that failed does nothing after it; other sizes may be meant"
    yield from _of_gradients(steps[0].finding, project, trace)
    if mixed_dimensions.mixes(project.trace, trace):
        yield "the reshape that failed lays dimensions out across their borders after it; other sizes may be meant"
    if shared_lines.repeats_into_a_number(steps, project, trace):
        yield "it repeats an operand, and only one number comes of it: no shape confirms that this is meant"


def _of_gradients(finding: Finding, project: Project, trace: Trace) -> Iterator[str]:
    """Yield why a ``backward`` that failed, and that torch takes now, may not return what is the gradient."""
    failure = project.trace.failure
    failed = {(frame.path, frame.function) for frame in failure.frames} if failure is not None else set()
    rows: dict[str, list[bool | None]] = {}
    for row in trace.gradients:
        name = f"{row.function}.backward"
        if name == finding.subject or (row.frame.path, row.frame.function) in failed:
            rows.setdefault(name, []).append(row.agrees)
    if finding.mismatch is Mismatch.GRADIENT:
        rows.setdefault(finding.subject, [])
    for name, agree in rows.items():
        if False in agree:
            yield f"`{name}` does not return the gradient of `forward`, as finite differences show"
        elif True not in agree:
            yield f"what `{name}` returns could not be compared with finite differences"


def _is_set_elsewhere(step: Step, project: Project) -> bool:
    """Return whether a constructor failed, and an edit is not on the way from the model's call to the
    line that raised.
    """
    failure = project.trace.failure
    if failure is None or failure.stage is not Stage.CONSTRUCT:
        return False
    lines = {(frame.path, line) for frame in failure.frames for line in _lines(frame.range)}
    return not all(lines.intersection((edit.path, line) for line in _lines(edit.range)) for edit in step.fix.edits)


def _lines(place: Range) -> range:
    return range(place.start.line, place.end.line + 1)


def changes_state(before: Trace, after: Trace) -> bool:
    """Return whether a parameter has another shape or name than before, so that saved weights do not fit any more."""
    gone = dict(state_of(before)).keys() - dict(state_of(after)).keys()
    return bool(gone or side_effects.changed(before, after))


def _alike(subjects: set[str], trace: Trace) -> set[str]:
    """Return the paths of the layers that the same lines built as those of ``subjects``: the layers of
    one loop have one fault.
    """

    def lines(layer: Layer) -> tuple[object, ...]:
        return tuple(frame.place for frame in layer.construction)

    built = {lines(layer) for layer in trace.layers if layer.path in subjects}
    return subjects | {layer.path for layer in trace.layers if layer.path is not None and lines(layer) in built}


_PINS = re.compile(
    r"\bload_state_dict\s*\(|\bfrom_pretrained\s*\(|\bpretrained\s*=\s*True|\bweights\s*=\s*[\"'\w]+Weights|\bload_from_checkpoint\s*\("
)


def checkpoint(project: Project) -> str:
    """Return the place where the project loads weights that fix shapes, as ``file:line``; empty if there is none."""
    for source in project.sources():
        for number, line in enumerate(source.lines, 1):
            match = _PINS.search(line.partition("#")[0])
            if match and not line.lstrip().startswith(("def ", "import", "from")):
                return f"{source.path.name}:{number}"
    return ""


def safety_concerns(finding: Finding, project: Project) -> tuple[str, ...]:
    """Return reasons to ask the author; ``project`` holds the trace that ``finding`` was made from."""
    operation = project.operation(finding)
    if finding.mismatch not in _WIDTHS or operation is None or not operation.tensors:
        return ()
    other = _other_sizes(project, operation.tensors[0], finding.expected[0])
    if other:
        return (other,)
    if label := changed_outputs.other_factor(finding, project):
        return (f"with another number of outputs of `{label}` it would take what comes in",)
    layer = project.layer(finding.layer) if finding.mismatch is Mismatch.LINEAR_IN_FEATURES else None
    if layer is not None and (maps := sized_maps(project, layer, operation.tensors[0])):
        return (f"`{maps.name}` says how large the maps are that come in; the width may follow from it",)
    if switch := changed_outputs.switched_width(finding, project):
        return (f"`{switch}` makes it twice as wide, and may be meant to be off",)
    extra = finding.actual[0] - finding.expected[0]
    own = project.layer(finding.layer)
    is_handed = own is not None and handed_names.is_handed(project, own, finding.actual[0])
    if 0 < extra <= FEW and not is_handed and _is_raw_data(project, operation.tensors[0]):
        columns = "a column" if extra == 1 else f"{extra} columns"
        return (f"the input has {columns} more than the model was written for; it may be one that is no feature",)
    return ()


def _other_sizes(project: Project, tensor: Tensor, expected: int) -> str:
    """Return words for a size that is another dimension than the one that was left, or a product of others than those
    that were flattened; else an empty text.
    """
    for operation in project.ancestry(tensor):
        source = operation.tensors[0] if operation.tensors else None
        if source is None or operation.layer_index is not None:
            return ""
        if source.rank > tensor.rank:
            sizes = source.shape[1:]
            if expected > 1 and expected in sizes and _picks(operation):
                return f"{expected} of {source.shape} is what it takes; the dimensions may be meant in another order"
            pairs = [(a, b) for i, a in enumerate(sizes) for b in sizes[i + 1 :] if a * b == expected]
            product = pairs[0] if pairs and expected > 1 and min(pairs[0]) > 1 else None
            return (
                ""
                if product is None
                else f"{product[0]} x {product[1]} of {source.shape} are the {expected} that it takes"
            )
    return ""


def _picks(operation: Operation) -> bool:
    """Return whether an operation leaves parts of a tensor out: of the dimensions that are left any may be meant."""
    return family(operation.target) in _PICKING


def _is_raw_data(project: Project, tensor: Tensor) -> bool:
    """Return whether the tensor is the model's input, at most reordered: no layer with parameters came before."""
    layers = (project.layer_of(operation) for operation in project.ancestry(tensor))
    return all(layer is None or not layer.parameters for layer in layers)
