"""A row that waits to be put behind, or before, the others: ``values[1:] - values[:-1]`` has one less than there are
steps until the value after the last step is appended.

The row is a name at hand of the shape that one entry has, and of which the function reads the shape at most. Whether
the call that failed would be content with one entry more is asked of the contracts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import read_by
from autofix.facts.contracts import fits
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import carried, makers
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax.name_bindings import bound_above
from autofix.syntax.source import Function, Source, below
from autofix.syntax.spelling import module_text

_MOST_MAKERS = 6
_DOUBT = "that it is one of them is told by its shape alone"
_OF_SHAPE = frozenset(("shape", "dtype", "device", "size", "ndim", "dim", "numel", "new_zeros", "new_ones", "new_full"))
_LIKE = "_like"
_FIRST = frozenset(("first", "initial", "init", "start", "prev", "previous", "before", "begin"))
_CUTS = ((1, None, None), (None, -1, None))


def appended_rows(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield what puts a row that nothing reads to those that are cut by one on the way to the fault."""
    seen: set[str] = set()
    before = [maker for _, maker in islice(makers(project, operation), _MOST_MAKERS)] if operation is not None else []
    for maker in before:
        axis = _cut_axis(maker)
        place = next(iter(read_by(project, maker)), None) if axis is not None else None
        function = None if place is None else place.source.function_of(place.node)
        if operation is None or axis is None or place is None or isinstance(function, (ast.Lambda, type(None))):
            continue
        whole = maker.tensors[0]
        rows = whole.shape
        longer = {(whole.producer, rows): (*rows[:axis], rows[axis] + 1, *rows[axis + 1 :])}
        since = min(other.index for other in before if whole in other.tensors) - 1
        call = carried(project, longer, since, operation)
        # Where a size was read before, the contracts cannot tell: then one side has to be the cut, the other the whole.
        differ = {size for tensor in operation.tensors for size in tensor.shape}
        is_content = fits(call) if call is not None else {rows[axis], rows[axis] - 1} <= differ
        if not is_content or not isinstance(place.node, ast.Name) or place.node.id in seen:
            continue
        seen.add(place.node.id)
        for name in _waiting(project, place, function, (*rows[:axis], *rows[axis + 1 :])):
            yield from _joined(place, name, axis)


def _cut_axis(maker: Operation) -> int | None:
    """Return the axis along which a subscript leaves out the first or the last entry, and does nothing else."""
    if maker.operator != "getitem" or len(maker.arguments) < 2 or not maker.tensors:
        return None
    key = maker.arguments[1]
    entries = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
    slices = [entry.items if isinstance(entry, Sequence) and entry.type == "slice" else None for entry in entries]
    cut = [index for index, items in enumerate(slices) if items != (None, None, None)]
    return cut[0] if len(cut) == 1 and slices[cut[0]] in _CUTS else None


def _waiting(project: Project, place: Expression, function: Function, shape: tuple[int, ...]) -> Iterator[str]:
    """Yield the names at hand that have a shape and whose values nothing in the function reads."""
    names = project.names(place).local
    items: tuple[tuple[str, Value], ...] = names.items if names is not None else ()
    above = bound_above(function, place.node.lineno)
    for name, value in items:
        if isinstance(value, Tensor) and value.shape == shape and name in above:
            reads = [node for node in below(function) if isinstance(node, ast.Name) and node.id == name]
            loads = [node for node in reads if isinstance(node.ctx, ast.Load)]
            if all(_is_for_its_shape(place.source, node) for node in loads):
                yield name


def _is_for_its_shape(source: Source, node: ast.Name) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _OF_SHAPE
    is_call = isinstance(parent, ast.Call) and node in parent.args
    return is_call and isinstance(parent, ast.Call) and source.text_of(parent.func).endswith(_LIKE)


def _joined(place: Expression, name: str, axis: int) -> Iterator[CodeChange]:
    source, statement = place.source, place.source.statement_of(place.node)
    torch, rows = module_text(source, "torch"), place.text
    if not torch or not source.stands_alone(statement):
        return
    row, dimension = f"{name}.unsqueeze({axis})", f", dim={axis}" if axis else ""
    orders = [f"{rows}, {row}", f"{row}, {rows}"]
    for order in reversed(orders) if _FIRST & {*name.lower().split("_")} else orders:
        text = f"{torch}.cat([{order}]{dimension})"
        words = f"put `{name}`, which nothing else reads, to the others: `{text}`"
        evidence = (Evidence.AGREES, Evidence.EXACT_FIT, Evidence.INSERTED)
        yield CodeChange(words, (source.insert_before(statement, f"{rows} = {text}"),), evidence, _DOUBT)
