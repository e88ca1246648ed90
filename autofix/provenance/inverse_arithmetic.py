"""Arithmetic backwards: what an operand has to be for the result to be the size wanted."""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable, Iterator

MOST_ORDERED = 5
_MOST_OFF = 6


def fit(values: list[int | None], hints: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return what each factor has to become: the flattened sizes, where there are as many; ones are dropped.

    They stand in order, unless in another one more factors stay as they are: ``24 * 5`` becomes ``24 * 6`` where
    (6, 24) was flattened.
    """
    if len(values) == len(hints):
        return _ordered(values, hints)
    rest = tuple(size for size in hints if size != 1)
    if len(values) == len(rest):
        return _ordered(values, rest)
    # ``128 * side ** 2``: the last factor stands for the remaining product.
    if 2 <= len(values) < len(hints) and values[0] == hints[0]:
        head = hints[: len(values) - 1]
        if list(values[:-1]) == list(head):
            return (*head, math.prod(hints[len(values) - 1 :]))
    return None


def _ordered(values: list[int | None], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes in the order that leaves most of the values as they are; of equal ones the given order."""
    if len(sizes) > MOST_ORDERED:
        return sizes
    return max(itertools.permutations(sizes), key=lambda order: sum(map(operator.eq, values, order)))


def inverse_operands(op: ast.operator, a: int | None, b: int | None, result: int) -> Iterator[tuple[int, int]]:
    """Yield (side, value) pairs such that replacing that operand by the value makes the operation give ``result``."""
    inverse: dict[type[ast.operator], Callable[[], Iterator[tuple[int, int]]]] = {
        ast.Add: lambda: _pairs((result - b) if b is not None else None, (result - a) if a is not None else None),
        ast.Sub: lambda: _pairs((result + b) if b is not None else None, (a - result) if a is not None else None),
        ast.Mult: lambda: _pairs(_quotient(result, b), _quotient(result, a)),
        ast.FloorDiv: lambda: _pairs(
            result * b if b else None, a // result if a and a // (a // result or 1) == result else None
        ),
        ast.Div: lambda: _pairs(result * b if b else None, _quotient(a, result) if a else None),
        ast.Pow: lambda: _pairs(_root(result, b), _exponent(a, result)),
        ast.RShift: lambda: _pairs(None if b is None else result << b, None),
        ast.LShift: lambda: _pairs(None if b is None else _quotient(result, 1 << b), None),
    }
    make = inverse.get(type(op))
    if make is not None:
        smallest = 0 if isinstance(op, (ast.Add, ast.Sub)) else 1
        yield from ((side, value) for side, value in make() if value >= smallest)


def does_nothing(op: ast.operator, side: int, value: int) -> bool:
    """Return whether the other operand alone is the result: ``width * 1``, ``width // 1``, ``width + 0``."""
    if isinstance(op, (ast.Mult, ast.Add)):
        return value == (1 if isinstance(op, ast.Mult) else 0)
    neutral = {ast.FloorDiv: 1, ast.Sub: 0}.get(type(op))
    return side == 1 and value == neutral


def moves_far(op: ast.operator, before: int | None, after: int) -> bool:
    """Return whether the number in ``length + 1`` becomes another than such a number is: a few more or less."""
    return isinstance(op, (ast.Add, ast.Sub)) and before is not None and abs(after - before) > _MOST_OFF


def _pairs(left: int | None, right: int | None) -> Iterator[tuple[int, int]]:
    if left is not None:
        yield 0, left
    if right is not None:
        yield 1, right


def _quotient(number: int | None, divisor: int | None) -> int | None:
    if number is None or not divisor or number % divisor:
        return None
    return number // divisor


def _exponent(base: int | None, number: int) -> int | None:
    if base is None or base < 2 or number < 1:
        return None
    exponent = round(math.log(number, base))
    return exponent if exponent > 0 and base**exponent == number else None


def _root(number: int, exponent: int | None) -> int | None:
    if not exponent or exponent < 1:
        return None
    root = round(number ** (1 / exponent))
    return root if root**exponent == number else None
