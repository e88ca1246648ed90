"""Which tensors a finding is about, and how a squeeze or unsqueeze behind them is written and removed.

It works on ranks only; sizes are for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import is_method, written
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import find
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor
from autofix.syntax.source import dotted
from autofix.syntax.spelling import receiver

PICKING = frozenset((Family.INDEXING, Family.GATHERING, Family.SUBSCRIPT))


def tensors_at_fault(project: Project, finding: Finding) -> tuple[Tensor, ...]:
    """Return the operands of the operation that raised; else the tensors named in the statement that did."""
    operation = project.operation(finding)
    if operation is not None:
        return operation.tensors
    failure = project.trace.failure
    if failure is None or not failure.frames:
        return ()
    source = project.source(failure.frames[0].path)
    nodes = source.nodes_at(failure.frames[0].range)
    names = [n for n in ast.walk(source.statement_of(nodes[0])) if isinstance(n, ast.Name)] if nodes else []
    values = [project.value(Expression(source, name, failure.frames)) for name in names]
    return tuple(value for value in values if isinstance(value, Tensor))


def behind(project: Project, tensors: tuple[Tensor, ...], names: frozenset[str]) -> Iterator[Operation]:
    """Yield operations of these names that the tensors came from, nearest first, each once; also those that made what
    entries were picked with.
    """
    seen: set[int] = set()
    todo = list(tensors)
    for tensor in todo:
        for operation in project.ancestry(tensor):
            if operation.index in seen:
                continue
            seen.add(operation.index)
            row = find(operation.target)
            todo += operation.tensors[1:] if row is not None and row.family in PICKING else ()
            if operation.operator in names and operation.kind is not OperationKind.CALL_MODULE:
                yield operation


def without_call(project: Project, operation: Operation) -> Edit | None:
    """Return the edit that removes the call: the statement goes where it does nothing else, else only
    its operand stays.
    """
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Call):
        return None
    base = operand_node(operation, place.node)
    if base is None:
        return None
    statement = place.source.statement_of(place.node)
    alone = isinstance(statement, ast.Assign) and statement.value is place.node and place.source.stands_alone(statement)
    if (
        alone
        and isinstance(statement, ast.Assign)
        and [dotted(t) for t in statement.targets] == [dotted(base)]
        and _has_siblings(place, statement)
    ):
        return place.source.delete_statement(statement)
    return place.source.replace(place.node, place.source.text_of(base))


def operand_node(operation: Operation, call: ast.Call) -> ast.expr | None:
    """Return the expression of the first tensor."""
    if is_method(operation, call):
        assert isinstance(call.func, ast.Attribute)
        return call.func.value
    return call.args[0] if call.args and not isinstance(call.args[0], ast.Starred) else None


def _has_siblings(place: Expression, statement: ast.stmt) -> bool:
    """Return whether the block that the statement stands in has other statements."""
    parent = place.source.parents.get(statement)
    return any(
        statement in body and len(body) > 1 for body in (getattr(parent, "body", []), getattr(parent, "orelse", []))
    )


def respelled(project: Project, operation: Operation, method: str) -> Edit | None:
    """Return the edit that replaces the call by another method of the same operand: ``.squeeze()`` by
    ``.flatten(1)``.
    """
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Call):
        return None
    base = operand_node(operation, place.node)
    if base is None:
        return None
    return place.source.replace(place.node, f"{receiver(place.source.text_of(base))}.{method}")
