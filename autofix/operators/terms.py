"""Sizes of a call as terms: a dimension of an operand, the value of an argument, and sums and products of those.

A term knows its value in a call and can be solved for one of its leaves; which terms an operator compares stands in
its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autofix.records.values import Tensor, is_integer

_MOST_SOLUTIONS = 32


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operator: the value of each parameter by name, those of a layer's constructor among them.

    Tensors are ``records.values.Tensor``, sequences are tuples, and a missing value is None.
    """

    values: Mapping[str, Any]

    def tensor(self, name: str, item: int | None = None) -> Tensor | None:
        """Return the tensor passed as ``name``, or the one at ``item`` of the tensors passed as ``name``."""
        value = self.values.get(name)
        if item is not None:
            value = value[item] if isinstance(value, tuple) and item < len(value) else None
        return value if isinstance(value, Tensor) else None

    def tensors(self, name: str) -> tuple[Tensor, ...]:
        """Return the tensors of a sequence that was passed as ``name``."""
        value = self.values.get(name)
        return tuple(item for item in value if isinstance(item, Tensor)) if isinstance(value, tuple) else ()

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def integer(self, name: str) -> int | None:
        value = self.values.get(name)
        return value if is_integer(value) else None

    def integers(self, name: str) -> tuple[int, ...] | None:
        """Return a number or a sequence of numbers as a tuple; None where it is something else."""
        value = self.values.get(name)
        items = value if isinstance(value, tuple) else (value,)
        return items if all(is_integer(item) for item in items) else None


class Term:
    """A size, written with ``+``, ``-``, ``*`` and ``//`` as in a formula."""

    __slots__ = ()

    def value_in(self, call: Call) -> int | None:
        """Return what the term is in a call; None where that is not known."""
        raise NotImplementedError

    def __add__(self, other: Term | int) -> Term:
        return Sum((self, as_term(other)))

    def __sub__(self, other: Term | int) -> Term:
        return Sum((self, Product((Number(-1), as_term(other)))))

    def __mul__(self, other: Term | int) -> Term:
        return Product((self, as_term(other)))

    def __floordiv__(self, other: Term | int) -> Term:
        return Quotient(self, as_term(other))


@dataclass(frozen=True, slots=True)
class Number(Term):
    """A constant."""

    value: int

    def value_in(self, call: Call) -> int | None:  # noqa: ARG002
        return self.value


@dataclass(frozen=True, slots=True)
class Size(Term):
    """A dimension of an operand, counted from the first; ``item`` tells which of a sequence of operands."""

    operand: str
    dimension: int
    item: int | None = None

    def value_in(self, call: Call) -> int | None:
        tensor = call.tensor(self.operand, self.item)
        return tensor.shape[self.dimension] if tensor is not None and self.dimension < tensor.rank else None


@dataclass(frozen=True, slots=True)
class Rank(Term):
    """The number of dimensions of an operand."""

    operand: str
    item: int | None = None

    def value_in(self, call: Call) -> int | None:
        tensor = call.tensor(self.operand, self.item)
        return None if tensor is None else tensor.rank


@dataclass(frozen=True, slots=True)
class Argument(Term):
    """The value of an argument or setting; with ``index`` one entry of it, or the number that stands for all."""

    name: str
    index: int | None = None

    def value_in(self, call: Call) -> int | None:
        value, index = call.get(self.name), self.index
        if index is not None and isinstance(value, tuple) and value:
            value = value[0] if len(value) == 1 else value[index] if index < len(value) else None
        return int(value) if isinstance(value, (bool, int)) else None


@dataclass(frozen=True, slots=True)
class Highest(Term):
    """The largest value in an operand of whole numbers."""

    operand: str

    def value_in(self, call: Call) -> int | None:
        tensor = call.tensor(self.operand)
        return None if tensor is None or tensor.values is None else tensor.values[1]


@dataclass(frozen=True, slots=True)
class Length(Term):
    """The number of entries in a sequence that is passed as an argument."""

    name: str

    def value_in(self, call: Call) -> int | None:
        value = call.get(self.name)
        return len(value) if isinstance(value, tuple) else None


@dataclass(frozen=True, slots=True)
class Sum(Term):
    """Terms added up."""

    terms: tuple[Term, ...]

    def value_in(self, call: Call) -> int | None:
        result = 0
        for term in self.terms:
            value = term.value_in(call)
            if value is None:
                return None
            result += value
        return result


