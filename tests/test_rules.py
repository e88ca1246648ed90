"""Rules: every example of every rule through the same loop that users get, and what each rule file must have."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.fixes import registry
from autofix.fixes.rule import Example, Rule
from autofix.loading.settings import Prefer, Settings
from autofix.records.plan import Plan
from autofix.records.report import RepairEnding, Report

RULES = registry.rules()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code} {example.name}") for rule in RULES for example in rule.examples
]
SECTIONS = ("Why it fails", "What the fix does", "Fix safety", "Source")
MAX_LINES = 200

Repaired = Callable[..., Report]


def _report(repaired: Repaired, rule: Rule, example: Example, text: str) -> Report:
    inputs = (sample if isinstance(sample, str) else ",".join(map(str, sample)) for sample in example.inputs)
    settings = Settings(
        prefer=Prefer.LAZY if example.prefer_lazy else Prefer.CONCRETE,
        # A rewriting is made only where it is asked for.
        select=(rule.code,) if rule.refactor else (),
    )
    return repaired(text, *inputs, model=example.model if example.inputs else None, settings=settings)


def _codes(plan: Plan | None) -> set[str]:
    return {step.fix.rule for step in plan.steps} if plan is not None else set()


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_example(rule: Rule, example: Example, repaired: Repaired) -> None:
    report = _report(repaired, rule, example, example.before)
    assert report.ending not in {RepairEnding.NOT_RUN, RepairEnding.LIMIT}, report.message
    assert not [note for note in report.notes if note.startswith("AF901")]
    if example.repaired is None:
        assert not any(rule.code in _codes(plan) for plan in (report.plan, *report.alternatives))
        verified = report.plan if report.plan is not None and report.plan.is_verified else None
        assert sorted(_codes(verified)) == [*example.repaired_by], verified and verified.title
        return
    assert report.plan is not None, report.message
    assert [text for _, text in report.plan.texts] == [example.repaired]
    assert rule.code in _codes(report.plan)


@pytest.mark.parametrize("rule, example", [param for param in EXAMPLES if param.values[1].repaired is not None])  # type: ignore[union-attr]
def test_nothing_is_left_to_repair_in_an_example(rule: Rule, example: Example, repaired: Repaired) -> None:
    after = example.repaired
    assert after is not None
    ast.parse(after)
    assert _report(repaired, rule, example, after).ending is RepairEnding.HEALTHY


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.code))
def test_rule_file(rule: Rule) -> None:
    path = Path(str(sys.modules[type(rule).__module__].__file__))
    documentation = rule.documentation()
    assert [section for section in SECTIONS if f"\n{section}\n" not in documentation] == []
    assert len(path.read_text("utf-8").splitlines()) < MAX_LINES
    names = [example.name for example in rule.examples]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.code))
def test_rule_shows_what_it_repairs_and_what_it_declines(rule: Rule) -> None:
    afters = [example.repaired is not None for example in rule.examples]
    assert set(afters) == {True, False}


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_every_public_file_holds_one_rule() -> None:
    folder = Path(str(sys.modules["autofix_rules"].__file__)).parent
    files = {path.stem for path in folder.rglob("*.py") if not path.stem.startswith("_")}
    homes = [
        type(rule).__module__.rpartition(".")[2] for rule in RULES if type(rule).__module__.startswith("autofix_rules.")
    ]
    assert sorted(homes) == sorted(files)
