"""A line on the way to a fault that is written like another of its function, but for one call that the other has.

``k = self.to_k(x)`` beside ``q = self.to_q(x).view(b, t, heads, -1).transpose(1, 2)``: what was written for one was
forgotten for the other. It proposes; whether one helps is for the run.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

from autofix.facts.fault_path import FaultPlace, way
from autofix.facts.project_view import Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.source import Source, below

NEAR = 12  # Lines between the two.
MOST = 4
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def calls_of_alike_lines(
    project: Project, operation: Operation | None, layer: int | None
) -> Iterator[tuple[str, Edit]]:
    """Yield the text that a line would have with the call of another, and the edit that writes it, nearest first."""
    seen: set[tuple[ast.AST, str]] = set()
    for place in way(project, operation, layer):
        bound = _bound(place.statement)
        for text in _texts(place, *bound) if bound is not None else ():
            if bound is not None and (bound[1], text) not in seen and len(seen) < MOST:
                seen.add((bound[1], text))
                yield text, place.source.replace(bound[1], text)


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
        if names <= {*_IDENTIFIER.findall(text)} and any(shorter == own for shorter in _without_one_call(text)):
            yield text


def _renamed(source: Source, value: ast.expr, old: str, new: str) -> str:
    """Return the text of a value with one name for another, also as a part of longer ones: ``to_k`` for ``to_q``."""

    def rename(match: re.Match[str]) -> str:
        return "_".join(new if part == old else part for part in match[0].split("_"))

    text = source.text_of(value)
    return _IDENTIFIER.sub(rename, re.sub(rf"\b{re.escape(old)}\b", new, text)) if old != new else text


def _without_one_call(text: str) -> Iterator[str]:
    """Yield an expression without each of its method calls."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return
    for index, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            whole = copy.deepcopy(tree)
            call = list(ast.walk(whole))[index]
            assert isinstance(call, ast.Call)
            assert isinstance(call.func, ast.Attribute)
            yield ast.unparse(_Replaced(call, call.func.value).visit(whole))


class _Replaced(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        visited: ast.AST = self._new if node is self._old else super().visit(node)
        return visited
