"""Shape changes as a method of one argument of a call: ``self.rnn(x.transpose(1, 2))`` for ``self.rnn(x)``."""

from __future__ import annotations

import ast

from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.call_edits import NotACall, operand
from autofix.syntax.source import argument


def argument_of(project: Project, operation: Operation, position: int, name: str) -> Expression | None:
    """The expression passed to the call that ``operation`` was recorded at."""
    call = project.call(operation.frames)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    node = argument(call.node, position, name)
    return None if node is None or isinstance(node, ast.Starred) else Expression(call.source, node, call.frames)


def at_argument(project: Project, operation: Operation, position: int, name: str, method: str) -> Edit | None:
    """``method`` called on one argument."""
    found = argument_of(project, operation, position, name)
    return None if found is None else with_method(found, method)


def with_method(expression: Expression, method: str) -> Edit | None:
    try:
        text = operand(expression.text)
    except NotACall:
        return None
    return Edit(expression.source.path, expression.source.range_of(expression.node), f"{text}.{method}")
