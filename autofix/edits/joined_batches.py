"""Batches that are stacked and then flattened, joined instead: the last one may be smaller."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression
from autofix.records.locations import Edit, Range
from autofix.syntax.source import below, dotted


def joined_batches(call: Expression) -> tuple[Edit, ...]:
    """Return the edits that write ``cat`` for ``stack`` and leave out ``.flatten(0, 1)`` of what comes of it; empty for
    a call that is written otherwise.
    """
    source, node = call.source, call.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or len(node.args) != 1:
        return ()
    edits = [source.replace(node.func, f"{source.text_of(node.func.value)}.cat")]
    for base, flattened in _flattened(call, node):
        place = Range(source.range_of(base).end, source.range_of(flattened).end)
        edits.append(Edit(source.path, place, ""))
    return tuple(edits)


def _flattened(call: Expression, node: ast.Call) -> Iterator[tuple[ast.expr, ast.Call]]:
    """Yield ``x`` and ``x.flatten(0, 1)``, of the call itself and of the names that its statement binds."""
    source, statement = call.source, call.source.statement_of(node)
    names = {dotted(target) for target in statement.targets} if isinstance(statement, ast.Assign) else set()
    for other in below(source.function_of(node) or source.tree):
        match other:
            case ast.Call(
                func=ast.Attribute(value=base, attr="flatten"), args=[ast.Constant(value=0), ast.Constant(value=1)]
            ) if base is node or (dotted(base) in names and other.lineno > node.lineno):
                yield base, other
