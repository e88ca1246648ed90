"""Which of the verified plans is taken: by rank, or fix by fix.

It asks through a function it is given and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.plan import Plan, Step
from autofix.records.report import Diagnostic, Report


class Answer(Enum):
    """What a user says to one fix."""

    TAKE = "y"
    NEXT = "n"
    QUIT = "q"


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


def chosen(candidates: Sequence[Plan], ask: Callable[[Plan, int], Answer]) -> Plan | None:
    """Return the plan that the user builds fix by fix, or None.

    Only whole plans were verified, so saying no to a fix leads to the next plan that shares the fixes taken so far.
    ``ask`` gets a plan and the number, from 1, of the step in question.
    """
    remaining = list(candidates)
    taken = 0
    while remaining:
        plan = remaining[0]
        if taken == len(plan.steps):
            return plan
        answer = ask(plan, taken + 1)
        if answer is Answer.QUIT:
            return None
        is_taken = answer is Answer.TAKE
        remaining = [other for other in remaining if (_edits(other, taken) == _edits(plan, taken)) is is_taken]
        taken += is_taken
    return None


def _edits(plan: Plan, index: int) -> object:
    return plan.steps[index].fix.edits if index < len(plan.steps) else None
