"""Moving the diagonal of a triangular mask along with its sizes."""

from __future__ import annotations

import ast

from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import origin
from autofix.provenance.render_expression import parsed
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import Source

# The operators that make a triangle, and where the last visible column of its first row lies for the default diagonal.
TRIANGLES = {"tril": 0, "tril_": 0, "triu": -1, "triu_": -1}


def shifted_triangle(project: Project, mask: Tensor, columns: str, shift: int) -> Edit | None:
    """Return the edit of the diagonal of a mask that gets ``shift`` further columns before those it has.

    ``columns`` is what its columns are made for: the rows and a further term, which is what the diagonal moves by.
    None where the mask is no triangle that the code makes, or the further term is not written.
    """
    triangle = next((o for o in project.ancestry(mask) if o.operator in TRIANGLES), None)
    further = _further_term(project, triangle, columns, shift) if triangle is not None and shift > 0 else ""
    if triangle is None or not further:
        return None
    diagonal = argument_of(project, triangle, 1, "diagonal")
    if diagonal is not None:
        plain = isinstance(diagonal.node, ast.Constant) and diagonal.node.value == 0
        return diagonal.source.replace(diagonal.node, further if plain else f"{further} + {diagonal.text}")
    call = written(project, triangle)
    if call is None or not isinstance(call.node, ast.Call):
        return None
    return _appended(call.source, call.node, f"diagonal={further}")


def _appended(source: Source, call: ast.Call, text: str) -> Edit:
    """Return the edit that adds an argument at the end of a call."""
    end = source.range_of(call).end
    place = Position(end.line, end.column - 1)
    return Edit(source.path, Range(place, place), f", {text}" if call.args or call.keywords else text)


def _further_term(project: Project, triangle: Operation, columns: str, shift: int) -> str:
    """Return what is worth ``shift``: a term of the sum ``columns``, else the difference to the rows; empty if neither
    is written.
    """
    place = written(project, triangle)
    rows = origin(project, triangle.tensors[0], triangle.tensors[0].rank - 2) if triangle.tensors else None
    if place is None:
        return ""

    def value(node: ast.AST) -> int | None:
        return project.integer(Expression(place.source, node, place.frames)) if isinstance(node, ast.expr) else None

    node = parsed(columns)
    terms = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else []
    fitting = [ast.unparse(term) for term in terms if value(term) == shift]
    if fitting or rows is None or isinstance(node, ast.Constant):
        return fitting[0] if fitting else ""
    text = f"{columns} - {rows.expression.text}"
    return text if value(parsed(text)) == shift else ""
