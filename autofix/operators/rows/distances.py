"""Similarities and distances of vectors.

Source: torch.nn, section Distance Functions; torch.cdist, torch.dist.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement
from autofix.operators.families import Family
from autofix.operators.notation import broadcast, shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named
from autofix.operators.terms import Call, Dimensions, Number, sizes


def _compared_requires(call: Call) -> Iterator[Requirement]:
    yield from broadcast(call, [sizes(call, "x1"), sizes(call, "x2")])[0]
    rank = max(len(sizes(call, "x1")), len(sizes(call, "x2")))
    longer = "x1" if len(sizes(call, "x1")) == rank else "x2"
    yield from named(call, "dim", longer)


def _similarity(call: Call) -> Iterator[Dimensions]:
    whole = broadcast(call, [sizes(call, "x1"), sizes(call, "x2")])[1]
    at = (1 if call.integer("dim") is None else call.integer("dim") or 0) % max(1, len(whole))
    yield tuple(size for index, size in enumerate(whole) if index != at)


def _pairwise(call: Call) -> Iterator[Dimensions]:
    whole = broadcast(call, [sizes(call, "x1"), sizes(call, "x2")])[1]
    yield (*whole[:-1], *((Number(1),) if call.get("keepdim") is True else ()))


_PAIRWISE = Contract(lambda call: broadcast(call, [sizes(call, "x1"), sizes(call, "x2")])[0], _pairwise)


ROWS = (
    Operator(
        Family.DISTANCE,
        Contract(_compared_requires, _similarity),
        "Tensor x1, Tensor x2, dim=1, eps=1e-08",
        (
            "cosine_similarity((4, 3, 2), (4, 3, 1))",
            "cosine_similarity((4, 3), (4, 3), -1)",
            "CosineSimilarity(dim=0)((4, 3), (4, 3))",
        ),
        ("cosine_similarity",),
        ("CosineSimilarity",),
        "dim=1, eps=1e-08",
    ),
    Operator(
        Family.DISTANCE,
        _PAIRWISE,
        "Tensor x1, Tensor x2, p=2.0, eps=1e-06, keepdim=False",
        ("pairwise_distance((4, 3), (4, 3))", "PairwiseDistance(keepdim=True)((4, 3), (1, 3))"),
        ("pairwise_distance",),
        ("PairwiseDistance",),
        "p=2.0, eps=1e-06, keepdim=False",
    ),
    Operator(
        Family.CONTRACTION,
        shapes("x1 (..., P, M), x2 (..., R, M) -> (..., P, R)"),
        "Tensor x1, Tensor x2, p=2.0",
        ("cdist((5, 2, 3), (5, 4, 3))",),
        ("cdist",),
    ),
    Operator(
        Family.DISTANCE,
        shapes("input (...), other (...) -> ()"),
        "Tensor input, Tensor other, p=2",
        ("dist((2, 3), (3,))",),
        ("dist",),
    ),
)
