"""Where a tensor was passed on its way to an operation: the outermost call that was given it unchanged.

It finds the expression; what is to be done with it there is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.project import Expression, Project
from autofix.records import Operation, Stage, Tensor
from autofix_rules._channels import spatial
from autofix_rules._places import frames_of


def in_program(project: Project) -> bool:
    """Whether the file runs as a program, so that the place where a model is called is its own."""
    failure = project.trace.failure
    return failure is not None and failure.stage is Stage.SCRIPT


def passed(project: Project, operation: Operation, operand: int = 0) -> Iterator[Expression]:
    """Expressions that handed the operand on unchanged to the operation, the outermost caller's first."""
    frames = frames_of(project, operation)
    if operand >= len(operation.tensors):
        return
    tensor = operation.tensors[operand]
    for level in range(len(frames) - 1, -1, -1):
        call = project.call(frames[level:])
        if call is None or not isinstance(call.node, ast.Call):
            continue
        for node in (*call.node.args, *(k.value for k in call.node.keywords)):
            expression = Expression(call.source, node, frames[level:])
            if not isinstance(node, ast.Starred) and is_value(project, expression, tensor):
                yield expression


def is_value(project: Project, expression: Expression, tensor: Tensor) -> bool:
    """Whether the expression is the tensor: by its name's value, or since it is the very expression that made it."""
    value = project.value(expression)
    if isinstance(value, Tensor):
        same = (value.shape, value.producer) == (tensor.shape, tensor.producer)
        return same and value.dtype == tensor.dtype
    producer = project.producer(tensor)
    if producer is None or not producer.frames:
        return False
    frame = producer.frames[0]
    return frame.path == expression.source.path and frame.range == expression.source.range_of(expression.node)


def lacks_batch(project: Project, tensor: Tensor) -> Operation | None:
    """The first convolution on the way to ``tensor`` that was given one sample instead of a batch of them."""
    found = None
    for operation in project.ancestry(tensor):
        layer = project.layer_of(operation)
        if layer is None or not layer.kind.startswith("Conv") or not operation.tensors:
            continue
        found = operation if operation.tensors[0].rank == spatial(layer) + 1 else None
    return found
