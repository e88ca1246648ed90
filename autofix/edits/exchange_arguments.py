"""Calls that exchange the first two axes of three, and the file without them."""

from __future__ import annotations

import ast

from autofix.edits.rank_changes import left_out
from autofix.facts.project_view import Expression
from autofix.records.locations import Edit
from autofix.syntax.source import Source, dotted

SWAPS = frozenset(("permute(1, 0, 2)", "transpose(0, 1)", "transpose(1, 0)", "permute((1, 0, 2))", "swapaxes(0, 1)"))


def is_swap(source: Source, node: ast.expr) -> bool:
    """Return whether ``node`` is a call that exchanges the first two axes of three."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return f"{node.func.attr}({', '.join(source.text_of(argument) for argument in node.args)})" in SWAPS


def swap_after(call: Expression) -> Expression | None:
    """Return the call that exchanges the axes back, on what the layer's statement gave a name."""
    source, statement = call.source, call.source.statement_of(call.node)
    function = source.function_of(statement)
    targets = (
        {dotted(n) for t in statement.targets for n in ast.walk(t)} if isinstance(statement, ast.Assign) else set()
    )
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Call) and is_swap(source, node) and isinstance(node.func, ast.Attribute):
            later = node.lineno > (statement.end_lineno or statement.lineno) and dotted(node.func.value) in targets
            around = node.func.value is call.node
            if later or around:
                return Expression(source, node, call.frames)
    return None


def removed(swap: Expression) -> Edit:
    """Return the edit that removes the exchange; the statement goes if it does nothing else."""
    assert isinstance(swap.node, ast.Call)
    assert isinstance(swap.node.func, ast.Attribute)
    return left_out(swap, swap.node.func.value)
