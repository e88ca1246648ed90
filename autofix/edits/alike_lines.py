"""A line on the way to a fault that is written like another, which has one call, subscript or attribute more.

``k = self.to_k(x)`` beside ``q = self.to_q(x).view(b, t, heads, -1).transpose(1, 2)``: what was written for one was
forgotten for the other. So it is where one function has ``state = states[:decoder.layers]`` and another, which binds
the same names, ``state = states``. It proposes; whether one helps is for the run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import FaultPlace, way
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.syntax.alike_expressions import swapped
from autofix.syntax.name_bindings import bound_above
from autofix.syntax.source import Source, below

NEAR = 12  # Lines between the two.
MOST = 4
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def parts_of_alike_lines(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the texts that lines would have with a call or subscript of another, the nearest first."""
    seen: set[tuple[ast.AST, str]] = set()
    for place in way(project, operation, layer):
        bound = _bound(place.statement)
        if bound is None:
            continue
        near, far = _texts(place, *bound), _texts_elsewhere(project, place, *bound)
        for text, is_near in (*((text, True) for text in near), *((text, False) for text in far)):
            if (bound[1], text) not in seen and len(seen) < MOST:
                seen.add((bound[1], text))
                title = f"write `{text}`, as {'a line beside it' if is_near else 'another function does'}"
                evidence = (Evidence.AGREES, Evidence.INSERTED, Evidence.BY_RUN * (not is_near))
                yield CodeChange(title, (place.source.replace(bound[1], text),), evidence)


def _bound(statement: ast.AST) -> tuple[str, ast.expr] | None:
    """Return the one name that a statement binds, and the value."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None


def _texts(place: FaultPlace, name: str, value: ast.expr) -> Iterator[str]:
    own = ast.unparse(value)
    names = {*_IDENTIFIER.findall(own)}
    lines = [node for node in below(place.scope) if isinstance(node, ast.Assign) and node is not place.statement]
    for line in sorted(lines, key=lambda node: abs(node.lineno - place.statement.lineno)):
        other = _bound(line)
        if other is None or abs(line.lineno - place.statement.lineno) > NEAR:
            continue
        text = _renamed(place.source, other[1], other[0], name)
        if names <= {*_IDENTIFIER.findall(text)} and any(shorter == own for shorter in _without_one_part(text)):
            yield text


def _texts_elsewhere(project: Project, place: FaultPlace, name: str, value: ast.expr) -> Iterator[str]:
    """Yield the values of lines of other functions that bind the same name, and have one part more."""
    own, line = ast.unparse(value), place.statement.lineno
    read = {*_IDENTIFIER.findall(own)}
    known = bound_above(place.scope, line) | bound_above(place.source.tree, line) | read
    for source, node, other in project.once(("bound values",), lambda: _values(project)).get(name, ()):
        if node in below(place.scope):
            continue
        text = source.text_of(other)
        names = {inner.id for inner in below(other) if isinstance(inner, ast.Name)}
        is_written_so = names <= known and read <= {*_IDENTIFIER.findall(text)}
        if is_written_so and any(shorter == own for shorter in _without_one_part(text)):
            yield text


def _values(project: Project) -> dict[str, list[tuple[Source, ast.AST, ast.expr]]]:
    """Return what the project binds each name to, one at a time."""
    values: dict[str, list[tuple[Source, ast.AST, ast.expr]]] = {}
    for source in project.sources():
        for node in source.nodes:
            bound = _bound(node)
            if bound is not None:
                values.setdefault(bound[0], []).append((source, node, bound[1]))
    return values


def _renamed(source: Source, value: ast.expr, old: str, new: str) -> str:
    """Return the text of a value with one name for another, also as a part of longer ones: ``to_k`` for ``to_q``."""

    def rename(match: re.Match[str]) -> str:
        return "_".join(new if part == old else part for part in match[0].split("_"))

    text = source.text_of(value)
    return _IDENTIFIER.sub(rename, re.sub(rf"\b{re.escape(old)}\b", new, text)) if old != new else text


def _without_one_part(text: str) -> Iterator[str]:
    """Yield an expression without each of its method calls, subscripts and attributes."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case (
                ast.Call(func=ast.Attribute(value=inner))
                | ast.Subscript(value=inner)
                | ast.Attribute(value=inner) as part
            ):
                yield ast.unparse(swapped(tree, part, inner))
