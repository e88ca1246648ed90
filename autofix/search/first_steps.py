"""States of a search, and those worth showing where no plan is found: what comes furthest past the first fault.

It compares runs that were made; it runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from autofix.facts.project_view import Project
from autofix.records.costs import Counted, Evidence, total
from autofix.records.finding import Finding
from autofix.records.locations import Texts
from autofix.records.plan import Applicability, Plan, Step
from autofix.records.trace import Trace
from autofix.search import progress
from autofix.search.progress import Progress
from autofix.verification import proof


@dataclass(frozen=True, slots=True)
class State:
    """Edited texts. The last of the ``steps`` answers the fault ``parent``, which the state ``before`` ended in."""

    texts: Texts
    steps: tuple[Step, ...]
    evidence: tuple[Counted, ...] = ()
    parent: Progress | None = None
    sidesteps: int = 0
    before: State | None = None

    @property
    def cost(self) -> int:
        """What the steps so far sum up to."""
        return total(self.evidence)


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """Fixes after which the run comes further and ends with another fault, for which there is none.

    ``key`` orders them: the furthest first, of equals the cheapest.
    """

    key: tuple[int, int, int]
    plan: Plan
    remaining: Finding


def past(first: Progress, state: State, outcome: Progress, original: Trace, trace: Trace) -> FirstSteps | None:
    """Return what a state's fixes come to, whose run ended as ``trace``; None where it came no further."""
    if not progress.is_past(first, outcome) or _done(trace) <= _done(original):
        return None
    if any(evidence is Evidence.BY_RUN for evidence, _ in state.evidence):
        return None  # It was to run to its end, and does not.
    where = outcome.finding.call
    note = f"after it the run ends at {where.path.name}:{where.range.start.line}: {outcome.finding.message}"
    proved = replace(proof.prove(original, trace, ()), chain_after=())
    plan = Plan(state.steps, state.evidence, Applicability.DISPLAY_ONLY, state.texts, proved, (note,))
    return FirstSteps((-outcome.stage, -len(trace.operations), state.cost), plan, outcome.finding)


def is_back(state: State, outcome: Progress) -> bool:
    """Return whether a run ends again in the call that an earlier one of its steps had led away from, with the same
    fault: what is repaired in between is found without that step as well.
    """
    before = state.before
    while before is not None and before.parent is not None:
        is_further = (outcome.stage, outcome.layers_done) > (before.parent.stage, before.parent.layers_done)
        is_call = bool(outcome.text) and outcome.text == before.parent.text
        if not is_further and is_call and progress.is_same(before.parent, outcome, in_kind=True):
            return True
        before = before.before
    return False


def call_text(project: Project, finding: Finding) -> str:
    """Return the text of the call that failed; empty where another one is written alike."""
    source = project.source(finding.call.path)
    text = source.segment(finding.call.range)
    return text if source.text.count(text) == 1 else ""


def _done(trace: Trace) -> int:
    return sum(not operation.raised for operation in trace.operations)


def further(known: FirstSteps | None, new: FirstSteps | None) -> FirstSteps | None:
    """Return the one that comes further; of equals the one known before."""
    if known is None or new is None:
        return known or new
    return new if new.key < known.key else known
