"""Entries that are picked by a loop that counts from one: the first is never taken, and the last is one too far."""

from __future__ import annotations

import ast

from autofix.facts.project_view import Expression
from autofix.records.locations import Edit
from autofix.syntax import subscripts
from autofix.syntax.source import below, dotted


def counted_from_zero(index: Expression) -> tuple[Edit, ...]:
    """Return the edits that take one from the name of a loop wherever the loop picks by it alone; none where the name
    does not count from one.
    """
    node, source = index.node, index.source
    loops = (above for above in source.ancestors(node) if isinstance(above, ast.For))
    loop = next((above for above in loops if isinstance(node, ast.Name) and _counts_from_one(above, node.id)), None)
    if loop is None or not isinstance(node, ast.Name):
        return ()
    picks = (part for statement in loop.body for part in below(statement) if isinstance(part, ast.Subscript))
    parts = (part for pick in picks for part in subscripts.parts(pick))
    names = (part for part in parts if isinstance(part, ast.Name) and part.id == node.id)
    return tuple(source.replace(name, f"{node.id} - 1") for name in names)


def _counts_from_one(loop: ast.For, name: str) -> bool:
    """Return whether a loop counts in a name from one: ``range(1, n + 1)``, ``enumerate(xs, 1)``."""
    call, target = loop.iter, loop.target
    if not isinstance(call, ast.Call):
        return False
    if dotted(call.func) == "enumerate" and isinstance(target, ast.Tuple):
        starts = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "start")]
        target = target.elts[0]
    else:
        starts = call.args[:1] if dotted(call.func) == "range" and len(call.args) > 1 else []
    return dotted(target) == name and any(isinstance(start, ast.Constant) and start.value == 1 for start in starts)
