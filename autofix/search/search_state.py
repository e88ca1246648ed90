"""What a search has still to run, in which order, and what may wait; its accounts.

It runs nothing and proposes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autofix.records.costs import Counted, total
from autofix.records.locations import Texts
from autofix.records.plan import Plan, Step
from autofix.records.trace import Run, Trace
from autofix.search import check_ladder
from autofix.search.progress import Progress

MARGIN = 9
PATIENCE = 24  # TraceSource.


class TraceSource(Protocol):
    """Where traces come from."""

    def trace(self, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        """Of ``run``; those ``ahead`` will likely be asked for next, and may be made beside it."""
        ...

    def begin(self, run: Run) -> None:
        """Told of a run that will be asked for when the search has ended."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """Edited texts. ``before`` is the state whose fault, ``parent``, the last of the steps answers."""

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


@dataclass
class SearchState:
    """The accounts of one search. ``met`` are the texts that first came to each fault; ``rest`` is what was still to be
    paid after the answer to it, where a plan was found.
    """

    runs: TraceSource
    queue: list[tuple[int, int, State]] = field(default_factory=list)
    # What waits, and whether a cheaper fix of the same fault waits as well.
    deferred: list[tuple[tuple[int, int, State], bool]] = field(default_factory=list)
    deferred_at: int = 0
    first_seen: dict[Progress, Texts] = field(default_factory=dict)
    remaining_cost: dict[Progress, int] = field(default_factory=dict)
    originals: dict[Path, str] = field(default_factory=dict)
    seen: set[Texts] = field(default_factory=set)
    plans: dict[check_ladder.Signature, Plan] = field(default_factory=dict)
    probes: int = 0
    seconds: float = 0.0
    pushed: int = 0
    notes: list[str] = field(default_factory=list)

    def waiting(self) -> bool:
        """Whether a state is to be run; one that waits is, where a plan is known, nothing else is left, or for long."""
        if self.deferred and (self.plans or not self.queue or self.probes >= self.deferred_at + PATIENCE):
            for entry, not_cheapest in self.deferred:
                if not (not_cheapest and self._is_far(entry[2])):
                    heapq.heappush(self.queue, entry)
            self.deferred.clear()
        return bool(self.queue)

    def _is_far(self, state: State) -> bool:
        """Whether a plan through it would be none that is chosen from, if the rest costs what it cost elsewhere."""
        rest = None if state.parent is None else self.remaining_cost.get(state.parent)
        return rest is not None and not self.is_near(state.cost + rest, MARGIN)

    def found(self, state: State) -> None:
        """Note what was still to be paid after each fault on the way to a plan."""
        at: State | None = state
        while at is not None and at.parent is not None:
            self.remaining_cost.setdefault(at.parent, state.cost - at.cost)
            at = at.before

    def best(self) -> int | None:
        return min((plan.cost for plan in self.plans.values()), default=None)

    def is_near(self, cost: int, margin: int) -> bool:
        """Whether a plan of this cost could be one that is chosen from."""
        best = self.best()
        return best is None or cost <= best + margin

    def push(self, state: State, *, waits: bool, not_cheapest: bool) -> None:
        """A state to be run; ``waits``: not before the rest has been found elsewhere, and then not if it is far."""
        self.pushed += 1
        entry = (state.cost, self.pushed, state)
        if waits:
            self.deferred_at = self.deferred_at if self.deferred else self.probes
            self.deferred.append((entry, not_cheapest))
        else:
            heapq.heappush(self.queue, entry)
