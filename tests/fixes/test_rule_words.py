"""Words that name rules: those that no rule answers to are refused, with the rule that may have been meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from autofix_rules import REPLACED

from autofix import engine
from autofix.fixes import candidates, registry
from autofix.loading.settings import Settings
from autofix.records.errors import UsageError
from autofix.records.report import RepairEnding
from autofix.records.samples import Target
from autofix.session.session import Session

NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(x)
"""
REFUSED = {
    "AF1O1": "; did you mean `AF101`?",
    "af101": "; did you mean `AF101`?",
    "layer-sizes": "; did you mean `layer-size`?",
    "zzz": "; `autofix explain` lists all",
    "AF102": " any more; `AF101` does what it did",
    "norm-features": " any more; `layer-size` does what it did",
}


@pytest.mark.parametrize("word, hint", REFUSED.items())
def test_a_word_that_names_no_rule_is_refused(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        candidates.check_words((word,))
    assert str(refused.value) == f"there is no rule `{word}`{hint}"


def test_what_replaced_a_rule_is_one() -> None:
    known = {word for rule in registry.rules() for word in (rule.code, rule.name)}
    assert not known & REPLACED.keys()
    assert known >= set(REPLACED.values())


def test_codes_their_beginnings_and_names_are_known() -> None:
    candidates.check_words(("AF101", "AF1", "RF", "layer-size"))


@pytest.mark.parametrize("name", ["select", "ignore"])
def test_the_engine_refuses_before_anything_runs(target: Callable[..., Target], session: Session, name: str) -> None:
    settings = Settings(select=("AF1O1",)) if name == "select" else Settings(ignore=("AF1O1",))
    request = engine.Request(target(NET, "4,6"), settings=settings)
    for ask in (engine.repair, engine.check):
        with pytest.raises(UsageError, match="did you mean `AF101`"):
            ask(request, session)


def test_a_check_finds_the_fault_and_looks_for_no_repair(target: Callable[..., Target], session: Session) -> None:
    report = engine.check(engine.Request(target(NET, "4,6")), session)
    assert (report.ending, report.plan) == (RepairEnding.SEARCHING, None)
    assert [diagnostic.finding.message for diagnostic in report.diagnostics] == [
        "`head` takes 8 features but receives 6"
    ]
    assert engine.check(engine.Request(target(NET, "4,8")), session).ending is RepairEnding.HEALTHY


@pytest.mark.parametrize("code, hidden", [("AF102", True), ("af101", True), ("AF321", False), ("AF777", False)])
def test_a_comment_with_the_code_of_a_rule_that_is_no_more(
    target: Callable[..., Target], session: Session, code: str, hidden: bool
) -> None:
    text = NET.replace("return self.head(x)", f"return self.head(x)  # autofix: ignore[{code}]")
    report = engine.check(engine.Request(target(text, "4,6")), session)
    assert [diagnostic.suppressed for diagnostic in report.diagnostics] == [hidden]
