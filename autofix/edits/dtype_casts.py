"""Where a tensor gets its number type, and how another one is written there.

It spells edits; which type is right is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.caller_edits import in_program, passed
from autofix.facts.call_sites import followed, operands, written
from autofix.facts.project_view import Expression, Project
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Opaque, Sequence, Tensor
from autofix.syntax import subscripts
from autofix.syntax.call_edits import with_argument
from autofix.syntax.name_bindings import reads, stores
from autofix.syntax.source import Source, dotted
from autofix.syntax.spelling import module_text

TYPES = {"float": "torch.float32", "long": "torch.long", "bool": "torch.bool"}
_TAKING_DTYPE = frozenset(("zeros", "ones", "empty", "full", "arange", "tensor", "as_tensor", "linspace", "eye"))
_CASTS = frozenset(("float", "double", "half"))
_MOVING = frozenset(
    ("getitem", "view", "reshape", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "t", "expand", "repeat")
) | frozenset(
    ("contiguous", "clone", "detach", "to", "cpu", "cuda", "unbind", "split", "chunk", "select", "stack", "cat")
)
_LIKE = frozenset(("zeros_like", "ones_like", "empty_like", "full_like"))
_TAKING_OVER = frozenset(("from_numpy", "rand", "randn", "randint"))
Change = tuple[Edit, str]


def where_made(project: Project, tensor: Tensor, dtype: str) -> Change | None:
    """Return the call in the project that made the numbers, and its new text with another type.

    Fractions are cut off behind all that was worked out with them.
    """
    for operation in project.ancestry(tensor):
        result = operation.result
        if not isinstance(result, Tensor) or result.dtype != tensor.dtype or operation.layer is not None:
            return None
        if dtype != "float" and operation.operator in _CASTS and operation.tensors[0].dtype != tensor.dtype:
            call = project.call(operation.frames)
            return None if call is None else _cast(call, dtype)
        if not operation.tensors or operation.operator in _LIKE:
            call = project.call(operation.frames)
            return None if call is None else _typed(call, operation.operator, dtype)
        if dtype != "float" and operation.operator not in _MOVING:
            return None
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
        array = place.at(node)
        call = _bound_call(array)
        if call is not None and isinstance(call.node, ast.Call) and any(k.arg == "dtype" for k in call.node.keywords):
            text = with_argument(call.text, "dtype", whole)
            yield call.source.replace(call.node, text), text
        else:
            edit = followed(array, f".astype({whole})")
            yield edit, edit.text


def picks(finding: Finding) -> bool:
    """Return whether it is between brackets that a tensor has the wrong type."""
    return finding.mismatch is Mismatch.DTYPE and finding.detail is not None


def needed_type(finding: Finding, operation: Operation, operand: int) -> str:
    """Return the type that an operand is to have. Between brackets it is a mask if it is laid out in several dimensions
    as what it picks from.
    """
    tensor, of = operation.tensors[operand], operation.tensors[0]
    if picks(finding) and tensor.rank > 1 and of.shape[: tensor.rank] == tensor.shape:
        return "bool"
    if finding.mismatch in (Mismatch.LOSS_DTYPE, Mismatch.DTYPE) and finding.detail is not None:
        return finding.detail.value
    return "float" if finding.mismatch is Mismatch.DTYPE else "long"


def is_of_numpy(project: Project, dtype: str, needed: str) -> bool:
    """Return whether a program made numbers in the type of numpy, so that all that it makes of them has it."""
    return in_program(project) and dtype == "float64" and needed == "float"


def read_as(project: Project, operation: Operation, operand: int, dtype: str) -> Iterator[Change]:
    """Yield the change of type for an operand that is read between brackets: once for all where its function reads it
    nowhere else, else at the read.
    """
    places = operands(project, operation)
    if operand < len(places):
        yield _for_all(places[operand], dtype) or _followed(places[operand], dtype)


def _for_all(place: Expression, dtype: str) -> Change | None:
    """Return the change that is made once for all reads of a name, behind the call that it is bound to or in front of
    the first of them; None where there is one read, or others are of the numbers as they are.
    """
    source, keys = place.source, _only_between_brackets(place)
    if len(keys) < 2:
        return None
    call = _bound_call(place)
    if call is not None:
        return _cast(call, dtype) or _followed(call, dtype)
    first, scope = source.statement_of(keys[0]), source.function_of(place.node)
    is_in_body = scope is not None and not isinstance(scope, ast.Lambda) and first in scope.body
    text = f"{place.text} = {place.text}.{dtype}()"
    return (source.insert_before(first, text), text) if is_in_body and source.stands_alone(first) else None


def _only_between_brackets(place: Expression) -> list[ast.Name]:
    """Return all reads of a name in its function, in order; none where it is read as something else, too."""
    source, scope = place.source, place.source.function_of(place.node)
    if not isinstance(place.node, ast.Name) or scope is None:
        return []
    bound, read = stores(scope, place.text), reads(scope, place.text)
    if len(bound) > 1 or any(source.function_of(use) is not scope for use in (*bound, *read)):
        return []
    return sorted(read, key=lambda use: use.lineno) if all(_is_key(source, use) for use in read) else []


def _is_key(source: Source, node: ast.AST) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, (ast.Tuple, ast.BinOp)):
        return _is_key(source, parent)
    return isinstance(parent, ast.Subscript) and parent.slice is node


def _cast(call: Expression, dtype: str) -> Change | None:
    """Return a call that gives another type, ``x.float()``, with the right type in its place."""
    node = call.node
    is_bare = isinstance(node, ast.Call) and not node.args and not node.keywords
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _CASTS:
        return None
    text = f"{call.source.text_of(node.func.value)}.{dtype}()"
    return (call.source.replace(node, text), text) if is_bare else None


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
