"""Finding + Rules -> candidate Fixes, ordered, without duplicates.

A rule that raises loses its own fixes and is reported; it never ends the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autofix.edits.alike_places import in_alike_places
from autofix.edits.unread_parameters import leaves_unread
from autofix.facts.checked_shapes import edits_check
from autofix.facts.project_view import Project
from autofix.fixes import named_sizes, registry
from autofix.fixes.rule import Rule
from autofix.loading import test_files
from autofix.records.costs import Evidence, counted
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.plan import Applicability, Fix
from autofix.system.project_paths import within

MAX_CANDIDATES = 48
_EXPECTED = "it changes the test, which says what is expected of the code"
_DOUBT = "what the test builds or feeds could be changed instead"


@dataclass(frozen=True, slots=True)
class Proposals:
    """Candidates by cost, and a note for each rule that raised."""

    fixes: tuple[Fix, ...]
    notes: tuple[str, ...] = ()


def propose(finding: Finding, project: Project, rules: tuple[Rule, ...]) -> Proposals:
    fixes: dict[tuple[Edit, ...], Fix] = {}
    notes: list[str] = []
    for rule in rules:
        if finding.mismatch not in rule.mismatches:
            continue
        try:
            proposed = rule.propose(finding, project)
            eithers = (either for number in proposed for either in named_sizes.named(finding, project, number))
            repeated = (_repeated(either, finding, project) for either in eithers)
            for fix in (_weighed(either, project) for either in repeated):
                key = tuple(sorted(fix.edits))
                is_idle = not key or _clashes(key) or edits_check(project, project.operation(finding), key)
                if not is_idle and (key not in fixes or fix.cost < fixes[key].cost):
                    outer = _outside(key, project.root)
                    if outer is None:
                        fixes[key] = fix
                        continue
                    notes.append(f"{outer} is not edited: it lies outside the project root {project.root}")
        except Exception as error:
            notes.append(f"AF901: rule {rule.code} failed with {type(error).__name__}: {error}; please report it")
    ordered = sorted(fixes.values(), key=lambda fix: (fix.cost, fix.rule, fix.edits))
    return Proposals(tuple(ordered[:MAX_CANDIDATES]), tuple(dict.fromkeys(notes)))


def propose_beside_tests(finding: Finding, project: Project, rules: tuple[Rule, ...]) -> Proposals:
    """Return the candidates that leave the files of tests as they are, since tests say what is expected of the code.

    Where another would edit the tests, these may be what is wrong, and no repair of the code is safe.
    """
    proposals = propose(finding, project, rules)
    kept = tuple(fix for fix in proposals.fixes if not _edits_test(fix))
    if len(kept) < len(proposals.fixes):
        kept = tuple(_in_doubt(fix, _DOUBT) for fix in kept)
    return replace(proposals, fixes=kept)


def propose_tests_last(finding: Finding, project: Project, rules: tuple[Rule, ...]) -> Proposals:
    """Return the candidates that leave the files of tests as they are; where there is none, those that edit tests.

    For somebody who looks at a test that failed, the test may be what is wrong; no edit of it is safe.
    """
    proposals = propose_beside_tests(finding, project, rules)
    if proposals.fixes:
        return proposals
    proposals = propose(finding, project, rules)
    return replace(proposals, fixes=tuple(_in_doubt(fix, _EXPECTED) for fix in proposals.fixes))


def _edits_test(fix: Fix) -> bool:
    return any(test_files.is_test(edit.path) for edit in fix.edits)


def _weighed(fix: Fix, project: Project) -> Fix:
    """Return a fix with what its edits say against it, whatever rule proposes them: a parameter is read no more."""
    if not leaves_unread(project, fix.edits):
        return fix
    return replace(fix, evidence=counted((*fix.evidence, Evidence.BY_RUN)))


def _repeated(fix: Fix, finding: Finding, project: Project) -> Fix:
    """Return a fix of one place that is made in the others as well which are written alike and would fail alike."""
    operation = None if len(fix.edits) != 1 else project.operation(finding)
    edits, shared = (fix.edits, "") if operation is None else in_alike_places(project, operation, fix.edits[0])
    if len(edits) == len(fix.edits):
        return fix
    title, evidence = (
        f"{fix.title}, and so in what is written alike below",
        counted((*fix.evidence, Evidence.MORE_PLACES)),
    )
    every = replace(fix, title=title, edits=edits, evidence=evidence)
    return _in_doubt(every, f"`{shared}`, which all the places read, may be at fault instead") if shared else every


def _in_doubt(fix: Fix, reason: str) -> Fix:
    if fix.applicability is not Applicability.SAFE:
        return fix
    return replace(fix, applicability=Applicability.UNSAFE, reason=reason)


def _outside(edits: tuple[Edit, ...], root: Path) -> Path | None:
    """Return the first file that an edit would change although it is none of the project's."""
    paths = dict.fromkeys(edit.path for edit in edits)
    return next((path for path in paths if within(path, root) is None), None)


def _clashes(edits: tuple[Edit, ...]) -> bool:
    return any(a.path == b.path and a.range.overlaps(b.range) for a, b in _pairs(edits))


def _pairs(edits: tuple[Edit, ...]) -> Iterator[tuple[Edit, Edit]]:
    return ((a, b) for i, a in enumerate(edits) for b in edits[i + 1 :])


def chosen(rules: tuple[Rule, ...], select: tuple[str, ...], ignore: tuple[str, ...], lazy: bool) -> tuple[Rule, ...]:
    """Return the rules that codes, beginnings of codes or names select; those for lazy layers only
    where they are preferred.
    """
    selected = [rule for rule in rules if not rule.refactor and (lazy or not rule.for_lazy)]
    if select:
        selected = [rule for rule in selected if _named(rule, select)]
    return tuple(rule for rule in selected if not _named(rule, ignore))


def refactorings(rules: tuple[Rule, ...], select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules for models that run: only those that are asked for by a code, the beginning of
    one, or a name.
    """
    return tuple(rule for rule in rules if rule.refactor and _named(rule, select) and not _named(rule, ignore))


def check_words(words: Iterable[str]) -> None:
    """Raise UsageError for a word that no rule answers to, with the one that may have been meant.

    The rules are read where there is a word: reading them takes as long as much else at the start of a batch.
    """
    for word in words:
        if not any(_named(rule, (word,)) for rule in registry.rules()):
            names = [name for rule in registry.rules() for name in (rule.code, rule.name)]
            raise registry.no_rule(word, names)


def _named(rule: Rule, words: tuple[str, ...]) -> bool:
    return any(rule.code.startswith(word) or rule.name == word for word in words)
