"""What the operator of a recorded call needs, as the table of operators has it, asked of operands that could be.

It answers whether a call would be accepted and what it would give; it proposes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from autofix.facts.project_view import Project
from autofix.operators import table
from autofix.operators.operator import Operator
from autofix.operators.terms import Call
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """One tensor of a call: the parameter that it is passed as, and its place where that takes several."""

    name: str
    item: int | None
    tensor: Tensor


@dataclass(frozen=True)
class BoundCall:
    """A recorded call with the row of its operator."""

    row: Operator
    call: Call

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The tensors of the call, in the order of its parameters."""
        return tuple(_operands(self.row, self.call))

    @cached_property
    def is_accepted(self) -> bool:
        """Whether the call has all that its operator is known to need."""
        return not self.row.refused(self.call)

    def result(self) -> Shape | None:
        """Return the shape of the first tensor that the call gives; None where it is refused or not known."""
        return self.results[0] if self.results else None

    @cached_property
    def results(self) -> tuple[Shape | None, ...]:
        """The shape of each tensor that the call gives; none where it is refused."""
        return self.row.shapes(self.call) if self.is_accepted else ()

    def with_shape(self, operand: Operand, shape: Shape) -> BoundCall:
        """Return the call with another shape for one of its operands."""
        tensor = replace(operand.tensor, shape=shape)
        if operand.item is None:
            return self.with_argument(operand.name, tensor)
        items = self.call.values[operand.name]
        return self.with_argument(operand.name, (*items[: operand.item], tensor, *items[operand.item + 1 :]))

    def with_argument(self, name: str, value: object) -> BoundCall:
        """Return the call with another value for one of its arguments."""
        return replace(self, call=Call({**self.call.values, name: value}))


def bound(project: Project, operation: Operation) -> BoundCall | None:
    """Return the call of an operation; None where the table does not know its operator."""
    return project.once(("bound", operation.index), lambda: _bound(project, operation))


def _bound(project: Project, operation: Operation) -> BoundCall | None:
    if operation.kind is OperationKind.CALL_MODULE:
        layer = project.layer_of(operation)
        row = None if layer is None else table.layer(layer.kind)
        settings = {} if layer is None else dict(layer.settings)
    else:
        row, settings = table.function(operation.target), {}
    if row is None:
        return None
    return BoundCall(row, row.bind(operation.arguments, dict(operation.keywords), settings))


def _operands(row: Operator, call: Call) -> Iterator[Operand]:
    for parameter in row.arguments:
        value = call.get(parameter.name)
        for item, tensor in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(tensor, Tensor):
                yield Operand(parameter.name, item if isinstance(value, tuple) else None, tensor)
