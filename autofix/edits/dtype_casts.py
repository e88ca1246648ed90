"""Where a tensor gets its number type, and how another one is written there.

It spells edits; which type is right is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.caller_edits import passed
from autofix.facts.call_sites import followed, written
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Opaque, Sequence, Tensor
from autofix.syntax import subscripts
from autofix.syntax.call_edits import with_argument
from autofix.syntax.source import dotted
from autofix.syntax.spelling import module_text

TYPES = {"float": "torch.float32", "long": "torch.long"}
_TAKING_DTYPE = frozenset(("zeros", "ones", "empty", "full", "arange", "tensor", "as_tensor", "linspace", "eye"))
_LIKE = frozenset(("zeros_like", "ones_like", "empty_like", "full_like"))
_TAKING_OVER = frozenset(("from_numpy", "rand", "randn", "randint"))
Change = tuple[Edit, str]


def where_made(project: Project, tensor: Tensor, dtype: str) -> Change | None:
    """Return the call in the project that made the numbers, and its new text with another type."""
    for operation in project.ancestry(tensor):
        result = operation.result
        if not isinstance(result, Tensor) or result.dtype != tensor.dtype or operation.layer is not None:
            return None
        if not operation.tensors or operation.operator in _LIKE:
            call = project.call(operation.frames)
            return None if call is None else _typed(call, operation.operator, dtype)
    return None


def where_passed(project: Project, operation: Operation, operand: int, dtype: str) -> Change | None:
    """Return the expression handed on to the operation, or the call that its name was bound to, with its new text."""
    expression = next(passed(project, operation, operand), None)
    if expression is None:
        return None
    call = _bound_call(expression)
    change = None if call is None else _typed(call, _name(call), dtype)
    return change or _followed(expression, dtype)


def arrays_as_indices(project: Project, operation: Operation) -> Iterator[Change]:
    """Yield the arrays of small whole numbers in a subscript, which pick as a mask does, as indices: where they are
    made with that type, else at the subscript.
    """
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Subscript) or len(operation.arguments) < 2:
        return
    key = operation.arguments[1]
    values = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
    numpy = module_text(place.source, "numpy")
    whole = f"{numpy}.int64" if numpy else "int"
    for node, value in zip(subscripts.parts(place.node), values, strict=False):
        if value != Opaque("ndarray[uint8]"):
            continue
        array = Expression(place.source, node, place.frames)
        call = _bound_call(array)
        if call is not None and isinstance(call.node, ast.Call) and any(k.arg == "dtype" for k in call.node.keywords):
            text = with_argument(call.text, "dtype", whole)
            yield call.source.replace(call.node, text), text
        else:
            edit = followed(array, f".astype({whole})")
            yield edit, edit.text


def _typed(call: Expression, name: str, dtype: str) -> Change | None:
    assert isinstance(call.node, ast.Call)
    typed = any(k.arg == "dtype" for k in call.node.keywords)
    if typed or (name in _TAKING_DTYPE | _LIKE and call.text.startswith("torch.")):
        text = with_argument(call.text, "dtype", TYPES[dtype])
        return call.source.replace(call.node, text), text
    return _followed(call, dtype) if name in _TAKING_DTYPE | _TAKING_OVER else None


def _bound_call(expression: Expression) -> Expression | None:
    """Return the call that a name is bound to, such as ``torch.from_numpy(x)``, where it is bound once
    in the function it is read in.
    """
    if not isinstance(expression.node, ast.Name):
        return None
    source, scope = expression.source, expression.source.function_of(expression.node)
    bound = [
        node
        for node in ast.walk(scope or source.tree)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and node.id == expression.node.id
        and source.function_of(node) is scope
    ]
    parent = source.parents.get(bound[0]) if len(bound) == 1 else None
    if isinstance(parent, ast.Assign) and isinstance(parent.value, ast.Call) and parent.targets == [bound[0]]:
        return Expression(source, parent.value, expression.frames)
    return None


def _name(call: Expression) -> str:
    assert isinstance(call.node, ast.Call)
    return dotted(call.node.func).rpartition(".")[2]


def _followed(expression: Expression, dtype: str) -> Change:
    edit = followed(expression, f".{dtype}()")
    return edit, edit.text
