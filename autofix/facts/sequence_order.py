"""Whether a sequence layer takes time steps or samples first, and where its result is read in the other order."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.trace import Layer, Operation, OperationKind
from autofix.records.values import Sequence, Tensor, Value, is_integer

_SEQUENCES = frozenset((Family.RECURRENT, Family.TRANSFORMER, Family.ATTENTION))


def is_batch_first(project: Project, layer: Layer) -> bool | None:
    """Return a sequence layer's ``batch_first``, that of the attention inside for a Transformer; None for others."""
    own = layer.setting("batch_first")
    if isinstance(own, bool) or layer.path is None:
        return own if isinstance(own, bool) else None
    inside = (part.setting("batch_first") for part in project.trace.layers if part.path and layer.contains(part.path))
    return next((value for value in inside if isinstance(value, bool)), None)


def picked_samples(project: Project) -> Iterator[tuple[Operation, Layer, int]]:
    """Yield subscripts that pick one entry along the dimension that a sequence layer has its samples in, with the layer
    and the dimension.

    Who reads ``out[:, -1]`` has the samples first; a layer that was built for time steps first then ran over the
    samples as if they were steps. Followed through whatever keeps the shape.
    """
    for operation in project.forward_operations():
        layer = project.layer_of(operation)
        if operation.kind is not OperationKind.CALL_MODULE or layer is None or not operation.tensors:
            continue
        if family(operation.target) not in _SEQUENCES:
            continue
        taken, first = operation.tensors[0], is_batch_first(project, layer)
        if first is None or taken.rank != 3:
            continue
        samples = 0 if first else 1
        if taken.shape[0] != taken.shape[1] and taken.shape[samples] > 1:
            picking = (reader for reader in _readers(project, operation) if _picked(reader) == samples)
            yield from ((reader, layer, samples) for reader in picking)


def _readers(project: Project, operation: Operation) -> Iterator[Operation]:
    """Yield subscripts of a layer's result or of what has kept its shape."""
    result = operation.result.items[0] if isinstance(operation.result, Sequence) else operation.result
    if not isinstance(result, Tensor):
        return
    reached = {operation.index}
    for later, used in project.readers(reached):
        if used[0].shape[:2] != result.shape[:2]:
            continue
        if later.operator == "getitem":
            yield later
        elif (later.result_shape or ())[:2] == result.shape[:2]:
            reached.add(later.index)


def _picked(operation: Operation) -> int | None:
    """Return the dimension that a subscript picks its only number of; None where it picks none or several."""
    index = operation.arguments[1] if len(operation.arguments) > 1 else None
    parts: tuple[Value, ...] = index.items if isinstance(index, Sequence) and index.type == "tuple" else (index,)
    numbers = [place for place, part in enumerate(parts) if is_integer(part)]
    if len(numbers) != 1:
        return None
    before = parts[: numbers[0]]
    return numbers[0] if all(isinstance(part, Sequence) and part.type == "slice" for part in before) else None
