"""What is unknown after statements that a walk cannot follow: a half-read value would be a wrong one.

It changes the names and lists of a scope; which statements those are is for ``execution``.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from autofix.sample_inputs.abstract_interpreter.arithmetic import MAX_ITEMS
from autofix.sample_inputs.abstract_interpreter.expressions import assign, evaluate
from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, Scope, Undetermined
from autofix.syntax.source import dotted

_WALKS = frozenset(
    (
        "modules",
        "children",
        "parameters",
        "buffers",
        "named_modules",
        "named_children",
        "named_parameters",
        "named_buffers",
    )
)


def open_names(
    statement: ast.stmt, scope: Scope, kinds: type[ast.stmt] | tuple[type[ast.stmt], ...] = ast.stmt
) -> None:
    """Make unknown the names that statements of some kinds inside of one bind."""
    for inner in ast.walk(statement):
        for node in ast.walk(inner) if isinstance(inner, kinds) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assign(node, UNKNOWN, scope)


def lengthen(statement: ast.For, scope: Scope) -> None:
    """Make unknown what a loop counts and collects whose rounds are not told."""
    open_names(statement, scope, ast.AugAssign)
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="append" | "extend" | "insert")):
                collected = evaluate(owner, scope)
                if isinstance(collected, list) and len(collected) < MAX_ITEMS:
                    collected.append(UNKNOWN)


@lru_cache(maxsize=1024)
def yields(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Return whether a function is a generator, whose call gives what no ``return`` says."""
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node))


def evaluate_alone(node: ast.expr, scope: Scope) -> None:
    """Evaluate an expression whose value nobody takes; one that changes nothing of the model need not be told."""
    try:
        evaluate(node, scope)
    except Undetermined:
        if scope.run.steps < 0 or not isinstance(node, ast.Call) or _is_own_method(node.func):
            raise


def _is_own_method(node: ast.expr) -> bool:
    """Return whether a method of the object under construction is called, or of what it is built from."""
    return isinstance(node, ast.Attribute) and dotted(node).partition(".")[0] in {"self", "super"}


def names_of(statements: list[ast.stmt], name: str) -> bool:
    """Return whether statements read or bind a name."""
    nodes = (node for statement in statements for node in ast.walk(statement))
    return any(
        isinstance(node, (ast.Name, ast.Attribute)) and dotted(node).rpartition(".")[2] == name for node in nodes
    )


def only_looks_at_parts(statement: ast.For) -> bool:
    """Return whether a loop goes through the parts of a model and calls none of them: it gives them other values."""
    walk = statement.iter.func if isinstance(statement.iter, ast.Call) else None
    if not isinstance(walk, ast.Attribute) or walk.attr not in _WALKS:
        return False
    parts = {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    calls = (node.func for part in statement.body for node in ast.walk(part) if isinstance(node, ast.Call))
    return not any(isinstance(called, ast.Name) and called.id in parts for called in calls)
