"""Names that come from other files of the project: what an import means, and what a module imported holds.

Which file that is, whoever started the walk says; where none is known, the name is a foreign one.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from autofix.sample_inputs.abstract_interpreter.values import Foreign, ImportedModule, Interpretation, Scope
from autofix.syntax.source import Source

MAX_FILES = 60
STEPS = 100_000


def imported(statement: ast.Import | ast.ImportFrom, alias: ast.alias, run: Interpretation) -> Any:
    """Return what an import binds its name to."""
    if isinstance(statement, ast.Import):
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        other = _other(run, 0, name)
        return Foreign(name) if other is None else ImportedModule(other)
    module = statement.module or ""
    other = _other(run, statement.level, module) if module or statement.level else None
    value = Foreign("") if other is None or other is run else _defined(other, alias.name)
    if not isinstance(value, Foreign) or value.name not in {"", alias.name}:
        return value
    inner = _other(run, statement.level, f"{module}.{alias.name}".strip("."))
    if inner is not None:
        return ImportedModule(inner)
    return Foreign(f"{module}.{alias.name}" if module else alias.name)


def member(run: Interpretation, name: str) -> Any:
    """Return what a module holds under a name: its own, else a module in its folder."""
    value = _defined(run, name)
    if isinstance(value, Foreign) and value.name == name and run.source.path.name == "__init__.py":
        inner = _other(run, 1, name)
        return value if inner is None else ImportedModule(inner)
    return value


def from_star(name: str, run: Interpretation) -> Any:
    """Return what a name means that the file does not define: one of ``from module import *``, else a foreign one."""
    for statement in reversed(run.source.tree.body if run.modules is not None else []):
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            other = _other(run, statement.level, statement.module or "")
            value = Foreign(name) if other is None or other is run else _defined(other, name)
            if not isinstance(value, Foreign) or value.name != name:
                return value
    return Foreign(name)


def _defined(run: Interpretation, name: str) -> Any:
    return run.evaluate(ast.Name(name, ast.Load()), Scope(run))


def _other(run: Interpretation, level: int, name: str) -> Interpretation | None:
    if run.modules is None:
        return None
    source = run.modules.find(run.source.path, level, name)
    return None if source is None else of_file(source, run)


def of_file(source: Source, run: Interpretation) -> Interpretation | None:
    """Return the walk through a file that belongs to the walk ``run``; None where it has looked into enough files."""
    assert run.modules is not None
    known = run.modules.runs
    if source.path not in known:
        if len(known) >= MAX_FILES:
            return None
        known[source.path] = replace(run, source=source, steps=STEPS, module={}, statements={}, needs={})
    return known[source.path]
