"""Ways to give a tensor that the model made for itself other sizes: where it is made, or where it is cut."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from autofix.edits.size_reads import live_sites, size_sites
from autofix.facts.call_sites import frames_of, operands
from autofix.facts.making_calls import Origin
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import each_origin, origin
from autofix.operators.families import Family
from autofix.operators.shape_functions import clashing_dimensions
from autofix.operators.table import family
from autofix.provenance import Site, SiteKind, together
from autofix.provenance.render_expression import parsed
from autofix.records.costs import Counted
from autofix.records.finding import Detail, Finding, Mismatch
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind, Phase
from autofix.records.values import Tensor, is_integer
from autofix.syntax.source import Source
from autofix.syntax.spelling import size_text

_VIEWS = frozenset((Family.RESHAPE, Family.VIEW, Family.UNFLATTENING))
# Where a length lies: steps come second with the batch before them, then the last but one of attention's heads.
AXES = (1, 2, -2)


@dataclass(frozen=True, slots=True)
class Resizing:
    """Edits that give every dimension asked for its size; ``is_table``: what was made in a constructor changes."""

    edits: tuple[Edit, ...]
    evidence: tuple[Counted, ...]
    text: str
    is_table: bool
    kind: SiteKind | None = None


def clashes(tensor: Tensor, other: Tensor) -> dict[int, int]:
    """Return the dimensions of ``tensor`` that cannot be broadcast with ``other``, and the sizes wanted there."""
    return {tensor.rank + d: other.shape[d] for d in clashing_dimensions(tensor.shape, other.shape)}


def clashing(finding: Finding, operation: Operation) -> Iterator[tuple[Tensor, Tensor, dict[int, int]]]:
    """Yield each operand, another, and the sizes that the first would need to be joined or broadcast with that."""
    for tensor, other in permutations(operation.tensors, 2):
        if not tensor.rank or not other.rank:
            continue
        if finding.mismatch is not Mismatch.CONCATENATE:
            yield tensor, other, clashes(tensor, other)
            continue
        joined = (operation.integer(1, "dim") or 0) % tensor.rank
        pairs = enumerate(zip(tensor.shape, other.shape, strict=False))
        yield tensor, other, {d: b for d, (a, b) in pairs if a != b and d != joined}


def deciding(
    project: Project, clashing_sizes: Iterator[tuple[Tensor, Tensor, dict[int, int]]]
) -> Iterator[tuple[Expression, int | None, int]]:
    """Yield the expressions that decided the one size that does not fit, their value if it is known, and that which
    would fit.
    """
    for tensor, _, wants in clashing_sizes:
        for dimension, size in wants.items() if len(wants) == 1 else ():
            for size_origin in each_origin(project, tensor, dimension):
                value = size_origin.wanted(size)
                if value is not None:
                    yield size_origin.expression, size_origin.wanted(tensor.shape[dimension]), value


def origins(project: Project, tensor: Tensor, wants: dict[int, int]) -> tuple[Origin, ...]:
    """Return the origin of each dimension, empty if one is not known."""
    all_origins = [origin(project, tensor, dimension) for dimension in wants]
    known = tuple(size_origin for size_origin in all_origins if size_origin is not None)
    return known if len(known) == len(all_origins) else ()


def resizings(project: Project, tensor: Tensor, wants: dict[int, int], live: bool = False) -> Iterator[Resizing]:
    """Yield every way found to make each dimension in ``wants`` as large as asked, alike in all dimensions.

    ``live``: also as large as a tensor at hand.
    """
    known = origins(project, tensor, wants)
    if not known or any(_is_single(size_origin.expression) for size_origin in known):
        return
    asked = [
        (size_origin.expression, size_origin.wanted(target_size))
        for size_origin, target_size in zip(known, wants.values(), strict=True)
    ]
    options = [
        (*size_sites(project, expression, size), *(live_sites(project, expression, size, AXES) if live else ()))
        for expression, size in asked
        if size is not None
    ]
    if len(options) < len(asked) or not all(options):
        return
    is_table = all(_is_built(size_origin) for size_origin in known)
    for first in options[0]:
        chosen = [_like(first, option) for option in options]
        yield Resizing(*together(chosen), first.text, is_table, first.kind)


def _is_built(size_origin: Origin) -> bool:
    """Return whether a size belongs to what a constructor makes; a program's constructors run among all else."""
    place = size_origin.expression
    function = place.source.function_of(place.node)
    return size_origin.phase is Phase.CONSTRUCT or getattr(function, "name", "") == "__init__"


def _is_single(expression: Expression) -> bool:
    """Return whether a one is written: a class token or a dimension to broadcast, which is never one of many."""
    return isinstance(expression.node, ast.Constant) and expression.node.value == 1


def _like(first: Site, options: tuple[Site, ...]) -> Site:
    """Return the option that edits what ``first`` edits, else one that writes the same, else the cheapest."""
    same = next((site for site in options if site.edits == first.edits), None)
    return same or next(
        (site for site in options if (site.text, site.kind, site.name) == (first.text, first.kind, first.name)),
        options[0],
    )


