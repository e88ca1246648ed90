"""Where the value of an operand was before: passed by a caller, bound to another name, returned, made.

What an operand lacks is often better given to it there, once for all that read it. It lists expressions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import written
from autofix.facts.fault_path import functions_called
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import returned
from autofix.provenance.bindings import bindings
from autofix.records.values import Tensor
from autofix.syntax.source import Source, below, dotted

MOST = 6


def same_values(project: Project, operand: Expression, tensor: Tensor) -> Iterator[tuple[int, Expression]]:
    """Yield the expressions that had the value of ``operand`` before it, with how many steps back each is."""
    todo, seen = [(1, expression) for expression in _before(project, operand)], {_key(operand)}
    while todo and len(seen) <= MOST:
        steps, expression = todo.pop(0)
        if _key(expression) in seen or operand.node in below(expression.node):
            continue
        seen.add(_key(expression))
        yield steps, expression
        todo += [(steps + 1, earlier) for earlier in _before(project, expression)]
    maker = project.producer(tensor)
    place = None if maker is None else written(project, maker)
    if place is not None and _key(place) not in seen and operand.node not in below(place.node):
        yield len(seen), place


def readable_values(project: Project, operand: Expression, tensor: Tensor) -> Iterator[tuple[int, Expression]]:
    """Yield those of the same values that stand alone, so that a method is easily read behind them."""
    for steps, expression in same_values(project, operand, tensor):
        if isinstance(expression.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            yield steps, expression


def _key(expression: Expression) -> tuple[str, int, int]:
    return str(expression.source.path), expression.node.lineno, expression.node.col_offset


def _before(project: Project, expression: Expression) -> Iterator[Expression]:
    node = expression.node
    if isinstance(node, ast.Call):
        yield from _of_model(project, expression.source, node)
    if not isinstance(node, ast.Name):
        return
    for binding in bindings(project, expression):
        value = binding.expression
        if isinstance(value.node, ast.Call):
            returned = list(_returned(value.source, value.node, node.id))
            yield from (Expression(value.source, part) for part in returned)
            if returned or _is_unpacked(value.source, value.node):
                continue
        if binding.inverse is None:
            yield value


def _of_model(project: Project, source: Source, call: ast.Call) -> Iterator[Expression]:
    """Yield what the forward of a model, or another method, returned when it was called."""
    result = returned(project, source, call)
    if result.source is not None and result.node is not None and not isinstance(result.node, (ast.Tuple, ast.List)):
        yield Expression(result.source, result.node)


def _is_unpacked(source: Source, call: ast.Call) -> bool:
    """Return whether a call's result is taken apart by the statement, so that no name holds all of it."""
    statement = source.statement_of(call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, (ast.Tuple, ast.List)) for target in targets)


def _returned(source: Source, call: ast.Call, name: str) -> Iterator[ast.expr]:
    """Yield what the functions of the file that a call may be of return for ``name``."""
    statement = source.statement_of(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    parts = [dotted(part) for part in target.elts] if isinstance(target, ast.Tuple) else []
    index = parts.index(name) if name in parts else None
    for function in functions_called(source, dotted(call.func)):
        for node in below(function):
            if not isinstance(node, ast.Return) or source.function_of(node) is not function or node.value is None:
                continue
            if not parts and not isinstance(node.value, ast.Tuple):
                yield node.value
            elif index is not None and isinstance(node.value, ast.Tuple) and index < len(node.value.elts):
                yield node.value.elts[index]
