"""Where an import goes: beside those of its kind, in the usual order, or into one that is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import put_behind
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.syntax.source import Source


def imported(source: Source, statement: str) -> Edit:
    """Return an edit that inserts the import among those of torch if there are any, else among all, in the usual
    order.
    """
    imports = [node for node in source.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    group = [node for node in imports if _module(node).partition(".")[0] == "torch"] if "torch" in statement else []
    group = group or [node for node in imports if _module(node) != "__future__"]
    if not group:
        return source.insert_after(imports[-1], statement) if imports else _at_top(source, statement)
    new = ast.parse(statement).body[0]
    assert isinstance(new, (ast.Import, ast.ImportFrom))
    before = [node for node in group if _order(node) < _order(new)]
    return source.insert_after(before[-1], statement) if before else source.insert_before(group[0], statement)


def from_project(project: Project, source: Source, name: str) -> Iterator[CodeChange]:
    """Yield the import of a name from modules of the project that define it and of which the file imports others."""
    doubt = "that this module is the one meant is told by the name alone"
    for node in source.nodes:
        if not isinstance(node, ast.ImportFrom) or not node.names or node.names[0].name == "*":
            continue
        tail = (node.module or "__init__").split(".")
        for path in project.files:
            parts = path.with_suffix("").parts
            if parts[-len(tail) :] == tuple(tail) and path != source.path and name in _defined(project, path):
                words = f"import `{name}` from `{node.module or '.'}`"
                edit = put_behind(source, node.names[-1], f", {name}")
                yield CodeChange(words, (edit,), (Evidence.AGREES,), doubt)


def _defined(project: Project, path: Path) -> set[str]:
    body = project.source(path).tree.body
    named = {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    targets = (target for node in body if isinstance(node, ast.Assign) for target in node.targets)
    return named | {target.id for target in targets if isinstance(target, ast.Name)}


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name


def _order(node: ast.Import | ast.ImportFrom) -> tuple[bool, str]:
    """Return a key by which plain imports come before ``from`` imports, each by module."""
    return isinstance(node, ast.ImportFrom), _module(node)


def _at_top(source: Source, statement: str) -> Edit:
    """Return an edit that inserts the import below the module's docstring and leading comments."""
    body = source.tree.body
    has_docstring = bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    line = (body[0].end_lineno or 1) + 1 if has_docstring else body[0].lineno if body else 1
    start = Position(line, 0)
    return Edit(source.path, Range(start, start), f"{statement}{source.newline}")
