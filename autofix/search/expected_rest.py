"""What is likely still to be paid after a state, from what other states came to and from the faults known to wait.

The same fix of the same fault most often leads to the same next fault, whatever was repaired before it: five faults
with two repairs each need not be tried in all their 32 ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autofix.records.finding import Finding
from autofix.search.first_steps import State
from autofix.search.progress import Progress, is_alike

_Answer = tuple[Progress, str, str]


@dataclass
class ExpectedRest:
    """``cost_from``: what was paid from a fault on, where a plan was found, and ``remaining_cost``, what of that came
    after its own answer. ``waiting``: the faults that a run past the first one showed, and ``step``, what the cheapest
    fix of the first costs.
    """

    step: int = 0
    waiting: tuple[Finding, ...] = ()
    cost_from: dict[Progress, int] = field(default_factory=dict)
    remaining_cost: dict[Progress, int] = field(default_factory=dict)
    _came_to: dict[_Answer, Progress | None] = field(default_factory=dict)
    _failed: set[_Answer] = field(default_factory=set)

    def ended(self, state: State, outcome: Progress | None) -> None:
        """Note the fault that a state came to; None where it ran to its end."""
        if (answer := _answer(state)) is not None:
            self._came_to.setdefault(answer, outcome)

    def failed(self, state: State) -> None:
        """Note a state whose last fix led nowhere."""
        if (answer := _answer(state)) is not None:
            self._failed.add(answer)

    def found(self, state: State) -> None:
        """Remember what was paid from each fault on the way to a plan."""
        at: State | None = state
        while at is not None and at.parent is not None:
            self.remaining_cost.setdefault(at.parent, state.cost - at.cost)
            self.cost_from.setdefault(at.parent, state.cost - (0 if at.before is None else at.before.cost))
            at = at.before

    def is_lost(self, state: State) -> bool:
        """Return whether the last fix of a state led nowhere where the same fault was answered with it before."""
        answer = _answer(state)
        return answer in self._failed and answer not in self._came_to

    def after(self, state: State) -> int:
        """Return what is still to be paid after a state that has not run, as far as other states tell; else 0."""
        answer = _answer(state)
        following = None if answer is None else self._came_to.get(answer)
        return 0 if following is None else self.cost_from.get(following, 0)

    def of_waiting(self, state: State) -> int:
        """Return what the faults that wait after the last one that a state answers would cost at least."""
        parents = []
        at: State | None = state
        while at is not None and at.parent is not None:
            parents.append(at.parent)
            at = at.before
        reached = 0
        for parent in reversed(parents):
            later = self.waiting[reached:]
            reached += next((n for n, finding in enumerate(later, 1) if is_alike(parent.finding, finding)), 0)
        return self.step * (len(self.waiting) - reached)


def _answer(state: State) -> _Answer | None:
    if state.parent is None:
        return None
    fix = state.steps[-1].fix
    return state.parent, fix.rule, fix.title
