"""How tensors flow through a run that passed: which shapes multiply samples, where the samples lie, what feeds a loss.

It answers from recorded shapes and layers; it concludes nothing.
"""

from __future__ import annotations

import math

from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.shape_functions import ShapeError, broadcast
from autofix.operators.table import family
from autofix.records.trace import Layer, Operation, OperationKind
from autofix.records.values import Tensor, Value

_LEADING = ("Conv", "BatchNorm", "MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool")
_BATCHED = frozenset(("bmm", "baddbmm", "matmul"))
_RENAMED = frozenset(("squeeze", "unsqueeze", "view", "reshape", "flatten", "getitem", "detach", "t", "T", "transpose"))
_ALONG = frozenset(
    ("topk", "sort", "argsort", "sum", "mean", "max", "min", "argmax", "argmin", "cumsum", "gather", "transpose")
)
_CHOSEN = frozenset(
    ("unsqueeze", "getitem", "view", "reshape", "expand", "unflatten", "t", "T", "transpose", "permute")
)


def lead(operation: Operation) -> int | None:
    """Return the first size of the operation's first tensor."""
    return operation.tensors[0].shape[0] if operation.tensors and operation.tensors[0].rank else None


def outer(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the shape that ``(N, 1)`` and ``(N,)`` or ``(1, N)`` broadcast to: equal but for ones, more elements than
    either.
    """
    if [size for size in a if size != 1] != [size for size in b if size != 1]:
        return None
    try:
        result = broadcast(a, b)
    except ShapeError:
        return None
    return result if math.prod(result) > max(math.prod(a), math.prod(b)) else None


# -- where the samples lie ---------------------------------------------------------------------------------------------


def samples_lead(project: Project) -> bool:
    """Return whether the first dimension of the inputs is certainly that of the samples."""
    inputs = project.inputs()
    if not inputs or any(not tensor.rank for tensor in inputs):
        return False
    batch = inputs[0].shape[0]
    if all(t.rank > 3 or (t.rank == 2 and t.dtype.startswith("float")) for t in inputs) and len(inputs) == 1:
        return True
    if sequence_first(project, batch):
        return False
    takes = any(_takes_samples_first(project.layer_of(o), o, batch) for o in project.forward_operations())
    return takes or (len(inputs) == 1 and _only_rows_are_left(inputs[0], project.trace.output))


def _only_rows_are_left(sample: Tensor, output: Value) -> bool:
    """Return whether the result has the first dimension of the input and no longer the second: the steps are used up,
    and nobody wants the steps without the samples.
    """
    if not isinstance(output, Tensor) or sample.rank < 2 or not output.rank:
        return False
    rows, steps = sample.shape[:2]
    return output.shape[0] == rows != steps and steps not in output.shape


def _takes_samples_first(layer: Layer | None, operation: Operation, batch: int) -> bool:
    if lead(operation) != batch or operation.tensors[0].rank < 3:
        return False
    if layer is None or operation.kind is not OperationKind.CALL_MODULE:
        return operation.operator in _BATCHED
    return layer.kind.startswith(_LEADING) or _batch_first(layer) is True


def sequence_first(project: Project, batch: int) -> bool:
    """Return whether a layer that takes sequences first is given the inputs' first dimension as the steps."""
    return any(
        operation.kind is OperationKind.CALL_MODULE
        and layer is not None
        and _batch_first(layer) is False
        and operation.tensors[:1]
        and operation.tensors[0].rank == 3
        and operation.tensors[0].shape[0] == batch
        and operation.tensors[0].shape[1] != batch
        for operation in project.forward_operations()
        for layer in (project.layer_of(operation),)
    )


def _batch_first(layer: Layer) -> bool | None:
    """Return the layer's ``batch_first``; None for a Transformer, since that of the attention inside is
    not recorded.
    """
    value = layer.setting("batch_first")
    return value if isinstance(value, bool) else None


# -- arithmetic by hand ------------------------------------------------------------------------------------------------


def of_a_model(project: Project, tensor: Tensor) -> bool:
    """Return whether a layer with parameters is on the way to a tensor."""
    layers = (project.layer_of(operation) for operation in project.ancestry(tensor))
    return any(layer is not None and layer.parameters for layer in layers)


def accidental_column(project: Project, tensors: tuple[Tensor, ...]) -> bool:
    """Return whether the dimension of one came with a layer's result or the data, not from an
    ``unsqueeze`` or ``view``, and both tensors are not made from one: who writes ``x[:, None] - x``
    means every pair.
    """
    longer, shorter = sorted(tensors[:2], key=lambda tensor: -tensor.rank)
    is_crossed = longer.rank == shorter.rank
    if is_crossed and of_a_model(project, longer) == of_a_model(project, shorter):
        return False  # Of two outputs or two rows of data all pairs may be meant, of an output and its target not.
    if any(is_laid_out(project, tensor) for tensor in ((longer, shorter) if is_crossed else (longer,))):
        return False
    if not _is_data(project, longer) or not _is_data(project, shorter):
        return False
    return not _roots(project, longer) & _roots(project, shorter)


def is_laid_out(project: Project, tensor: Tensor) -> bool:
    """Return whether the code gave a tensor its dimensions of one: by a view, or by ``keepdim``."""
    maker = _maker(project, tensor)
    return maker is not None and (maker.operator in _CHOSEN or maker.keyword("keepdim") is True)


def _maker(project: Project, tensor: Tensor) -> Operation | None:
    """Return the operation that gave the tensor its shape: one that changed it, or made a new tensor like another."""
    for operation in project.ancestry(tensor):
        is_new = family(operation.target) is Family.FACTORY
        if is_new or not operation.tensors or operation.tensors[0].shape != tensor.shape:
            return operation
    return None


def _is_data(project: Project, tensor: Tensor) -> bool:
    """Return whether the tensor comes from the inputs, not from a parameter or a grid whose size is the
    same by chance.
    """
    origin = next(reversed(tuple(project.ancestry(tensor))), None)
    if origin is None or not project.inputs():
        return origin is None or origin.kind is not OperationKind.GET_ATTR
    return origin.kind is OperationKind.PLACEHOLDER


def _roots(project: Project, tensor: Tensor) -> set[int]:
    """Return the indices of the operations from ``tensor`` back to the first that does more than rename dimensions."""
    roots: set[int] = set()
    for operation in project.ancestry(tensor):
        roots.add(operation.index)
        if operation.operator not in _RENAMED:
            break
    return roots


def feeds_a_loss(project: Project, operation: Operation) -> bool:
    """Return whether a mean or sum reduces the result to one number, with nothing between that changes
    its shape otherwise.
    """
    reached = {operation.index}
    for later, tensors in project.readers(reached):
        is_summed = later.operator in {"mean", "sum", "nanmean"} and later.result_shape is not None
        if is_summed and later.result_shape == ():
            return True
        if is_summed or later.result_shape in [tensor.shape for tensor in tensors]:
            reached.add(later.index)
    return False


# -- what becomes of a result ------------------------------------------------------------------------------------------


def used_across(project: Project, operation: Operation, dimension: int) -> bool:
    """Return whether something later picks or sums along the same dimension, so that it was meant:
    ``topk(k, dim=0)``.
    """
    reached = {operation.index}
    for later, tensors in project.readers(reached):
        if later.operator in {"t", "T", "mT"} or (
            later.operator in _ALONG and any(_names(later, dimension, t.rank) for t in tensors)
        ):
            return True
        if later.result_shape in [tensor.shape for tensor in tensors]:
            reached.add(later.index)
    return False


def _names(operation: Operation, dimension: int, rank: int) -> bool:
    values = [*operation.arguments[1:], *(value for _, value in operation.keywords)]
    return any(isinstance(value, int) and value in (dimension, dimension - rank) for value in values)


def feeds_a_layer(project: Project, operation: Operation) -> bool:
    """Return whether a layer with parameters takes the result, through whatever keeps its shape."""
    reached = {operation.index}
    for later, _ in project.readers(reached):
        layer = project.layer_of(later)
        if layer is not None and layer.parameters:
            return True
        if later.result_shape in [tensor.shape for tensor in later.tensors]:
            reached.add(later.index)
    return False
