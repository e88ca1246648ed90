"""Which of the verified plans is taken: by rank, or fix by fix.

It asks through a function it is given and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.plan import Applicability, Plan, Step
from autofix.records.report import Diagnostic, Report


class Answer(Enum):
    """What a user says to one fix."""

    TAKE = "y"
    NEXT = "n"
    UNDO = "u"
    QUIT = "q"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A plan, and how many of its fixes, from the first, the user accepted."""

    plan: Plan
    fixes: int

    @property
    def is_whole(self) -> bool:
        return self.fixes == len(self.plan.steps)


def plans(report: Report) -> tuple[Plan, ...]:
    """Return all plans by rank, the best first."""
    return () if report.plan is None else (report.plan, *report.alternatives)


def picked(report: Report, rank: int, names: Mapping[str, str]) -> Report:
    """Return the report with the plan of this rank, from 1, in the place of the best.

    ``names`` are the rules' names by code.

    Raises UsageError if there are fewer plans.
    """
    ranked = plans(report)
    if rank == 1 or not ranked:
        return report
    if rank > len(ranked):
        count = "is only 1 plan" if len(ranked) == 1 else f"are {len(ranked)} plans"
        raise UsageError(f"--pick {rank}: there {count}; --alternatives lists them")
    taken = ranked[rank - 1]
    return replace(
        report,
        plan=taken,
        alternatives=tuple(plan for plan in ranked if plan is not taken),
        diagnostics=_answered(report.diagnostics, taken, names),
    )


def may_write(report: Report, *, unsafe_fixes: bool) -> bool:
    """Return whether the plan is one that is written when writing is asked for."""
    allowed = {Applicability.SAFE, Applicability.UNSAFE} if unsafe_fixes else {Applicability.SAFE}
    return report.plan is not None and report.plan.applicability in allowed


def _answered(diagnostics: Sequence[Diagnostic], plan: Plan, names: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return one diagnostic for each step of the plan, then those that no plan answers because a
    comment suppresses them.
    """
    known = {diagnostic.finding: diagnostic for diagnostic in diagnostics}
    steps = (_diagnostic(step, known, names.get(step.fix.rule, "")) for step in plan.steps)
    return (*steps, *(diagnostic for diagnostic in diagnostics if diagnostic.suppressed))


def _diagnostic(step: Step, known: Mapping[Finding, Diagnostic], name: str) -> Diagnostic:
    before = known.get(step.finding) or Diagnostic(step.fix.rule, name, step.finding)
    return replace(before, code=step.fix.rule, name=name, fixed_by=step.fix)


def chosen(candidates: Sequence[Plan], ask: Callable[[Plan | None, int], Answer]) -> Chosen | None:
    """Return the plan that the user builds fix by fix, with how many of its fixes were accepted; None without any.

    Only whole plans were verified, so saying no to a fix leads to the next plan that shares the fixes taken so far.
    ``ask`` gets a plan and the number, from 1, of the step in question, and None where no plan is left to ask about.
    """
    remaining, accepted = list(candidates), Chosen(candidates[0], 0)
    earlier: list[tuple[list[Plan], Chosen]] = []
    while True:
        plan = remaining[0] if remaining else None
        if plan is not None and accepted.fixes == len(plan.steps):
            return Chosen(plan, accepted.fixes)
        answer = ask(plan, accepted.fixes + 1)
        if answer is Answer.QUIT:
            return accepted if accepted.fixes else None
        if answer is Answer.UNDO:
            remaining, accepted = earlier.pop() if earlier else (remaining, accepted)
        elif plan is not None:
            earlier.append((remaining, accepted))
            index, is_taken = accepted.fixes, answer is Answer.TAKE
            remaining = [other for other in remaining if (_edits(other, index) == _edits(plan, index)) is is_taken]
            accepted = Chosen(plan, index + 1) if is_taken else accepted


def _edits(plan: Plan, index: int) -> object:
    return plan.steps[index].fix.edits if index < len(plan.steps) else None
