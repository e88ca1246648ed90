"""What code of a project asks of shapes before it goes on: ``if a.shape != b.shape: raise``, ``assert x.dim() == 4``.

No library has a function for these; those here say what such a statement asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autofix.operators.equations import Requirement, equal, within
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Size, sizes

LIBRARY = __name__
_ALL = (None, None)


def same_shape(input: Any, other: Any, span: Any = None, other_span: Any = None) -> Any:
    """Return the first tensor; raise ValueError where other sizes stand in the one span of dimensions than in the
    other.
    """
    return _checked(input, input.shape[slice(*span or _ALL)] == other.shape[slice(*other_span or _ALL)])


def same_size(input: Any, other: Any, dim: int, other_dim: int) -> Any:
    """Return the first tensor; raise ValueError where one of its sizes is not that of the other."""
    return _checked(input, input.shape[dim] == other.shape[other_dim])


def has_size(input: Any, dim: int, size: int) -> Any:
    """Return the tensor; raise ValueError where a dimension has another size."""
    return _checked(input, input.shape[dim] == size)


def has_rank(input: Any, rank: int) -> Any:
    """Return the tensor; raise ValueError where it has another number of dimensions."""
    return _checked(input, input.dim() == rank)


def _checked(tensor: Any, holds: bool) -> Any:
    if not holds:
        raise ValueError(f"not for {tuple(tensor.shape)}")
    return tensor


def _alike(call: Call) -> Iterator[Requirement]:
    own, other = _spanned(call, "input", "span"), _spanned(call, "other", "other_span")
    if call.get("span") is call.get("other_span") is None:
        yield equal(Rank("input"), Rank("other"))
    yield from map(equal, own, other) if len(own) == len(other) else (equal(Number(len(own)), len(other)),)


def _spanned(call: Call, operand: str, name: str) -> Dimensions:
    span = call.get(name)
    return sizes(call, operand)[slice(*span)] if isinstance(span, tuple) else sizes(call, operand)


def _sizes_alike(call: Call) -> Iterator[Requirement]:
    places = [_place(call, "input", "dim"), _place(call, "other", "other_dim")]
    yield from within(Argument("dim"), len(sizes(call, "input")))
    yield from within(Argument("other_dim"), len(sizes(call, "other")))
    if None not in places:
        yield equal(Size("input", places[0] or 0), Size("other", places[1] or 0))


def _sized(call: Call) -> Iterator[Requirement]:
    place = _place(call, "input", "dim")
    yield from within(Argument("dim"), len(sizes(call, "input")))
    if place is not None:
        yield equal(Size("input", place), Argument("size"))


def _ranked(_: Call) -> Iterator[Requirement]:
    yield equal(Rank("input"), Argument("rank"))


def _place(call: Call, operand: str, name: str) -> int | None:
    """Return the dimension that an argument names, counted from the first; None where there is no such dimension."""
    place, rank = call.integer(name), len(sizes(call, operand))
    return None if place is None or not -rank <= place < rank else place % rank


def _kept(call: Call) -> Iterator[Dimensions]:
    yield sizes(call, "input")


def _row(name: str, requires: Any, parameters: str, example: str) -> Operator:
    contract = Contract(requires, _kept)
    return Operator(Family.CHECK, contract, parameters, (example,), (name,), library=LIBRARY)


ROWS = (
    _row(
        "same_shape",
        _alike,
        "Tensor input, Tensor other, span=None, other_span=None",
        "same_shape((2, 3), (2, 3))",
    ),
    _row("same_size", _sizes_alike, "Tensor input, Tensor other, dim, other_dim", "same_size((2, 3), (3, 5), 1, 0)"),
    _row("has_size", _sized, "Tensor input, dim, size", "has_size((2, 3), 1, 3)"),
    _row("has_rank", _ranked, "Tensor input, rank", "has_rank((2, 3), 2)"),
)
