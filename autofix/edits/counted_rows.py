"""What speaks against a number of rows that was counted from the data of one run."""

from __future__ import annotations

import ast

from autofix.edits.caller_edits import in_program
from autofix.facts.project_view import Project
from autofix.provenance.render_expression import parsed
from autofix.records.trace import Operation


def counts_steps(project: Project, operation: Operation) -> bool:
    """Return whether a program asks for positions, of which the next batch may have more."""
    ancestry = project.ancestry(operation.tensors[0]) if operation.tensors and in_program(project) else ()
    return any(maker.operator in {"arange", "cumsum"} for maker in ancestry)


def adds_a_number(node: ast.expr, text: str) -> bool:
    """Return whether a name, or an expression of names, gets a number that it did not contain."""
    numbers = [node.value for node in ast.walk(parsed(text)) if isinstance(node, ast.Constant)]
    own = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return not isinstance(node, ast.Constant) and any(number not in own for number in numbers)
