"""Texts that somebody else wrote -> a plan like those of a search, or why they are none.

The texts are run with all checks. Their edits are taken one by one to the faults they answer, so that what a plan of
ours is judged by is known of this one too: which layers were at fault, and what else is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from autofix.diagnosis import diagnose, silent_resolved
from autofix.diagnosis.silent_fault import SilentFault
from autofix.facts.project_view import Project
from autofix.patch.diff_hunks import spans
from autofix.patch.edits_to_text import apply_edits, line_edits, line_starts
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Position, Range, SourceText, Texts
from autofix.records.plan import Applicability, Fix, Plan, Step, Verdict
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Run, Trace
from autofix.search import progress
from autofix.search.runner import Runner
from autofix.verification import bypasses, proof
from autofix.verification.checks import checks_of, signature

# More edits than these are taken together: which of them answers which fault would take too many runs.
MAX_TOLD_APART = 6
TITLE = "apply the patch"
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)

_NO_PYTHON = frozenset({"SyntaxError", "IndentationError", "TabError"})

# After these endings it is not known whether the patched text would run.
UNKNOWN = frozenset(
    {Ending.TIMED_OUT, Ending.OUT_OF_MEMORY, Ending.LIMIT_REACHED, Ending.REFUSED, Ending.NEEDS_VALUES}
    | {Ending.PROBE_FAILED}
)


@dataclass(frozen=True, slots=True)
class PatchedRun:
    """What came of running patched texts: a plan that is to be judged, or ``why`` there is none.

    ``left`` is the fault that the run ends in, or that is silently left, where there is one.
    """

    trace: Trace
    plan: Plan | None = None
    why: str = ""
    left: Finding | None = None


def run(
    original: Trace, faults: Sequence[SilentFault], texts: Texts, before: Sequence[SourceText], runner: Runner
) -> PatchedRun:
    """Run the texts and return what they come to; ``faults`` are those of ``original``, one where it raised."""
    trace = runner.trace(Run(texts, checks=True))
    if trace.ending is not Ending.PASSED:
        return _failed(trace, runner, texts)
    refused = next((check for check in trace.checks if _fails_on_sample(check)), None)
    if refused is not None:
        return PatchedRun(trace, why=f"it fails on another sample that was given, {refused.detail}")
    left = runner.find_silent_faults(texts, trace)
    first = faults[0]
    if first.finding.silent:
        answered = next((f for f in faults if silent_resolved.is_resolved(f.finding, original, trace, left)), None)
        if answered is None:
            return PatchedRun(trace, why=_not_resolved(original, trace, first.finding), left=first.finding)
        first = answered
    edits = tuple(_edits(texts, before))
    steps, unneeded = _steps(first, edits, trace, before, runner)
    notes = (
        *(f"after it {fault.finding.message}" for fault in left),
        *bypasses.reasons(original, trace, first.project, texts),
        *((f"it also changes {', '.join(unneeded)}, which the repair does not need",) if unneeded else ()),
    )
    checks = (*checks_of(trace), Check(CheckKind.FRESH, CheckOutcome.NOT_ASKED, "not run again yet"))
    proved = proof.prove(original, trace, checks)
    return PatchedRun(trace, Plan(steps, (), Applicability.UNSAFE, texts, proved, notes))


def _failed(trace: Trace, runner: Runner, texts: Texts) -> PatchedRun:
    """Return why a run of patched texts is no repair, as far as that can be told from how it ended."""
    words = trace.message.partition("\n")[0] or trace.ending.value
    if trace.failure is None:
        return PatchedRun(trace, why=f"the patched text does not run: {words}")
    if trace.failure.type in _NO_PYTHON:
        return PatchedRun(trace, why=f"the patched text is no Python: {words}")
    finding = diagnose(runner.project(texts, trace))
    if finding is None:
        return PatchedRun(trace, why=f"the patched text does not run: {trace.failure.type}: {words}")
    where = finding.call
    place = f"{where.path.name}:{where.range.start.line}"
    return PatchedRun(trace, why=f"after it the run ends at {place}: {finding.message}", left=finding)


def _fails_on_sample(check: Check) -> bool:
    return check.kind is CheckKind.ALSO and check.outcome is CheckOutcome.FAILED


def _not_resolved(original: Trace, trace: Trace, finding: Finding) -> str:
    before = {check.kind: check.outcome for check in original.checks}
    for check in trace.checks:
        if check.outcome is CheckOutcome.FAILED and before.get(check.kind) is not CheckOutcome.FAILED:
            return f"{check.kind.value} failed after it: {check.detail}"
    return f"it is still so after it: {finding.message}"


# -- which edit answers which fault ------------------------------------------------------------------------------------


def _edits(texts: Texts, before: Sequence[SourceText]) -> Iterator[Edit]:
    sources = {source.path: source.text for source in before}
    for path, after in texts:
        for edit in line_edits(path, sources[path], after):
            yield from _in_lines(edit, sources[path])


def _in_lines(edit: Edit, before: str) -> Iterator[Edit]:
    """Yield the changed parts of a line that is replaced by another one: two sizes in it may answer two faults."""
    start = edit.range.start
    if edit.range.end != Position(start.line + 1, 0) or edit.text.count("\n") != 1:
        yield edit
        return
    old = before[line_starts(before)[start.line - 1] :].partition("\n")[0] + "\n"
    words, changed = _WORD.findall(old), _WORD.findall(edit.text)
    places = [0, *accumulate(map(len, words))]
    for span in spans(words, changed):
        first, last = Position(start.line, places[span.start]), Position(start.line, places[span.end])
        yield Edit(edit.path, Range(first, last), "".join(changed[span.new_start : span.new_end]))


def _steps(
    first: SilentFault, edits: tuple[Edit, ...], after: Trace, before: Sequence[SourceText], runner: Runner
) -> tuple[tuple[Step, ...], list[str]]:
    """Return the steps that the edits are, and the places of those that the repair does not need."""
    whole = (Step(first.finding, _fix(edits)),)
    if first.finding.silent or not 1 < len(edits) <= MAX_TOLD_APART:
        return whole, []
    steps: list[Step] = []
    taken: tuple[Edit, ...] = ()
    trace, finding = first.project.trace, first.finding
    while len(taken) < len(edits):
        next_step = _next(taken, edits, progress.outcome(trace, finding), before, runner)
        if next_step is None:  # Only some together get further.
            rest = tuple(edit for edit in edits if edit not in taken)
            return (*steps, Step(finding, _fix(rest))), []
        edit, trace, following = next_step
        taken = (*taken, edit)
        steps.append(Step(finding, _fix((edit,))))
        if following is None:
            rest = tuple(edit for edit in edits if edit not in taken)
            return _with_rest(steps, rest, tuple(_edited(taken, before)), trace, after, runner)
        finding = following
    return tuple(steps), []


def _with_rest(
    steps: list[Step], rest: tuple[Edit, ...], texts: Texts, trace: Trace, after: Trace, runner: Runner
) -> tuple[tuple[Step, ...], list[str]]:
    """Return the steps with the edits that are left when nothing raises any more, as ``trace`` of ``texts`` shows."""
    if not rest:
        return tuple(steps), []
    last = steps[-1]
    whole = (*steps[:-1], Step(last.finding, _fix((*last.fix.edits, *rest))))
    if signature(trace) == signature(after):
        return whole, []
    silent = runner.find_silent_faults(texts, runner.trace(Run(texts, checks=True)))
    if silent:
        return (*steps, Step(silent[0].finding, _fix(rest))), []
    return whole, list(dict.fromkeys(f"{edit.path.name}:{edit.range.start.line}" for edit in rest))


def _next(
    taken: tuple[Edit, ...],
    edits: tuple[Edit, ...],
    reached: progress.Progress,
    before: Sequence[SourceText],
    runner: Runner,
) -> tuple[Edit, Trace, Finding | None] | None:
    """Return the first edit after which the run gets further, the run, and the fault it then ends in."""
    for edit in edits:
        if edit in taken:
            continue
        texts = tuple(_edited((*taken, edit), before))
        trace = runner.trace(Run(texts))
        if trace.ending is Ending.PASSED:
            return edit, trace, None
        project = _project(runner, texts, trace)
        finding = None if project is None else diagnose(project)
        if finding is not None and progress.judge(reached, progress.outcome(trace, finding)) is Verdict.PROGRESSES:
            return edit, trace, finding
    return None


def _project(runner: Runner, texts: Texts, trace: Trace) -> Project | None:
    """Return the view of a run of some of the edits; None where they make no Python text."""
    if trace.failure is None or trace.failure.type in _NO_PYTHON or trace.failure.type == "NameError":
        return None
    return runner.project(texts, trace)


def _edited(edits: Sequence[Edit], before: Sequence[SourceText]) -> Iterator[tuple[Path, str]]:
    for source in sorted(before, key=lambda source: source.path):
        own = [edit for edit in edits if edit.path == source.path]
        if own:
            yield source.path, apply_edits(source.text, own)


def _fix(edits: tuple[Edit, ...]) -> Fix:
    return Fix("", TITLE, edits, (), Applicability.SAFE)
