"""What one file's syntax says of a name: statements that bind it, parameters and defaults, imports.

It answers from a tree alone; which of the bindings held when the program ran is for ``bindings``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from autofix.syntax.source import Function, Source, below, dotted

_BINDING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.NamedExpr)


def assignments(source: Source, scope: ast.AST, name: str) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Yield the statements of one scope (nested functions and classes excluded) that bind ``name``,
    with the expression bound.
    """
    for node in _binding_nodes(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                value = _matching_value(target, node.value, name)
                if value is not None:
                    yield node, value
        elif (
            isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None and dotted(node.target) == name
        ):
            yield node, node.value
        elif isinstance(node, (ast.For, ast.AsyncFor)) and name in targets(node.target):
            yield node, node.iter
        elif isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield source.statement_of(node), node.value


@lru_cache(maxsize=256)
def _binding_nodes(scope: ast.AST) -> tuple[ast.AST, ...]:
    """Return what binds any name in a scope: walked once, asked for often."""
    body = scope.body if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module, ast.ClassDef)) else []
    return tuple(node for node in _walk_scope(body) if isinstance(node, _BINDING))


def _walk_scope(body: list[ast.stmt]) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _matching_value(target: ast.expr, value: ast.expr, name: str) -> ast.expr | None:
    """Return the part of ``value`` that ``name`` is bound to: the element of a tuple where both sides
    are written out.
    """
    if dotted(target) == name:
        return value
    if isinstance(target, (ast.Tuple, ast.List)):
        for index, element in enumerate(target.elts):
            if dotted(element) == name:
                spelled = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
                return value.elts[index] if spelled and isinstance(value, (ast.Tuple, ast.List)) else value
    return None


def targets(target: ast.AST) -> set[str]:
    return {dotted(node) for node in ast.walk(target) if isinstance(node, (ast.Name, ast.Attribute))}


def bound_above(scope: Function | ast.Module, line: int) -> set[str]:
    """Return the names that a function, or the top of a file, has bound before a line; parameters among them."""
    names = set() if isinstance(scope, ast.Module) else set(parameters(scope))
    return names | {node.id for node in stores(scope) if node.lineno < line}


def bound_later(function: Function | ast.Module, line: int) -> set[str]:
    """Return the names and attributes that a function, or the top of a file, binds at a line or after it, and nowhere
    before.
    """
    bound = [
        (dotted(node), node.lineno)
        for node in below(function)
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store)
    ]
    earlier = {name for name, at in bound if at < line}
    own = set() if isinstance(function, ast.Module) else set(parameters(function))
    return {name for name, _ in bound} - earlier - own


def left_over(function: Function) -> set[str]:
    """Return the names that only loops and unpackings bind."""
    plain = {target for node in below(function) if isinstance(node, ast.Assign) for target in node.targets}
    names = {node.id for node in stores(function)} - {node.id for node in stores(function) if node in plain}
    return names - set(parameters(function))


def reads_from(source: Source, statement: ast.stmt, name: str) -> list[ast.Name]:
    """Return the reads of ``name`` in the statement and, unless it returns or binds the name anew, below it."""
    own = reads(statement, name)
    if isinstance(statement, ast.Return) or rebinds(statement, name):
        return own
    last = statement.end_lineno or statement.lineno
    return own + [use for use in reads(source.function_of(statement) or source.tree, name) if use.lineno > last]


def rebinds(statement: ast.stmt, name: str) -> bool:
    """Return whether the statement assigns ``name``."""
    return isinstance(statement, ast.Assign) and name in map(dotted, statement.targets)


def reads(node: ast.AST, name: str = "") -> list[ast.Name]:
    """Return where names are read in a node, or one of them is."""
    return [part for part in _names(node) if name in ("", part.id) and isinstance(part.ctx, ast.Load)]


def stores(node: ast.AST, name: str = "") -> list[ast.Name]:
    """Return where names are bound in a node, or one of them is."""
    return [part for part in _names(node) if name in ("", part.id) and isinstance(part.ctx, ast.Store)]


@lru_cache(maxsize=256)
def _names(node: ast.AST) -> tuple[ast.Name, ...]:
    """Return the names in a node: walked once, asked for often."""
    return tuple(part for part in below(node) if isinstance(part, ast.Name))


def parameters(function: Function) -> list[str]:
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def is_bound_call(source: Source, function: ast.AST, call: ast.Call) -> bool:
    """Return whether ``self`` is not among the written arguments."""
    if not isinstance(source.parents.get(function), ast.ClassDef) or isinstance(function, ast.Lambda):
        return False
    decorators = [dotted(d) for d in getattr(function, "decorator_list", [])]
    if "staticmethod" in decorators:
        return False
    explicit = (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "__init__"
        and not isinstance(call.func.value, ast.Call)
    )
    return not explicit


def constructor_of(class_: ast.ClassDef) -> ast.FunctionDef | None:
    """Return the ``__init__`` that a class has of its own."""
    return next((n for n in class_.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def function_called(source: Source, name: str) -> Function | None:
    """Return the function at the top of a file that a name calls, or the constructor of its class."""
    class_ = source.classes.get(name)
    functions = (f for f in source.functions if f.name == name and isinstance(source.parents.get(f), ast.Module))
    return next(functions, None) if class_ is None else constructor_of(class_)


def required_parameters(function: Function) -> list[str]:
    """Return the parameters of a method that have no default, ``self`` left out."""
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
    required = positional[: max(0, len(positional) - len(arguments.defaults))]
    keyword_only = [
        a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    ]
    return [*required, *keyword_only]


def default_of(function: Function, name: str) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if parameter.arg == name:
            return default
    for parameter, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if parameter.arg == name:
            return keyword_default
    return None


def callee_name(call: ast.Call) -> str:
    """Return the last part of the name that is called, also of a method of an expression; empty where it has none."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)


def class_name(expression: str) -> str:
    """Return what an expression calls: ``Net`` of ``Net(10)``."""
    return expression.partition("(")[0].strip()


def imported_from(source: Source, name: str) -> Iterator[tuple[str, str]]:
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield node.module or "", alias.name


def imported_modules(source: Source, name: str) -> Iterator[tuple[str, bool]]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield alias.name, True
                elif alias.asname is None and alias.name.partition(".")[0] == name:
                    yield name, True
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield f"{node.module}.{alias.name}" if node.module else alias.name, True
