"""Losses that compare embeddings, rank pairs or align sequences.

Source: torch.nn, section Loss Functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, equal, one_of
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract
from autofix.operators.rows.losses import OLD, loss, reduced
from autofix.operators.terms import Argument, Call, Dimensions, Highest, Rank, Size, elements, sizes


def _several(*names: str) -> Contract:
    """State the contract: losses over several operands that are broadcast."""

    def requires(call: Call) -> Iterator[Requirement]:
        yield from (equal(Rank(name), Rank(names[0])) for name in names[1:])
        yield from broadcast(call, [sizes(call, name) for name in names])[0]

    def result(call: Call) -> Iterator[Dimensions]:
        whole = broadcast(call, [sizes(call, name) for name in names])[1]
        yield from reduced(call, whole if "target" in names else whole[:-1])

    return Contract(requires, result)


def _pairs_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: two batches of vectors ``(N, D)`` and a target of ``(N)``; two vectors and a number."""
    first, second, target = (sizes(call, name) for name in ("input1", "input2", "target"))
    yield one_of(Rank("input1"), 2, 1)
    yield equal(Rank("input2"), Rank("input1"))
    yield equal(Rank("target"), Rank("input1") - 1)
    if len(first) == len(second):
        yield from broadcast(call, [first, second])[0]
    if len(first) == 2 and len(target) == 1:
        yield from broadcast(call, [broadcast(call, [first, second])[1][:1], target])[0]


def _pairs(call: Call) -> Iterator[Dimensions]:
    vectors = broadcast(call, [sizes(call, "input1"), sizes(call, "input2")])[1]
    yield from reduced(call, broadcast(call, [vectors[:-1], sizes(call, "target")])[1])


def _ctc_requires(call: Call) -> Iterator[Requirement]:
    """Log probabilities ``(T, N, C)`` and one length for each of the N samples."""
    scores, lengths = sizes(call, "log_probs"), sizes(call, "input_lengths")
    yield one_of(Rank("log_probs"), 3, 2)
    yield one_of(Rank("targets"), 2, 1)
    if len(scores) == 3 and lengths:
        yield equal(elements(lengths), scores[1])
        yield equal(elements(sizes(call, "target_lengths")), scores[1])
    if len(sizes(call, "targets")) == 1:  # All targets in a row: as many as the lengths add up to, which are values.
        yield equal(Size("targets", 0), Argument("target_lengths"))
    if len(scores) == 3 and len(sizes(call, "targets")) == 2:
        yield equal(Size("targets", 0), scores[1])
        yield at_least(Size("targets", 1), Highest("target_lengths"))
    yield at_least(Size("log_probs", 0), Highest("input_lengths"))


def _ctc(call: Call) -> Iterator[Dimensions]:
    yield from reduced(call, sizes(call, "log_probs")[1:-1])


ROWS = (
    loss(
        "margin_ranking_loss",
        "MarginRankingLoss",
        _several("input1", "input2", "target"),
        Family.RANKING_LOSS,
        f"Tensor input1, Tensor input2, Tensor target, margin=0, {OLD}",
        f"margin=0.0, {OLD}",
        "(4,), (4,), (4,)",
    ),
    loss(
        "triplet_margin_loss",
        "TripletMarginLoss",
        _several("anchor", "positive", "negative"),
        Family.RANKING_LOSS,
        f"Tensor anchor, Tensor positive, Tensor negative, margin=1.0, p=2, eps=1e-06, swap=False, {OLD}",
        f"margin=1.0, p=2.0, eps=1e-06, swap=False, {OLD}",
        "(4, 3), (4, 3), (4, 3)",
    ),
    loss(
        "triplet_margin_with_distance_loss",
        "TripletMarginWithDistanceLoss",
        _several("anchor", "positive", "negative"),
        Family.RANKING_LOSS,
        "Tensor anchor, Tensor positive, Tensor negative, distance_function=None, margin=1.0, swap=False, "
        "reduction='mean'",
        "distance_function=None, margin=1.0, swap=False, reduction='mean'",
        "(4, 3), (4, 3), (4, 3)",
    ),
    loss(
        "cosine_embedding_loss",
        "CosineEmbeddingLoss",
        Contract(_pairs_requires, _pairs),
        Family.PAIR_LOSS,
        f"Tensor input1, Tensor input2, Tensor target, margin=0, {OLD}",
        f"margin=0.0, {OLD}",
        "(4, 3), (4, 3), (4,)",
    ),
    loss(
        "ctc_loss",
        "CTCLoss",
        Contract(_ctc_requires, _ctc),
        Family.SEQUENCE_LOSS,
        "Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, blank=0, reduction='mean', "
        "zero_infinity=False",
        "blank=0, reduction='mean', zero_infinity=False",
        "(6, 2, 5), ones(2, 3), full(6, 2), full(3, 2)",
    ),
)
