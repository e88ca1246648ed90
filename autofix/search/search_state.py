"""The state of one search: what is still to be run, in which order, and what is deferred.

It runs nothing and proposes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from autofix.records.costs import Evidence, total
from autofix.records.locations import Texts
from autofix.records.plan import Plan
from autofix.records.trace import Run, Trace
from autofix.search.expected_rest import ExpectedRest
from autofix.search.first_steps import FirstSteps, State
from autofix.search.past_faults import Outlook
from autofix.search.progress import Progress
from autofix.verification.applicability import COMPARABLE
from autofix.verification.checks import Signature

PATIENCE = 24
# After how many runs without a plan one is made past the first fault, to know which candidates cannot be the last step.
_LOOK_AFTER = 3
# What one more fix costs at least, for which all speaks; where even that is too much nobody is asked for one.
LEAST = Evidence.EDIT.weight + Evidence.AGREES.weight
# How much dearer than the best another may be to be begun beside it, or run for somebody who wants to choose.
NEAR = 9
# How many are run that decide nothing any more and are only listed beside the best.
MOST_LISTED = 2
# Whether anything but a rival speaks against a plan, whose run is given.
Doubts = Callable[[Plan, Trace], bool]


class TraceSource(Protocol):
    """Runs edited texts and returns their traces."""

    def trace(self, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        """Return the trace of ``run``; those ``ahead`` will likely be asked for next, and may be made beside it."""
        ...

    def begin(self, run: Run) -> None:
        """Begin a run that will be asked for when the search has ended."""
        ...


@dataclass(frozen=True, slots=True)
class BestPlan:
    """The cheapest plan so far. ``resizes``: it changes a parameter. ``is_doubted``: it is not safe, whatever further
    runs show. ``state``: the shapes of its parameters.
    """

    plan: Plan
    resizes: bool
    is_doubted: bool
    state: object = None


@dataclass
class SearchState:
    """What one search knows.

    ``first`` is the fault it began with, ``furthest`` what came past it; ``first_seen`` are the texts that first ended
    in each fault; ``rest`` what is expected to be paid after a state; ``others``: dearer repairs are run too.
    """

    runs: TraceSource
    first: Progress
    doubts: Doubts
    others: bool = False
    best: BestPlan | None = None
    furthest: FirstSteps | None = None
    queue: list[tuple[int, int, int, State]] = field(default_factory=list)
    # Deferred states, and whether a cheaper fix of the same fault is deferred as well.
    deferred: list[tuple[State, bool]] = field(default_factory=list)
    deferred_at: int = 0
    first_seen: dict[Progress, Texts] = field(default_factory=dict)
    rest: ExpectedRest = field(default_factory=ExpectedRest)
    # Answers to the first fault after which a run past it does not go on.
    refused: set[Texts] = field(default_factory=set)
    originals: dict[Path, str] = field(default_factory=dict)
    seen: set[Texts] = field(default_factory=set)
    plans: dict[Signature, Plan] = field(default_factory=dict)
    probes: int = 0
    listed: int = 0
    seconds: float = 0.0
    pushed: int = 0
    notes: list[str] = field(default_factory=list)
    look: Callable[[], Outlook | None] = lambda: None
    _outlook: list[Outlook | None] = field(default_factory=list)

    @property
    def outlook(self) -> Outlook | None:
        """What a run past the first fault shows, which is made when it is first asked for."""
        if not self._outlook:
            self._outlook.append(self.look())
        return self._outlook[0]

    def waiting(self) -> bool:
        """Return whether a state is left to run.

        Deferred ones are taken up once a plan is known, nothing else is left, or ``PATIENCE`` runs have passed.
        """
        if self.deferred and (self.plans or not self.queue or self.probes >= self.deferred_at + PATIENCE):
            for state, not_cheapest in self.deferred:
                if not (not_cheapest and self._is_far(state)):
                    self._queue(state)
            self.deferred.clear()
        if self.queue and not self._outlook and not self.plans and self.probes >= _LOOK_AFTER:
            self._look_past()
        return bool(self.queue)

    def pop(self) -> State:
        """Return the state from which the cheapest plan is expected."""
        return heapq.heappop(self.queue)[-1]

    def next(self) -> State | None:
        """Return the state that ``pop`` would give."""
        return self.queue[0][-1] if self.queue else None

    def _look_past(self) -> None:
        """Order what waits by what a run past the first fault shows: which faults are left behind each state, and which
        answers to the first one leave another one.
        """
        outlook = self.outlook
        if outlook is None:
            return
        self.rest.waiting = outlook.waiting
        firsts = (state for *_, state in self.queue if len(state.steps) == 1)
        self.refused = {state.texts for state in firsts if outlook.refuses(state.steps[0].fix)}
        self._reorder()

    def _reorder(self) -> None:
        states = [state for *_, state in sorted(self.queue, key=lambda entry: entry[2])]
        self.queue.clear()
        for state in states:
            self._queue(state)

    def _queue(self, state: State) -> None:
        """Queue a state by what a plan through it is expected to cost; of equals the one with the least to come."""
        rest = self.rest.after(state) if self.plans else self.rest.of_waiting(state)
        self.pushed += 1
        back = LEAST * (state.texts in self.refused)
        heapq.heappush(self.queue, (state.cost + rest + back, rest, self.pushed, state))

    def _is_far(self, state: State) -> bool:
        """Return whether a plan through ``state`` would cost too much, if the rest costs what it cost elsewhere."""
        rest = None if state.parent is None else self.rest.remaining_cost.get(state.parent)
        return rest is not None and not self.is_worth_a_run(state, rest)

    def found(self, state: State) -> None:
        """Remember what was paid on the way to a plan, and order the rest by it."""
        self.rest.found(state)
        self._reorder()

    def can_matter(self, state: State) -> bool:
        """Return whether a state that has not run is worth it, with what is expected to come after it."""
        if self.plans and self.rest.is_lost(state):
            return False
        return self.is_worth_a_run(state, self.rest.after(state) if self.plans else 0)

    def could_be_best(self, state: State, more: int = 0) -> bool:
        """Return whether a plan through ``state`` that costs ``more`` than it could be the one that is shown."""
        return self.best is None or state.cost + more < self.best.plan.cost

    def could_decide(self, state: State, more: int = 0) -> bool:
        """Return whether such a plan could be shown, or be the rival that keeps the best plan from being safe."""
        if self.best is None or self.could_be_best(state, more):
            return True
        return not self.best.is_doubted and self._is_comparable(state, more, self.best)

    def is_worth_a_run(self, state: State, more: int = 0) -> bool:
        """Return whether running ``state`` can change what is shown: the best plan, its label, or what is listed beside
        it, which are other plans of comparable cost and, where none of them decides any more, a few of as many steps.
        """
        if self.best is None or self.could_decide(state, more):
            return True
        if self.others and state.cost + more <= self.best.plan.cost + NEAR:
            return True
        is_short = len(state.steps) + bool(more) <= len(self.best.plan.steps)
        return is_short and self.listed < MOST_LISTED and state.cost + more <= self.best.plan.cost + COMPARABLE

    def ran(self, state: State, trace: Trace) -> None:
        """Count the run of a state, and whether that decides nothing any more."""
        self.probes += 1
        self.seconds += trace.seconds
        self.listed += not self.could_decide(state)

    def rivalled(self, plan: Plan, state: object) -> None:
        """Note a plan that is known now: one near the best keeps that from being safe, and another one cannot more.

        One whose parameters have the same shapes may do the same as the best, and is no rival then.
        """
        best = self.best
        if best is not None and plan is not best.plan and state != best.state and not best.is_doubted:
            allowed = plan.cost_of(Evidence.PRODUCER) if best.resizes else 0
            if plan.own_cost - allowed <= best.plan.own_cost + COMPARABLE:
                self.best = replace(best, is_doubted=True)

    def is_likely(self, following: State, state: State) -> bool:
        """Return whether ``following`` will most likely be run after ``state``, even if that is a repair."""
        return following.cost <= state.cost + NEAR if self.best is None else self.is_worth_a_run(following)

    @staticmethod
    def _is_comparable(state: State, more: int, best: BestPlan) -> bool:
        """Return whether a plan through ``state`` would be near the best as ``applicability`` weighs rivals."""
        allowed = total(p for p in state.evidence if p[0] is Evidence.PRODUCER) if best.resizes else 0
        return state.cost + more - allowed <= best.plan.own_cost + COMPARABLE

    def push(self, state: State, *, waits: bool, not_cheapest: bool) -> None:
        """Queue a state; one that ``waits`` is deferred until the rest was found elsewhere, and dropped if far."""
        if waits:
            self.deferred_at = self.deferred_at if self.deferred else self.probes
            self.deferred.append((state, not_cheapest))
        else:
            self._queue(state)
