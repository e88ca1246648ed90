"""What a repair changes besides the fault: the places that had run before it, and have other sizes after the repair.

A number that many places agreed on is less likely the wrong one than a number at one of them. It compares traces that
others made; it prices nothing.
"""

from __future__ import annotations

from pathlib import Path

from autofix.records.trace import Layer, Operation, OperationKind, Stage, Trace
from autofix.records.values import Sequence, Value

Place = tuple[tuple[Path, int], ...]

# Sizes are written out where these are called; elsewhere they follow from the operands.
_CALLS = frozenset((OperationKind.CALL_FUNCTION, OperationKind.CALL_METHOD))


def affected_places(before: Trace, after: Trace) -> frozenset[Place]:
    """Return where layers were built that have parameters of other shapes now, and where an operator
    was given other sizes.

    ``before`` ended in a fault; only what ran until then is compared, and only as far as both did the same.
    """
    others = changed(before, after)
    layers = (*(layer for layer in before.layers if layer.path in others), *added(before, after))
    return frozenset((*map(_built, layers), *_operations(before, after)))


def added(before: Trace, after: Trace) -> tuple[Layer, ...]:
    """Return the layers with parameters that the model did not have, where it was whole and now has
    another number of them.

    A layer without parameters that is put into a row moves the others on, and adds none.
    """
    if before.failure is None or before.failure.stage not in (Stage.FORWARD, Stage.SAMPLE):
        return ()
    own, other = (
        {layer.path: layer for layer in trace.layers if layer.path and layer.parameters} for trace in (before, after)
    )
    new = tuple(layer for path, layer in other.items() if path not in own)
    return new if len(own) != len(other) else ()


def changed(before: Trace, after: Trace) -> set[str]:
    """Return the paths of layers that were there before and whose parameters have other shapes now."""
    old = {(layer.path, name): shape for layer in before.layers for name, shape in layer.parameters}
    return {
        layer.path
        for layer in after.layers
        if layer.path is not None
        for name, shape in layer.parameters
        if old.get((layer.path, name), shape) != shape
    }


def _built(layer: Layer) -> Place:
    """Return the lines that built the layer: one place for all layers that a loop builds."""
    return tuple((frame.path, frame.range.start.line) for frame in layer.construction)


def _operations(before: Trace, after: Trace) -> list[Place]:
    places: list[Place] = []
    for own, other in zip(before.operations, after.operations, strict=False):
        if own.raised or (own.target, own.phase) != (other.target, other.phase):
            break
        if own.kind in _CALLS and own.frames and _sizes(own) != _sizes(other):
            places.append(((own.frames[0].path, own.frames[0].range.start.line),))
    return places


def _sizes(operation: Operation) -> tuple[Value, ...]:
    return tuple(
        value
        for value in (*operation.arguments, *(value for _, value in operation.keywords))
        if isinstance(value, int)
        or (isinstance(value, Sequence) and all(isinstance(item, int) for item in value.items))
    )
