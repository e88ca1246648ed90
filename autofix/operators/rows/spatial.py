"""Operators that resize, pad, cut out or sample images and signals.

Source: torch.nn, sections Padding Layers and Vision Layers; torch.nn.functional, section Vision functions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, below, divides, equal, one_of
from autofix.operators.families import Family
from autofix.operators.notation import shapes
from autofix.operators.operator import Contract, Operator, argument
from autofix.operators.rows.convolutions import windows
from autofix.operators.terms import (
    Argument,
    Call,
    Dimensions,
    Length,
    Number,
    Product,
    Rank,
    Term,
    elements,
    sizes,
)

_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


def _resized_requires(call: Call) -> Iterator[Requirement]:
    mode = str(call.get("mode"))
    yield one_of(Rank("input"), *((_RANKS[mode],) if mode in _RANKS else (4, 3, 5)))
    for name in ("size", "scale_factor"):
        if isinstance(call.get(name), tuple):
            yield equal(Length(name), Rank("input") - 2)
    yield equal(sum(call.get(name) is not None for name in ("size", "scale_factor")), 1)
    if any(call.get(name) is not None for name in ("size", "scale_factor")):
        yield from (at_least(term, 1) for shape in _resized(call) for term in shape[2:])


def _resized(call: Call) -> Iterator[Dimensions]:
    own = sizes(call, "input")
    spatial = enumerate(own[2:])
    if call.get("size") is not None:
        yield (*own[:2], *(Argument("size", index) for index, _ in spatial))
    else:
        yield (*own[:2], *(_scaled(call, size, index) for index, size in spatial))


def _scaled(call: Call, size: Term, index: int) -> Term:
    """State the result: a whole factor multiplies; another one rounds down."""
    factors = call.get("scale_factor")
    factor = factors[index % len(factors)] if isinstance(factors, tuple) else factors
    if isinstance(factor, int):
        return Product((size, Argument("scale_factor", index)))
    whole = isinstance(factor, float) and factor.is_integer()
    return size * int(factor) if whole else Number(math.floor((size.value_in(call) or 0) * float(factor)))


# -- padding -----------------------------------------------------------------------------------------------------------


def _sides(call: Call, name: str, count: int | None) -> tuple[tuple[Term, Term], ...]:
    """Return what is added before and behind each dimension, the last dimension first; ``count`` is that of a layer."""
    value = call.get(name)
    if count is not None and not isinstance(value, tuple):
        return ((Argument(name), Argument(name)),) * count
    entries = len(value) if isinstance(value, tuple) else 0
    return tuple((Argument(name, i), Argument(name, i + 1)) for i in range(0, entries - 1, 2))


def _padded(name: str, count: int | None = None) -> Contract:
    def requires(call: Call) -> Iterator[Requirement]:
        own, sides = sizes(call, "input"), _sides(call, name, count)
        mode = call.get("mode") or "constant"
        if isinstance(call.get(name), tuple):
            yield divides(2, Length(name))
        if count is not None or mode != "constant":
            spatial = count or len(sides)
            yield one_of(Rank("input"), spatial + 2, spatial + 1)
        else:
            yield at_least(Rank("input"), len(sides))
        least = 1 if mode == "reflect" and len(sides) == 1 else 0
        for size, (before, behind) in zip(reversed(own), sides, strict=False):
            yield at_least(size + before + behind, least)
            if mode in ("reflect", "circular"):
                limit = size if mode == "reflect" else size + 1
                yield from (below(before, limit), below(behind, limit))

    def result(call: Call) -> Iterator[Dimensions]:
        own, sides = sizes(call, "input"), _sides(call, name, count)
        grown = [size + before + behind for size, (before, behind) in zip(reversed(own), sides, strict=False)]
        yield (*own[: len(own) - len(grown)], *reversed(grown))

    return Contract(requires, result)


def _as_mode(contract: Contract, mode: str) -> Contract:
    """Return the contract of a layer whose class says how it pads."""

    def called(call: Call) -> Call:
        return Call({**call.values, "mode": mode})

    return Contract(lambda call: contract.requires(called(call)), lambda call: contract.result(called(call)))


def _padding_layers(n: int) -> Iterator[Operator]:
    image = ", ".join(("7", "8", "9")[:n])
    sides = ", ".join(str(i % 3) for i in range(2 * n))
    for kind, mode in (
        ("Zero", "layer"),
        ("Constant", "layer"),
        ("Reflection", "reflect"),
        ("Replication", "replicate"),
        ("Circular", "circular"),
    ):
        layer, value = f"{kind}Pad{n}d", ", 0.5" if kind == "Constant" else ""
        examples = (f"{layer}(2{value})((2, 3, {image}))", f"{layer}(({sides}){value})((3, {image}))")
        is_free = mode == "layer"  # Constants are padded to the last dimensions of any input.
        base = _free_padding(n) if is_free else _as_mode(_padded("padding", n), mode)
        settings = "padding, value" if kind == "Constant" else "padding"
        yield Operator(Family.PADDING, base, "Tensor input", examples, (), (layer,), settings)


def _free_padding(n: int) -> Contract:
    strict = _padded("padding", n)

    def requires(call: Call) -> Iterator[Requirement]:
        yield at_least(Rank("input"), n)
        yield from (
            requirement for requirement in strict.requires(call) if getattr(requirement, "left", None) != Rank("input")
        )

    return Contract(requires, strict.result)


# -- patches and grids -------------------------------------------------------------------------------------------------


def _patches(image: Dimensions) -> tuple[list[Requirement], Dimensions]:
    """Return what the windows over an image need, and how many there are in each dimension."""
    windows_by_dimension = [
        windows(size, *(Argument(name, index) for name in ("kernel_size", "stride", "padding", "dilation")))
        for index, size in enumerate(image)
    ]
    return [requirement for needs, _ in windows_by_dimension for requirement in needs], tuple(
        count for _, count in windows_by_dimension
    )


def _kernel_area() -> Term:
    return Argument("kernel_size", 0) * Argument("kernel_size", 1)


def _unfold_requires(call: Call) -> Iterator[Requirement]:
    yield one_of(Rank("input"), 4, 3)
    yield from _patches(sizes(call, "input")[-2:])[0]


def _unfold(call: Call) -> Iterator[Dimensions]:
    own = sizes(call, "input")
    yield (*own[:-3], own[-3] * _kernel_area(), elements(_patches(own[-2:])[1]))


def _fold_requires(call: Call) -> Iterator[Requirement]:
    own = sizes(call, "input")
    image = (Argument("output_size", 0), Argument("output_size", 1))
    needs, counts = _patches(image)
    yield one_of(Rank("input"), 3, 2)
    yield from needs
    if len(own) in (2, 3):
        yield divides(_kernel_area(), own[-2])
        yield equal(own[-1], elements(counts))


def _fold(call: Call) -> Iterator[Dimensions]:
    own = sizes(call, "input")
    yield (*own[:-2], own[-2] // _kernel_area(), Argument("output_size", 0), Argument("output_size", 1))


_THETA = shapes("theta (size[0], 2, 3) -> (size[0], size[2], size[3], 2)")
_AFFINE = Contract(
    lambda call: (*_THETA.requires(call), *(at_least(term, 1) for term in argument("size", call))), _THETA.result
)
_PATCH = "kernel_size, dilation=1, padding=0, stride=1"
_INTERPOLATE = "size=None, scale_factor=None, mode='nearest', align_corners=None"
ROWS = (
    Operator(
        Family.RESAMPLING,
        Contract(_resized_requires, _resized),
        f"Tensor input, {_INTERPOLATE}, recompute_scale_factor=None, antialias=False",
        (
            "interpolate((2, 3, 4, 5), size=(7, 8))",
            "interpolate((2, 3, 4, 5), scale_factor=2)",
            "interpolate((2, 3, 4, 5), scale_factor=2.0, mode='bilinear')",
            "Upsample(scale_factor=2)((2, 3, 4))",
            "Upsample((6, 7), mode='bilinear')((2, 3, 4, 5))",
        ),
        ("interpolate", "upsample"),
        ("Upsample",),
        f"{_INTERPOLATE}, recompute_scale_factor=None",
    ),
    *(
        Operator(
            Family.RESAMPLING,
            _as_mode(Contract(_resized_requires, _resized), mode),
            "Tensor input",
            (f"{name}(scale_factor=2)((2, 3, 4, 5))",),
            (),
            (name,),
            "size=None, scale_factor=None",
        )
        for name, mode in (("UpsamplingNearest2d", "nearest"), ("UpsamplingBilinear2d", "bilinear"))
    ),
    Operator(
        Family.PADDING,
        _padded("pad"),
        "Tensor input, pad, mode='constant', value=None",
        (
            "pad((2, 3, 7, 8), (1, 2))",
            "pad((2, 3, 7, 8), (1, 2, 0, 3))",
            "pad((2, 3, 7), (1, 2), mode='reflect')",
            "pad((2, 3, 7, 8), (1, 2, 0, 3), mode='replicate')",
        ),
        ("pad",),
    ),
    *(row for n in (1, 2, 3) for row in _padding_layers(n)),
    Operator(
        Family.RESAMPLING,
        Contract(_unfold_requires, _unfold),
        f"Tensor input, {_PATCH}",
        ("nn.functional.unfold((2, 3, 7, 8), 3, padding=1)", "Unfold((2, 3))((2, 3, 7, 8))"),
        ("nn.functional.unfold",),
        ("Unfold",),
        _PATCH,
    ),
    Operator(
        Family.RESAMPLING,
        Contract(_fold_requires, _fold),
        f"Tensor input, output_size, {_PATCH}",
        ("fold((2, 12, 20), (5, 6), 2)", "Fold((5, 6), 2)((2, 12, 20))"),
        ("fold",),
        ("Fold",),
        f"output_size, {_PATCH}",
    ),
    Operator(
        Family.RESAMPLING,
        shapes("input (N, C, H, W), grid (N, h, w, 2) -> (N, C, h, w)"),
        "Tensor input, Tensor grid, mode='bilinear', padding_mode='zeros', align_corners=None",
        ("grid_sample((2, 3, 4, 5), (2, 6, 7, 2))",),
        ("grid_sample",),
    ),
    Operator(
        Family.RESAMPLING,
        _AFFINE,
        "Tensor theta, size, align_corners=None",
        ("affine_grid((2, 2, 3), (2, 3, 6, 7))",),
        ("affine_grid",),
    ),
)
