"""The key under which a program read a list of numbers, for one of its entries: ``size`` of ``shape: [12, 16, 28]``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.evaluate import evaluate
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings, of_function, unpacked_key
from autofix.records.values import Sequence, is_integer
from autofix.syntax.source import dotted

MAX_STEPS = 6


def keyed_lists(project: Project, expression: Expression) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the keys under which a list of numbers is read of which an expression is an entry: one that a loop runs
    over, or that is picked by its place.
    """
    node, source = expression.node, expression.source
    wholes: list[Expression] = []
    if isinstance(node, ast.Subscript):
        wholes = [Expression(source, node.value, expression.frames)]
    elif isinstance(node, ast.Name):
        for around in source.ancestors(node):
            loops = [around] if isinstance(around, ast.For) else getattr(around, "generators", [])
            frames = of_function(expression.frames)
            wholes += [Expression(source, loop.iter, frames) for loop in loops if dotted(loop.target) == node.id]
    for whole in wholes:
        value = project.value(whole)
        items = value.items if isinstance(value, Sequence) else ()
        numbers = tuple(item for item in items if is_integer(item))
        for key in _keys(project, whole, 0) if len(numbers) == len(items) > 1 else ():
            yield key, numbers


def _keys(project: Project, whole: Expression, depth: int) -> Iterator[str]:
    """Yield the keys or names of fields that a value was read under, on the way back over the names that it had."""
    node = whole.node
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Subscript) and isinstance(key := evaluate(node.slice, project.names(whole)), str):
        yield key
    elif isinstance(node, ast.Call) and dotted(node.func) in {"list", "tuple"} and len(node.args) == 1:
        yield from _keys(project, Expression(whole.source, node.args[0], whole.frames), depth)
    if depth <= MAX_STEPS and isinstance(node, (ast.Name, ast.Attribute)):
        yield from ([key] if (key := unpacked_key(project, whole)) else ())
        for binding in bindings(project, whole):
            yield from _keys(project, binding.expression, depth + 1)
