"""Whether a file is a program: whether running it does more than define things.

It looks at top-level statements only; nothing is run.
"""

from __future__ import annotations

import ast

from autofix.syntax.source import Source, dotted

_DEFINING = frozenset(
    ("add_argument", "manual_seed", "seed", "filterwarnings", "append", "register", "simplefilter", "basicConfig")
)


def is_program(source: Source) -> bool:
    """Return whether the file, run by itself, loops, calls a model or prints: a training script, a demonstration."""
    return any(_acts(source, statement) for statement in source.tree.body)


def _acts(source: Source, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return _is_main_guard(statement)
    if isinstance(statement, (ast.For, ast.While, ast.With)):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return dotted(statement.value.func).rpartition(".")[2] not in _DEFINING
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        calls = [node for node in ast.walk(statement.value) if isinstance(node, ast.Call)]
        return any(dotted(call.func) in _variables(source) for call in calls)
    return False


def _is_main_guard(statement: ast.If) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test))


def _variables(source: Source) -> set[str]:
    """Return the names that the module binds to the result of a call: instances, a model among them."""
    return {
        dotted(target)
        for statement in source.tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        for target in statement.targets
    }
