"""The expression that was written for an operand of a call, and the dimension that it has too many."""

from __future__ import annotations

import ast

from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.call_edits import operand as parenthesised


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


def extra_dimension(longer: tuple[int, ...], shorter: tuple[int, ...]) -> int | None:
    """The dimension of one that ``longer`` has and ``shorter`` has not."""
    if len(longer) != len(shorter) + 1:
        return None
    places = [i for i, size in enumerate(longer) if size == 1 and longer[:i] + longer[i + 1 :] == shorter]
    return places[-1] if places else None
