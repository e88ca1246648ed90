"""What was joined into one dimension of a tensor.

It follows the dimension back to the join; who counted wrongly is for the rules.
"""

from __future__ import annotations

from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_JOINS = frozenset(("cat", "concat", "concatenate"))


def joined(project: Project, tensor: Tensor, dimension: int) -> tuple[Tensor, ...]:
    """Return the tensors whose sizes add up to ``tensor.shape[dimension]``; empty if none were joined there."""
    dimension %= max(tensor.rank, 1)
    for operation in project.ancestry(tensor):
        result = operation.result
        if not isinstance(result, Tensor) or result.shape[dimension : dimension + 1] != (tensor.shape[dimension],):
            return ()
        if operation.operator in _JOINS:
            return operation.tensors if joined_dimension(operation) % result.rank == dimension else ()
    return ()


def joined_dimension(operation: Operation) -> int:
    """Return the dimension that an operation joins along, as it is named."""
    value = operation.argument(1, "dim")
    return value if isinstance(value, int) else 0
