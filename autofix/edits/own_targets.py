"""A row and a column that were to be compared element by element, laid alike."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.call_sites import followed
from autofix.facts.contracts import Shape
from autofix.facts.dataflow import outer
from autofix.facts.project_view import Project
from autofix.facts.recurrences import odd_operand
from autofix.operators.shape_functions import extra_dimension
from autofix.records.locations import Edit
from autofix.records.trace import Operation


def own_targets(project: Project, operation: Operation) -> Iterator[tuple[str, Edit]]:
    """Yield the edits with which each element meets its own, and what they do."""
    shapes = [tensor.shape for tensor in operation.tensors]
    for at, (own, other) in enumerate(zip(shapes, reversed(shapes), strict=True) if len(shapes) == 2 else ()):
        method = _without_ones(own, other)
        for expression in odd_operand(project, operation, at, _is_outer) if method else ():
            words = f"compare each with its own: `{expression.text}.{method}`, {own} against {other}"
            yield words, followed(expression, f".{method}")


def _is_outer(operation: Operation) -> bool:
    return outer(*(tensor.shape for tensor in operation.tensors)) is not None


def _without_ones(own: Shape, other: Shape) -> str:
    """Return the call that takes away the ones that only ``own`` has, or lays a row as a column; empty where there is
    no single one.
    """
    extra = extra_dimension(own, other)
    if extra is not None:
        return f"squeeze({extra})"
    if len(own) == len(other) == 2 and own[0] == 1:
        return "t()"
    rest = own[len(other) :]
    return f"flatten({len(other) - 1})" if other and own[: len(other)] == other and rest and set(rest) == {1} else ""
