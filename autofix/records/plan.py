"""Fixes, the plans that they make, and what proves a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

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

    ``cost`` is in tenths of the plainest edit (10 = one literal at the failing layer). ``reason`` says in one
    sentence why this repair, ``title`` what it does, in the imperative.
    """

    rule: str
    title: str
    edits: tuple[Edit, ...]
    cost: int
    applicability: Applicability = Applicability.SAFE
    reason: str = ""


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

    ``reach`` is what of the cost it pays for places besides the fault.
    """

    steps: tuple[Step, ...]
    cost: int
    applicability: Applicability
    texts: tuple[tuple[Path, str], ...]
    proof: Proof
    notes: tuple[str, ...] = ()
    reach: int = 0

    @property
    def title(self) -> str:
        return "; ".join(step.fix.title for step in self.steps)
