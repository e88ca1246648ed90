"""The definition slice of a file: imports, functions, classes and the assignments that they need.

Used where importing the whole file fails or would train. A statement that fails is left out; what it would have bound
is missing, which shows only if the model needs it.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..contain import absent_packages
from ..main.versions import TYPE_ALIASES
from ..main.wire import AbsentRow

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While)


def execute(text: str, path: str, namespace: dict[str, Any], model: str) -> list[AbsentRow]:
    """Run the slice of ``text`` in ``namespace``; return the imports that something absent stands for.

    Raises SyntaxError for a text that is not Python, and what a definition itself raises.
    """
    tree = ast.parse(text, path)
    absent: list[AbsentRow] = []
    failed: dict[str, BaseException] = {}
    with _tolerant_arguments():
        for statement in wanted_statements(tree, model):
            try:
                _run(statement, path, namespace)
            except ImportError as error:
                if not isinstance(statement, _IMPORTS):
                    raise
                absent += _bind_absent(statement, path, namespace, error)
            except Exception as error:
                if isinstance(statement, _DEFINITIONS):
                    raise
                failed.update(dict.fromkeys(_bound(statement), error))
            except SystemExit as error:
                failed.update(dict.fromkeys(_bound(statement), error))
    return absent


def _run(statement: ast.stmt, path: str, namespace: dict[str, Any]) -> None:
    exec(compile(ast.Module([statement], type_ignores=[]), path, "exec", dont_inherit=True), namespace)


def wanted_statements(tree: ast.Module, model: str) -> list[ast.stmt]:
    """Return the top-level statements of the slice, in order."""
    needed = _needed_names(tree, model)
    statements: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, (*_DEFINITIONS, *_IMPORTS, *TYPE_ALIASES)):
            statements.append(statement)
        elif isinstance(statement, (*_ASSIGNMENTS, *_BLOCKS)):
            if _is_main_guard(statement):
                continue
            bound = set(_bound(statement))
            if bound & needed or (isinstance(statement, ast.Try) and _holds_import(statement)):
                statements.append(statement)
        elif isinstance(statement, ast.Expr) and _root_name(statement.value) in needed - _function_names(tree):
            statements.append(statement)
    return statements


def _needed_names(tree: ast.Module, model: str) -> set[str]:
    """Return the names that definitions and the model expression use, and what the assignments to those use in turn."""
    needed = set(_used(ast.parse(model, mode="eval"))) if model else set()
    for statement in tree.body:
        if isinstance(statement, _DEFINITIONS):
            needed.update(_used(statement))
    while True:
        grown = set(needed)
        for statement in tree.body:
            binds = isinstance(statement, (*_ASSIGNMENTS, *_BLOCKS)) and not _is_main_guard(statement)
            if binds and set(_bound(statement)) & grown:
                grown.update(_used(statement))
        if grown == needed:
            return needed - set(dir(builtins))
        needed = grown


def _used(node: ast.AST, local: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of the module that a statement reads: a parameter or variable of a function is another one."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in local:
            yield node.id
    elif isinstance(node, _FUNCTIONS):
        outside = [node.args, *getattr(node, "decorator_list", ()), *filter(None, [getattr(node, "returns", None)])]
        for part in outside:
            yield from _used(part, local)
        body = node.body if isinstance(node.body, list) else [node.body]
        inside = local | _locals(node, body)
        for part in body:
            yield from _used(part, inside)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _used(child, local)


def _locals(function: _Function, body: Sequence[ast.AST]) -> frozenset[str]:
    """Return the parameters and variables of a function, those of functions inside of it left out."""
    parameters = (node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg))
    names, waiting, shared = set(parameters), list(body), set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
        elif isinstance(node, _DEFINITIONS):
            names.add(node.name)
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return frozenset(names - shared)


def _bound(statement: ast.stmt) -> list[str]:
    return [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _holds_import(statement: ast.Try) -> bool:
    return any(isinstance(inner, _IMPORTS) for inner in statement.body)


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and any(
        isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(statement.test)
    )


def _function_names(tree: ast.Module) -> set[str]:
    return {s.name for s in tree.body if isinstance(s, _DEFINITIONS)}


def _root_name(node: ast.AST) -> str:
    """Return the name that a method call begins with: ``parser`` of ``parser.add_argument(...)``; empty
    for ``print(...)``.
    """
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return ""
    inner: ast.AST = node.func
    while isinstance(inner, (ast.Attribute, ast.Call, ast.Subscript)):
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def _bind_absent(statement: ast.stmt, path: str, namespace: dict[str, Any], error: ImportError) -> Iterator[AbsentRow]:
    """Bind the names of an import that failed, and yield what is absent."""
    assert isinstance(statement, _IMPORTS)
    if isinstance(statement, ast.ImportFrom) and (statement.level or error.name in sys.builtin_module_names):
        raise error
    names: dict[str, str] = {}
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            _bind_import(alias, path, namespace, names)
        elif alias.name != "*":
            module = statement.module or ""
            why = names[module] = absent_packages.reason(module, error, path)
            namespace[alias.asname or alias.name] = getattr(absent_packages.AbsentModule(module, why), alias.name)
    yield from (
        [absent_packages.package(name, path, error), path, statement.lineno, why] for name, why in names.items()
    )


def _bind_import(alias: ast.alias, path: str, namespace: dict[str, Any], names: dict[str, str]) -> None:
    try:
        module = __import__(alias.name)
    except ImportError as error:
        why = names[alias.name] = absent_packages.reason(alias.name, error, path)
        module = absent_packages.AbsentModule(alias.name, why)
        namespace[alias.asname or alias.name.partition(".")[0]] = module
        return
    namespace[alias.asname or alias.name.partition(".")[0]] = (
        module if alias.asname is None else sys.modules[alias.name]
    )


@contextmanager
def _tolerant_arguments() -> Iterator[None]:
    """Have parsers take no arguments and require none: a required argument is None."""
    original = argparse.ArgumentParser.parse_known_args

    def parse_known_args(parser: Any, args: Any = None, namespace: Any = None) -> Any:
        for action in parser._actions:
            action.required = False
            if not action.option_strings and action.nargs is None:
                action.nargs = "?"
        return original(parser, [] if args is None else args, namespace)

    argparse.ArgumentParser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        argparse.ArgumentParser.parse_known_args = original  # type: ignore[method-assign]
