"""Fixes, the plans that they make, and what proves a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from autofix.records.costs import Counted, Evidence, total
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.trace import (
    Check,
)


class Applicability(Enum):
    """How much a fix may be trusted; verifying may lower it, never raise it."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display-only"


@dataclass(frozen=True, slots=True)
class Fix:
    """A title and edits that only make sense together.

    ``reason`` says in one sentence why this repair, ``title`` what it does, in the imperative. ``applicability`` is the
    best label that it can have; rules make fixes with ``Rule.fix``, which takes it from the rule. ``of_text``: the code
    alone says that nothing changes, whatever the model was run on. ``gives``: the operand of the failing call that
    would have another shape, and that shape, where the fix changes nothing else of the call.
    """

    rule: str
    title: str
    edits: tuple[Edit, ...]
    evidence: tuple[Counted, ...]
    applicability: Applicability
    reason: str = ""
    of_text: bool = False
    gives: tuple[int, tuple[int, ...]] | None = None

    @property
    def cost(self) -> int:
        """What its evidence sums up to, in tenths of the plainest edit (10 = one literal at the failing layer)."""
        return total(self.evidence)


class Verdict(Enum):
    PASSES = "passes"
    PROGRESSES = "progresses"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Step:
    """One fix of a plan with the finding it answers."""

    finding: Finding
    fix: Fix


@dataclass(frozen=True, slots=True)
class Proof:
    """What was run and what it showed, before and after."""

    chain_before: tuple[str, ...]
    chain_after: tuple[str, ...]
    output: str
    parameters_before: int | None
    parameters_after: int
    state_added: tuple[str, ...]
    state_removed: tuple[str, ...]
    state_changed: tuple[str, ...]
    checks: tuple[Check, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One or more fixes that together repair the model, with the text of each file they change.

    ``evidence`` is that of its fixes and what running them showed.
    """

    steps: tuple[Step, ...]
    evidence: tuple[Counted, ...]
    applicability: Applicability
    texts: tuple[tuple[Path, str], ...]
    proof: Proof
    notes: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        """What its evidence sums up to."""
        return total(self.evidence)

    @property
    def own_cost(self) -> int:
        """The cost without the places it reaches: those make a plan less likely, not implausible."""
        return total(piece for piece in self.evidence if piece[0] is not Evidence.REACHES)

    def cost_of(self, evidence: Evidence) -> int:
        """Return what one kind of evidence adds to the cost."""
        return total(piece for piece in self.evidence if piece[0] is evidence)

    @property
    def is_verified(self) -> bool:
        """Whether the model was run to its end after it; else it is shown only."""
        return self.applicability is not Applicability.DISPLAY_ONLY

    @property
    def title(self) -> str:
        return "; ".join(step.fix.title for step in self.steps)