@dataclass(frozen=True, slots=True)
class Product(Term):
    """Terms multiplied."""

    terms: tuple[Term, ...]

    def value_in(self, call: Call) -> int | None:
        result = 1
        for term in self.terms:
            value = term.value_in(call)
            if value is None:
                return None
            result *= value
        return result


@dataclass(frozen=True, slots=True)
class Quotient(Term):
    """A division that rounds down."""

    left: Term
    right: Term

    def value_in(self, call: Call) -> int | None:
        left, right = self.left.value_in(call), self.right.value_in(call)
        return None if left is None or not right else left // right


Leaf = Size | Argument
Dimensions = tuple[Term, ...]


def as_term(value: Term | int) -> Term:
    return value if isinstance(value, Term) else Number(value)


def sizes(call: Call, operand: str, item: int | None = None) -> Dimensions:
    """Return every dimension of an operand as a term."""
    tensor = call.tensor(operand, item)
    return () if tensor is None else tuple(Size(operand, place, item) for place in range(tensor.rank))


def total(terms: Dimensions) -> Term:
    return Sum(terms)


def elements(terms: Dimensions) -> Term:
    """Return the number of elements of a shape."""
    return Product(terms)


def leaves(term: Term) -> Iterator[Leaf]:
    """Yield the dimensions and arguments in a term, each once."""
    seen: set[Leaf] = set()
    pending = [term]
    while pending:
        part = pending.pop(0)
        if isinstance(part, (Size, Argument)):
            if part not in seen:
                yield part
            seen.add(part)
        elif isinstance(part, (Sum, Product)):
            pending += part.terms
        elif isinstance(part, Quotient):
            pending += (part.left, part.right)


def with_value(call: Call, leaf: Leaf, value: int) -> Call:
    """Return the call with another size or argument."""
    old = call.get(leaf.operand if isinstance(leaf, Size) else leaf.name)
    if isinstance(leaf, Argument):
        entries = isinstance(old, tuple) and leaf.index is not None
        at = 0 if not entries or len(old) == 1 else leaf.index
        new = (*old[:at], value, *old[at + 1 :]) if entries and at is not None else value
        return Call({**call.values, leaf.name: new})
    if leaf.item is None:
        return Call({**call.values, leaf.operand: _resized(old, leaf.dimension, value)})
    item = _resized(old[leaf.item], leaf.dimension, value)
    return Call({**call.values, leaf.operand: (*old[: leaf.item], item, *old[leaf.item + 1 :])})


def _resized(tensor: Tensor, dimension: int, value: int) -> Tensor:
    return replace(tensor, shape=(*tensor.shape[:dimension], value, *tensor.shape[dimension + 1 :]))


def solve(term: Term, leaf: Leaf, target: int, call: Call) -> Iterator[int]:
    """Yield the values of ``leaf`` that may make ``term`` equal to ``target``, the others kept.

    A leaf that occurs twice is solved for each place in turn, so a caller checks what it is given.
    """
    if term == leaf:
        yield target
    elif isinstance(term, Sum):
        for index, part in enumerate(term.terms):
            rest = Sum((*term.terms[:index], *term.terms[index + 1 :])).value_in(call)
            if rest is not None and leaf in leaves(part):
                yield from solve(part, leaf, target - rest, call)
    elif isinstance(term, Product):
        for index, part in enumerate(term.terms):
            rest = Product((*term.terms[:index], *term.terms[index + 1 :])).value_in(call)
            if rest and target % rest == 0 and leaf in leaves(part):
                yield from solve(part, leaf, target // rest, call)
    elif isinstance(term, Quotient):
        yield from _solve_quotient(term, leaf, target, call)


def _solve_quotient(term: Quotient, leaf: Leaf, target: int, call: Call) -> Iterator[int]:
    left, right = term.left.value_in(call), term.right.value_in(call)
    if right is not None and right > 0 and leaf in leaves(term.left):
        for rest in range(min(right, _MOST_SOLUTIONS)):
            yield from solve(term.left, leaf, target * right + rest, call)
    if left is not None and left > 0 and target > 0 and leaf in leaves(term.right):
        for divisor in range(left // target, left // (target + 1), -1)[:_MOST_SOLUTIONS]:
            yield from solve(term.right, leaf, divisor, call)
