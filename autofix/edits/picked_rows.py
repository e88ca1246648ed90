"""Rows of a subscript that were picked beside columns, or a value, that were not: ``table[rows[mask], columns]``.

The parts of a subscript go together row by row, and so does what is written there. Where a mask or an index picked the
rows of one part, the function has it at hand for the other. It proposes; whether one helps is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import followed, operands, tensors_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import Source, below

_SUBSCRIPTS = frozenset(("getitem", "setitem"))
MOST = 4


def picked_rows(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield parts of a subscript that failed with the mask behind them that picked another part, these first; then with
    every other mask at hand that is as long.
    """
    if operation is None or operation.operator not in _SUBSCRIPTS:
        return
    parts = list(zip(operands(project, operation), operation.tensors, strict=False))[1:]
    every = [pick for index in range(len(parts)) for pick in _of_part(project, parts, index)]
    yield from sorted(every, key=lambda pick: Evidence.EXACT_FIT not in pick.evidence)[:MOST]


def _of_part(project: Project, parts: list[tuple[Expression, Tensor]], index: int) -> Iterator[CodeChange]:
    (place, tensor), others = parts[index], [part for i, part in enumerate(parts) if i != index]
    if not tensor.rank or tensor.dtype == "bool" or not isinstance(place.node, (ast.Name, ast.Attribute)):
        return
    seen: set[str] = set()
    for name, picks in tensors_at_hand(project, place):
        beside = [other for other, _ in others if other.text == name]
        if picks.rank != 1 or name == place.text or name in seen or (beside and picks.dtype != "bool"):
            continue
        seen.add(name)
        is_partner = bool(beside) or any(_picked_by(place.source, place.node, other.node, name) for other, _ in others)
        is_mask = picks.dtype == "bool" and picks.shape == tensor.shape[:1]
        is_index = picks.dtype == "int64" and is_partner and picks.shape in [other.shape[:1] for _, other in others]
        if is_mask or (is_index and picks.shape != tensor.shape[:1]):
            words, edit = f"pick the rows as beside it: `{place.text}[{name}]`", followed(place, f"[{name}]")
            evidence = (Evidence.INSERTED, Evidence.EXACT_FIT if is_partner else Evidence.OTHER_READING)
            yield CodeChange(words, (edit,), evidence, "that this mask is meant is told by the run")


def _picked_by(source: Source, place: ast.expr, part: ast.expr, name: str) -> bool:
    """Return whether a part of a subscript was picked by a mask, or had it written into: ``of_all[rows] = mask``."""
    if not isinstance(part, ast.Name):
        return _picks(part, name)
    for node in below(source.function_of(place) or source.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=part.id)], value=value) if _picks(value, name):
                return True
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=part.id))], value=ast.Name(id=mask)) if (
                mask == name
            ):
                return True
    return False


def _picks(expression: ast.expr, name: str) -> bool:
    """Return whether an expression picks by a name: ``rows[name]``."""
    return any(
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id == name
        for node in ast.walk(expression)
    )
