"""What a call that was refused would have given, had its operands and arguments agreed: its operator's contract says.

A run goes on with it past the fault, so that what comes after shows what it expects.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.contracts import BoundCall, Shape, bound
from autofix.facts.project_view import Project
from autofix.operators.equations import Equation, Requirement
from autofix.operators.families import Family
from autofix.operators.operator import Operator
from autofix.operators.terms import Call, Highest
from autofix.records.trace import Nested, Operation


def stand_ins(project: Project, operation: Operation) -> Iterator[Nested]:
    """Yield the results that a refused call could have had, each once."""
    call = bound(project, operation)
    if call is None or call.is_accepted:
        return
    known: set[Nested] = set()
    for agreed in _agreed(call):
        shapes = tuple(shape for shape in call.row.shapes(agreed) if shape is not None)
        nested = _nested(call.row, shapes, _dtype(call.row, operation))
        if shapes and nested not in known:
            known.add(nested)
            yield nested


def _agreed(call: BoundCall) -> Iterator[Call]:
    """Yield the calls that would be accepted: with other sizes or arguments, else with a dimension more or less."""
    refused = call.row.refused(call.call)
    if not all(map(_is_of_shapes, refused)):
        yield call.call  # Another dtype and other values change no shape.
    of_sizes = tuple(call.row.agreements(call.call))
    yield from of_sizes
    if of_sizes:
        return
    others = (call.with_shape(operand, shape) for operand in call.operands for shape in _reranked(operand.tensor.shape))
    yield from (other.call for other in others if other.is_accepted)


def _is_of_shapes(broken: Requirement) -> bool:
    return (
        isinstance(broken, Equation) and not isinstance(broken.left, Highest) and not isinstance(broken.right, Highest)
    )


def _reranked(shape: Shape) -> Iterator[Shape]:
    yield from ((*shape[:at], *shape[at + 1 :]) for at, size in enumerate(shape) if size == 1)
    yield from ((*shape[:at], 1, *shape[at:]) for at in range(len(shape) + 1))


def _nested(row: Operator, shapes: tuple[Shape, ...], dtype: str) -> Nested:
    tensors = tuple((dtype, *shape) for shape in shapes)
    if row.family is Family.RECURRENT and len(tensors) > 2:
        return (tensors[0], tensors[1:])
    return tensors[0] if len(tensors) == 1 and row.family is not Family.SPLIT else tensors


def _dtype(row: Operator, operation: Operation) -> str:
    """Return the dtype of what comes out: that of the numbers that go in, where some do."""
    if row.family is Family.COMPARISON:
        return "bool"
    numbers = [tensor.dtype for tensor in operation.tensors if "float" in tensor.dtype or "complex" in tensor.dtype]
    whole = [tensor.dtype for tensor in operation.tensors]
    return next(iter(numbers), "float32" if row.layers or not whole else whole[0])
