"""Tables of which rows are picked by their index.

Source: torch.nn, section Sparse Layers.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least, below, equal
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.rows.indexing import INDICES
from autofix.operators.terms import Argument, Call, Dimensions, Highest, Rank, Term, sizes

_INT64 = ("int64",)


def _embedding_requires(call: Call) -> Iterator[Requirement]:
    yield DtypeIn("input", INDICES)
    if call.tensor("weight") is None:
        yield below(Highest("input"), Argument("num_embeddings"))
        return
    yield equal(Rank("weight"), 2)
    if len(sizes(call, "weight")) == 2:
        yield below(Highest("input"), sizes(call, "weight")[0])


def _width(call: Call) -> Term:
    weight = sizes(call, "weight")
    return weight[1] if len(weight) == 2 else Argument("embedding_dim")


def _bag_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: rows of one bag each, or one row cut at ``offsets``."""
    yield from _embedding_requires(call)
    offsets = call.tensor("offsets")
    yield equal(Rank("input"), 2 if offsets is None else 1)
    if offsets is not None:
        yield equal(Rank("offsets"), 1)


def _bag(call: Call) -> Iterator[Dimensions]:
    offsets = sizes(call, "offsets")
    yield ((offsets or sizes(call, "input"))[0], _width(call))


def _one_hot_requires(call: Call) -> Iterator[Requirement]:
    yield DtypeIn("input", _INT64)
    yield at_least(Argument("num_classes"), -1)
    if call.integer("num_classes") != -1:
        yield below(Highest("input"), Argument("num_classes"))


def _one_hot(call: Call) -> Iterator[Dimensions | None]:
    classes = call.integer("num_classes")
    is_known = classes is not None and classes >= 0
    yield (*sizes(call, "input"), Argument("num_classes")) if is_known else None


_EMBED = Contract(_embedding_requires, lambda call: ((*sizes(call, "input"), _width(call)),))


ROWS = (
    Operator(
        Family.EMBEDDING,
        _EMBED,
        "Tensor input, Tensor weight, padding_idx=None, max_norm=None, norm_type=2.0, "
        "scale_grad_by_freq=False, sparse=False",
        ("embedding(int64(2, 3), (10, 4))",),
        ("embedding",),
    ),
    Operator(
        Family.EMBEDDING,
        _EMBED,
        "Tensor input",
        ("Embedding(10, 4)(int64(2, 3))",),
        (),
        ("Embedding",),
        "num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False",
    ),
    Operator(
        Family.EMBEDDING,
        Contract(_bag_requires, _bag),
        "Tensor input, Tensor? offsets=None",
        ("EmbeddingBag(10, 4)(int64(2, 3))", "EmbeddingBag(10, 4)(int64(6), zeros(3))"),
        (),
        ("EmbeddingBag",),
        "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean'",
    ),
    Operator(
        Family.EMBEDDING,
        Contract(_one_hot_requires, _one_hot),
        "Tensor input, num_classes=-1",
        ("one_hot(int64(2, 3), 7)",),
        ("one_hot",),
    ),
)
