"""Results made from a tensor on the way to a fault, bound to a name that nothing reads.

Who writes ``flat = x.view(len(x), -1)`` and then reads ``x`` meant ``flat`` for something, or ``x`` by the name of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.call_sites import argument_of, written
from autofix.facts.fault_path import places, reads_of
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import reads
from autofix.syntax.source import below, dotted

_LAYOUTS = frozenset(
    (Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING, Family.VIEW, Family.EXPANSION, Family.REPETITION)
)
_MOST_BACK = 8


@dataclass(frozen=True, slots=True)
class UnreadResult:
    """The call that made it of ``base``, the name it is bound to, and what is on the way to the fault instead."""

    operation: Operation
    place: Expression
    base: ast.expr
    name: ast.Name
    read: Tensor


def unread_results(project: Project) -> tuple[UnreadResult, ...]:
    """Return what was laid out anew before the fault and then left alone, the last first, each place once."""
    return project.once(("unread results",), lambda: tuple(_unread_results(project)))


def _unread_results(project: Project) -> Iterator[UnreadResult]:
    failed = project.trace.failed_operation
    if failed is None:
        return
    read = {(tensor.producer, tensor.shape): tensor for tensor in _on_the_way(project, failed)}
    seen: set[ast.expr] = set()
    for operation in reversed(project.trace.operations[: failed.index]):
        tensor = operation.tensors[0] if operation.tensors else None
        met = None if tensor is None else read.get((tensor.producer, tensor.shape))
        if met is None or family(operation.target) not in _LAYOUTS:
            continue
        place, base = written(project, operation), argument_of(project, operation, 0, "input")
        if place is None or base is None or place.node in seen or not isinstance(place.node, ast.Call):
            continue
        seen.add(place.node)
        name = _unread_name(place)
        if name is not None and (met.producer is not None or _is_read_there(project, failed, base)):
            yield UnreadResult(operation, place, base.node, name, met)


def _is_read_there(project: Project, failed: Operation, base: Expression) -> bool:
    """Return whether a line at which the fault stood reads the same name: data that no operation made."""
    scope, name = base.source.function_of(base.node) or base.source.tree, dotted(base.node)
    at = (place for place in places(project, failed, failed.layer_index) if place.scope is scope)
    return any(name == dotted(node) != "" for place in at for node in reads_of(place.statement))


def _on_the_way(project: Project, failed: Operation) -> Iterator[Tensor]:
    """Yield the operands of a call that failed, and what they came from up to a layer with parameters."""
    for tensor in failed.tensors:
        yield tensor
        for count, operation in enumerate(project.ancestry(tensor)):
            layer = project.layer_of(operation)
            if count >= _MOST_BACK or (layer is not None and layer.parameters):
                break
            yield from operation.tensors[:1]


def _unread_name(place: Expression) -> ast.Name | None:
    """Return the one name to which the statement of a call binds its value, at most converted, if nothing reads it."""
    statement = place.source.statement_of(place.node)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    value = statement.value
    while value is not place.node:
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return None
        if value.func.attr != "cuda" and family(value.func.attr) is not Family.CONVERSION:
            return None
        value = value.func.value
    (target,) = statement.targets
    if not isinstance(target, ast.Name) or target.id.startswith("_"):
        return None
    scope = place.source.function_of(statement) or place.source.tree
    shared = (n for n in below(scope) if isinstance(n, (ast.Global, ast.Nonlocal)) and target.id in n.names)
    deleted = (n for n in below(scope) if isinstance(n, ast.Name) and n.id == target.id and isinstance(n.ctx, ast.Del))
    return None if reads(scope, target.id) or any(deleted) or any(shared) else target
