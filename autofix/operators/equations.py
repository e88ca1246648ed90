"""What an operator needs of a call, as equations between sizes that are solved for either side.

An equation says whether it holds and what would make it hold; it knows no operator.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from autofix.operators.terms import Call, Leaf, Number, Term, as_term, leaves, solve, with_value


class Relation(Enum):
    """How the left side of an equation stands to the right one."""

    EQUAL = "equals"
    DIFFERENT = "differs from"
    EQUAL_OR_ONE = "equals, or one of both is 1"
    EXPANDS_TO = "equals, or is 1"
    AT_LEAST = "is at least"
    BELOW = "is below"
    DIVIDES = "divides"
    ONE_OF = "is one of"


@dataclass(frozen=True, slots=True)
class Equation:
    """Two terms and their relation; ``choices`` are those of ``ONE_OF``, whose right side is the first of them."""

    left: Term
    relation: Relation
    right: Term
    choices: tuple[int, ...] = ()

    def holds(self, call: Call) -> bool | None:
        """Return whether the equation holds; None where a value is not known."""
        left, right = self.left.value_in(call), self.right.value_in(call)
        return None if left is None or right is None else _holds(self.relation, left, right, self.choices)


@dataclass(frozen=True, slots=True)
class DtypeIn:
    """An operand, or one item of a sequence of them, that has to have one of these dtypes."""

    operand: str
    dtypes: tuple[str, ...]
    item: int | None = None

    def holds(self, call: Call) -> bool | None:
        tensor = call.tensor(self.operand, self.item)
        return None if tensor is None else tensor.dtype in self.dtypes


Requirement = Equation | DtypeIn


def _holds(relation: Relation, left: int, right: int, choices: tuple[int, ...]) -> bool:
    match relation:
        case Relation.EQUAL:
            return left == right
        case Relation.DIFFERENT:
            return left != right
        case Relation.EQUAL_OR_ONE:
            return left == right or 1 in (left, right)
        case Relation.EXPANDS_TO:
            return left in (right, 1)
        case Relation.AT_LEAST:
            return left >= right
        case Relation.BELOW:
            return left < right
        case Relation.DIVIDES:
            return left != 0 and right % left == 0
        case Relation.ONE_OF:
            return left in choices


def equal(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.EQUAL, as_term(right))


def different(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.DIFFERENT, as_term(right))


def equal_or_one(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.EQUAL_OR_ONE, as_term(right))


def expands_to(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.EXPANDS_TO, as_term(right))


def at_least(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.AT_LEAST, as_term(right))


def below(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.BELOW, as_term(right))


def divides(left: Term | int, right: Term | int) -> Equation:
    return Equation(as_term(left), Relation.DIVIDES, as_term(right))


def one_of(left: Term, *choices: int) -> Equation:
    return Equation(left, Relation.ONE_OF, Number(choices[0]), choices)


def within(place: Term, limit: Term | int) -> tuple[Equation, Equation]:
    """Return what a dimension that may be counted from the end needs: ``-limit <= place < limit``."""
    return below(place, limit), at_least(place + limit, 0)


def solutions(equation: Equation, call: Call) -> Iterator[tuple[Leaf, int]]:
    """Yield each dimension or argument with a value that makes the equation hold, the rest of the call kept.

    The left side comes first; the value is the nearest where several do.
    """
    for side, opposite, is_left in ((equation.left, equation.right, True), (equation.right, equation.left, False)):
        current, other = side.value_in(call), opposite.value_in(call)
        if other is None or (equation.relation is Relation.ONE_OF and not is_left):
            continue
        for leaf in leaves(side):
            for target in _wanted(equation, current, other, is_left):
                fitting = (value for value in solve(side, leaf, target, call) if value >= 0)
                value = next((v for v in fitting if equation.holds(with_value(call, leaf, v))), None)
                if value is not None:
                    yield leaf, value
                    break


def _wanted(equation: Equation, current: int | None, other: int, is_left: bool) -> tuple[int, ...]:
    """Return the values of one side that agree with the other side, the likeliest first."""
    match equation.relation:
        case Relation.EQUAL:
            return (other,)
        case Relation.EQUAL_OR_ONE | Relation.EXPANDS_TO:
            return (other, 1)
        case Relation.DIFFERENT:
            return (other + 1, other - 1)
        case Relation.AT_LEAST:
            return (other,)
        case Relation.BELOW:
            return (other - 1,) if is_left else (other + 1,)
        case Relation.ONE_OF:
            return equation.choices
        case Relation.DIVIDES:
            return _divisors(other, current) if is_left else _multiples(other, current)


def _divisors(number: int, wish: int | None) -> tuple[int, ...]:
    divisors = [d for d in range(1, min(abs(number), 4096) + 1) if number % d == 0]
    return tuple(sorted(divisors, key=lambda d: (abs(math.log(d / max(1, wish or 1))), -d)))


def _multiples(divisor: int, wish: int | None) -> tuple[int, ...]:
    down = (wish or 0) // divisor * divisor if divisor else 0
    return (down or divisor, down + divisor) if divisor else ()
