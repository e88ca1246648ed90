"""The state of one search: what is still to be run, in which order, and what is deferred.

It runs nothing and proposes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autofix.records.locations import Texts
from autofix.records.plan import Plan
from autofix.records.trace import Run, Trace
from autofix.search.first_steps import FirstSteps, State
from autofix.search.progress import Progress
from autofix.verification.checks import Signature

MARGIN = 9
PATIENCE = 24


class TraceSource(Protocol):
    """Runs edited texts and returns their traces."""

    def trace(self, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        """Return the trace of ``run``; those ``ahead`` will likely be asked for next, and may be made beside it."""
        ...

    def begin(self, run: Run) -> None:
        """Begin a run that will be asked for when the search has ended."""
        ...


@dataclass
class SearchState:
    """What one search knows.

    ``first`` is the fault it began with, ``furthest`` what came past it; ``first_seen`` are the texts that first ended
    in each fault; ``remaining_cost`` what was still paid after the answer to it, where a plan was found.
    """

    runs: TraceSource
    first: Progress
    furthest: FirstSteps | None = None
    queue: list[tuple[int, int, State]] = field(default_factory=list)
    # Deferred entries, and whether a cheaper fix of the same fault is deferred as well.
    deferred: list[tuple[tuple[int, int, State], bool]] = field(default_factory=list)
    deferred_at: int = 0
    first_seen: dict[Progress, Texts] = field(default_factory=dict)
    remaining_cost: dict[Progress, int] = field(default_factory=dict)
    originals: dict[Path, str] = field(default_factory=dict)
    seen: set[Texts] = field(default_factory=set)
    plans: dict[Signature, Plan] = field(default_factory=dict)
    probes: int = 0
    seconds: float = 0.0
    pushed: int = 0
    notes: list[str] = field(default_factory=list)

    def waiting(self) -> bool:
        """Return whether a state is left to run.

        Deferred ones are taken up once a plan is known, nothing else is left, or ``PATIENCE`` runs have passed.
        """
        if self.deferred and (self.plans or not self.queue or self.probes >= self.deferred_at + PATIENCE):
            for entry, not_cheapest in self.deferred:
                if not (not_cheapest and self._is_far(entry[2])):
                    heapq.heappush(self.queue, entry)
            self.deferred.clear()
        return bool(self.queue)

    def _is_far(self, state: State) -> bool:
        """Return whether a plan through ``state`` would cost too much, if the rest costs what it cost elsewhere."""
        rest = None if state.parent is None else self.remaining_cost.get(state.parent)
        return rest is not None and not self.is_near(state.cost + rest, MARGIN)

    def found(self, state: State) -> None:
        """Remember the remaining cost after each fault on the way to a plan."""
        at: State | None = state
        while at is not None and at.parent is not None:
            self.remaining_cost.setdefault(at.parent, state.cost - at.cost)
            at = at.before

    def best(self) -> int | None:
        return min((plan.cost for plan in self.plans.values()), default=None)

    def is_near(self, cost: int, margin: int) -> bool:
        """Return whether a plan of this cost could still be chosen."""
        best = self.best()
        return best is None or cost <= best + margin

    def push(self, state: State, *, waits: bool, not_cheapest: bool) -> None:
        """Queue a state; one that ``waits`` is deferred until the rest was found elsewhere, and dropped if far."""
        self.pushed += 1
        entry = (state.cost, self.pushed, state)
        if waits:
            self.deferred_at = self.deferred_at if self.deferred else self.probes
            self.deferred.append((entry, not_cheapest))
        else:
            heapq.heappush(self.queue, entry)
