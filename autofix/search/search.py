"""Candidate Fixes -> the cheapest verified Plans, by probing patched texts.

A state is a set of edited texts; the cheapest unexplored state is run, and its failure, if it has another, is
expanded. It knows neither rules' reasons nor processes: both come as functions.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.diagnosis import diagnose, silent_faults
from autofix.diagnosis.silent_faults import Suspect
from autofix.facts.project_view import Project
from autofix.fixes.candidates import Proposals
from autofix.patch.unified_diff import apply_edits
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Texts
from autofix.records.plan import Applicability, Fix, Plan, Step, Verdict
from autofix.records.report import Limits
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Run, Trace
from autofix.search import progress, side_effects, verification
from autofix.search.progress import Outcome
from autofix.search.search_state import MARGIN, Books, Runs, State

LATERAL_COST = 3
MAX_LATERALS = 2
MAX_STEPS = 12
# What a plan pays for each suspicion that it leaves: repairing that one too is always cheaper.
LEFT = 40
# What it pays for each further place that ran before the fault and has other sizes after it, and for how many at most.
REACHED, MOST_REACHED = 4, 4
# A text that is not Python any more is no step towards one that runs.
_SYNTAX_ERRORS = frozenset({"SyntaxError", "IndentationError", "TabError"})

# The endings that say nothing about the model.
_LIMITS = frozenset({Ending.TIMED_OUT, Ending.OUT_OF_MEMORY, Ending.LIMIT_REACHED})

View = Callable[[Texts, Trace], Project]
Propose = Callable[[Finding, Project], Proposals]
Suspects = Callable[[Texts, Trace], tuple[Suspect, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: plans by cost, why it ended, the runs it took."""

    plans: tuple[Plan, ...]
    limited: bool
    probes: int
    seconds: float
    notes: tuple[str, ...] = ()


def search(
    original: Trace,
    finding: Finding,
    runs: Runs,
    view: View,
    suspects: Suspects,
    propose: Propose,
    limits: Limits,
) -> Found:
    """Plans for the model whose original text ended in ``original`` with ``finding``."""
    books = Books(runs)
    books.seen.add(())
    first = progress.outcome(original, finding)
    _expand(books, State((), (), 0), first, view((), original), propose)
    return _searched(books, limits, lambda state: _visit(books, state, original, view, suspects, propose))


def search_silent(
    original: Trace,
    suspect: Suspect,
    runs: Runs,
    suspects: Suspects,
    propose: Propose,
    limits: Limits,
) -> Found:
    """Plans for a model that ran, after which nothing is left to suspect where ``suspect`` is."""
    books = Books(runs)
    books.seen.add(())
    _expand(books, State((), (), 0), Outcome(0, 0, suspect.finding), suspect.project, propose)
    return _searched(books, limits, lambda state: _listen(books, state, original, suspects, propose))


def _searched(books: Books, limits: Limits, visit: Callable[[State], None]) -> Found:
    limited = False
    while books.waiting():
        cost, _, state = heapq.heappop(books.queue)
        best = books.best()
        if best is not None and cost > best + MARGIN:
            break
        if books.probes >= limits.probes or books.seconds >= limits.seconds:
            limited = True
            break
        visit(state)
    plans = sorted(books.plans.values(), key=lambda plan: (plan.cost, len(plan.steps), plan.title, plan.texts))
    return Found(tuple(plans), limited, books.probes, books.seconds, tuple(dict.fromkeys(books.notes)))


def _visit(books: Books, state: State, original: Trace, view: View, suspects: Suspects, propose: Propose) -> None:
    checked = books.is_near(state.cost, verification.COMPARABLE)
    trace = _run(books, state, verification.COMPARABLE)
    if trace.ending is Ending.PASSED:
        left = suspects(state.texts, trace) if checked else ()  # One far behind the best is never more than shown.
        _keep(books, state, original, trace, left)
        _expand_silent(books, state, left, propose)
        return
    if trace.failure is None or trace.failure.type in _SYNTAX_ERRORS:
        return
    project = view(state.texts, trace)
    finding = diagnose(project)
    if finding is None:
        return
    outcome = progress.outcome(trace, finding)
    verdict = progress.judge(state.parent, outcome)
    if verdict is Verdict.FAILS or len(state.steps) >= MAX_STEPS:
        return
    lateral = (
        state.parent is not None
        and outcome.layers_done == state.parent.layers_done
        and outcome.stage == state.parent.stage
    )
    if lateral and state.laterals >= MAX_LATERALS:
        return
    laterals = state.laterals + 1 if lateral else 0
    paid = replace(state, laterals=laterals, cost=state.cost + (LATERAL_COST if lateral else 0))
    _expand(books, paid, outcome, project, propose)