def cuts(
    project: Project, operation: Operation, tensor: Tensor, other: Tensor, wants: dict[int, int], last: bool = False
) -> Iterator[tuple[Edit, str]]:
    """Yield an edit and the new text, such as ``self.table[:, :x.size(1)]``, where a longer table was used whole.

    ``last``: of the rows before the columns, the last ones.
    """
    place = _table(project, operation, tensor)
    if place is None or any(tensor.shape[d] < size for d, size in wants.items()):
        return
    source, node = place
    bounds = {d: _bound(project, source, operation, other, tensor.rank - d, size) for d, size in wants.items()}
    if any(not bound for bound in bounds.values()):
        return
    rows, columns = (bounds.get(tensor.rank - 2, ""), bounds.get(tensor.rank - 1, ""))
    if last and rows and columns:
        bounds[tensor.rank - 2] = columns
    starts = {tensor.rank - 2: rows_before(rows, columns)} if last and rows and columns else {}
    inside = ", ".join(f"{starts.get(d, '')}:{bounds[d]}" if d in bounds else ":" for d in range(max(bounds) + 1))
    text = f"{source.text_of(node)}[{inside}]"
    yield source.replace(node, text), text


def rows_before(rows: str, columns: str) -> str:
    """Return how many columns there are more than rows: ``past`` for ``past + n`` columns and ``n`` rows."""
    node, less = parsed(columns), parsed(rows)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        terms = [ast.unparse(node.left), ast.unparse(node.right)]
        if rows in terms:
            return terms[1 - terms.index(rows)]
    return f"{columns} - ({rows})" if isinstance(less, ast.BinOp) else f"{columns} - {rows}"


def _table(project: Project, operation: Operation, tensor: Tensor) -> tuple[Source, ast.expr] | None:
    """Return the one place in the statement of an operation that reads a stored table whole: the attribute, else the
    name of what a reshape has made of it.
    """
    source_and_statement = project.statement(operation)
    if source_and_statement is None:
        return None
    source, statement = source_and_statement
    stored = _stored(project, tensor)
    if stored is None:
        index = next((index for index, operand in enumerate(operation.tensors) if operand is tensor), 0)
        places = operands(project, operation)
        is_name = index < len(places) and isinstance(places[index].node, ast.Name)
        return (source, places[index].node) if is_name and _is_reshaped(project, tensor) else None
    name = made_name(project, tensor)
    nodes = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load)
    ]
    is_whole = stored.rank == tensor.rank and len(nodes) == 1
    return (source, nodes[0]) if is_whole and not isinstance(source.parents.get(nodes[0]), ast.Subscript) else None


def _is_reshaped(project: Project, tensor: Tensor) -> bool:
    """Return whether a tensor is a parameter or buffer that was only given other dimensions of one."""
    for operation in project.ancestry(tensor):
        if operation.kind is OperationKind.GET_ATTR:
            return True
        if family(operation.target) not in _VIEWS:
            return False
    return False


def _stored(project: Project, tensor: Tensor) -> Tensor | None:
    """Return the parameter or buffer that ``tensor`` is, after operations that keep its shape."""
    for _ in range(4):
        operation = project.producer(tensor)
        if operation is None or not operation.tensors:
            return None
        if operation.kind is OperationKind.GET_ATTR:
            return tensor
        if operation.tensors[0].shape != tensor.shape:
            return None
        tensor = operation.tensors[0]
    return None


def made_name(project: Project, tensor: Tensor) -> str:
    """Return the name of the attribute that a parameter or buffer is read from."""
    stored = _stored(project, tensor)
    operation = project.producer(stored) if stored is not None else None
    return operation.operator if operation is not None else ""


def _bound(
    project: Project, source: Source, operation: Operation, other: Tensor, from_end: int, target_size: int
) -> str:
    """Return the length as the function spells it: a name with that value, or a read from the tensor that has it."""
    frames = frames_of(project, operation)
    names = project.names(Expression(source, ast.Constant(None), frames)).local
    items = names.items if names is not None else ()
    number = next((n for n, v in items if is_integer(v) and v == target_size and n.isidentifier()), "")
    if number:
        return number
    axis = other.rank - from_end
    tensors = [(n, v) for n, v in items if isinstance(v, Tensor) and n.isidentifier() and axis < v.rank]
    fitting = sorted(
        (pair for pair in tensors if pair[1].shape[axis] == target_size), key=lambda pair: pair[1].shape != other.shape
    )
    return size_text(source, fitting[0][0], axis) if fitting else ""


def parameters(finding: Finding, project: Project, operation: Operation) -> Iterator[tuple[Tensor, int, Tensor]]:
    """Yield the right operand of a product, or the weight of a norm written by hand, with the dimension that meets the
    last one of the other operand.
    """
    if finding.mismatch is Mismatch.MATMUL:
        left, right = operation.tensors[-2:]
        if finding.detail is not Detail.BATCH and right.rank > 1:
            yield right, 1 if finding.detail is Detail.WEIGHT else -2, left
        return
    for index, tensor in enumerate(operation.tensors[:2]):
        maker, other = project.producer(tensor), operation.tensors[index - 1]
        if maker is not None and maker.kind is OperationKind.GET_ATTR and tensor.rank == 1 < other.rank:
            yield tensor, 0, other
