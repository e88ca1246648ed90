"""Which tensors a finding is about, and how a squeeze or unsqueeze behind them is written and removed.

It works on ranks only; sizes are for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import family
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
            todo += operation.tensors[1:] if family(operation.target) in PICKING else ()
            if operation.operator in names and operation.kind is not OperationKind.CALL_MODULE:
                yield operation


def without_call(project: Project, operation: Operation) -> Edit | None:
    """Return the edit that removes the call of an operation, so that its operand stays."""
    place, base = written(project, operation), argument_of(project, operation, 0, "input")
    return None if place is None or base is None else left_out(place, base.node)


def left_out(place: Expression, base: ast.expr) -> Edit:
    """Return the edit that leaves ``base`` of a call: the statement goes where it does nothing else."""
    source, statement = place.source, place.source.statement_of(place.node)
    alone = isinstance(statement, ast.Assign) and statement.value is place.node and source.stands_alone(statement)
    if (
        alone
        and isinstance(statement, ast.Assign)
        and [dotted(t) for t in statement.targets] == [dotted(base)]
        and _has_siblings(place, statement)
    ):
        return source.delete_statement(statement)
    return source.replace(place.node, source.text_of(base))


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
    place, base = written(project, operation), argument_of(project, operation, 0, "input")
    if place is None or base is None:
        return None
    return place.source.replace(place.node, f"{receiver(base.text)}.{method}")
