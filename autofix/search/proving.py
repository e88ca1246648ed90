"""Plans of a search -> labelled plans: the best is run again in a fresh process, with other uses of what it edits.

It asks for runs and has ``applicability`` judge them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autofix.facts.project_view import Project
from autofix.records.locations import Texts
from autofix.records.options import Mode
from autofix.records.plan import Applicability, Plan
from autofix.records.samples import Target
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Run, Trace
from autofix.search.runner import Runner
from autofix.search.search import limit_notes
from autofix.verification import applicability, other_uses, proof

MAX_ALTERNATIVES = 8
RunOther = Callable[[Target, Texts], Trace]


def proved(
    plans: tuple[Plan, ...], project: Project, original: Trace, target: Target, runner: Runner, run_other: RunOther
) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    """Return labelled plans, the first run again in a fresh process, and notes on those whose runs hit a limit.

    ``run_other`` runs another target of the project. What breaks one comes behind a plan of its price that breaks none.
    """
    rest, given_up = list(plans[: MAX_ALTERNATIVES + 1]), tuple[str, ...]()
    breaking: list[Plan] = []
    while rest:
        first, *others = rest
        fresh = runner.trace(Run(first.texts, fresh=True))
        if fresh.ending is Ending.PASSED and proof.output_words(fresh) == first.proof.output:
            used = other_uses.check(first, project, target, run_other)
            if used is not None and used.outcome is CheckOutcome.FAILED and first not in breaking:
                breaking.append(first)
                least = breaking[0].own_cost + applicability.COMPARABLE
                rest = sorted(rest, key=lambda plan: (plan in breaking) + 2 * (plan.own_cost > least))
                if rest[0] is not first:
                    continue
            checks = _with_fresh(first.proof.checks if used is None else (*first.proof.checks, used))
            is_whole = not target.script and original.mode is not Mode.META
            rivals = (plan for plan in others if not (is_whole and _does_the_same(runner, first, plan)))
            label, reasons = applicability.judge(first, checks, fresh, project, rivals, runner.samples, target.built)
            if first is not plans[0]:  # The search stops near the best that it knows.
                reason = applicability.BREAKS_OTHERS if plans[0] in breaking else applicability.NOT_SEARCHED
                label, reasons = Applicability.UNSAFE, (*reasons, reason)
            best = replace(first, applicability=label, notes=reasons, proof=replace(first.proof, checks=checks))
            return (best, *(applicability.behind(plan, best) for plan in others)), given_up
        rest, given_up = others, (*given_up, *limit_notes(fresh))
    return (), given_up


def is_doubted(project: Project, target: Target, plan: Plan, trace: Trace) -> bool:
    """Return whether a plan, whose run is given, is not safe whatever the runs to come show."""
    checks = _with_fresh(plan.proof.checks)
    return bool(applicability.judge(plan, checks, trace, project, (), target.samples, target.built)[1])


def _does_the_same(runner: Runner, plan: Plan, other: Plan) -> bool:
    """Return whether a model repaired in another way gives equal outputs with the same weights: it is no other repair.

    Not asked of a plan that costs too much to count, of programs and of runs without storage.
    """
    if other.own_cost - plan.own_cost > applicability.COMPARABLE:
        return False
    checks = runner.compared(other.texts, plan.texts).checks
    return any(check.kind is CheckKind.EQUAL and check.outcome is CheckOutcome.PASSED for check in checks)


def _with_fresh(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(
        Check(CheckKind.FRESH, CheckOutcome.PASSED) if check.kind is CheckKind.FRESH else check for check in checks
    )
