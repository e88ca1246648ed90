"""Operators on abstract values: arithmetic, comparisons, truth, what a loop goes over.

It evaluates no expression. Nothing takes longer, or more memory, than a short text can mean: what a program would
wait for is unknown here.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from autofix.sample_inputs.abstract_interpreter import view_shapes
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Data,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Method,
    Partial,
)

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
MAX_NUMBER = 1 << 60
MAX_ITEMS = 4096
# A width in a format is as many characters.
_WIDE = re.compile(r"\d{4}|\*|\{[^}]*\{")


def combined(op: ast.operator, left: Any, right: Any, run: Interpretation) -> Any:
    if isinstance(left, AbstractTensor) or isinstance(right, AbstractTensor):
        return _tensors(op, left, right, run)
    if isinstance(op, ast.Pow):
        small = isinstance(right, (int, float)) and abs(right) <= 64
        return left**right if small and abs(left) < MAX_NUMBER else UNKNOWN
    if isinstance(left, str) and isinstance(op, ast.Mod):
        is_open = any(value is UNKNOWN for value in (right if isinstance(right, tuple) else (right,)))
        return UNKNOWN if is_open or is_wide(left) or is_long(left) or is_long(right) else left % right
    if _count(op, left, right) > MAX_ITEMS:
        return UNKNOWN
    result = _BINARY[type(op)](left, right)
    return UNKNOWN if isinstance(result, int) and abs(result) > MAX_NUMBER else result


def compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Return whether a comparison of two values holds; UNKNOWN where finding out would take a while."""
    if isinstance(op, (ast.Is, ast.IsNot)):
        if isinstance(left, str) and isinstance(right, str):  # Texts of a program are one object where they are equal.
            return (left == right) is isinstance(op, ast.Is)
        return _COMPARE[type(op)](left, right)
    return UNKNOWN if is_long(left) or is_long(right) else _COMPARE[type(op)](left, right)


def key_of(value: Any) -> Any:
    """Return ``value`` as the key of a dict; raise TypeError where that takes a while or cannot be."""
    if is_long(value):
        raise TypeError("a long key")
    return value


def is_long(value: Any) -> bool:
    """Return whether it would take a while to look at each item of a value, items within items too, or
    at each digit.
    """
    room, pending = MAX_ITEMS, [value]
    while pending and room >= 0:  # Lists of lists that share their items are short, and what they tell is not.
        item = pending.pop()
        if isinstance(item, int) and abs(item) > MAX_NUMBER:
            return True
        if isinstance(item, range):
            room -= MAX_ITEMS + 1 if item[MAX_ITEMS:] else len(item)
        elif isinstance(item, (str, bytes)):
            room -= len(item)
        elif isinstance(item, (list, tuple, dict)):
            room -= len(item)
            pending += [*item, *item.values()] if isinstance(item, dict) else item
    return room < 0


def is_wide(format: str) -> bool:
    """Return whether a text made by this format may be too long to make."""
    return _WIDE.search(format) is not None


def _count(op: ast.operator, left: Any, right: Any) -> int:
    """Return how many items or characters the result of an operator has; 0 for numbers."""
    lengths = [len(operand) for operand in (left, right) if isinstance(operand, (list, str, tuple))]
    times = [operand for operand in (left, right) if isinstance(operand, int)] if isinstance(op, ast.Mult) else []
    return sum(lengths) * max(times, default=1)


def _tensors(op: ast.operator, left: Any, right: Any, run: Interpretation) -> Any:
    if isinstance(op, ast.MatMult):
        return run.call(Foreign("torch.matmul"), [left, right], {}, run)
    if not (isinstance(left, AbstractTensor) and isinstance(right, AbstractTensor)):
        return left if isinstance(left, AbstractTensor) else right
    if left.shape is None or right.shape is None:
        return next(
            (tensor for tensor in (left, right) if tensor.source is not None and tensor.shape is None),
            AbstractTensor(None),
        )
    return AbstractTensor(view_shapes.broadcast(left.shape, right.shape), left.dtype if left.shape else right.dtype)


def items_of(value: Any) -> list[Any] | None:
    """Return what a loop over ``value`` gives; None where that is not known."""
    if isinstance(value, AbstractLayer) and value.kind == "Sequential":
        return list(value.parts)
    if isinstance(value, AbstractTensor):
        return (
            [AbstractTensor(value.shape[1:], value.dtype) for _ in range(min(value.shape[0], 64))]
            if value.shape
            else None
        )
    if isinstance(value, Data):
        return [value.sample]
    if isinstance(value, (list, tuple, str, dict, range)):
        return list(islice(value, MAX_ITEMS))
    return None


def truth(value: Any) -> bool | None:
    """Return whether a condition holds; None where that is not known."""
    if value is UNKNOWN or isinstance(value, (AbstractTensor, Foreign, Method)):
        return None
    if isinstance(value, (Instance, AbstractLayer, Function, Partial, ast.ClassDef)):
        return True
    return bool(value)
