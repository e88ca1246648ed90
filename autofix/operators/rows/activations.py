"""Activations, dropout and softmax: functions and layers that keep the shape.

A row names the function and its layer. Source: torch.nn, sections Non-linear Activations and Dropout Layers.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, divides, equal, one_of
from autofix.operators.families import Family
from autofix.operators.notation import shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named, place
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Size, sizes

_SAME = shapes("input (*) -> (*)")
_CHANNELS = shapes("input (N, C, *) -> (N, C, *)")
_ALONG = Contract(lambda call: named(call, "dim"), lambda call: (sizes(call, "input"),))


def _activation(
    function: str,
    layer: str,
    settings: str = "",
    parameters: str = "",
    family: Family = Family.ACTIVATION,
    contract: Contract = _SAME,
) -> Operator:
    """Return the row of a function and its layer that take what ``settings`` says."""
    own = ", ".join(
        part for part in ("Tensor input", settings if parameters == "" else parameters) if part and part != "-"
    )
    examples = (*(f"{name}((2, 3))" for name in function.split()), *(f"{name}()((2, 3))" for name in layer.split()))
    return Operator(family, contract, own, examples, tuple(function.split()), tuple(layer.split()), settings)


def _ranked(function: str, layer: str, *ranks: int, example: str) -> Operator:
    """Return the row of a dropout of whole channels."""
    contract = Contract(lambda _: (one_of(Rank("input"), *ranks),), lambda call: (sizes(call, "input"),))
    examples = (f"{function}({example})", f"{layer}()({example})")
    parameters = "Tensor input, p=0.5, training=True, inplace=False"
    return Operator(Family.DROPOUT, contract, parameters, examples, (function,), (layer,), "p=0.5, inplace=False")


def _softmax(function: str, layer: str) -> Operator:
    parameters = "Tensor input, dim=None, _stacklevel=3, dtype=None"
    examples = (f"{function}((2, 3, 4), 1)", f"{layer}(dim=-1)((2, 3, 4))")
    return Operator(Family.SOFTMAX, _ALONG, parameters, examples, (function,), (layer,), "dim=None")


def _halved(call: Call) -> Iterator[Dimensions]:
    """State the result: GLU halves the dimension that it works along."""
    own, at = sizes(call, "input"), place(call, "dim", default=-1)
    yield tuple(size // 2 if index == at else size for index, size in enumerate(own))


def _needs_halves(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at = place(call, "dim", default=-1)
    if 0 <= at < len(sizes(call, "input")):
        yield divides(Number(2), Size("input", at))


def _scaled(call: Call) -> Iterator[Requirement]:
    """State what is needed: PReLU has one slope, or one for each channel."""
    if call.get("num_parameters") not in (None, 1):
        yield at_least(Rank("input"), 2)
        yield from (equal(size, Argument("num_parameters")) for size in sizes(call, "input")[1:2])


_DROPOUT = "p=0.5, training=True, inplace=False"
ROWS = (
    _activation("relu", "ReLU", "inplace=False"),
    _activation("relu6", "ReLU6", "inplace=False"),
    _activation("leaky_relu", "LeakyReLU", "negative_slope=0.01, inplace=False"),
    _activation("elu", "ELU", "alpha=1.0, inplace=False"),
    _activation("selu", "SELU", "inplace=False"),
    _activation("celu", "CELU", "alpha=1.0, inplace=False"),
    _activation("gelu", "GELU", "approximate='none'", parameters="-"),
    _activation("silu", "SiLU", "inplace=False"),
    _activation("mish", "Mish", "inplace=False"),
    _activation("sigmoid", "Sigmoid"),
    _activation("logsigmoid", "LogSigmoid"),
    _activation("tanh", "Tanh"),
    _activation("softsign", "Softsign"),
    _activation("tanhshrink", "Tanhshrink"),
    _activation(
        "hardtanh",
        "Hardtanh",
        "min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None",
        parameters="min_val=-1.0, max_val=1.0, inplace=False",
    ),
    _activation("hardswish", "Hardswish", "inplace=False"),
    _activation("hardsigmoid", "Hardsigmoid", "inplace=False"),
    _activation("softplus", "Softplus", "beta=1.0, threshold=20.0"),
    _activation("hardshrink", "Hardshrink", "lambd=0.5"),
    _activation("softshrink", "Softshrink", "lambd=0.5"),
    _activation(
        "rrelu",
        "RReLU",
        "lower=0.125, upper=0.3333333333333333, inplace=False",
        parameters="lower=0.125, upper=0.3333333333333333, training=False, inplace=False",
    ),
    Operator(
        Family.ACTIVATION,
        _SAME,
        "Tensor input, threshold, value, inplace=False",
        ("threshold((2, 3), 0.1, 20)", "Threshold(0.1, 20)((2, 3))"),
        ("threshold",),
        ("Threshold",),
        "threshold, value, inplace=False",
    ),
    Operator(
        Family.ACTIVATION,
        Contract(_scaled, lambda call: (sizes(call, "input"),)),
        "Tensor input",
        ("PReLU(3)((2, 3, 4))",),
        (),
        ("PReLU",),
        "num_parameters=1, init=0.25",
    ),
    Operator(
        Family.ACTIVATION,
        Contract(_needs_halves, _halved),
        "Tensor input, dim=-1",
        ("glu((2, 3, 4))", "GLU(0)((2, 3, 4))"),
        ("glu",),
        ("GLU",),
        "dim=-1",
    ),
    Operator(Family.ACTIVATION, _SAME, "Tensor input", ("Identity()((2, 3))",), (), ("Identity",), "*args"),
    _softmax("softmax", "Softmax"),
    _softmax("log_softmax", "LogSoftmax"),
    _softmax("softmin", "Softmin"),
    Operator(
        Family.SOFTMAX,
        Contract(lambda _: (one_of(Rank("input"), 4, 3),), lambda call: (sizes(call, "input"),)),
        "Tensor input",
        ("Softmax2d()((2, 3, 4, 4))",),
        (),
        ("Softmax2d",),
    ),
    Operator(
        Family.SOFTMAX,
        Contract(lambda call: named(call, "dim", "logits"), lambda call: (sizes(call, "logits"),)),
        "Tensor logits, tau=1, hard=False, eps=1e-10, dim=-1",
        ("gumbel_softmax((2, 3))",),
        ("gumbel_softmax",),
    ),
    _activation("dropout", "Dropout", "p=0.5, inplace=False", _DROPOUT, Family.DROPOUT),
    _activation(
        "alpha_dropout", "AlphaDropout", "p=0.5, inplace=False", "p=0.5, training=False, inplace=False", Family.DROPOUT
    ),
    _activation(
        "feature_alpha_dropout",
        "FeatureAlphaDropout",
        "p=0.5, inplace=False",
        "p=0.5, training=False, inplace=False",
        Family.DROPOUT,
        _CHANNELS,
    ),
    _ranked("dropout1d", "Dropout1d", 3, 2, example="(2, 3, 4)"),
    _activation("dropout2d", "Dropout2d", "p=0.5, inplace=False", _DROPOUT, Family.DROPOUT, _CHANNELS),
    _activation("dropout3d", "Dropout3d", "p=0.5, inplace=False", _DROPOUT, Family.DROPOUT),
)
