"""Operators that keep the order of the elements and give them other dimensions.

Source: torch.Tensor.view, torch.flatten, torch.nn.Unflatten.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, divides, equal
from autofix.operators.families import Family
from autofix.operators.operator import Contract, argument
from autofix.operators.places import named, place
from autofix.operators.rows.views import view
from autofix.operators.terms import (
    Call,
    Dimensions,
    Number,
    Quotient,
    Size,
    Term,
    elements,
    sizes,
)


def _split_sizes(call: Call, name: str, whole: Term) -> tuple[tuple[Requirement, ...], Dimensions]:
    """Return what sizes that make up ``whole`` need, and the sizes; a -1 takes what the others leave."""
    asked = argument(name, call)
    values = [term.value_in(call) for term in asked]
    if min((value for value in values if value is not None), default=0) < -1:
        return tuple(at_least(term, -1) for term in asked), asked
    if values.count(-1) > 1:
        return (equal(Number(values.count(-1)), 1),), asked
    if -1 not in values:
        return (equal(elements(asked), whole),), asked
    others = elements(tuple(term for term, value in zip(asked, values, strict=True) if value != -1))
    split_sizes = tuple(
        Quotient(whole, others) if value == -1 else term for term, value in zip(asked, values, strict=True)
    )
    return (divides(others, whole),), split_sizes


def _is_sizes(call: Call, name: str) -> bool:
    return isinstance(call.get(name), tuple) and call.integers(name) is not None


def _view_requires(call: Call) -> Iterator[Requirement]:
    if _is_sizes(call, "shape"):
        yield from _split_sizes(call, "shape", elements(sizes(call, "input")))[0]


def _view(call: Call) -> Iterator[Dimensions | None]:
    is_known = _is_sizes(call, "shape")
    yield _split_sizes(call, "shape", elements(sizes(call, "input")))[1] if is_known else None


def _alike_requires(call: Call) -> Iterator[Requirement]:
    yield equal(elements(sizes(call, "input")), elements(sizes(call, "other")))


def _range(call: Call) -> tuple[int, int]:
    """Return the first and the last dimension that a flatten merges."""
    return place(call, "start_dim"), place(call, "end_dim", default=-1)


def _flatten_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "start_dim")
    yield from named(call, "end_dim")
    first, last = _range(call)
    yield at_least(Number(last), Number(first))


def _flatten(call: Call) -> Iterator[Dimensions]:
    own, (first, last) = sizes(call, "input"), _range(call)
    yield (*own[:first], elements(own[first : last + 1]), *own[last + 1 :]) if own else (Number(1),)


def _unflatten_name(call: Call) -> str:
    return "sizes" if call.get("unflattened_size") is None else "unflattened_size"


def _unflatten_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at = place(call, "dim")
    if _is_sizes(call, _unflatten_name(call)) and 0 <= at < len(sizes(call, "input")):
        yield from _split_sizes(call, _unflatten_name(call), Size("input", at))[0]


def _unflatten(call: Call) -> Iterator[Dimensions | None]:
    own, at, name = sizes(call, "input"), place(call, "dim"), _unflatten_name(call)
    is_known = _is_sizes(call, name)
    yield (*own[:at], *_split_sizes(call, name, own[at])[1], *own[at + 1 :]) if is_known else None


_ALIKE = Contract(_alike_requires, lambda call: (sizes(call, "other"),))


_FLAT = Contract(lambda _: (), lambda call: ((elements(sizes(call, "input")),),))


ROWS = (
    view(
        "view",
        "Tensor input, *shape",
        Contract(_view_requires, _view),
        "view((2, 3, 4), 2, -1)",
        "view((2, 3, 4), (6, 4))",
        family=Family.RESHAPE,
    ),
    view(
        "reshape",
        "Tensor input, *shape",
        Contract(_view_requires, _view),
        "reshape((2, 3, 4), (2, -1, 2))",
        family=Family.RESHAPE,
    ),
    view("view_as", "Tensor input, Tensor other", _ALIKE, "view_as((2, 6), (3, 4))", family=Family.RESHAPE),
    view("reshape_as", "Tensor input, Tensor other", _ALIKE, "reshape_as((2, 6), (3, 4))", family=Family.RESHAPE),
    view(
        "flatten",
        "Tensor input, start_dim=0, end_dim=-1",
        Contract(_flatten_requires, _flatten),
        "flatten((2, 3, 4, 5), 1)",
        "flatten((2, 3, 4, 5), 1, -2)",
        "flatten((2, 3))",
        family=Family.FLATTENING,
    ),
    view(
        "",
        "Tensor input",
        Contract(_flatten_requires, _flatten),
        "Flatten()((2, 3, 4, 5))",
        "Flatten(0, 1)((2, 3, 4, 5))",
        layer="Flatten",
        settings="start_dim=1, end_dim=-1",
        family=Family.FLATTENING,
    ),
    view("ravel", "Tensor input", _FLAT, "ravel((2, 3, 4))", family=Family.FLATTENING),
    view(
        "unflatten",
        "Tensor input, dim, sizes",
        Contract(_unflatten_requires, _unflatten),
        "unflatten((2, 12, 5), 1, (3, -1))",
        "unflatten((2, 12, 5), -2, (3, 4))",
        layer="Unflatten",
        settings="dim, unflattened_size",
        family=Family.UNFLATTENING,
    ),
)
