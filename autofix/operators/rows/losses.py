"""Losses: what a model gives against what is wanted. A row is a function and its layer.

With ``reduction="none"`` there is a number for each element or sample, else one number. Source: torch.nn, section
Loss Functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least, below, equal, expands_to, one_of
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Call, Dimensions, Highest, Rank, Size, sizes

_CLASSES = ("int64", "uint8")
_INTEGERS = ("int64", "int32", "int16", "int8", "uint8")


def reduced(call: Call, each: Dimensions) -> Iterator[Dimensions]:
    yield each if call.get("reduction") == "none" else ()


def _pair(call: Call) -> list[Dimensions]:
    return [sizes(call, "input"), sizes(call, "target")]


def _alike(call: Call) -> Iterator[Requirement]:
    """State what is needed: input and target have one shape."""
    own, target = _pair(call)
    yield equal(Rank("target"), Rank("input"))
    yield from map(equal, own, target) if len(own) == len(target) else ()


def _broadcast(call: Call) -> tuple[Requirement, ...]:
    """State what is needed: input and target are broadcast; torch warns where their sizes differ."""
    return broadcast(call, _pair(call))[0]


_BROADCAST = Contract(_broadcast, lambda call: reduced(call, broadcast(call, _pair(call))[1]))
_STRICT = Contract(_alike, lambda call: reduced(call, sizes(call, "input")))


def _class_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: scores ``(N, C, ...)`` for indices ``(N, ...)``, or ``(C)`` for one index.

    Probabilities have the shape of the scores.
    """
    own, target = _pair(call)
    kind = call.tensor("target")
    if kind is None or not own:
        yield at_least(Rank("input"), 1)
        return
    if len(own) == len(target) and kind.dtype not in _INTEGERS and call.get("takes_probabilities"):
        yield from map(equal, own, target)
        return
    yield DtypeIn("target", _CLASSES)
    yield equal(Rank("target"), Rank("input") - 1)
    if len(target) == len(own) - 1:
        yield from map(equal, (own[0], *own[2:]) if target else (), target)
        yield below(Highest("target"), own[1 if len(own) > 1 else 0])
    if call.tensor("weight") is not None:
        yield equal(Size("weight", 0), own[1 if len(own) > 1 else 0])


def _class_loss(call: Call) -> Iterator[Dimensions]:
    own = sizes(call, "input")
    yield from reduced(call, () if len(own) == 1 else (own[0], *own[2:]))


def _probable(call: Call) -> Call:
    return Call({**call.values, "takes_probabilities": True})


_CROSS_ENTROPY = Contract(lambda call: _class_requires(_probable(call)), _class_loss)
_NLL = Contract(_class_requires, _class_loss)


def _multi_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: scores ``(N, C)`` or ``(C)`` and one index for each sample."""
    own, target = _pair(call)
    yield one_of(Rank("input"), 2, 1)
    yield equal(Rank("target"), Rank("input") - 1)
    yield DtypeIn("target", ("int64",))
    if len(own) == 2 and len(target) == 1:
        yield equal(own[0], target[0])
        yield below(Highest("target"), own[1])


def _margin_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: scores and targets of one shape, ``(N, C)`` or ``(C)``."""
    yield from _alike(call)
    yield one_of(Rank("input"), 2, 1)


def _rows_of(call: Call) -> Iterator[Dimensions]:
    yield from reduced(call, sizes(call, "input")[:-1])


def _rows_of_both(call: Call) -> Iterator[Dimensions]:
    yield from reduced(call, broadcast(call, _pair(call))[1][:-1])


