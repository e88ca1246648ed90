"""Finds rules; the only file that knows where they live.

Rules come from the packages behind the entry point ``autofix.rules``; each public module of such a package holds one
rule.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType

from autofix.errors import InternalError
from autofix.rule import Rule

GROUP = "autofix.rules"
BUILTIN = "autofix_rules"


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by code. Raises InternalError if two share a code."""
    found = sorted((rule for package in _packages() for rule in _rules_of(package)), key=lambda rule: rule.code)
    codes = [rule.code for rule in found]
    doubled = {code for code in codes if codes.count(code) > 1}
    if doubled:
        raise InternalError(f"two rules share the code {', '.join(sorted(doubled))}")
    return tuple(found)


def folders() -> tuple[Path, ...]:
    """Where the files of all rules stand."""
    return tuple(Path(folder) for package in _packages() for folder in package.__path__)


def _packages() -> Iterator[ModuleType]:
    names = {entry.value.partition(":")[0] for entry in metadata.entry_points(group=GROUP)} | {BUILTIN}
    for name in sorted(names):
        yield importlib.import_module(name)


def _rules_of(package: ModuleType) -> Iterator[Rule]:
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, Rule)
                and value is not Rule
                and value.__module__ == module.__name__
            ):
                yield value()
