"""Which files are tests, by their names and by what they define; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Set
from pathlib import Path, PurePath

from autofix.syntax.source import Source, dotted

# The fixtures that pytest has itself.
_FIXTURES = frozenset(
    (
        "request",
        "tmp_path",
        "tmp_path_factory",
        "tmpdir",
        "monkeypatch",
        "capsys",
        "capfd",
        "caplog",
        "recwarn",
        "subtests",
    )
)
SET_UP = frozenset(("conftest.py", "setup.py"))


def is_test(path: PurePath) -> bool:
    """Return whether the name is one of a test, or of a file that prepares tests."""
    return path.name.startswith("test_") or path.name in SET_UP or path.stem.endswith("_test")


def holds_tests(source: Source) -> bool:
    """Return whether ``pytest`` would find tests in the file that it can run.

    Many a `test.py` is a program: it calls its own `test(model, loader)`, whose arguments pytest has no fixtures for.
    """
    if not is_test(source.path) or source.path.name in SET_UP:
        return False
    tests = [
        node
        for statement in source.tree.body
        for node in (statement, *(statement.body if isinstance(statement, ast.ClassDef) else ()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
    ]
    if not tests or not any(map(_is_main_block, source.tree.body)):
        return bool(tests)
    fixtures = _FIXTURES | {node.name for node in source.nodes if isinstance(node, ast.FunctionDef) and _fixes(node)}
    return any(_is_given_all(test, fixtures) for test in tests) or _has_conftest(source.path)


def _is_main_block(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)


def _fixes(function: ast.FunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def _is_given_all(test: ast.FunctionDef | ast.AsyncFunctionDef, fixtures: Set[str]) -> bool:
    """Return whether pytest, or a decorator that passes arguments, can give a test what it takes."""
    return any(map(_passes, test.decorator_list)) or {*_taken(test)} <= {"self", "cls", *fixtures}


def _passes(decorator: ast.expr) -> bool:
    """Return whether a decorator may pass arguments; those of torch switch something and pass what they were given."""
    return not dotted(decorator.func if isinstance(decorator, ast.Call) else decorator).startswith("torch.")


def _taken(test: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = [argument.arg for argument in (*test.args.posonlyargs, *test.args.args)]
    return arguments[: len(arguments) - len(test.args.defaults)]


def _has_conftest(path: PurePath) -> bool:
    """Return whether a file that may define further fixtures lies beside it or above, as far as its project goes."""
    for folder in Path(path).parents:
        if (folder / "conftest.py").is_file():
            return True
        if (folder / ".git").exists():
            break
    return False
