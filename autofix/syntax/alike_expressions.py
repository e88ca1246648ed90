"""Two expressions of one form: the names in which they differ, and one that has another node in a place. It knows trees
alone.
"""

from __future__ import annotations

import ast
import copy
from itertools import zip_longest

from autofix.syntax.source import dotted


def odd_names(first: ast.expr, second: ast.expr, own: tuple[str, str] = ("", "")) -> tuple[ast.Name, ast.Name] | None:
    """Return the one pair of names in which two expressions of one form differ; what they call may differ too, and
    each may read its ``own`` name: ``k = k.view(b, c, h * w)`` beside ``v = v.view(b, c, v * w)``.
    """
    pairs: list[tuple[ast.AST, ast.AST]] = []
    called: set[ast.AST] = set()
    for node, twin in zip_longest(ast.walk(first), ast.walk(second)):
        if type(node) is not type(twin) or _word(node) != _word(twin):
            return None
        if isinstance(node, ast.Call):
            called.add(node.func)  # A walk comes to a call before it comes to what is called.
        if isinstance(node, (ast.Name, ast.Attribute)) and node not in called:
            names = dotted(node), dotted(twin)
            pairs += [(node, twin)] * (names[0] != names[1] and names != own)
    match pairs:
        case [(ast.Name() as name, ast.Name() as twin_name)]:
            return name, twin_name
    return None


def _word(node: ast.AST) -> object:
    """Return what a node has to be equal in beside its form: a constant, the name of a keyword."""
    return node.value if isinstance(node, ast.Constant) else node.arg if isinstance(node, ast.keyword) else None


def swapped(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """Return a copy of a tree with one node in the place of another."""
    whole = copy.deepcopy(tree)
    twin = list(ast.walk(whole))[list(ast.walk(tree)).index(old)]
    swapped_tree: ast.AST = _Swap(twin, new).visit(whole)
    return swapped_tree


class _Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        visited: ast.AST = self._new if node is self._old else super().visit(node)
        return visited
