"""Candidate Fixes -> the cheapest verified Plans, by probing patched texts.

A state is a set of edited texts; the cheapest unexplored state is run, and its failure, if it has another, is
expanded. It knows neither rules' reasons nor processes: both come as functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autofix.diagnosis import diagnose, silent_faults, silent_resolved
from autofix.diagnosis.silent_fault import SilentFault
from autofix.facts.project_view import Project
from autofix.fixes.candidates import Proposals
from autofix.patch.edits_to_text import apply_edits
from autofix.records.costs import Evidence, counted
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Texts
from autofix.records.plan import Applicability, Fix, Plan, Step, Verdict
from autofix.records.report import Limits
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Run, Trace
from autofix.search import first_steps, past_faults, progress
from autofix.search.first_steps import FirstSteps, State
from autofix.search.progress import Progress
from autofix.search.refused_texts import is_refused
from autofix.search.search_state import LEAST, BestPlan, Doubts, SearchState, TraceSource
from autofix.verification import applicability, bypasses, other_ways, proof
from autofix.verification.checks import checks_of, signature
from autofix.verification.run_evidence import of_run

MAX_SIDESTEPS = 2
MAX_STEPS = 12
# A text that is not Python any more is no step towards one that runs.
_SYNTAX_ERRORS = frozenset({"SyntaxError", "IndentationError", "TabError"})

# The endings that say nothing about the model.
_LIMITS = frozenset({Ending.TIMED_OUT, Ending.OUT_OF_MEMORY, Ending.LIMIT_REACHED})

View = Callable[[Texts, Trace], Project]
Propose = Callable[[Finding, Project], Proposals]
FindSilentFaults = Callable[[Texts, Trace], tuple[SilentFault, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: plans by cost, why it ended, the runs it took.

    ``furthest`` is there where no plan was found: what comes furthest, though a fault is left; and ``waiting``, the
    faults past the first, whatever the answer to that.
    """

    plans: tuple[Plan, ...]
    limited: bool
    probes: int
    seconds: float
    notes: tuple[str, ...] = ()
    furthest: FirstSteps | None = None
    waiting: tuple[Finding, ...] = ()


def search(
    original: Trace,
    finding: Finding,
    runs: TraceSource,
    view: View,
    find_silent_faults: FindSilentFaults,
    propose: Propose,
    limits: Limits,
    doubts: Doubts = lambda *_: False,
) -> Found:
    """Search plans for the model whose original text ended in ``original`` with ``finding``."""
    project = view((), original)
    first = progress.outcome(original, finding, first_steps.call_text(project, finding))
    look = partial(past_faults.look, project, finding, runs.trace, partial(view, ()))
    search_state = SearchState(runs, first, doubts, limits.others, look=look)
    search_state.seen.add(())
    _expand(search_state, State((), ()), first, project, propose)
    return _searched(
        search_state, limits, lambda state: _visit(search_state, state, original, view, find_silent_faults, propose)
    )


def search_silent(
    original: Trace,
    silent_fault: SilentFault,
    runs: TraceSource,
    find_silent_faults: FindSilentFaults,
    propose: Propose,
    limits: Limits,
    doubts: Doubts = lambda *_: False,
) -> Found:
    """Return plans for a model that ran, after which nothing is wrong any more where ``silent_fault`` is."""
    first = Progress(0, 0, silent_fault.finding)
    search_state = SearchState(runs, first, doubts, limits.others)
    search_state.seen.add(())
    _expand(search_state, State((), ()), first, silent_fault.project, propose)
    return _searched(
        search_state, limits, lambda state: _visit_silent(search_state, state, original, find_silent_faults, propose)
    )


def _searched(search_state: SearchState, limits: Limits, visit: Callable[[State], None]) -> Found:
    limited = False
    while search_state.waiting():
        state = search_state.pop()
        if not search_state.can_matter(state) or is_refused(state.texts, search_state.originals):
            continue
        if search_state.probes >= limits.probes or search_state.seconds >= limits.seconds:
            limited = True
            break
        visit(state)
    plans = sorted(search_state.plans.values(), key=lambda plan: (plan.cost, len(plan.steps), plan.title, plan.texts))
    return Found(
        tuple(plans),
        limited,
        search_state.probes,
        search_state.seconds,
        tuple(dict.fromkeys(search_state.notes)),
        None if plans else search_state.furthest,
        () if plans or search_state.outlook is None else search_state.outlook.waiting,
    )


