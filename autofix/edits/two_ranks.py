"""A value that comes to one line with two ranks: pictures alone or in batches, numbers of actions or torques.

A line that ran with one rank and fails with another needs a condition. ``x.unsqueeze(0)`` of what has its dimension
already goes under ``if x.dim() == 3:``; before a line that had a dimension more, such a condition adds it. An empty
list becomes a tensor of one dimension, where others of the line have rows: ``.reshape(-1, 4)`` gives it the columns.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.statement_order import indented, lines_of, unit_of
from autofix.facts.call_sites import followed, operands, written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation

_OF_DATA = frozenset(("tensor", "as_tensor", "FloatTensor", "LongTensor", "Tensor", "from_numpy"))


_EVIDENCE = (Evidence.INSERTED, Evidence.RUNNER_UP)
_DOUBT = "that both ranks are to come here is told by this run"


def rank_conditions(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield what lets the failed line take both ranks."""
    if operation is None:
        return
    for tensor in operation.tensors:
        for maker in project.ancestry(tensor):
            yield from _added_always(project, maker)
            yield from _empty(project, maker)
    yield from _lacking(project, operation)


def _added_always(project: Project, maker: Operation) -> Iterator[CodeChange]:
    """Yield the condition for a dimension that is added to what has it already."""
    twin = next((t for t in ran_before(project, maker) if t.tensors), None) if maker.operator == "unsqueeze" else None
    place = written(project, maker)
    if twin is None or place is None or twin.tensors[0].rank >= maker.tensors[0].rank:
        return
    match place.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            pass
        case _:
            return
    source, statement = place.source, place.source.statement_of(place.node)
    if not source.stands_alone(statement):
        return
    rank, end = twin.tensors[0].rank, source.newline
    head = f"if {name}.dim() == {rank}:"
    words = f"add the dimension where `{name}` has {rank}"
    indent = source.indent_of(statement.lineno)
    if (
        isinstance(statement, ast.Assign)
        and statement.value is place.node
        and ast.unparse(statement.targets[0]) == name
    ):
        inner = indented(source, statement, unit_of(source))
        edit = Edit(source.path, lines_of(source, statement), f"{indent}{head}{end}{inner}")
        yield CodeChange(words, (edit,), _EVIDENCE, _DOUBT)
        return
    line = f"{head}{end}{indent}{unit_of(source)}{name} = {place.text}"
    edits = source.insert_before(statement, line), source.replace(place.node, name)
    yield CodeChange(words, edits, _EVIDENCE, _DOUBT)


def _lacking(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the condition that adds the dimension which an operand had when the line ran before."""
    call, parts = bound(project, operation), operands(project, operation)
    twin = next((t for t in ran_before(project, operation) if len(t.tensors) == len(operation.tensors)), None)
    if twin is None or call is None or len(parts) != len(call.operands):
        return
    for part, operand, tensor, before in zip(parts, call.operands, operation.tensors, twin.tensors, strict=False):
        if not isinstance(part.node, ast.Name) or before.rank != tensor.rank + 1:
            continue
        for dimension in _by_sizes(tensor.shape, before.shape):
            shape = (*tensor.shape[:dimension], 1, *tensor.shape[dimension:])
            statement, name = part.source.statement_of(part.node), part.node.id
            if call.with_shape(operand, shape).is_accepted and part.source.stands_alone(statement):
                head, words = f"if {name}.dim() == {tensor.rank}:", f"where `{name}` has {tensor.rank}"
                edit = _before(part, statement, head, f"{name}.unsqueeze({dimension})")
                yield CodeChange(f"add dimension {dimension} {words}", (edit,), _EVIDENCE, _DOUBT)
                break


def _by_sizes(shape: tuple[int, ...], before: tuple[int, ...]) -> list[int]:
    """Return the places for a dimension, first the one that leaves most sizes as they were before."""

    def alike(dimension: int) -> int:
        return sum(a == b for a, b in zip((*shape[:dimension], 1, *shape[dimension:]), before, strict=True))

    return sorted(range(len(before)), key=lambda dimension: -alike(dimension))


def _before(part: Expression, statement: ast.stmt, head: str, value: str) -> Edit:
    source = part.source
    indent = source.indent_of(statement.lineno)
    return source.insert_before(statement, f"{head}{source.newline}{indent}{unit_of(source)}{part.text} = {value}")


def _empty(project: Project, maker: Operation) -> Iterator[CodeChange]:
    """Yield the columns for a tensor that was made of an empty list."""
    is_of_data = maker.operator in _OF_DATA or family(maker.target) is Family.FACTORY
    if not is_of_data or maker.result_shape != (0,):
        return
    others = {(twin.result_shape or ())[1:] for twin in ran_before(project, maker)} - {()}
    place = written(project, maker)
    if len(others) == 1 and place is not None:
        columns = ", ".join(map(str, next(iter(others))))
        text = f".reshape(-1, {columns})"
        words, evidence = f"give an empty list its columns: `{text}`", (Evidence.INSERTED, Evidence.EVIDENT)
        yield CodeChange(words, (followed(place, text),), evidence, _DOUBT)
