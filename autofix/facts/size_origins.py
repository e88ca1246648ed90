"""Where a size of a tensor was decided: the argument of the call that made it, or the bound of the slice that cut it.

It follows one dimension back through operations that keep, move or broadcast dimensions; it proposes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.call_sites import written
from autofix.facts.contracts import became
from autofix.facts.making_calls import SQUARE_MASK, Origin, made_by
from autofix.facts.project_view import Expression, Project
from autofix.operators.table import find
from autofix.records.trace import Operation, OperationKind, Phase
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax import subscripts

_JOINS = frozenset(("cat", "concat", "concatenate"))
_NO_LAYERS = frozenset(("Dropout", "Identity"))
MAX_STEPS = 40


def origin(project: Project, tensor: Tensor, dimension: int, *, through_layers: bool = True) -> Origin | None:
    """Return the one expression that decided ``tensor.shape[dimension]``; None where the way back is lost or parts."""
    origins = list(each_origin(project, tensor, dimension, through_layers=through_layers))
    return origins[0] if len(origins) == 1 else None


def each_origin(project: Project, tensor: Tensor, dimension: int, *, through_layers: bool = True) -> Iterator[Origin]:
    """Yield the expressions that decided ``tensor.shape[dimension]``: several where parts were joined along it."""
    dimension %= max(tensor.rank, 1)
    for _ in range(MAX_STEPS):
        operation = project.producer(tensor)
        if operation is None:
            return
        own_origin = made_by(project, operation, dimension)
        if own_origin is not None:
            yield own_origin
            return
        if operation.kind is OperationKind.GET_ATTR and not _has_maker(operation):
            square = _square_mask_of(project, operation)
            if square is not None:
                yield square
            return
        cut = _cut(project, operation, dimension)
        if cut is not None:
            yield cut
            return
        if operation.operator in _JOINS:
            yield from _of_parts(project, operation, dimension)
            return
        is_layer = operation.kind is OperationKind.CALL_MODULE and operation.operator not in _NO_LAYERS
        before = None if is_layer and not through_layers else _before(project, operation, dimension)
        if before is None:
            return
        tensor, dimension = before


def maker(project: Project, tensor: Tensor, dimension: int) -> Operation | None:
    """Return the operation that decided ``tensor.shape[dimension]``, or the last one known on the way back to it."""
    operation = None
    for _ in range(MAX_STEPS):
        earlier = project.producer(tensor)
        if earlier is None:
            return operation
        operation = earlier
        before = _before(project, operation, dimension)
        if before is None:
            return operation
        tensor, dimension = before
    return operation


def _of_parts(project: Project, operation: Operation, dimension: int) -> Iterator[Origin]:
    """Yield the origins in each of the parts that were joined along a dimension."""
    rank = operation.tensors[0].rank if operation.tensors else 0
    if not rank or (operation.integer(1, "dim") or 0) % rank != dimension or not isinstance(operation.result, Tensor):
        return
    origins = [(part, list(each_origin(project, part, dimension))) for part in operation.tensors]
    shared = _shared([own_origins for _, own_origins in origins])
    if shared is not None:
        yield replace(shared, of=shared.of * len(origins))
        return
    for part, own_origins in origins:
        rest = operation.result.shape[dimension] - part.shape[dimension]
        for part_origin in own_origins:
            if part_origin.of == part_origin.step == 1:
                yield replace(part_origin, start=part_origin.start - rest)


def _shared(origins: list[list[Origin]]) -> Origin | None:
    """Return the one origin of all parts, sines and cosines of the same angles; None where they have others."""
    first = origins[0][0] if origins and len(origins[0]) == 1 else None
    if first is None or len(origins) < 2:
        return None
    alike = all(
        len(own) == 1
        and own[0].expression.node is first.expression.node
        and replace(own[0], expression=first.expression) == first
        for own in origins
    )
    return first if alike else None


# -- what a constructor keeps ------------------------------------------------------------------------------------------


def _has_maker(operation: Operation) -> bool:
    tensor = operation.tensors[0] if operation.tensors else None
    return tensor is not None and tensor.producer not in (None, operation.index)


def _square_mask_of(project: Project, operation: Operation) -> Origin | None:
    """Return the size in a call of torch's own mask function.

    It leaves no trace in a constructor, so its call is looked for there.
    """
    size = operation.tensors[0].shape[0] if operation.tensors and operation.tensors[0].rank == 2 else None
    for layer in project.trace.layers:
        for index, frame in enumerate(layer.construction):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            for node in ast.walk(function) if function is not None else ():
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == SQUARE_MASK and node.args:
                    argument = Expression(source, node.args[0], layer.construction[index:])
                    if project.integer(argument) == size:
                        return Origin(argument, Phase.CONSTRUCT)
    return None


# -- slices ------------------------------------------------------------------------------------------------------------


def parts(operation: Operation) -> tuple[Value, ...]:
    """Return what a subscript was given, as a tuple."""
    key = operation.arguments[1] if len(operation.arguments) > 1 else None
    return key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)


def _sliced(operation: Operation, dimension: int) -> tuple[int, int] | None:
    """Return (index of the part, dimension of the operand) that result dimension ``dimension`` of a
    subscript came from.
    """
    tensor = operation.tensors[0]
    used = sum(1 for part in parts(operation) if part is not None and not _is_ellipsis(part))
    source = result = 0
    for index, part in enumerate(parts(operation)):
        if isinstance(part, (Tensor, bool)):
            return None
        if part is None:
            result += 1
            continue
        span = tensor.rank - used if _is_ellipsis(part) else 1
        if not isinstance(part, int):
            if result <= dimension < result + span:
                return (-1 if _is_ellipsis(part) else index), source + dimension - result
            result += span
        source += span
    return -1, source + dimension - result


def _is_ellipsis(value: Value) -> bool:
    return getattr(value, "type", "") == "ellipsis"


def _cut(project: Project, operation: Operation, dimension: int) -> Origin | None:
    """Return the bound of a slice that took less than there was."""
    place = _sliced(operation, dimension) if operation.target.endswith("getitem") and operation.tensors else None
    if place is None or place[0] < 0 or not isinstance(operation.result, Tensor):
        return None
    if operation.result.shape[dimension] == operation.tensors[0].shape[place[1]]:
        return None
    bound = slice_bound(project, operation, place[0])
    return None if bound is None else Origin(bound, operation.phase, True)


def slice_bound(project: Project, operation: Operation, index: int) -> Expression | None:
    """Return the upper bound written at one place of a subscript."""
    subscript = written(project, operation)
    if subscript is None or not isinstance(subscript.node, ast.Subscript):
        return None
    bounds = subscripts.parts(subscript.node)
    part = bounds[index] if index < len(bounds) else None
    return subscript.at(part.upper) if isinstance(part, ast.Slice) and part.upper is not None else None


# -- operations that keep or move dimensions ---------------------------------------------------------------------------


def _before(project: Project, operation: Operation, dimension: int) -> tuple[Tensor, int] | None:
    """Return the operand and its dimension that became ``dimension`` of the result."""
    tensors, result = operation.tensors, operation.result
    if operation.kind is OperationKind.GET_ATTR:
        return (tensors[0], dimension) if tensors else None
    place = _sliced(operation, dimension) if operation.operator == "getitem" and tensors else None
    if place is not None:  # A bound beyond the end cuts nothing: its size is that of the operand.
        return tensors[0], place[1]
    if operation.operator == "meshgrid":
        return _of_grid(operation, dimension)
    if find(operation.target) is not None or operation.kind is OperationKind.CALL_MODULE:
        return became(project, operation, dimension)
    if not tensors or not isinstance(result, Tensor):
        return None
    # What the table does not know keeps the shape of its operands where the result has it.
    return _aligned(tensors, result.shape, dimension) if result.shape in [tensor.shape for tensor in tensors] else None


def _of_grid(operation: Operation, dimension: int) -> tuple[Tensor, int] | None:
    """Return the row of numbers along which a grid lies in a dimension; the first two change places unless asked."""
    is_turned = dimension < 2 <= len(operation.tensors) and dict(operation.keywords).get("indexing") == "xy"
    index = 1 - dimension if is_turned else dimension
    return (operation.tensors[index], 0) if index < len(operation.tensors) else None


def _aligned(tensors: tuple[Tensor, ...], shape: tuple[int, ...], dimension: int) -> tuple[Tensor, int] | None:
    """Return the operand that gave an elementwise result its size, aligned from the end."""
    for tensor in tensors:
        own = dimension - (len(shape) - tensor.rank)
        if own >= 0 and tensor.shape[own] == shape[dimension]:
            return tensor, own
    return None
