"""Arguments that name dimensions, which may count from the end: what they need, and which dimension they mean."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, different, within
from autofix.operators.operator import argument
from autofix.operators.terms import Call, Number, Rank, Term, sizes


def place(call: Call, name: str, operand: str = "input", extra: int = 0, default: int = 0) -> int:
    """Return the dimension that an argument means; ``default`` where nothing was passed."""
    value = call.integer(name)
    rank = len(sizes(call, operand)) + extra
    dimension = default if value is None else value
    return dimension + rank if dimension < 0 else dimension


def places(call: Call, name: str, operand: str = "input") -> tuple[int, ...] | None:
    """Return the dimensions that an argument means, one or several; None where it names none."""
    values, rank = call.integers(name), len(sizes(call, operand))
    return None if values is None else tuple(value + rank if value < 0 else value for value in values)


def named(call: Call, name: str, operand: str = "input", extra: int = 0) -> Iterator[Requirement]:
    """Yield what the dimensions that an argument names need: each is there, and none is named twice.

    A tensor of no dimensions takes 0 and -1 as well.
    """
    values = call.integers(name)
    if values is None or call.tensor(operand) is None:
        return
    count = Rank(operand).value_in(call) or 0
    limit: Term = Rank(operand) + extra if count + extra else Number(1)
    terms = argument(name, call)
    for term in terms:
        yield from within(term, limit)
    counted = [term + limit if value < 0 else term for term, value in zip(terms, values, strict=True)]
    for index, counted_term in enumerate(counted):
        yield from (different(counted_term, other) for other in counted[index + 1 :])
