"""Operators that make tensors of sizes, and those that only answer a question.

Source: torch, section Creation Ops.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, below, different, equal
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator, argument
from autofix.operators.places import named
from autofix.operators.terms import Argument, Call, Dimensions, elements, sizes


def _is_sizes(call: Call) -> bool:
    return isinstance(call.get("size"), tuple) and call.integers("size") is not None


def _positive(call: Call) -> Iterator[Requirement]:
    if _is_sizes(call):
        yield from (at_least(term, 0) for term in argument("size", call))


def _sized(call: Call) -> Iterator[Dimensions | None]:
    yield argument("size", call) if _is_sizes(call) else None


def _range(call: Call) -> Iterator[Dimensions | None]:
    """State the result: ``arange(end)`` or ``arange(start, end, step)``."""
    if call.get("end") is None:
        is_count = (call.integer("start") or 0) >= 0 and call.integer("start") is not None
        yield (Argument("start"),) if is_count else None
        return
    whole = Argument("end") - Argument("start")
    step = call.get("step")
    yield (whole,) if step in (None, 1) else ((whole + Argument("step") - 1) // Argument("step"),)


def _range_requires(call: Call) -> Iterator[Requirement]:
    if call.integer("step") is not None:
        yield different(Argument("step"), 0)
    if call.integer("end") is not None and (call.integer("step") or 1) > 0:
        yield at_least(Argument("end"), Argument("start"))
    elif call.integer("end") is not None:
        yield at_least(Argument("start"), Argument("end"))
    else:
        yield at_least(Argument("start"), 0)


def _eye(call: Call) -> Iterator[Dimensions]:
    yield (Argument("n"), Argument("n" if call.get("m") is None else "m"))


def _bounded(call: Call) -> Iterator[Dimensions | None]:
    """State the result: ``randint(high, size)`` or ``randint(low, high, size)``."""
    name = "size" if call.get("size") is not None else "high"
    yield argument(name, call) if isinstance(call.get(name), tuple) else None


def _bounds(call: Call) -> Iterator[Requirement]:
    if call.get("size") is not None:
        yield below(Argument("low"), Argument("high"))
    else:
        yield at_least(Argument("low"), 1)
    for shape in _bounded(call):
        yield from (at_least(term, 0) for term in shape or ())


def _compared(call: Call) -> tuple[Requirement, ...]:
    return broadcast(call, [sizes(call, "input"), sizes(call, "other")])[0]


_SIZED = Contract(_positive, _sized)
_LIKE = Contract(lambda _: (), lambda call: (sizes(call, "input"),))


def factory(names: str, contract: Contract, parameters: str, *examples: str) -> Operator:
    return Operator(Family.FACTORY, contract, parameters, examples, tuple(names.split()))


def query(names: str, parameters: str, example: str, requires: Contract | None = None) -> Operator:
    """Return the row of an operator that gives no tensor."""
    silent = requires or Contract(lambda _: (), lambda _: ())
    return Operator(Family.QUERY, silent, parameters, (example,), tuple(names.split()))


ROWS = (
    *(
        factory(name, _SIZED, "*size", f"{name}(2, 3)", f"{name}((2, 3))")
        for name in ("zeros", "ones", "empty", "rand", "randn")
    ),
    factory("full", _SIZED, "size, fill_value", "full((2, 3), 0.5)"),
    factory("normal", _SIZED, "mean, std, size=None", "normal(0.0, 1.0, (2, 3))"),
    *(
        factory(f"{name}_like", _LIKE, "Tensor input", f"{name}_like((2, 3))")
        for name in ("zeros", "ones", "empty", "rand", "randn")
    ),
    factory("full_like", _LIKE, "Tensor input, fill_value", "full_like((2, 3), 0.5)"),
    *(
        factory(f"new_{name}", _SIZED, "Tensor input, *size", f"new_{name}((4,), (2, 3))")
        for name in ("zeros", "ones", "empty")
    ),
    factory("new_full", _SIZED, "Tensor input, size, fill_value", "new_full((4,), (2, 3), 0.5)"),
    factory("arange", Contract(_range_requires, _range), "start, end=None, step=1", "arange(5)", "arange(2, 9, 3)"),
    factory(
        "linspace",
        Contract(lambda _: (at_least(Argument("steps"), 0),), lambda _: ((Argument("steps"),),)),
        "start, end, steps",
        "linspace(0, 1, 5)",
    ),
    factory(
        "logspace",
        Contract(lambda _: (at_least(Argument("steps"), 0),), lambda _: ((Argument("steps"),),)),
        "start, end, steps",
        "logspace(0, 1, 5)",
    ),
    factory("eye", Contract(lambda _: (at_least(Argument("n"), 0),), _eye), "n, m=None", "eye(3)", "eye(3, 4)"),
    factory(
        "randint",
        Contract(_bounds, _bounded),
        "low, high, size=None",
        "randint(0, 5, (2, 3))",
        "randint(5, (2, 3))",
    ),
    factory(
        "randperm", Contract(lambda _: (at_least(Argument("n"), 0),), lambda _: ((Argument("n"),),)), "n", "randperm(5)"
    ),
    factory("tensor as_tensor", Contract(lambda _: (), lambda _: (None,)), "data", "tensor([1, 2])"),
    query("size", "Tensor input, dim=None", "size((2, 3), 1)", Contract(lambda call: named(call, "dim"), lambda _: ())),
    query("dim ndimension", "Tensor input", "dim((2, 3))"),
    query("numel nelement", "Tensor input", "numel((2, 3))"),
    query("is_contiguous", "Tensor input", "is_contiguous((2, 3))"),
    query("allclose", "Tensor input, Tensor other", "allclose((2, 3), (2, 3))", Contract(_compared, lambda _: ())),
    query("equal", "Tensor input, Tensor other", "equal((2, 3), (2, 3))"),
    query(
        "item",
        "Tensor input",
        "item(())",
        Contract(lambda call: (equal(elements(sizes(call, "input")), 1),), lambda _: ()),
    ),
)
