"""Run the program with one of its parts taken out: ``python benchmarks/ablated.py PART ARGUMENTS ...``.

It replaces a name of the program before the command line runs, and knows the program from inside; nothing of the
program knows of it. ``contracts``: no call is known to its operator, so nothing is proposed that follows from what
operators need; ``layouts``: AF420 proposes nothing; ``weights``: every piece of evidence weighs as much as an edit;
``one step``: a plan is a single fix, so nothing is traced past the first fault; ``last resort``: without the rules that
are tried where all others propose nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from functools import cache


def _contracts() -> None:
    from autofix.edits import equation_letters, other_layouts
    from autofix.facts import contracts

    for module in (contracts, equation_letters, other_layouts):
        assert hasattr(module, "bound")
        setattr(module, "bound", lambda _project, _operation: None)  # noqa: B010  # The checker knows it as a function.


def _layouts() -> None:
    _without(rules_of("layouts"))


def _last_resort() -> None:
    _without(rules_of("last resort"))


def _without(codes: Collection[str]) -> None:
    from autofix.fixes import registry

    kept = tuple(rule for rule in registry.rules() if rule.code not in codes)
    assert len(kept) < len(registry.rules()), codes
    registry.rules = lambda: kept  # type: ignore[assignment]


@cache
def rules_of(part: str) -> frozenset[str]:
    """Return the codes of the rules that a part consists of; none where it is no set of rules."""
    from autofix.fixes import registry

    if part == "layouts":
        return frozenset(rule.code for rule in registry.rules() if rule.name == "operand-layout")
    if part == "last resort":
        return frozenset(rule.code for rule in registry.rules() if "last_resort" in type(rule).__module__)
    return frozenset()


def can_matter(part: str, plans: Sequence[Sequence[str]]) -> bool:
    """Return whether without the part the first plan can be another one, or be called something else; ``plans`` are
    the rules of the steps of all that are shown.

    Where no plan comes from its rules, or has more steps than one, all of them are left, and in their order. How a
    plan without contracts or weights would be made, its rules do not tell.
    """
    if part == "one step":
        return any(len(plan) > 1 for plan in plans)
    codes = rules_of(part)
    return not codes or any(codes.intersection(plan) for plan in plans)


def _weights() -> None:
    from autofix.records.costs import Evidence

    for evidence in Evidence:
        evidence.weight = Evidence.EDIT.weight


def _one_step() -> None:
    from autofix.search import search

    assert search.MAX_STEPS > 1
    search.MAX_STEPS = 1


PARTS: dict[str, Callable[[], None]] = {
    "contracts": _contracts,
    "layouts": _layouts,
    "weights": _weights,
    "one step": _one_step,
    "last resort": _last_resort,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
    from autofix.__main__ import main

    sys.argv = ["autofix", *sys.argv[2:]]
    main()
