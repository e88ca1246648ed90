"""The value of an expression in a recorded frame: plain arithmetic over recorded names, without running user code.

It knows numbers, texts, containers and the shapes of tensors; anything else is unknown rather than guessed.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from autofix.records.trace import Frame, Trace
from autofix.records.values import Mapping, Opaque, Sequence, Tensor, Value, is_integer
from autofix.syntax.source import dotted

UNKNOWN: Final = Opaque("unknown")

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}
_FUNCTIONS: MappingType[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "round": round,
    "abs": abs,
    "max": max,
    "min": min,
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.prod": math.prod,
    "math.sqrt": math.sqrt,
    "math.log2": math.log2,
    "np.ceil": math.ceil,
    "np.floor": math.floor,
    "np.prod": math.prod,
    "numpy.prod": math.prod,
    "sum": sum,
}
MAX_NUMBER = 1 << 60
MAX_COPIES = 64


@dataclass(frozen=True, slots=True)
class Names:
    """What names mean at one place: the frame's recorded values, then the module's."""

    local: Mapping | None
    module: Mapping | None

    def get(self, name: str) -> Value:
        for scope in (self.local, self.module):
            if scope is not None and scope.has(name):
                return scope.get(name)
        return UNKNOWN


def names_of(trace: Trace, frame: Frame | None, path: Any) -> Names:
    index = None if frame is None else frame.environment
    local = None if index is None or index >= len(trace.environments) else trace.environments[index]
    module = next((mapping for file, mapping in trace.globals if file == path), None)
    return Names(local, module)


def evaluate(node: ast.AST, names: Names) -> Value:
    """Return the value of ``node``, UNKNOWN where it needs more than recorded names and arithmetic."""
    try:
        return _evaluate(node, names)
    except (ArithmeticError, TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
        return UNKNOWN


def integer(node: ast.AST | None, names: Names) -> int | None:
    """Return the value of ``node`` if it is a whole number (True and False are none)."""
    value = UNKNOWN if node is None else evaluate(node, names)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < MAX_NUMBER:
        return None  # NaN is not below it either.
    return int(value) if value == int(value) else None


def _evaluate(node: ast.AST, names: Names) -> Value:
    match node:
        case ast.Constant(value=constant):
            return constant if isinstance(constant, (int, float, str, bool)) or constant is None else UNKNOWN
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute():
            return _attribute(node, names)
        case ast.Subscript(value=base, slice=index):
            return _subscript(_evaluate(base, names), index, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_evaluate(left, names), op, _evaluate(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _evaluate(operand, names)
            return -value if isinstance(value, (int, float)) else UNKNOWN
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = _evaluate(operand, names)
            return UNKNOWN if isinstance(value, Opaque) else not _truth(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = _evaluate(test, names)
            return UNKNOWN if isinstance(condition, Opaque) else _evaluate(body if _truth(condition) else orelse, names)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(_evaluate(left, names), op, _evaluate(right, names))
        case ast.BoolOp(op=op, values=values):
            return _boolean(op, [_evaluate(value, names) for value in values])
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return Sequence(
                "tuple" if isinstance(node, ast.Tuple) else "list", tuple(_evaluate(e, names) for e in elements)
            )
        case ast.Dict(keys=keys, values=values):
            texts = [str(key.value) if isinstance(key, ast.Constant) else "" for key in keys]
            return Mapping("dict", tuple(zip(texts, (_evaluate(value, names) for value in values), strict=True)))
        case ast.Call():
            return _call(node, names)
    return UNKNOWN


def _truth(value: Value) -> bool:
    return bool(value.items) if isinstance(value, (Sequence, Mapping)) else bool(value)


def _attribute(node: ast.Attribute, names: Names) -> Value:
    base = _evaluate(node.value, names)
    if isinstance(base, Mapping) and base.has(node.attr):
        return base.get(node.attr)
    if isinstance(base, Tensor) and node.attr == "shape":
        return Sequence("Size", base.shape)
    if isinstance(base, Tensor) and node.attr == "ndim":
        return base.rank
    if isinstance(base, Tensor) and node.attr == "data":
        return base
    return UNKNOWN


def _subscript(base: Value, index: ast.expr, names: Names) -> Value:
    if isinstance(index, ast.Slice):
        start, stop, step = (
            None if part is None else _evaluate(part, names) for part in (index.lower, index.upper, index.step)
        )
        if not isinstance(base, Sequence) or not _is_bound(start) or not _is_bound(stop) or not _is_bound(step):
            return UNKNOWN
        return Sequence(base.type, base.items[start:stop:step])
    key = _evaluate(index, names)
    if isinstance(base, Sequence) and isinstance(key, int):
        return base.items[key]
    if isinstance(base, Mapping) and isinstance(key, (str, int)) and base.has(str(key)):
        return base.get(str(key))
    return UNKNOWN


def _is_bound(value: Value) -> TypeGuard[int | None]:
    return value is None or isinstance(value, int)


def _binary(left: Value, op: ast.operator, right: Value) -> Value:
    if isinstance(left, Sequence) and isinstance(right, Sequence) and isinstance(op, ast.Add):
        return Sequence(left.type, left.items + right.items)
    if isinstance(right, Sequence) and isinstance(op, ast.Mult):
        left, right = right, left  # ``2 * [a, b]``
    if isinstance(left, Sequence) and is_integer(right) and isinstance(op, ast.Mult) and right <= MAX_COPIES:
        return Sequence(left.type, left.items * right)
    if not (isinstance(left, (int, float)) and isinstance(right, (int, float))) or type(op) not in _BINARY:
        return UNKNOWN
    if isinstance(op, (ast.Pow, ast.LShift)) and (abs(right) > 64 or abs(left) > MAX_NUMBER):
        return UNKNOWN
    result = _BINARY[type(op)](left, right)
    return result if isinstance(result, (int, float)) and abs(result) < MAX_NUMBER else UNKNOWN


def _compare(left: Value, op: ast.cmpop, right: Value) -> Value:
    if isinstance(left, Opaque) or isinstance(right, Opaque) or type(op) not in _COMPARE:
        return UNKNOWN
    return bool(_COMPARE[type(op)](left, right))


def _boolean(op: ast.boolop, values: list[Value]) -> Value:
    if any(isinstance(value, Opaque) for value in values):
        return UNKNOWN
    pick = all if isinstance(op, ast.And) else any
    return pick(_truth(value) for value in values)


def _call(node: ast.Call, names: Names) -> Value:
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"size", "dim"}:
        return _size(_evaluate(node.func.value, names), node, names)
    name = dotted(node.func)
    arguments = [_evaluate(argument, names) for argument in node.args]
    if name == "len" and len(arguments) == 1:
        return _length(arguments[0])
    if name in {"list", "tuple"} and len(arguments) == 1 and isinstance(arguments[0], Sequence):
        return Sequence(name, arguments[0].items)
    if name not in _FUNCTIONS or node.keywords or not arguments:
        return UNKNOWN
    plain = [_plain(argument) for argument in arguments]
    result = _FUNCTIONS[name](*plain)
    return result if isinstance(result, (int, float)) else UNKNOWN


def _size(base: Value, node: ast.Call, names: Names) -> Value:
    if not isinstance(base, Tensor) or not isinstance(node.func, ast.Attribute):
        return UNKNOWN
    if node.func.attr == "dim":
        return base.rank
    if not node.args:
        return Sequence("Size", base.shape)
    index = _evaluate(node.args[0], names)
    return base.shape[index] if isinstance(index, int) else UNKNOWN


def _length(value: Value) -> Value:
    if isinstance(value, Tensor) and value.shape:
        return value.shape[0]
    return len(value.items) if isinstance(value, (Sequence, Mapping)) else UNKNOWN


def _plain(value: Value) -> Any:
    """Return numbers as they are and sequences of numbers as lists; raise TypeError for anything else."""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value.items]
    raise TypeError(type(value).__name__)
