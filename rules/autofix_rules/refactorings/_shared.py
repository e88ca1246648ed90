"""What rewritings of models that run look for: the calls that operations were recorded at, and the layers that ran."""

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import callee_name


def method_calls(
    project: Project, names: frozenset[str]
) -> Iterator[tuple[Operation, Expression, ast.Call, str, Tensor]]:
    """Yield each place where a method of a tensor is called, with the text of the tensor and its shapes.

    Only ``x.view(...)`` with plain arguments: what a function or a star hides is not rewritten.
    """
    for operation in project.forward_operations():
        if operation.operator not in names or not operation.tensors:
            continue
        place = project.expression(operation)
        if place is None or not isinstance(place.node, ast.Call) or not isinstance(place.node.func, ast.Attribute):
            continue
        call, function = place.node, place.node.func
        plain = not call.keywords and not any(isinstance(argument, ast.Starred) for argument in call.args)
        if function.attr in names and plain and _is_value(function.value):
            yield operation, place, call, place.source.text_of(function.value), operation.tensors[0]


def _is_value(node: ast.expr) -> bool:
    """Return whether a node may be a tensor: ``torch.reshape(x, ...)`` looks like a method call of ``torch``."""
    return not (isinstance(node, ast.Name) and node.id in {"torch", "F", "nn"})


def sizes(call: ast.Call) -> list[ast.expr]:
    """Return the sizes of a view, written one by one or as one tuple."""
    first = call.args[0] if call.args else None
    return list(first.elts) if len(call.args) == 1 and isinstance(first, (ast.Tuple, ast.List)) else list(call.args)


def number(node: ast.expr) -> int | None:
    """Return the whole number that a node writes down."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and is_integer(node.value):
        return node.value
    return None


def is_batch_of(project: Project, tensor: Tensor) -> bool:
    """Return whether the first dimension of a tensor is as long as that of every input."""
    inputs = [input_tensor for input_tensor in project.inputs() if input_tensor.rank]
    return bool(inputs) and tensor.rank > 0 and all(input_tensor.shape[0] == tensor.shape[0] for input_tensor in inputs)


def layers_that_ran(project: Project, kinds: frozenset[str]) -> Iterator[tuple[Layer, Operation, Expression, ast.Call]]:
    """Yield the layers of these kinds that are built by a call of their own, with the first operation
    that used each.
    """
    seen: set[int | None] = set()
    for operation in project.forward_operations():
        layer = project.layer_of(operation)
        if layer is None or layer.identity in seen or layer.kind not in kinds or not operation.tensors:
            continue
        seen.add(layer.identity)
        place = project.construction_call(layer)
        if place is None or not isinstance(place.node, ast.Call):
            continue
        is_starred = any(isinstance(argument, ast.Starred) for argument in place.node.args)
        if callee_name(place.node) == layer.kind and not is_starred:
            yield layer, operation, place, place.node


def torch_name(place: Expression) -> bool:
    """Return whether ``torch`` is a name of the file."""
    nodes = place.source.tree.body
    names = [name for statement in nodes if isinstance(statement, ast.Import) for name in statement.names]
    return any(name.name == "torch" and not name.asname for name in names)
