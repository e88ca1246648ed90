"""The expression that was written for an operand of a call: where a rule can put a method behind it."""

from __future__ import annotations

import ast

from autofix.expressions import operand as parenthesised
from autofix.project import Expression, Project
from autofix.records import Edit, Operation


def written(project: Project, operation: Operation, position: int, keyword: str) -> Expression | None:
    """The expression passed at ``position`` or by ``keyword`` of the call that ran ``operation``."""
    call = project.call(operation.frames)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    by_name = next((k.value for k in call.node.keywords if k.arg == keyword), None)
    before = call.node.args[: position + 1]
    starred = any(isinstance(a, ast.Starred) for a in before)
    node = by_name or (before[position] if len(before) > position and not starred else None)
    return None if node is None else Expression(call.source, node, call.frames)


def followed_by(expression: Expression, method: str) -> Edit:
    """``x`` becomes ``x.method``."""
    return expression.source.replace(expression.node, f"{parenthesised(expression.text)}.{method}")
