"""Whether a sequence layer takes time steps or samples first, and where its result is read in the other order."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.trace import Layer, Operation, OperationKind
from autofix.records.values import Sequence, Tensor, Value, is_integer

_VIEWS = frozenset((Family.RESHAPE, Family.FLATTENING))
_SEQUENCES = frozenset((Family.RECURRENT, Family.TRANSFORMER, Family.ATTENTION))


def is_batch_first(project: Project, layer: Layer) -> bool | None:
    """Return a sequence layer's ``batch_first``, that of the attention inside for a Transformer; None for others."""
    own = layer.setting("batch_first")
    if isinstance(own, bool) or layer.path is None:
        return own if isinstance(own, bool) else None
    inside = (part.setting("batch_first") for part in project.trace.layers if part.path and layer.contains(part.path))
    return next((value for value in inside if isinstance(value, bool)), None)


def samples_as_steps(project: Project) -> Iterator[tuple[Operation, Layer, int, str]]:
    """Yield what reads the dimension in which a sequence layer has its samples as if the steps lay there, with the
    layer, the dimension, and in words how it is read.

    Who reads ``out[:, -1]``, ``out.mean(1)`` or ``out.reshape(batch, -1)`` has the samples first; a layer that was
    built for time steps first then ran over the samples as if they were steps. Followed through whatever keeps the
    shape. A mean over what a layer has first as its samples is that of a group of them, and said nothing of.
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
            for reader in _readers(project, operation):
                if reader.operator == "getitem" and _picked(reader) == samples:
                    yield reader, layer, samples, "of which one is picked"
                elif not first and (how := _gathered(project, reader)):
                    yield reader, layer, samples, how


def _readers(project: Project, operation: Operation) -> Iterator[Operation]:
    """Yield what takes a layer's result, or what has kept its shape, and gives another."""
    result = operation.result.items[0] if isinstance(operation.result, Sequence) else operation.result
    if not isinstance(result, Tensor):
        return
    reached = {operation.index}
    for later, used in project.readers(reached):
        if used[0].shape[:2] != result.shape[:2]:
            continue
        if later.operator != "getitem" and (later.result_shape or ())[:2] == result.shape[:2]:
            reached.add(later.index)
        else:
            yield later


def _gathered(project: Project, operation: Operation) -> str:
    """Return how an operation makes one of dimension 1 and leaves dimension 0; empty where it does not."""
    kind, taken, result = family(operation.target), operation.tensors[0], operation.result
    if taken.rank != 3 or not isinstance(result, Tensor) or result.shape[:1] != taken.shape[:1]:
        return ""
    if kind is Family.REDUCTION and result.rank > 1:
        call = bound(project, operation)
        dimension = call.call.get("dim") if call is not None else None
        is_over = is_integer(dimension) and dimension % taken.rank == 1
        return f"which `{operation.operator}` runs over" if is_over else ""
    merged = (taken.shape[0], taken.shape[1] * taken.shape[2])
    is_merged = kind in _VIEWS and result.shape == merged and taken.shape[2] > 1
    return f"which `{operation.operator}` lays side by side" if is_merged else ""


def _picked(operation: Operation) -> int | None:
    """Return the dimension that a subscript picks its only number of; None where it picks none or several."""
    index = operation.arguments[1] if len(operation.arguments) > 1 else None
    parts: tuple[Value, ...] = index.items if isinstance(index, Sequence) and index.type == "tuple" else (index,)
    numbers = [place for place, part in enumerate(parts) if is_integer(part)]
    if len(numbers) != 1:
        return None
    before = parts[: numbers[0]]
    return numbers[0] if all(isinstance(part, Sequence) and part.type == "slice" for part in before) else None
