"""Which files are tests, by their names and by what they define; nothing is run."""

from __future__ import annotations

import ast
from pathlib import PurePath

from autofix.syntax.source import Source

SET_UP = frozenset(("conftest.py", "setup.py"))


def is_test(path: PurePath) -> bool:
    """Return whether the name is one of a test, or of a file that prepares tests."""
    return path.name.startswith("test_") or path.name in SET_UP or path.stem.endswith("_test")


def holds_tests(source: Source) -> bool:
    """Return whether ``pytest`` would find tests in the file."""
    if not is_test(source.path) or source.path.name in SET_UP:
        return False
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
        for statement in source.tree.body
        for node in (statement, *(statement.body if isinstance(statement, ast.ClassDef) else ()))
    )
