"""Operators that make one number of many along dimensions, run along one, or order it.

Source: torch, sections Reduction Ops and Comparison Ops.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named, place, places
from autofix.operators.terms import Argument, Call, Dimensions, Number, Size, Term, sizes

FLOATS = ("float32", "float64", "float16", "bfloat16", "complex64", "complex128")


def _reduced_shape(call: Call) -> Dimensions:
    """Return the shape without the dimensions that are named, or with ones in their place."""
    own, gone = sizes(call, "input"), places(call, "dim")
    gone = gone if gone else tuple(range(len(own)))
    if call.get("keepdim") is True:
        return tuple(Number(1) if index in gone else size for index, size in enumerate(own))
    return tuple(size for index, size in enumerate(own) if index not in gone)


def _requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")


def _float_requires(call: Call) -> Iterator[Requirement]:
    if call.get("dtype") is None:
        yield DtypeIn("input", FLOATS)
    yield from named(call, "dim")


def _both(call: Call) -> Iterator[Dimensions]:
    """State the result: values and their places along a dimension; of all elements the value alone."""
    shape = _reduced_shape(call)
    yield shape
    if call.integer("dim") is not None:
        yield shape


def _extreme_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: ``max(input, other)`` is a maximum of two tensors."""
    if call.tensor("dim") is not None:
        yield from broadcast(call, [sizes(call, "input"), sizes(call, "dim")])[0]
    yield from named(call, "dim")


def _extreme(call: Call) -> Iterator[Dimensions]:
    if call.tensor("dim") is not None:
        yield broadcast(call, [sizes(call, "input"), sizes(call, "dim")])[1]
    else:
        yield from _both(call)


_REDUCED = Contract(_requires, lambda call: (_reduced_shape(call),))
_AVERAGED = Contract(_float_requires, lambda call: (_reduced_shape(call),))
_ALONG = Contract(_requires, lambda call: (sizes(call, "input"),))
_ALONG_TWICE = Contract(_requires, lambda call: (sizes(call, "input"), sizes(call, "input")))


def reduction(
    names: str, parameters: str = "Tensor input, dim=None, keepdim=False", contract: Contract = _REDUCED
) -> Operator:
    """Return the row of an operator that reduces the dimensions that it is told."""
    name = names.split(maxsplit=1)[0]
    examples = (f"{name}((2, 3, 4), dim=1)", f"{name}((2, 3, 4), dim=-1, keepdim=True)", f"{name}((2, 3))")
    required = "dim, " in f"{parameters}, "
    return Operator(Family.REDUCTION, contract, parameters, examples[: 2 if required else 3], tuple(names.split()))


def _scan(names: str, contract: Contract = _ALONG) -> Operator:
    example = f"{names.split(maxsplit=1)[0]}((2, 3, 4), 1)"
    return Operator(Family.SCAN, contract, "Tensor input, dim", (example,), tuple(names.split()))


def _topk(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dim", default=-1)
    shape: tuple[Term, ...] = tuple(Argument("k") if index == at else size for index, size in enumerate(own))
    yield from (shape, shape)


def _has_k(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at = place(call, "dim", default=-1)
    if 0 <= at < len(sizes(call, "input")):
        yield at_least(Size("input", at), Argument("k"))


def _kth(call: Call) -> Iterator[Dimensions]:
    at = place(call, "dim", default=-1)
    own = tuple(size for index, size in enumerate(sizes(call, "input")) if index != at)
    kept_shape = tuple(Number(1) if index == at else size for index, size in enumerate(sizes(call, "input")))
    yield from (kept_shape, kept_shape) if call.get("keepdim") is True else (own, own)


_SPREAD = "Tensor input, dim=None, unbiased=True, keepdim=False"
ROWS = (
    reduction("sum"),
    reduction("nansum"),
    reduction("mean", contract=_AVERAGED),
    reduction("nanmean", contract=_AVERAGED),
    reduction("amax"),
    reduction("amin"),
    reduction("all"),
    reduction("any"),
    reduction("argmax"),
    reduction("argmin"),
    reduction("prod"),
    reduction("std", _SPREAD, _AVERAGED),
    reduction("var", _SPREAD, _AVERAGED),
    reduction("std_mean", _SPREAD, Contract(_float_requires, lambda call: (_reduced_shape(call),) * 2)),
    reduction("var_mean", _SPREAD, Contract(_float_requires, lambda call: (_reduced_shape(call),) * 2)),
    reduction("logsumexp", "Tensor input, dim, keepdim=False"),
    reduction("norm", "Tensor input, p='fro', dim=None, keepdim=False, out=None, dtype=None", _AVERAGED),
    reduction("linalg.vector_norm", "Tensor input, ord=2, dim=None, keepdim=False", _AVERAGED),
    reduction("max", contract=Contract(_extreme_requires, _extreme)),
    reduction("min", contract=Contract(_extreme_requires, _extreme)),
    reduction("median", contract=Contract(_requires, _both)),
    reduction("nanmedian", contract=Contract(_requires, _both)),
    Operator(
        Family.REDUCTION, _REDUCED, "Tensor input, dim=None", ("count_nonzero((2, 3, 4), 1)",), ("count_nonzero",)
    ),
    Operator(
        Family.REDUCTION,
        Contract(_requires, _kth),
        "Tensor input, dim=-1, keepdim=False",
        ("mode((2, 3, 4))", "mode((2, 3, 4), 1, True)"),
        ("mode",),
    ),
    Operator(
        Family.REDUCTION,
        Contract(_has_k, _kth),
        "Tensor input, k, dim=-1, keepdim=False",
        ("kthvalue((2, 3, 4), 2, 1)",),
        ("kthvalue",),
    ),
    _scan("cumsum"),
    _scan("cumprod"),
    _scan("logcumsumexp"),
    _scan("cummax", _ALONG_TWICE),
    _scan("cummin", _ALONG_TWICE),
    Operator(
        Family.ORDERING,
        Contract(_has_k, _topk),
        "Tensor input, k, dim=-1, largest=True, sorted=True",
        ("topk((2, 3, 4), 2)", "topk((2, 3, 4), 2, 1)"),
        ("topk",),
    ),
    Operator(
        Family.ORDERING,
        _ALONG_TWICE,
        "Tensor input, dim=-1, descending=False",
        ("sort((2, 3, 4))", "sort((2, 3, 4), 1)"),
        ("sort",),
    ),
    Operator(
        Family.ORDERING,
        _ALONG,
        "Tensor input, dim=-1, descending=False",
        ("argsort((2, 3, 4))", "argsort((2, 3, 4), 1)"),
        ("argsort",),
    ),
)
