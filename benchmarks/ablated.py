"""Run the program with one of its parts taken out: ``python benchmarks/ablated.py PART ARGUMENTS ...``.

It replaces a name of the program before the command line runs, and knows the program from inside; nothing of the
program knows of it. ``contracts``: no call is known to its operator, so nothing is proposed that follows from what
operators need; ``layouts``: AF420 proposes nothing; ``weights``: every piece of evidence weighs as much as an edit;
``one step``: a plan is a single fix, so nothing is traced past the first fault; ``last resort``: without the rules that
are tried where all others propose nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


def _contracts() -> None:
    from autofix.edits import equation_letters, other_layouts
    from autofix.facts import contracts

    for module in (contracts, equation_letters, other_layouts):
        assert hasattr(module, "bound")
        setattr(module, "bound", lambda _project, _operation: None)  # noqa: B010  # The checker knows it as a function.


def _layouts() -> None:
    _without("operand_layout")


def _last_resort() -> None:
    from autofix.fixes import registry

    _without(*(rule.name.replace("-", "_") for rule in registry.rules() if "last_resort" in type(rule).__module__))


def _without(*names: str) -> None:
    from autofix.fixes import registry

    kept = tuple(rule for rule in registry.rules() if rule.name.replace("-", "_") not in names)
    assert len(kept) < len(registry.rules()), names
    registry.rules = lambda: kept  # type: ignore[assignment]


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
