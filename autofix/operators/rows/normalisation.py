"""Normalisations: functions and layers that keep the shape and know a number of channels or features.

Source: torch.nn, section Normalization Layers.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, divides, equal, one_of
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator, argument
from autofix.operators.places import named
from autofix.operators.terms import Argument, Call, Length, Rank, Size, Term, elements, sizes

_SETTINGS = "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True"


def _same(requires) -> Contract:  # type: ignore[no-untyped-def]
    return Contract(requires, lambda call: (sizes(call, "input"),))


def _channels(call: Call, place: int) -> Iterator[Requirement]:
    """Yield that the vectors of a functional normalisation have as many entries as the input has channels."""
    for name in ("running_mean", "running_var", "weight", "bias"):
        if call.tensor(name) is not None and len(sizes(call, "input")) > place:
            yield equal(elements(sizes(call, name)), Size("input", place))


def _batch_norm(ranks: tuple[int, ...], *, affects_rank: bool = False) -> Contract:
    """Batch and instance norms: of the channels, and without a batch of the first dimension where that may be."""

    def requires(call: Call) -> Iterator[Requirement]:
        yield one_of(Rank("input"), *ranks)
        own = sizes(call, "input")
        if len(own) not in ranks:
            return
        alone = affects_rank and len(own) == min(ranks)
        # Instance norms that neither scale nor remember take any number of channels, with a warning.
        if not affects_rank or call.get("affine") is True or call.get("track_running_stats") is True:
            yield equal(own[0 if alone else 1], Argument("num_features"))
        if not affects_rank and call.get("training") is not False:
            yield at_least(elements((own[0], *own[2:])), 2)
        if affects_rank and call.get("training") is not False:
            yield at_least(elements(own[1 if alone else 2 :]), 2)

    return _same(requires)


def _functional(call: Call) -> Iterator[Requirement]:
    yield at_least(Rank("input"), 2)
    yield from _channels(call, 1)
    own = sizes(call, "input")
    if call.get("training") is True and len(own) > 1:
        yield at_least(elements((own[0], *own[2:])), 2)


def _functional_instance(call: Call) -> Iterator[Requirement]:
    yield at_least(Rank("input"), 3)
    own = sizes(call, "input")
    if len(own) > 2:
        yield at_least(elements(own[2:]), 2)
    yield from _channels(call, 1)


def _group_norm(call: Call) -> Iterator[Requirement]:
    own = sizes(call, "input")
    yield at_least(Rank("input"), 2)
    if len(own) < 2:
        return
    if call.get("num_channels") is not None:
        yield equal(own[1], Argument("num_channels"))
        yield divides(Argument("num_groups"), Argument("num_channels"))
    yield divides(Argument("num_groups"), own[1])
    yield at_least(elements((own[0], own[1] // Argument("num_groups"), *own[2:])), 2)
    yield from _channels(call, 1)


def _last_dimensions(call: Call) -> Iterator[Requirement]:
    """State what is needed: a normalised shape is that of the last dimensions; one number stands for the last alone."""
    normalized_shape: tuple[Term, ...] = argument("normalized_shape", call)
    own = sizes(call, "input")
    yield at_least(Rank("input"), Length("normalized_shape") if len(normalized_shape) > 1 else 1)
    if len(own) >= len(normalized_shape):
        yield from map(equal, own[len(own) - len(normalized_shape) :], normalized_shape)
    for name in ("weight", "bias"):
        if call.tensor(name) is not None:
            yield equal(Rank(name), len(normalized_shape))
            yield from map(equal, sizes(call, name), normalized_shape)


def _local_response(_: Call) -> tuple[Requirement, ...]:
    return (at_least(Rank("input"), 3), at_least(Argument("size"), 1))


_NORM = "Tensor input, normalized_shape, Tensor? weight=None, "
_EXAMPLES = {1: "(2, 3, 4)", 2: "(2, 3, 4, 5)", 3: "(2, 3, 4, 5, 6)"}


def _layers(n: int) -> Iterator[Operator]:
    batch = (3, 2) if n == 1 else (n + 2,)
    for kind, ranks, settings in (
        ("Batch", batch, _SETTINGS),
        (
            "Instance",
            (n + 2, n + 1),
            _SETTINGS.replace("affine=True, track_running_stats=True", "affine=False, track_running_stats=False"),
        ),
    ):
        name = f"{kind}Norm{n}d"
        affine = ", affine=True" if kind == "Instance" else ""
        examples = (f"{name}(3{affine})({_EXAMPLES[n]})",)
        contract = _batch_norm(ranks, affects_rank=kind == "Instance")
        yield Operator(Family.BATCH_NORM, contract, "Tensor input", examples, (), (name,), settings)


ROWS = (
    *(row for n in (1, 2, 3) for row in _layers(n)),
    Operator(
        Family.BATCH_NORM,
        _batch_norm((2, 3, 4, 5)),
        "Tensor input",
        ("SyncBatchNorm(3)((2, 3, 4))",),
        (),
        ("SyncBatchNorm",),
        _SETTINGS,
    ),
    Operator(
        Family.BATCH_NORM,
        _same(_functional),
        "Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight=None, Tensor? bias=None, "
        "training=False, momentum=0.1, eps=1e-05",
        ("batch_norm((2, 3, 4), (3,), (3,), (3,), (3,))",),
        ("batch_norm",),
    ),
    Operator(
        Family.BATCH_NORM,
        _same(_functional_instance),
        "Tensor input, Tensor? running_mean=None, Tensor? running_var=None, Tensor? weight=None, "
        "Tensor? bias=None, use_input_stats=True, momentum=0.1, eps=1e-05",
        ("instance_norm((2, 3, 4))",),
        ("instance_norm",),
    ),
    Operator(
        Family.GROUP_NORM,
        _same(_group_norm),
        "Tensor input, num_groups, Tensor? weight=None, Tensor? bias=None, eps=1e-05",
        ("group_norm((2, 6, 4), 3)", "group_norm((2, 6, 4), 2, (6,), (6,))", "GroupNorm(3, 6)((2, 6, 4))"),
        ("group_norm",),
        ("GroupNorm",),
        "num_groups, num_channels, eps=1e-05, affine=True",
    ),
    Operator(
        Family.LAYER_NORM,
        _same(_last_dimensions),
        f"{_NORM}Tensor? bias=None, eps=1e-05",
        (
            "layer_norm((2, 3, 4), (4,))",
            "layer_norm((2, 3, 4), (3, 4), (3, 4), (3, 4))",
            "LayerNorm(4)((2, 3, 4))",
            "LayerNorm((3, 4))((2, 3, 4))",
        ),
        ("layer_norm",),
        ("LayerNorm",),
        "normalized_shape, eps=1e-05, elementwise_affine=True, bias=True",
    ),
    Operator(
        Family.LAYER_NORM,
        _same(_last_dimensions),
        f"{_NORM}eps=None",
        ("rms_norm((2, 3, 4), (4,))", "RMSNorm(4)((2, 3, 4))"),
        ("rms_norm",),
        ("RMSNorm",),
        "normalized_shape, eps=None, elementwise_affine=True",
    ),
    Operator(
        Family.NORMALISATION,
        _same(lambda call: named(call, "dim")),
        "Tensor input, p=2.0, dim=1, eps=1e-12",
        ("normalize((2, 3))", "normalize((2, 3), dim=-1)"),
        ("normalize",),
    ),
    Operator(
        Family.NORMALISATION,
        _same(_local_response),
        "Tensor input, size, alpha=0.0001, beta=0.75, k=1.0",
        ("local_response_norm((2, 3, 4), 2)", "LocalResponseNorm(2)((2, 3, 4))"),
        ("local_response_norm",),
        ("LocalResponseNorm",),
        "size, alpha=0.0001, beta=0.75, k=1.0",
    ),
)
