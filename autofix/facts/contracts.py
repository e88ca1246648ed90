"""What the operator of a recorded call needs, as the table of operators has it, asked of operands that could be.

It answers whether a call would be accepted and what it would give; it proposes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from autofix.facts.project_view import Project
from autofix.operators import table
from autofix.operators.equations import Equation
from autofix.operators.families import Family
from autofix.operators.operator import Operator
from autofix.operators.terms import Call, Size, leaves
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor

Shape = tuple[int, ...]
ELEMENTWISE = frozenset((Family.POINTWISE, Family.COMPARISON, Family.ELEMENTWISE_LOSS))


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


def fits(call: BoundCall | None, makes_table: bool = False) -> bool:
    """Return whether a call is accepted and, but for a table, pairs no rows of its operands with all of another's."""
    if call is None or not call.is_accepted or call.row.family not in ELEMENTWISE or makes_table:
        return call is not None and call.is_accepted
    shapes = [operand.tensor.shape for operand in call.operands]
    if call.row.family is Family.ELEMENTWISE_LOSS:  # What it gives is one number for all of them.
        return shapes[0] == shapes[1] if len(shapes) > 1 else True
    return call.result() in shapes


def became(project: Project, operation: Operation, dimension: int) -> tuple[Tensor, int] | None:
    """Return the operand and its dimension that a dimension of the result is; None where it is computed from several,
    set by an argument, or not known.

    A size that the operator leaves as it was counts as well: that of a convolution with padding, or a pad of nothing.
    """
    call = bound(project, operation)
    if call is None or not call.is_accepted or not isinstance(operation.result, Tensor):
        return None
    shape = next(iter(call.row.result_terms(call.call)), None)
    if shape is None or len(shape) != operation.result.rank:
        return None
    own = [leaf for leaf in leaves(shape[dimension]) if isinstance(leaf, Size)]
    if len(own) != 1 or own[0].value_in(call.call) != operation.result.shape[dimension]:
        return None
    tensor = call.call.tensor(own[0].operand, own[0].item)
    return None if tensor is None else (tensor, own[0].dimension)


def disagreements(project: Project, operation: Operation) -> Iterator[tuple[Tensor, int, int]]:
    """Yield each dimension that an equation of the call compares in vain, with the size that the other side has."""
    call = bound(project, operation)
    for requirement in () if call is None else call.row.refused(call.call):
        sides = (requirement.left, requirement.right) if isinstance(requirement, Equation) else ()
        for side, other in zip(sides, reversed(sides), strict=True):
            tensor = call.call.tensor(side.operand, side.item) if call is not None and isinstance(side, Size) else None
            target_size = None if call is None else other.value_in(call.call)
            if isinstance(side, Size) and tensor is not None and target_size is not None:
                yield tensor, side.dimension, target_size
