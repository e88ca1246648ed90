"""Another name in place of the one written: of the same scope, with the value needed and a word in common.

It proposes names for one expression, and finds the statements that are written like its own; it knows no layers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.values import Mapping, is_integer
from autofix.syntax.name_bindings import bound_later
from autofix.syntax.source import Source, below, dotted

_TOKENS = re.compile(r"\w+|[^\w\s]")
_SHORT = 2
# Words that say how much and not of what: no names are related by one of these.
_QUANTITIES = frozenset(("num", "max", "min", "count", "number", "total"))
# Words that nearly every size has: what they have in common is little.
_UNITS = frozenset(("dim", "size", "width", "len", "length", "features", "channels"))


def related_names(project: Project, expression: Expression, size: int) -> tuple[str, ...]:
    """Return the names, or attributes of the same object, that are ``size`` and share a word with the one written."""
    node = expression.node
    names = project.names(expression)
    if isinstance(node, ast.Attribute):
        owner = project.value(expression.at(node.value))
        items = owner.items if isinstance(owner, Mapping) else ()
        prefix, own = f"{expression.source.text_of(node.value)}.", node.attr
    elif isinstance(node, ast.Name):
        items = names.local.items if names.local is not None else ()
        prefix, own = "", node.id
    else:
        return ()
    function = expression.source.function_of(node)
    later = bound_later(function, node.lineno) if function is not None else set()
    return tuple(
        f"{prefix}{name}"
        for name, value in items
        if is_integer(value) and value == size and name != own and _words(name) & _words(own)
        if name.isidentifier() and f"{prefix}{name}" not in later
    )


def _words(name: str) -> set[str]:
    return {word for word in name.lower().split("_") if len(word) > _SHORT} - _QUANTITIES


def is_telling(text: str, other: str) -> bool:
    """Return whether two related names have more in common than that both are sizes."""
    first, second = (_words(name.rpartition(".")[2]) for name in (text, other))
    return bool((first & second) - _UNITS)


def renamed(expression: Expression, text: str) -> Edit:
    """Return the edit that writes another name."""
    return expression.source.replace(expression.node, text)


def renamed_alike(expression: Expression, text: str) -> tuple[Edit, ...]:
    """Return that edit with those of the statements that are written alike; empty where there is no other."""
    source = expression.source
    statement = source.statement_of(expression.node)
    position = list(ast.walk(statement)).index(expression.node)
    edits = [renamed(expression, text)]
    for other in _alike(source, statement):
        node = list(ast.walk(other))[position]
        if isinstance(node, ast.expr) and dotted(node) == dotted(expression.node):
            edits.append(source.replace(node, text))
    return tuple(edits) if len(edits) > 1 else ()


def _alike(source: Source, statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the later assignments of the function that differ from ``statement`` in one part of names only."""
    function = source.function_of(statement)
    tokens = _TOKENS.findall(source.text_of(statement))
    for other in below(function) if function is not None and isinstance(statement, ast.Assign) else ():
        if not isinstance(other, ast.Assign) or other.lineno <= statement.lineno:
            continue
        others = _TOKENS.findall(source.text_of(other))
        pairs = {_odd_parts(a, b) for a, b in zip(tokens, others, strict=False) if a != b}
        if len(others) == len(tokens) and len(pairs) == 1:
            yield other


def _odd_parts(first: str, second: str) -> tuple[str, str]:
    """Return two names without their common beginning and end: ``k`` and ``v`` of ``to_k`` and ``to_v``."""
    before = _common(first, second)
    first, second = first[before:], second[before:]
    after = _common(first[::-1], second[::-1])
    return first[: len(first) - after], second[: len(second) - after]


def _common(first: str, second: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    equal = (a == b for a, b in zip(first, second, strict=False))
    return sum(1 for _ in takewhile(bool, equal))
