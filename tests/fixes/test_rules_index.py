"""The index of rules, ``rules/README.md``, says what the rule files say; ``--update`` writes it anew.

It reads the first line of each rule's documentation; the rules themselves are tested by their examples.
"""

from __future__ import annotations

import inspect
from itertools import groupby
from pathlib import Path

import pytest

from autofix.fixes import registry
from autofix.fixes.rule import Rule

INDEX = Path(__file__).parents[2] / "rules" / "README.md"
FAMILIES = {
    "AF1": "Layer arguments",
    "AF2": "Flatten and reshape",
    "AF3": "Joining, broadcasting and losses",
    "AF4": "Rank, layout, dimensions and indices",
    "AF5": "Maps and kernels",
    "AF6": "Results and attributes used wrongly",
    "AF7": "Names",
    "AF8": "Last resort",
    "RF1": "Rewritings of models that run, only where asked for",
}
HEAD = """\
# Rules

One file each in [`autofix_rules/`](autofix_rules); `autofix explain AF101` prints the documentation of one. Codes are
never reused or renumbered. A file with a leading underscore is shared by rules and is none itself.

This page is generated from the rule files: `python -m pytest tests/fixes/test_rules_index.py --update`.
"""
TAIL = """\

## Codes that are no rules

| code | meaning |
|---|---|
| AF900 | a fault that no rule repairs |
| AF901 | a rule raised; its fixes are left out, and the report asks for a bug report |
"""


def test_index_lists_every_rule(request: pytest.FixtureRequest) -> None:
    builtin = [rule for rule in registry.rules() if type(rule).__module__.startswith(registry.BUILTIN)]
    expected = _index(builtin)
    if request.config.getoption("--update"):
        INDEX.write_text(expected, "utf-8")
    assert INDEX.read_text("utf-8") == expected


def _index(rules: list[Rule]) -> str:
    parts = [HEAD]
    for family, members in groupby(rules, key=lambda rule: rule.code[:3]):
        parts.append(f"\n## {FAMILIES[family]}\n\n| code | name | mistake |\n|---|---|---|\n")
        parts += map(_row, members)
    return "".join((*parts, TAIL))


def _row(rule: Rule) -> str:
    file = Path(inspect.getfile(type(rule))).relative_to(INDEX.parent).as_posix()
    assert Path(file).stem == rule.name.replace("-", "_"), f"{file} holds {rule.name}"
    mistake = rule.documentation().partition("\n")[0].removesuffix(".").partition(": ")[2]
    return f"| [{rule.code}]({file}) | {rule.name} | {_cell(mistake)} |\n"


def _cell(text: str) -> str:
    """Return one cell of a table: a bar would end it, and reStructuredText's code marks are Markdown's
    with one more.
    """
    return text.replace("``", "`").replace("|", "\\|")