def _variance_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: a variance for each element, or for each row, ``(..., 1)`` or ``(...)``."""
    own, variance = sizes(call, "input"), sizes(call, "var")
    yield from _broadcast(call)
    yield one_of(Rank("var"), len(own), len(own) - 1)
    if len(variance) == len(own) - 1:
        yield from map(equal, variance, own[:-1])
    elif len(variance) == len(own) and own:
        yield from map(equal, variance[:-1], own[:-1])
        yield expands_to(variance[-1], own[-1])


OLD = "size_average=None, reduce=None, reduction='mean'"


def loss(
    function: str, layer: str, contract: Contract, family: Family, parameters: str, settings: str, example: str
) -> Operator:
    """Return the row of a loss; the example is that of the function, and of the layer without its settings."""
    names = tuple(function.split())
    examples = (f"{names[0]}({example})", f"{layer}()({example})", f"{names[0]}({example}, reduction='none')")
    return Operator(family, contract, parameters, examples, names, (layer,), settings)


def elementwise(
    function: str, layer: str, contract: Contract, parameters: str, settings: str, target: str = "(4, 3)"
) -> Operator:
    """Return the row of a loss that compares element with element."""
    own = f"Tensor input, Tensor target, {parameters}"
    return loss(function, layer, contract, Family.ELEMENTWISE_LOSS, own, settings, f"(4, 3), {target}")


_WEIGHTED = "Tensor? weight=None, size_average=None, "
ROWS = (
    elementwise("mse_loss", "MSELoss", _BROADCAST, OLD, OLD, "(4, 3)"),
    elementwise("l1_loss", "L1Loss", _BROADCAST, OLD, OLD),
    elementwise("smooth_l1_loss", "SmoothL1Loss", _BROADCAST, f"{OLD}, beta=1.0", f"{OLD}, beta=1.0"),
    elementwise("huber_loss", "HuberLoss", _BROADCAST, "reduction='mean', delta=1.0", "reduction='mean', delta=1.0"),
    elementwise(
        "binary_cross_entropy",
        "BCELoss",
        _STRICT,
        f"{_WEIGHTED}reduce=None, reduction='mean'",
        f"{_WEIGHTED}reduce=None, reduction='mean'",
        "unit(4, 3)",
    ),
    elementwise(
        "binary_cross_entropy_with_logits",
        "BCEWithLogitsLoss",
        _STRICT,
        f"{_WEIGHTED}reduce=None, reduction='mean', Tensor? pos_weight=None",
        f"{_WEIGHTED}reduce=None, reduction='mean', Tensor? pos_weight=None",
    ),
    elementwise("kl_div", "KLDivLoss", _BROADCAST, f"{OLD}, log_target=False", f"{OLD}, log_target=False"),
    elementwise("soft_margin_loss", "SoftMarginLoss", _BROADCAST, OLD, OLD),
    elementwise(
        "poisson_nll_loss",
        "PoissonNLLLoss",
        _BROADCAST,
        "log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
        "log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
    ),
    elementwise("hinge_embedding_loss", "HingeEmbeddingLoss", _BROADCAST, f"margin=1.0, {OLD}", f"margin=1.0, {OLD}"),
    loss(
        "multilabel_soft_margin_loss",
        "MultiLabelSoftMarginLoss",
        Contract(_broadcast, _rows_of_both),
        Family.ELEMENTWISE_LOSS,
        f"Tensor input, Tensor target, {_WEIGHTED}reduce=None, reduction='mean'",
        f"{_WEIGHTED}reduce=None, reduction='mean'",
        "(4, 3), (4, 3)",
    ),
    loss(
        "multilabel_margin_loss",
        "MultiLabelMarginLoss",
        Contract(_margin_requires, _rows_of),
        Family.MARGIN_LOSS,
        f"Tensor input, Tensor target, {OLD}",
        OLD,
        "(4, 3), zeros(4, 3)",
    ),
    loss(
        "cross_entropy",
        "CrossEntropyLoss",
        _CROSS_ENTROPY,
        Family.CLASS_LOSS,
        f"Tensor input, Tensor target, {_WEIGHTED}ignore_index=-100, reduce=None, reduction='mean', "
        "label_smoothing=0.0",
        f"{_WEIGHTED}ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0",
        "(4, 3, 5), zeros(4, 5)",
    ),
    loss(
        "nll_loss nll_loss_nd",
        "NLLLoss",
        _NLL,
        Family.CLASS_LOSS,
        f"Tensor input, Tensor target, {_WEIGHTED}ignore_index=-100, reduce=None, reduction='mean'",
        f"{_WEIGHTED}ignore_index=-100, reduce=None, reduction='mean'",
        "(4, 3), zeros(4)",
    ),
    loss(
        "multi_margin_loss",
        "MultiMarginLoss",
        Contract(_multi_requires, _rows_of),
        Family.MARGIN_LOSS,
        f"Tensor input, Tensor target, p=1, margin=1.0, {_WEIGHTED}reduce=None, reduction='mean'",
        f"p=1, margin=1.0, {_WEIGHTED}reduce=None, reduction='mean'",
        "(4, 3), zeros(4)",
    ),
    loss(
        "gaussian_nll_loss",
        "GaussianNLLLoss",
        Contract(_variance_requires, _BROADCAST.result),
        Family.ELEMENTWISE_LOSS,
        "Tensor input, Tensor target, Tensor var, full=False, eps=1e-06, reduction='mean'",
        "full=False, eps=1e-06, reduction='mean'",
        "(4, 3), (4, 3), (4, 3)",
    ),
)
