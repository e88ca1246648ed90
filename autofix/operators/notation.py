"""Contracts written as torch's documentation writes shapes: ``input (*, in_features) -> (*, out_features)``.

An operand is its parameter's name and its dimensions. A dimension is

- a letter or word, the same size wherever it stands; the value of the parameter of that name, if there is one;
- a product, sum or quotient of those: ``C * groups``;
- ``*``, any number of dimensions, the same wherever it stands;
- ``...``, any number of dimensions that are broadcast;
- ``N?``, a dimension that may be left out, everywhere or nowhere.

``input ~(n, p)`` is an operand that is expanded to these dimensions. Operands that a call does not pass are left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from autofix.operators.equations import (
    Requirement,
    at_least,
    below,
    divides,
    equal,
    equal_or_one,
    expands_to,
    one_of,
)
from autofix.operators.operator import Contract
from autofix.operators.terms import (
    Argument,
    Call,
    Dimensions,
    Number,
    Product,
    Quotient,
    Rank,
    Sum,
    Term,
    sizes,
)

_SHAPE = re.compile(r"(\w*)\s*(~?)\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class _Operand:
    name: str
    dimensions: tuple[str, ...]
    is_expanded: bool = False

    @property
    def fixed(self) -> int:
        """How many dimensions there are without those that are open."""
        return sum(dimension not in ("*", "...") and not dimension.endswith("?") for dimension in self.dimensions)


@dataclass(slots=True)
class _Bound:
    """What the letters of a notation are in one call."""

    letters: dict[str, Term] = field(default_factory=dict)
    star: Dimensions | None = None
    leading: list[Dimensions] = field(default_factory=list)
    optional: dict[str, Term | None] = field(default_factory=dict)
    requirements: list[Requirement] = field(default_factory=list)


def shapes(text: str) -> Contract:
    """Return the contract that a notation states."""
    return Contract(lambda call: _bound(text, call).requirements, lambda call: _results(text, call))


@cache
def _parsed(text: str) -> tuple[tuple[_Operand, ...], tuple[_Operand, ...]]:
    left, _, right = text.partition("->")
    sides = tuple(
        tuple(
            _Operand(name, tuple(part.strip() for part in inside.split(",") if part.strip()), mark == "~")
            for name, mark, inside in _SHAPE.findall(side)
        )
        for side in (left, right)
    )
    return sides[0], sides[1]


def _bound(text: str, call: Call) -> _Bound:
    bound = _Bound()
    operands = _parsed(text)[0]
    for operand in operands:
        if call.tensor(operand.name) is not None and not operand.is_expanded:
            _bind(operand, call, bound)
    if len(bound.leading) > 1:
        bound.requirements += broadcast(call, bound.leading)[0]
    for operand in operands:
        if call.tensor(operand.name) is not None and operand.is_expanded:
            target = _shape(operand, bound, call)
            bound.requirements += () if target is None else expansion(call, operand.name, target)
    return bound


def _bind(operand: _Operand, call: Call, bound: _Bound) -> None:
    own = sizes(call, operand.name)
    names = _present(operand, len(own), bound)
    spare = len(own) - sum(name not in ("*", "...") for name in names)
    is_open = "*" in names or "..." in names
    if spare < 0 or (spare and not is_open):
        bound.requirements.append(_rank(operand, is_open, bound))
        return
    place = 0
    for name in names:
        if name in ("*", "..."):
            part = own[place : place + spare]
            place += spare
            if name == "...":
                bound.leading.append(part)
            elif bound.star is None:
                bound.star = part
            elif len(part) != len(bound.star):
                bound.requirements.append(one_of(Rank(operand.name), operand.fixed + len(bound.star)))
            else:
                bound.requirements += map(equal, part, bound.star)
            continue
        _bind_one(name, own[place], call, bound)
        place += 1


def _present(operand: _Operand, rank: int, bound: _Bound) -> tuple[str, ...]:
    """Return the dimensions that an operand of this rank has: those that may be left out are there or not."""
    names = []
    for name in operand.dimensions:
        if not name.endswith("?"):
            names.append(name)
            continue
        if name not in bound.optional:
            bound.optional[name] = Number(1) if rank > operand.fixed else None
        if bound.optional[name] is not None:
            names.append(name.removesuffix("?"))
    return tuple(names)


def _rank(operand: _Operand, is_open: bool, bound: _Bound) -> Requirement:
    most = operand.fixed + sum(dimension.endswith("?") for dimension in operand.dimensions)
    decided = [dimension for dimension in operand.dimensions if dimension.endswith("?") and dimension in bound.optional]
    if is_open:
        return at_least(Rank(operand.name), operand.fixed)
    if decided and bound.letters:
        return one_of(Rank(operand.name), operand.fixed if bound.optional[decided[0]] is None else most)
    return one_of(Rank(operand.name), *dict.fromkeys((most, operand.fixed)))


def _bind_one(text: str, size: Term, call: Call, bound: _Bound) -> None:
    """Read one dimension: bind its letter if it is new, else state that the size is that of the letter."""
    term = _term(text, call, bound.letters)
    if term is not None:
        bound.requirements.append(equal(size, term))
        return
    letter, factor = text, None
    if "*" in text:
        letter, _, rest = text.partition("*")
        factor = _term(rest.strip(), call, bound.letters)
    if letter.strip().isidentifier():
        bound.letters[letter.strip()] = size if factor is None else Quotient(size, factor)
        bound.requirements += () if factor is None else (divides(factor, size),)


def _term(text: str, call: Call, letters: dict[str, Term]) -> Term | None:
    """Return a dimension as a term; None where one of its letters is not known."""
    return _built(_expression(text), call, letters)


@cache
def _expression(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def _built(node: ast.expr, call: Call, letters: dict[str, Term]) -> Term | None:
    match node:
        case ast.Constant(value=int(number)):
            return Number(number)
        case ast.Name(id=name):
            return Argument(name) if name in call.values and call.tensor(name) is None else letters.get(name)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))):
            return Argument(name, index)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _built(left, call, letters), _built(right, call, letters)
            if a is None or b is None:
                return None
            terms = {ast.Mult: Product((a, b)), ast.Add: Sum((a, b)), ast.Sub: a - b, ast.FloorDiv: Quotient(a, b)}
            return terms[type(op)]
    raise ValueError(ast.unparse(node))


def _results(text: str, call: Call) -> Iterator[Dimensions | None]:
    bound = _bound(text, call)
    for operand in _parsed(text)[1]:
        yield _shape(operand, bound, call)


def _shape(operand: _Operand, bound: _Bound, call: Call) -> Dimensions | None:
    terms: list[Term] = []
    for name in operand.dimensions:
        if name == "...":
            terms += broadcast(call, bound.leading)[1]
        elif name == "*":
            terms += bound.star or ()
        elif not name.endswith("?") or bound.optional.get(name) is not None:
            term = _term(name.removesuffix("?"), call, bound.letters)
            if term is None:
                return None
            terms.append(term)
    return tuple(terms)


# -- broadcasting ------------------------------------------------------------------------------------------------------


def broadcast(call: Call, operands: list[Dimensions]) -> tuple[tuple[Requirement, ...], Dimensions]:
    """Return what broadcasting shapes needs, and the shape they get; a size that is 1 gives way.

    Source: the broadcasting semantics note of torch.
    """
    requirements: list[Requirement] = []
    result: list[Term] = []
    for back in range(1, max(map(len, operands), default=0) + 1):
        column = [shape[-back] for shape in operands if len(shape) >= back]
        leader = next((size for size in column if size.value_in(call) != 1), column[0])
        requirements += (equal_or_one(leader, size) for size in column if size is not leader)
        result.append(leader)
    return tuple(requirements), tuple(reversed(result))


def expansion(call: Call, operand: str, target: Dimensions) -> Iterator[Requirement]:
    """Yield what expanding an operand to a shape needs."""
    own = sizes(call, operand)
    if len(own) > len(target):
        yield below(Rank(operand), len(target) + 1)
    for size, target_size in zip(reversed(own), reversed(target), strict=False):
        yield expands_to(size, target_size)
