"""Whether an expression that takes another one's place needs parentheses there to be read as it is meant."""

from __future__ import annotations

import ast

_OPERATORS = (
    ast.BinOp,
    ast.BoolOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    ast.Lambda,
    ast.NamedExpr,
    ast.Await,
    ast.Starred,
)


def needs_parentheses(node: ast.expr, parent: ast.AST | None, text: str) -> bool:
    """Return whether ``text`` in the place of ``node``, a part of ``parent``, would bind differently."""
    try:
        new = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return False
    if not isinstance(new, _OPERATORS):
        return False
    if isinstance(parent, ast.BinOp) and isinstance(new, ast.BinOp):
        return not (_binds_tighter(new.op, parent.op) or (node is parent.left and _binds_equally(new.op, parent.op)))
    if isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Subscript) and parent.value is node):
        return True
    return isinstance(parent, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Await, ast.Starred)) or (
        isinstance(parent, ast.Call) and parent.func is node
    )


_PRECEDENCE: dict[type[ast.operator], int] = {
    ast.BitOr: 1,
    ast.BitXor: 2,
    ast.BitAnd: 3,
    ast.LShift: 4,
    ast.RShift: 4,
    ast.Add: 5,
    ast.Sub: 5,
    ast.Mult: 6,
    ast.MatMult: 6,
    ast.Div: 6,
    ast.FloorDiv: 6,
    ast.Mod: 6,
    ast.Pow: 8,
}


def _binds_tighter(inner: ast.operator, outer: ast.operator) -> bool:
    return _PRECEDENCE[type(inner)] > _PRECEDENCE[type(outer)]


def _binds_equally(inner: ast.operator, outer: ast.operator) -> bool:
    return _PRECEDENCE[type(inner)] == _PRECEDENCE[type(outer)] and not isinstance(outer, ast.Pow)
