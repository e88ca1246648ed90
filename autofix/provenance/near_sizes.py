"""A size that is computed and comes out a step or two beside what is needed: one step was not counted, or one too many.

The expression stays and gets the difference behind it; where it is wrong within, nothing here knows, so it is a doubt.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.provenance.render_expression import has_name, shift
from autofix.records.costs import Evidence
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import below, dotted

MOST = 2
MAX_STEPS = 24
STATED = (Evidence.INSERTED, Evidence.OTHER_READING, Evidence.OTHER_MEANING)
_LOOSE = (ast.IfExp, ast.BoolOp, ast.Compare, ast.Lambda, ast.NamedExpr)
_PLAIN = frozenset(("int", "round", "ceil", "floor", "max", "min", "abs", "prod", "sum"))
_SIZES = frozenset(("len", "size", "dim", "numel", "sqrt", "log2"))
_TIGHT = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)


def is_computed(node: ast.AST) -> bool:
    """Return whether an expression works a size out, from names or by a call."""
    return isinstance(node, (ast.BinOp, ast.Call)) and has_name(node)


def moved(project: Project, expression: Expression, now: int | None, target_size: int) -> str:
    """Return a computed size with the step or two behind it by which it differs; empty where it differs by more, or
    where the last operand is a number that is solved for.
    """
    node, step = expression.node, 0 if now is None else target_size - now
    if not is_computed(node) or not 0 < abs(step) <= MOST or not _is_arithmetic(project, node):
        return ""
    is_number = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))
    if is_number and isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        return "" if project.integer(expression) is not None else shift(expression.text, step)
    is_loose = isinstance(node, _LOOSE) or (isinstance(node, ast.BinOp) and not isinstance(node.op, _TIGHT))
    text = f"({expression.text})" if is_loose else expression.text
    return f"{text} {'+' if step > 0 else '-'} {abs(step)}"


def _is_arithmetic(project: Project, node: ast.expr) -> bool:
    """Return whether all that is called in an expression works sizes out: functions of the project and plain ones."""
    calls = [part for part in below(node) if isinstance(part, ast.Call)]
    names = {function.name for source in project.sources() for function in source.functions} if calls else set()
    return all(callee_name(call) in names | _PLAIN | _SIZES for call in calls)


def worked_out(project: Project, expression: Expression) -> Expression | None:
    """Return the arithmetic that an expression is, or that the name it is was bound to; None where there is none."""
    for _ in range(MAX_STEPS):
        if is_computed(expression.node):
            return expression
        before = [binding for binding in bindings(project, expression) if binding.inverse is None]
        if len(before) != 1:
            return None
        expression = before[0].expression
    return None


def have_one_origin(project: Project, first: Expression, second: Expression) -> bool:
    """Return whether two sizes were worked out from the same place, as far as names lead back."""
    return not _places(project, first).isdisjoint(_places(project, second))


def _places(project: Project, expression: Expression) -> set[tuple[object, int, int]]:
    """Return where an expression stands and all that its names got their values from."""
    todo, places = [expression], set[tuple[object, int, int]]()
    while todo and len(places) < MAX_STEPS:
        part = todo.pop(0)
        key = (part.source.path, part.node.lineno, part.node.col_offset)
        if key in places:
            continue
        places.add(key)
        for node in _read(part.node):
            inner = part.at(node)
            todo += [binding.expression for binding in bindings(project, inner)]
    return places


def _read(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the names that arithmetic works with; what a call of the project makes of its arguments is its own."""
    match node:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            yield node
        case ast.BinOp(left=left, right=right):
            yield from (*_read(left), *_read(right))
        case ast.UnaryOp(operand=operand):
            yield from _read(operand)
        case ast.Call(args=arguments) if dotted(node.func).rpartition(".")[2] in _PLAIN:
            yield from (name for argument in arguments for name in _read(argument))
