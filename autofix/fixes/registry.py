"""Finds rules; the only file that knows where they live.

Rules come from the packages behind the entry point ``autofix.rules``; each public module of such a package holds one
rule.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from autofix.fixes.rule_text import laid_out
from autofix.records.errors import InternalError, UsageError

if TYPE_CHECKING:
    from autofix.fixes.rule import Rule

GROUP = "autofix.rules"
BUILTIN = "autofix_rules"
# A file that opens with its documentation as plain text, whose first line names code and rule.
_OPENING = re.compile(r'"""((\w+) ([\w-]+): (?:(?!""")[^\\])*)"""')

# A code with letters that look like digits.
_MISREAD_CODE = re.compile(r"[a-z]{2}[\doil]+")
_DIGITS = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True)
class Page:
    """The documentation of one rule."""

    code: str
    name: str
    text: str


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by code. Raise InternalError if two share a code."""
    all_rules = sorted((rule for package in _packages() for rule in _rules_of(package)), key=lambda rule: rule.code)
    codes = [rule.code for rule in all_rules]
    doubled = {code for code in codes if codes.count(code) > 1}
    if doubled:
        raise InternalError(f"two rules share the code {', '.join(sorted(doubled))}")
    return tuple(all_rules)


@cache
def pages() -> tuple[Page, ...]:
    """Return the documentation of every rule, by code.

    Files that open with it are not imported, since that takes longer.
    """
    all_pages = (page for package in _packages() for name in _names(package) for page in _pages_of(package, name))
    return tuple(sorted(all_pages, key=lambda page: page.code))


def _pages_of(package: ModuleType, name: str) -> Iterator[Page]:
    files = (Path(folder, *name.split(".")).with_suffix(".py") for folder in package.__path__)
    text = next((file.read_text("utf-8") for file in files if file.is_file()), "")
    opening = _OPENING.match(text)
    if opening is not None:
        yield Page(opening[2], opening[3], laid_out(opening[1].strip()))
        return
    for rule in _rules_in(package, name):
        yield Page(rule.code, rule.name, rule.documentation().strip())


def page(rule: str) -> Page:
    """Return the documentation of the rule with this code or name; raise UsageError where there is none."""
    known = next((known for known in pages() if rule.lower() in (known.code.lower(), known.name.lower())), None)
    if known is None:
        names = [name for known in pages() for name in (known.code, known.name)]
        raise no_rule(rule, names)
    return known


def headline(page: Page) -> str:
    """Return code, name and message of a rule in one line."""
    return page.text.partition("\n")[0].removesuffix(".")


def no_rule(word: str, names: Iterable[str]) -> UsageError:
    """Return the error of a word that names no rule, with the one that took its place or that may have been meant."""
    new = successor(word)
    if new != word:
        return UsageError(f"there is no rule `{word}` any more; `{new}` does what it did")
    return UsageError(f"there is no rule `{word}`; {_suggestion(word, names)}")


def successor(word: str) -> str:
    """Return the code or name of the rule that took over what the one of this code or name did; else the word."""
    return _successors().get(word.lower(), word)


@cache
def _successors() -> dict[str, str]:
    return {old.lower(): new for package in _packages() for old, new in getattr(package, "REPLACED", {}).items()}


def _suggestion(word: str, names: Iterable[str]) -> str:
    known, typed = {name.lower(): name for name in names}, word.lower()
    if _MISREAD_CODE.fullmatch(typed):
        typed = typed[:2] + typed[2:].translate(_DIGITS)
    close = get_close_matches(typed, known, n=20)
    if not close:
        return "`autofix explain` lists all"

    def likeness(name: str) -> tuple[float, int]:
        same_places = sum(letter == other for letter, other in zip(typed, name, strict=False))
        return SequenceMatcher(None, name, typed).ratio(), same_places  # Codes differ in few letters.

    return f"did you mean `{known[max(close, key=likeness)]}`?"


def prepare() -> None:
    """Load what rules edit with, for whoever has to wait anyway; else it is loaded where it is needed."""
    from autofix.syntax import call_edits

    call_edits.prepare()


def folders() -> tuple[Path, ...]:
    """Return the folders that hold the files of all rules."""
    return tuple(Path(folder) for package in _packages() for folder in package.__path__)


def _packages() -> Iterator[ModuleType]:
    names = {entry.value.partition(":")[0] for entry in metadata.entry_points(group=GROUP)} | {BUILTIN}
    for name in sorted(names):
        yield importlib.import_module(name)


def _names(package: ModuleType) -> Iterator[str]:
    """Yield the public modules below the package, in whatever folder, by their names within it."""
    start = f"{package.__name__}."
    for info in pkgutil.walk_packages(package.__path__, start):
        name = info.name.removeprefix(start)
        if not info.ispkg and not any(part.startswith("_") for part in name.split(".")):
            yield name


def _rules_of(package: ModuleType) -> Iterator[Rule]:
    return (rule for name in _names(package) for rule in _rules_in(package, name))


def _rules_in(package: ModuleType, name: str) -> Iterator[Rule]:
    from autofix.fixes.rule import Rule

    module = importlib.import_module(f"{package.__name__}.{name}")
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Rule)
            and value is not Rule
            and value.__module__ == module.__name__
        ):
            yield value()
