"""Choosing among verified plans: by rank, and fix by fix without ever leaving the plans that were verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.frontends.cli.selection import Answer, chosen, picked, plans
from autofix.records.costs import Evidence
from autofix.records.errors import UsageError
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit, Location, Position, Range
from autofix.records.plan import Applicability, Fix, Plan, Proof, Step
from autofix.records.report import Diagnostic, RepairEnding, Report
from autofix.records.samples import Samples, Target
from autofix.records.trace import Ending, Trace

PATH = Path("net.py")
TARGET = Target(PATH, Path(), "net", (), "Net()", Samples())
EDIT = (Evidence.EDIT * 1,)
PROOF = Proof((), (), "", 1, 1, (), (), (), (), 0.0)


def _finding(line: int) -> Finding:
    location = Location(PATH, Range(Position(line, 0), Position(line, 3)))
    return Finding(Mismatch.LINEAR_IN_FEATURES, f"line {line}", location, location, "head")


def _plan(fixes: str) -> Plan:
    """Return a plan with one step for each letter; the same letter is the same fix."""
    edits = {letter: Edit(PATH, Range(Position(ord(letter), 0), Position(ord(letter), 1)), letter) for letter in fixes}
    steps = tuple(
        Step(_finding(ord(letter)), Fix(f"AF{letter}", letter, (edits[letter],), EDIT, Applicability.SAFE))
        for letter in fixes
    )
    return Plan(steps, EDIT, Applicability.SAFE, (), PROOF)


# plans by rank, answers -> letters of the fixes asked about (. where no plan is left), letters of the fixes that come
# out (+ where they are not all of the plan)
DIALOGUES = {
    "yes to the only fix": (["a"], "y", "a", "a"),
    "no to the only fix": (["a"], "nq", "a.", None),
    "quit at once": (["a", "b"], "q", "a", None),
    "the second plan": (["a", "b"], "ny", "ab", "b"),
    "all steps of a plan": (["ab"], "yy", "ab", "ab"),
    "another second step": (["ab", "ac"], "yny", "abc", "ac"),
    "another first step": (["ab", "ac", "d"], "ny", "ad", "d"),
    "no other second step": (["ab", "cd"], "ynq", "ab.", "a+"),
    "a refused first fix is not asked again": (["ab", "c", "ad"], "nnq", "ac.", None),
    "quit in the middle": (["ab"], "yq", "ab", "a+"),
    "a plan that needs less comes later": (["ab", "a"], "yn", "ab", "a"),
    "a yes taken back": (["ab", "cd"], "yunyy", "abacd", "cd"),
    "the last no taken back": (["a"], "nuy", "a.a", "a"),
    "nothing to take back": (["a"], "uuy", "aaa", "a"),
    "all taken back": (["abc"], "yyuuq", "abcba", None),
}


@pytest.mark.parametrize("ranked, answers, asked, result", DIALOGUES.values(), ids=DIALOGUES)
def test_chosen(ranked: list[str], answers: str, asked: str, result: str | None) -> None:
    heard: list[str] = []
    answer = iter(answers)

    def ask(plan: Plan | None, number: int) -> Answer:
        heard.append("." if plan is None else plan.steps[number - 1].fix.title)
        return Answer(next(answer))

    choice = chosen([_plan(fixes) for fixes in ranked], ask)
    assert "".join(heard) == asked
    fixes = None if choice is None else choice.plan.title.replace("; ", "")[: choice.fixes]
    assert (fixes if choice is None or choice.is_whole else f"{fixes}+") == result
    assert next(answer, None) is None


def _report(*ranked: str, suppressed: bool = False) -> Report:
    ranked_plans = [_plan(fixes) for fixes in ranked]
    diagnostics = tuple(Diagnostic(step.fix.rule, "best", step.finding, (), step.fix) for step in ranked_plans[0].steps)
    if suppressed:
        diagnostics += (Diagnostic("AF900", "", _finding(1), suppressed=True),)
    trace = Trace(Ending.RAISED, "")
    return Report(TARGET, RepairEnding.REPAIRED, "", trace, diagnostics, ranked_plans[0], tuple(ranked_plans[1:]))


PICKS = {
    "the best": (1, "a", ["b", "c"], ["AFa best"]),
    "the second": (2, "b", ["a", "c"], ["AFb other"]),
    "the last": (3, "c", ["a", "b"], ["AFc "]),
}


@pytest.mark.parametrize("rank, plan, alternatives, diagnostics", PICKS.values(), ids=PICKS)
def test_picked(rank: int, plan: str, alternatives: list[str], diagnostics: list[str]) -> None:
    report = picked(_report("a", "b", "c"), rank, {"AFb": "other"})
    assert [listed.title for listed in plans(report)] == [plan, *alternatives]
    assert [f"{diagnostic.code} {diagnostic.name}" for diagnostic in report.diagnostics] == diagnostics
    assert report.plan is not None
    assert [diagnostic.fixed_by for diagnostic in report.diagnostics] == [step.fix for step in report.plan.steps]


def test_picked_keeps_what_a_comment_suppresses() -> None:
    report = picked(_report("a", "b", suppressed=True), 2, {})
    assert [diagnostic.suppressed for diagnostic in report.diagnostics] == [False, True]


REFUSED = {"one plan": (["a"], 2, "there is only 1 plan"), "two plans": (["a", "b"], 3, "there are 2 plans")}


@pytest.mark.parametrize("ranked, rank, message", REFUSED.values(), ids=REFUSED)
def test_picked_refuses(ranked: list[str], rank: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        picked(_report(*ranked), rank, {})


def test_picked_without_plans_changes_nothing() -> None:
    report = Report(TARGET, RepairEnding.NO_FIX, "", Trace(Ending.RAISED, ""))
    assert picked(report, 2, {}) is report
