"""Two expressions of one form: the names in which they differ. It compares trees alone."""

from __future__ import annotations

import ast
from itertools import zip_longest

from autofix.syntax.source import dotted


def odd_names(first: ast.expr, second: ast.expr) -> tuple[ast.Name, ast.Name] | None:
    """Return the one pair of names in which two expressions of one form differ; what they call may differ too."""
    pairs: list[tuple[ast.AST, ast.AST]] = []
    called: set[ast.AST] = set()
    for node, twin in zip_longest(ast.walk(first), ast.walk(second)):
        if type(node) is not type(twin) or _word(node) != _word(twin):
            return None
        if isinstance(node, ast.Call):
            called.add(node.func)  # A walk comes to a call before it comes to what is called.
        if isinstance(node, (ast.Name, ast.Attribute)) and node not in called and dotted(node) != dotted(twin):
            pairs.append((node, twin))
    match pairs:
        case [(ast.Name() as name, ast.Name() as twin_name)]:
            return name, twin_name
    return None


def _word(node: ast.AST) -> object:
    """Return what a node has to be equal in beside its form: a constant, the name of a keyword."""
    return node.value if isinstance(node, ast.Constant) else node.arg if isinstance(node, ast.keyword) else None