def _visit(
    search_state: SearchState,
    state: State,
    original: Trace,
    view: View,
    find_silent_faults: FindSilentFaults,
    propose: Propose,
) -> None:
    trace = _run(search_state, state)
    if trace.ending is Ending.PASSED:
        search_state.rest.ended(state, None)
        # Of one that decides nothing it is not asked what is left: it is never more than shown.
        remaining_faults = find_silent_faults(state.texts, trace) if search_state.could_decide(state) else ()
        _keep(search_state, state, original, trace, remaining_faults)
        _expand_silent(search_state, state, remaining_faults, propose)
        return
    if trace.failure is None or trace.failure.type in _SYNTAX_ERRORS or not search_state.is_worth_a_run(state, LEAST):
        return
    project = view(state.texts, trace)
    finding = diagnose(project)
    if finding is None:
        return
    outcome = progress.outcome(trace, finding, first_steps.call_text(project, finding))
    verdict = progress.judge(state.parent, outcome)
    if verdict is Verdict.FAILS or first_steps.is_back(state, outcome):
        search_state.rest.failed(state)
        return
    if len(state.steps) >= MAX_STEPS:
        return
    search_state.rest.ended(state, outcome)
    is_sidestep = progress.is_sidestep(state.parent, outcome)
    if is_sidestep and state.sidesteps >= MAX_SIDESTEPS:
        return
    sidesteps = state.sidesteps + 1 if is_sidestep else 0
    paid = replace(state, sidesteps=sidesteps, evidence=counted((*state.evidence, Evidence.SIDESTEP * is_sidestep)))
    steps = first_steps.past(search_state.first, paid, outcome, original, trace)
    search_state.furthest = first_steps.further(search_state.furthest, steps)
    _expand(search_state, paid, outcome, project, propose)


def _visit_silent(
    search_state: SearchState, state: State, original: Trace, find_silent_faults: FindSilentFaults, propose: Propose
) -> None:
    """Keep a state that is resolved, and go on with the faults that remain; after a repair nothing may raise."""
    trace = _run(search_state, state)
    if trace.ending is not Ending.PASSED:
        return
    remaining_faults = find_silent_faults(state.texts, trace)
    if all(silent_resolved.is_resolved(step.finding, original, trace, remaining_faults) for step in state.steps):
        _keep(search_state, state, original, trace, remaining_faults)
    _expand_silent(search_state, state, remaining_faults, propose)


def _expand_silent(
    search_state: SearchState, state: State, remaining_faults: tuple[SilentFault, ...], propose: Propose
) -> None:
    """Go on with what is wrong though nothing raises any more."""
    repaired = {silent_faults.place(step.finding) for step in state.steps}
    for silent_fault in remaining_faults if len(state.steps) < MAX_STEPS else ():
        if silent_faults.place(silent_fault.finding) not in repaired:
            _expand(search_state, state, Progress(0, 0, silent_fault.finding), silent_fault.project, propose)


def _run(search_state: SearchState, state: State) -> Trace:
    """Return the trace of a state, with the checks if it passes."""
    ahead = []
    if not search_state.probes:  # The cheapest repair is most often the one that is shown in the end.
        ahead.append(Run(state.texts, fresh=True))
    following = search_state.next()
    if following is not None and search_state.is_likely(following, state):
        ahead.append(Run(following.texts, checks=True))
    trace = search_state.runs.trace(Run(state.texts, checks=True), ahead)
    search_state.ran(state, trace)
    search_state.notes += limit_notes(trace)
    return trace


def limit_notes(trace: Trace) -> tuple[str, ...]:
    """Return the note on a repair whose run came up against a limit: whether it is a repair is not known."""
    if trace.ending not in _LIMITS:
        return ()
    return (f"a repair was given up because its run hit a limit: {trace.message}",)


