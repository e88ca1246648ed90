"""Divisions with ``/`` that an expression gets a whole number of floating point from, as edits to ``//``.

It looks behind names and arguments; that the number is wanted whole is for whoever asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.locations import Edit

_FAR = 4


def whole_divisions(project: Project, expression: Expression, depth: int = 0) -> Iterator[Edit]:
    """Yield an edit for each; none where the number is not whole, there or in a division on the way."""
    value = project.value(expression)
    if depth > _FAR or not isinstance(value, float) or not value.is_integer():
        return
    for node in ast.walk(expression.node):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
            continue
        share = project.value(Expression(expression.source, node, expression.frames))
        if isinstance(share, float) and share.is_integer():
            left, right = expression.source.text_of(node.left), expression.source.text_of(node.right)
            yield expression.source.replace(node, f"{left} // {right}")
    for binding in bindings(project, expression):
        yield from whole_divisions(project, binding.expression, depth + 1)
