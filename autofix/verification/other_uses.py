"""Other models of the project that use what a plan edits: what ran before has to run after it, and to be the same.

A plan is proved on the model that failed. A class, function, default or constant that it edits may serve others too:
other classes of the file, other constructions of the same class, files that import it. Each is built and run before
and after, as far as a way to build and call it is written somewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import eq
from pathlib import Path

from autofix.facts.project_view import Project
from autofix.loading import find_target, model_discovery, text_files
from autofix.records.errors import UsageError
from autofix.records.locations import Texts
from autofix.records.plan import Plan
from autofix.records.samples import Target
from autofix.records.trace import Check, CheckKind, CheckOutcome, Ending, Trace
from autofix.syntax.name_bindings import class_name
from autofix.syntax.source import Source, dotted
from autofix.verification.proof import shape_of

MAX_USES = 4
MAX_FILES = 200
_CODE = frozenset((".py", ".pyw"))


@dataclass(frozen=True, slots=True)
class _Use:
    """A model that is built from what a plan edits: ``expression``, in the file at ``path``; or the same one in
    training, which ``trains``.
    """

    path: Path
    expression: str
    trains: bool = False


def check(plan: Plan, project: Project, target: Target, run: Callable[[Target, Texts], Trace]) -> Check | None:
    """Return what running the other uses before and after a plan shows; None where nothing else uses what it edits.

    ``run`` runs another target of the same project, with edited texts or none. A use that fails as it is says nothing
    of the plan.
    """
    passed: list[str] = []
    unknown: list[str] = []
    for use in list(dict.fromkeys(_uses(plan, project, target)))[:MAX_USES]:
        name = f"`{use.expression}`" + " in training mode" * use.trains
        try:
            other = replace(target, evaluation_mode=False) if use.trains else _target(use, project)
        except (UsageError, OSError):
            unknown.append(name)
            continue
        if other.is_guessed:
            continue
        before = run(other, ())
        if before.ending in (Ending.RAISED, project.trace.ending):
            continue
        if before.ending is not Ending.PASSED:
            unknown.append(name)
            continue
        after = run(other, plan.texts)
        difference = _difference(before, after)
        if difference:
            return Check(CheckKind.USES, CheckOutcome.FAILED, f"{name} {difference}")
        passed.append(name)
    if unknown:
        return Check(CheckKind.USES, CheckOutcome.NOT_ASKED, f"{', '.join(unknown)} could not be run")
    return Check(CheckKind.USES, CheckOutcome.PASSED, ", ".join(passed)) if passed else None


def _target(use: _Use, project: Project) -> Target:
    return find_target.target(use.path, model=use.expression, elsewhere=_files(project, use.path))


def _difference(before: Trace, after: Trace) -> str:
    """Return in words what is not as it was; empty where nothing is."""
    if after.ending is not Ending.PASSED:
        return f"ran before it and fails after it: {(after.message or after.ending.value).partition(chr(10))[0]}"
    if shape_of(before.output) != shape_of(after.output):
        return f"gives {shape_of(after.output)} after it instead of {shape_of(before.output)}"
    if before.state_dict != after.state_dict:
        return "has other parameters after it"
    return ""


# -- who uses what is edited -------------------------------------------------------------------------------------------


def _uses(plan: Plan, project: Project, target: Target) -> Iterator[_Use]:
    """Yield models that the failing one is no part of, and other constructions of its own class."""
    if target.evaluation_mode and not target.script:
        yield _Use(target.path, target.model, trains=True)
    own = {layer.kind for layer in project.trace.layers} | {class_name(target.model)}
    for path, after in plan.texts:
        if path.suffix not in _CODE:
            continue
        source = project.source(path)
        affected = _users(source, _edited(source, after))
        yield from (_Use(path, name) for name in _models(source, affected - own))
        yield from _constructions(source, target, affected)
        for other in _importing(project, source, affected):
            built = _users(other, affected & _imported(other, source))
            yield from (_Use(other.path, name) for name in _models(other, built - own))
            yield from (_Use(path, use.expression) for use in _constructions(other, target, affected))


def _constructions(source: Source, target: Target, affected: set[str]) -> Iterator[_Use]:
    """Yield the calls of a file that build the failing model's own class with other arguments."""
    for name in {class_name(target.model)} & affected:
        calls = model_discovery.calls_with_plain_values(source, name)
        yield from (_Use(source.path, call) for call in calls if call != target.model)


def _edited(source: Source, after: str) -> set[str]:
    """Return the names of the module whose definitions have lines that another text of the file has otherwise."""
    old, new = source.text.splitlines(), after.splitlines()
    before, behind = (len(list(takewhile(bool, map(eq, *pair)))) for pair in ((old, new), (old[::-1], new[::-1])))
    first, last = before + 1, len(old) - behind
    changed = {n for n in range(first, last + 1) if len(old) != len(new) or old[n - 1] != new[n - 1]} or {first}
    return {
        name
        for node in source.tree.body
        if changed.intersection(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        for name in _names(node)
    }


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name for target in targets if (name := dotted(target))]


def _users(source: Source, names: set[str]) -> set[str]:
    """Return ``names`` and every definition of the module that uses one, however indirectly."""
    users: dict[str, set[str]] = {}
    for statement in source.tree.body:
        defined = set(_names(statement))
        for node in ast.walk(statement) if defined else ():
            if isinstance(node, (ast.Name, ast.Attribute)):
                users.setdefault(node.id if isinstance(node, ast.Name) else node.attr, set()).update(defined)
    affected, waiting = set(names), list(names)
    while waiting:
        more = users.get(waiting.pop(), set()) - affected
        affected |= more
        waiting += more
    return affected


def _models(source: Source, names: set[str]) -> list[str]:
    """Return which of ``names`` are models of the file that no other has as a part."""
    classes = names & source.classes.keys()
    return [name for name in model_discovery.names(source) if name in classes] if classes else []


def _importing(project: Project, source: Source, names: set[str]) -> Iterator[Source]:
    """Yield the files of the project that import one of ``names`` from the module of ``source``."""
    for other in text_files.sources(_files(project, source.path)):
        if other.path != source.path and source.path.stem in other.text and any(name in other.text for name in names):
            try:
                imports = names & _imported(other, source)
            except (SyntaxError, ValueError, RecursionError):
                continue
            if imports:
                yield other


def _imported(other: Source, source: Source) -> set[str]:
    """Return the names that ``other`` imports from the module of ``source``."""
    module = "" if source.path.stem == "__init__" else source.path.stem
    return {
        alias.name
        for node in other.tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2] == module
        for alias in node.names
    }


def _files(project: Project, path: Path) -> list[Path]:
    """Return the Python files of the project, as far as a person would look: beside the file and in its tests."""
    folders = dict.fromkeys((path.parent, project.root, project.root / "tests", project.root / "test"))
    files = dict.fromkeys(file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.py")))
    return list(files)[:MAX_FILES]