def _expand(search_state: SearchState, state: State, outcome: Progress, project: Project, propose: Propose) -> None:
    """Queue what may come next.

    Where a cheaper state came to the very same fault, what repairs the rest there most likely repairs it here as well:
    what follows waits until that has been found, and the second best fix of a fault behind the second best of another
    is then left out. Else five faults with two repairs each are 32 ways.
    """
    known = search_state.first_seen.setdefault(outcome, state.texts)
    # What stays at the fault and only fails otherwise is rarely on the way to the cheapest repair: that comes first.
    waits = (known != state.texts or bool(state.sidesteps)) and not outcome.finding.silent
    proposals = propose(outcome.finding, project)
    search_state.notes += proposals.notes
    cheapest = min((fix.cost for fix in proposals.fixes), default=0)
    search_state.rest.step = search_state.rest.step or cheapest
    for fix in proposals.fixes:
        texts = _edited(state.texts, fix, project, search_state.originals)
        if texts is None or texts in search_state.seen:
            continue
        search_state.seen.add(texts)
        steps = (*state.steps, Step(outcome.finding, fix))
        # What serves one of the ways on which a value comes to a line rarely serves the other.
        against = Evidence.AGAINST * bool(other_ways.other_way(steps[-1:], project))
        evidence = counted((*state.evidence, *fix.evidence, against))
        after = State(texts, steps, evidence, outcome, state.sidesteps, state)
        search_state.push(after, waits=waits, not_cheapest=fix.cost > cheapest)


def _edited(texts: Texts, fix: Fix, project: Project, originals: dict[Path, str]) -> Texts | None:
    """Return the texts that ``fix`` leaves unlike the original; None if an edit is out of reach or changes nothing."""
    changed = dict(texts)
    by_path: dict[Path, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, edits in by_path.items():
        before = project.source(path).text
        if path not in changed:
            originals.setdefault(path, before)
        try:
            after = apply_edits(before, edits)
        except ValueError:
            return None
        if after == before:
            return None
        changed[path] = after
    return tuple(sorted((path, text) for path, text in changed.items() if text != originals[path]))


# -- plans -------------------------------------------------------------------------------------------------------------


def _keep(
    search_state: SearchState, state: State, original: Trace, trace: Trace, remaining_faults: tuple[SilentFault, ...]
) -> None:
    """Remember the cheapest plan of each kind of model, and what it leaves."""
    if bypasses.hides(state.evidence, original, trace, search_state.originals, state.texts):
        return
    refused = next((check for check in trace.checks if _is_refused(check)), None)
    if refused is not None:
        sample = refused.detail.partition(":")[0]
        search_state.notes += (f"repairs that fail on {sample}, another sample that was given, are not shown",)
        return
    checks = (
        *checks_of(trace),
        Check(CheckKind.FRESH, CheckOutcome.NOT_ASKED, "only the plan shown is run again"),
    )
    shown = of_run(original, trace, checks, len(state.steps), len(remaining_faults))
    if bypasses.is_refuted(state.evidence, shown):
        return
    evidence = counted((*state.evidence, *shown))
    proved = proof.prove(original, trace, checks)
    notes = tuple(f"after it {fault.finding.message}" for fault in remaining_faults)
    plan = Plan(state.steps, evidence, Applicability.UNSAFE, state.texts, proved, notes)
    key = signature(trace)
    if not search_state.plans:
        search_state.runs.begin(Run(state.texts, fresh=True))
    search_state.found(state)
    if search_state.best is None or plan.cost < search_state.best.plan.cost:
        is_doubted = search_state.doubts(plan, trace)
        resizes = applicability.changes_state(original, trace)
        search_state.best = BestPlan(plan, resizes, is_doubted, proof.state_of(trace))
    known = search_state.plans.get(key)
    if known is None or (plan.cost, len(plan.steps)) < (known.cost, len(known.steps)):
        search_state.plans[key] = plan
        search_state.rivalled(plan, proof.state_of(trace))


def _is_refused(check: Check) -> bool:
    """Return whether a check fails without which a plan is no repair: a sample that the user asked for."""
    return check.kind is CheckKind.ALSO and check.outcome is CheckOutcome.FAILED
