"""Calls in a text that Python itself refuses: an argument that is passed twice, or a keyword that the callee lacks.

Known are the functions and classes of the same text, those that come with Python, and torch's layers. It reads one
text.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from autofix.operators.table import layer_parameters
from autofix.syntax.name_bindings import constructor_of, parameters, stores
from autofix.syntax.source import dotted

_LIBRARIES = ("nn.", "torch.nn.")


@dataclass(frozen=True, slots=True)
class _Takes:
    """What a callee takes by position, and by keyword; ``is_all`` where nothing else may be passed."""

    positions: tuple[str, ...]
    keywords: frozenset[str]
    is_all: bool


def clashing_arguments(tree: ast.Module) -> Counter[tuple[str, str]]:
    """Return each callee with a keyword argument that it cannot be given as the call is written, and how often."""
    own = dict(_own(tree))
    bound = {part.asname or part.name for node in ast.walk(tree) for part in getattr(node, "names", ()) if _named(part)}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.keywords)
    return Counter(clash for call in calls for clash in _clashes(call, _taken(dotted(call.func), own, bound)))


def _named(part: object) -> bool:
    return isinstance(part, ast.alias)


def _clashes(call: ast.Call, takes: _Takes | None) -> Iterator[tuple[str, str]]:
    if takes is None or any(isinstance(argument, ast.Starred) for argument in call.args):
        return
    passed = takes.positions[: len(call.args)]
    for keyword in call.keywords:
        if keyword.arg is not None and (keyword.arg in passed or (takes.is_all and keyword.arg not in takes.keywords)):
            yield dotted(call.func), keyword.arg


def _taken(name: str, own: dict[str, _Takes | None], bound: set[str]) -> _Takes | None:
    """Return what a callee takes, by the name that it is called by; None where that is not known."""
    if name in own:
        return own[name]
    library = next((prefix for prefix in _LIBRARIES if name.startswith(prefix)), "")
    kind = name.removeprefix(library)
    names = layer_parameters(kind) if kind.isidentifier() and (library or name in bound) else ()
    if names:
        return _Takes(names, frozenset(names), is_all=False)  # Other versions of torch may take more.
    return _builtin(name) if not bound & {name, "*"} else None


def _own(tree: ast.Module) -> Iterator[tuple[str, _Takes | None]]:
    """Yield the names at the top of a text with what they take; None for what is bound in another way."""
    counts = Counter(name for statement in tree.body for name in _names(statement))
    for statement in tree.body:
        for name in _names(statement):
            yield name, _of(statement) if counts[name] == 1 else None


def _names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    return {node.id for node in stores(statement)}


def _of(statement: ast.stmt) -> _Takes | None:
    if isinstance(statement, ast.ClassDef):
        function = constructor_of(statement)
        is_plain = function is not None and not statement.decorator_list and not statement.keywords
        return _signature(function, 1) if is_plain and function is not None else None
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _signature(statement, 0)
    return None


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef, skipped: int) -> _Takes | None:
    if function.decorator_list:
        return None
    arguments = function.args
    positions = tuple(part.arg for part in (*arguments.posonlyargs, *arguments.args))[skipped:]
    return _Takes(positions, frozenset(parameters(function)), is_all=arguments.kwarg is None)


@cache
def _builtin(name: str) -> _Takes | None:
    """Return what a function that comes with Python takes."""
    callee = getattr(builtins, name, None)
    if not inspect.isbuiltin(callee):
        return None
    try:
        taken = inspect.signature(callee).parameters.values()
    except ValueError:
        return None
    positions = tuple(p.name for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    keywords = frozenset(p.name for p in taken if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
    return _Takes(positions, keywords, is_all=not any(p.kind is p.VAR_KEYWORD for p in taken))
