"""Where a tensor was passed on its way to an operation: the outermost call that was given it unchanged.

It finds the expression; what is to be done with it there is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import followed, frames_of
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.provenance.channel_sites import number, spatial
from autofix.records.locations import Edit
from autofix.records.trace import Operation, OperationKind, Stage
from autofix.records.values import Tensor
from autofix.syntax.spelling import receiver


def in_program(project: Project) -> bool:
    """Return whether the file runs as a program, so that the place where a model is called is its own."""
    failure = project.trace.failure
    return failure is not None and failure.stage is Stage.SCRIPT


def passed(project: Project, operation: Operation, position: int = 0) -> Iterator[Expression]:
    """Yield expressions that handed an operand on unchanged to the operation, the outermost caller's first."""
    frames = frames_of(project, operation)
    if position >= len(operation.tensors):
        return
    tensor = operation.tensors[position]
    for level in range(len(frames) - 1, -1, -1):
        call = project.call(frames[level:])
        if call is None or not isinstance(call.node, ast.Call):
            continue
        for node in (*call.node.args, *(k.value for k in call.node.keywords)):
            expression = Expression(call.source, node, frames[level:])
            if not isinstance(node, ast.Starred) and is_value(project, expression, tensor):
                yield expression


def batch_of_one(project: Project, operation: Operation) -> tuple[str, Edit] | None:
    """Return the title and the edit that give a program's model one sample as a batch, where it is passed."""
    expression = next(passed(project, operation), None)
    if expression is None:
        return None
    method = "unsqueeze(0).unsqueeze(0)" if is_plane(project, operation) else "unsqueeze(0)"
    text = f"{receiver(expression.text)}.{method}"
    return f"pass a batch of one, `{text}`, instead of {operation.tensors[0].shape}", followed(expression, f".{method}")


def is_plane(project: Project, operation: Operation) -> bool:
    """Return whether a convolution of one channel was given one sample without its channel: ``(H, W)``."""
    layer, tensor = project.layer_of(operation), operation.tensors[0]
    if layer is None or not layer.kind.startswith("Conv") or number(layer, "in_channels") != 1:
        return False
    return tensor.rank == spatial(layer) > 1


def made_like(project: Project, tensor: Tensor) -> Iterator[Expression]:
    """Yield the places where a program makes the data that a loader cuts batches from: same rank, all
    sizes but the first alike.

    A loader is no code of the user's, so nothing connects a batch with the tensor that it was cut from.
    """
    if project.producer(tensor) is not None:
        return
    for operation in project.trace.operations:
        result = operation.result
        if operation.raised or operation.tensors or not isinstance(result, Tensor) or operation.layer_index is not None:
            continue
        alike = result.rank == tensor.rank and result.shape[1:] == tensor.shape[1:] and result.dtype == tensor.dtype
        place = project.expression(operation) if alike and result.shape[0] > tensor.shape[0] else None
        if place is not None and isinstance(place.node, ast.Call):
            yield place


def names_its_dimensions(project: Project, operation: Operation) -> bool:
    """Return whether a call before has named a dimension of what an operation is given, or of one sample of it: it
    relies on the order in which they lie now.
    """
    tensor = operation.tensors[0]
    shapes = (tensor.shape, tensor.shape[1:])
    for earlier in project.trace.operations[: operation.index]:
        call = bound(project, earlier) if earlier.tensors and earlier.tensors[0].shape in shapes else None
        if call is not None and call.row.family is not Family.JOIN and earlier.kind is not OperationKind.CALL_MODULE:
            dimensions = (call.call.get(p.name) for p in call.row.arguments if p.names_dimension)
            if any(dimension not in (None, ()) for dimension in dimensions):
                return True
    return False


def is_value(project: Project, expression: Expression, tensor: Tensor) -> bool:
    """Return whether the expression is the tensor: by its name's value, or since it is the very
    expression that made it.
    """
    value = project.value(expression)
    if isinstance(value, Tensor):
        same = (value.shape, value.producer) == (tensor.shape, tensor.producer)
        return same and value.dtype == tensor.dtype
    producer = project.producer(tensor)
    if producer is None or not producer.frames:
        return False
    frame = producer.frames[0]
    return frame.path == expression.source.path and frame.range == expression.source.range_of(expression.node)


def returned(project: Project, tensor: Tensor) -> Expression | None:
    """Return the expression that the outermost ``forward`` around the making of ``tensor`` returns,
    where it returns one.
    """
    producer = project.producer(tensor)
    frames = [] if producer is None else [f for f in producer.frames if f.function.rpartition(".")[2] == "forward"]
    source = project.source(frames[-1].path) if frames else None
    function = source.function_at(frames[-1].range, "forward") if source is not None else None
    if source is None or function is None:
        return None
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    if len(values) != 1 or isinstance(values[0], (ast.Tuple, ast.List, ast.Dict)):
        return None
    return Expression(source, values[0], tuple(frames[-1:]))


def lacks_batch(project: Project, tensor: Tensor) -> Operation | None:
    """Return the first convolution on the way to ``tensor`` that was given one sample instead of a batch of them."""
    convolution = None
    for operation in project.ancestry(tensor):
        layer = project.layer_of(operation)
        if layer is None or not layer.kind.startswith("Conv") or not operation.tensors:
            continue
        convolution = operation if operation.tensors[0].rank == spatial(layer) + 1 else None
    return convolution
