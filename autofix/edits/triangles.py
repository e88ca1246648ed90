"""Moving the diagonal of a triangular mask along with its sizes, or the rows that are cut from one."""

from __future__ import annotations

import ast

from autofix.edits.resize_tensor import Resizing, rows_before
from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import maker, origin
from autofix.provenance.render_expression import parsed
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax import subscripts
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


def last_rows(project: Project, mask: Tensor, resizing: Resizing, wants: dict[int, int]) -> tuple[Edit, ...]:
    """Return the edits that cut the last rows in place of the first: ``mask[k - q:k, :k]`` for ``mask[:q, :q]``.

    Of ``k`` positions the last ``q`` are new, and a mask that was made for more has their rows behind those of the
    others. Empty where the mask is not cut so, or has no such rows.
    """
    cut = next((o for o in project.ancestry(mask) if o.operator == "getitem"), None)
    place = written(project, cut) if cut is not None else None
    if cut is None or place is None or len(wants) != 1 or not _takes_first(cut, place, mask, max(wants.values())):
        return ()
    assert isinstance(place.node, ast.Subscript)
    first, second = subscripts.parts(place.node)[-2:]
    bounds = [part.upper for part in (first, second) if isinstance(part, ast.Slice) and part.upper is not None]
    changed = bounds[next(iter(wants)) - mask.rank]
    if [edit.range for edit in resizing.edits] != [place.source.range_of(changed)]:
        return ()  # What is edited elsewhere may set both.
    rows, columns = (resizing.text if bound is changed else place.source.text_of(bound) for bound in bounds)
    both = Range(place.source.range_of(first).start, place.source.range_of(second).end)
    return (Edit(place.source.path, both, f"{rows_before(rows, columns)}:{columns}, :{columns}"),)


def _takes_first(cut: Operation, place: Expression, mask: Tensor, size: int) -> bool:
    """Return whether a subscript takes the first rows and columns, ``[:n, :n]``, of what has ``size`` of both."""
    if not isinstance(place.node, ast.Subscript) or not isinstance(cut.result, Tensor):
        return False
    entries, taken = subscripts.parts(place.node), cut.tensors[0]
    is_named = len(entries) == taken.rank or any(ast.unparse(entry) == "..." for entry in entries)
    is_first = [isinstance(e, ast.Slice) and e.lower is e.step is None and e.upper is not None for e in entries[-2:]]
    is_large = taken.rank > 1 and min(taken.shape[-2:]) >= max(size, *mask.shape[-2:])
    return is_named and is_first == [True, True] and is_large and cut.result.shape[-2:] == mask.shape[-2:]


def doubt_of_rows(project: Project, mask: Tensor, scores: Tensor) -> str:
    """Return what speaks against the last rows of a mask: it is no triangle that the code makes, or the positions that
    the scores have more of are not those that were joined before the new ones.
    """
    join = maker(project, scores, scores.rank - 1)
    is_joined = join is not None and join.operator in {"cat", "concat", "concatenate"} and len(join.tensors) > 1
    if join is None or not is_joined or scores.shape[-2] not in join.tensors[-1].shape:
        return "that the new positions are the last ones is told by no shape"
    is_triangle = any(operation.operator in TRIANGLES for operation in project.ancestry(mask))
    return "" if is_triangle else "that later positions are to be hidden is not known of this mask"


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
        return project.integer(place.at(node)) if isinstance(node, ast.expr) else None

    node = parsed(columns)
    terms = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else []
    fitting = [ast.unparse(term) for term in terms if value(term) == shift]
    if fitting or rows is None or isinstance(node, ast.Constant):
        return fitting[0] if fitting else ""
    text = f"{columns} - {rows.expression.text}"
    return text if value(parsed(text)) == shift else ""