def _listen(books: Books, state: State, original: Trace, suspects: Suspects, propose: Propose) -> None:
    """Keep what is settled, and go on with what is left; a model that ran must not raise after a repair."""
    trace = _run(books, state, MARGIN)
    if trace.ending is not Ending.PASSED:
        return
    left = suspects(state.texts, trace)
    if all(silent_faults.settled(step.finding, original, trace, left) for step in state.steps):
        _keep(books, state, original, trace, left)
    _expand_silent(books, state, left, propose)


def _expand_silent(books: Books, state: State, left: tuple[Suspect, ...], propose: Propose) -> None:
    """Go on with what is wrong though nothing raises any more."""
    repaired = {silent_faults.place(step.finding) for step in state.steps}
    for suspect in left if len(state.steps) < MAX_STEPS else ():
        if silent_faults.place(suspect.finding) not in repaired:
            _expand(books, state, Outcome(0, 0, suspect.finding), suspect.project, propose)


def _run(books: Books, state: State, checked: int) -> Trace:
    """The trace of a state; ``checked``: how much more than the best plan one may cost to get the ladder of checks."""
    best = books.best()
    likely = state.cost if best is None else best
    ahead = []
    if not books.probes:  # The cheapest repair is most often the one that is shown in the end.
        ahead.append(Run(state.texts, fresh=True))
    if books.queue and books.queue[0][0] <= likely + MARGIN:
        following = books.queue[0][2]
        ahead.append(Run(following.texts, following.cost <= likely + checked))
    trace = books.runs.trace(Run(state.texts, books.is_near(state.cost, checked)), ahead)
    books.probes += 1
    books.seconds += trace.seconds
    books.notes += cut_short(trace)
    return trace


def cut_short(trace: Trace) -> tuple[str, ...]:
    """What is to be said of a repair whose run came up against a limit: whether it is one is not known."""
    if trace.ending not in _LIMITS:
        return ()
    return (f"a repair was given up because its run came to no end: {trace.message}",)


def _expand(books: Books, state: State, outcome: Outcome, project: Project, propose: Propose) -> None:
    """Queue what may come next.

    Where a cheaper state came to the very same fault, what repairs the rest there most likely repairs it here as well:
    what follows waits until that has been found, and the second best fix of a fault behind the second best of another
    is then left out. Else five faults with two repairs each are 32 ways.
    """
    known = books.met.setdefault(outcome, state.texts)
    waits = known != state.texts and not outcome.finding.silent
    proposals = propose(outcome.finding, project)
    books.notes += proposals.notes
    cheapest = min((fix.cost for fix in proposals.fixes), default=0)
    for fix in proposals.fixes:
        texts = _edited(state.texts, fix, project)
        if texts is None or texts in books.seen:
            continue
        books.seen.add(texts)
        steps = (*state.steps, Step(outcome.finding, fix))
        after = State(texts, steps, state.cost + fix.cost, outcome, state.laterals, state)
        books.push(after, waits=waits, deviates=fix.cost > cheapest)


def _edited(texts: Texts, fix: Fix, project: Project) -> Texts | None:
    """The texts after ``fix``; None if an edit is out of reach or changes nothing."""
    changed = dict(texts)
    by_path: dict[Path, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, edits in by_path.items():
        before = project.source(path).text
        try:
            after = apply_edits(before, edits)
        except ValueError:
            return None
        if after == before:
            return None
        changed[path] = after
    return tuple(sorted(changed.items()))


# -- plans -------------------------------------------------------------------------------------------------------------


def _keep(books: Books, state: State, original: Trace, trace: Trace, left: tuple[Suspect, ...]) -> None:
    """Remember the cheapest plan of each kind of model, and what it leaves."""
    checks = (
        *verification.checks_of(trace),
        Check(CheckKind.FRESH, CheckOutcome.NOT_ASKED, "only the plan shown is run again"),
    )
    further = len(side_effects.places(original, trace)) - len(state.steps) if original.failure is not None else 0
    paid = REACHED * min(max(further, 0), MOST_REACHED)
    cost = state.cost + LEFT * len(left) + verification.penalty(checks) + paid
    proof = verification.proof(original, trace, checks)
    notes = tuple(f"after it {one.finding.message}" for one in left)
    plan = Plan(state.steps, cost, Applicability.UNSAFE, state.texts, proof, notes, paid)
    key = verification.signature(trace)
    if not books.plans:
        books.runs.begin(Run(state.texts, fresh=True))
    books.found(state)
    known = books.plans.get(key)
    if known is None or (plan.cost, len(plan.steps)) < (known.cost, len(known.steps)):
        books.plans[key] = plan
