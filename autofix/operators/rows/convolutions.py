"""Convolutions and the pooling of windows, for one, two and three spatial dimensions.

Source: torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.MaxPool2d and torch.nn.AdaptiveAvgPool2d, sections Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, below, divides, equal, one_of
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Size, Term, sizes


def windows(
    size: Term, kernel: Term, stride: Term, padding: Term, dilation: Term
) -> tuple[tuple[Requirement, ...], Term]:
    """Return that the kernel fits into the padded input by steps that lead on, and how many places it has there."""
    reach = dilation * (kernel - 1) + 1
    room = size + padding * 2
    steps = at_least(stride, 1), at_least(dilation, 1)
    return (at_least(room, reach), at_least(kernel, 1), *steps), (room - reach) // stride + 1


def _spatial(call: Call, count: int) -> tuple[tuple[Requirement, ...], Dimensions, Dimensions]:
    """Return the ranks ``(N?, C, *)``, what comes before the spatial dimensions, and these."""
    own = sizes(call, "input")
    needs = (one_of(Rank("input"), count + 2, count + 1),)
    return (needs, own[:-count], own[-count:]) if len(own) in (count + 1, count + 2) else (needs, (), ())


def _kernel(call: Call, index: int) -> Term:
    return Argument("kernel_size", index) if call.tensor("weight") is None else Size("weight", 2 + index)


def _channels(call: Call, is_transposed: bool) -> tuple[Term, Term]:
    """Return the channels that a convolution takes and gives: settings of a layer, sizes of a weight."""
    if call.tensor("weight") is None:
        return Argument("in_channels"), Argument("out_channels")
    if is_transposed:
        return Size("weight", 0), Size("weight", 1) * Argument("groups")
    return Size("weight", 1) * Argument("groups"), Size("weight", 0)


def _conv_windows(call: Call, count: int) -> tuple[list[Requirement], Dimensions]:
    requirements: list[Requirement] = []
    result: list[Term] = []
    padding = call.get("padding")
    for index, size in enumerate(_spatial(call, count)[2]):
        if padding == "same":
            result.append(size)
            continue
        amount = Number(0) if padding == "valid" else Argument("padding", index)
        fits, places = windows(
            size, _kernel(call, index), Argument("stride", index), amount, Argument("dilation", index)
        )
        requirements += fits
        result.append(places)
    return requirements, tuple(result)


def _transposed_windows(call: Call, count: int) -> tuple[list[Requirement], Dimensions]:
    requirements: list[Requirement] = []
    result: list[Term] = []
    for index, size in enumerate(_spatial(call, count)[2]):
        stride, dilation, extra = (Argument(name, index) for name in ("stride", "dilation", "output_padding"))
        limit = max((stride, dilation), key=lambda term: term.value_in(call) or 0)
        whole = (size - 1) * stride - Argument("padding", index) * 2 + dilation * (_kernel(call, index) - 1) + extra + 1
        steps = at_least(stride, 1), at_least(dilation, 1)
        requirements += (below(extra, limit), at_least(whole, 1), at_least(_kernel(call, index), 1), *steps)
        result.append(whole)
    return requirements, tuple(result)


def _convolution(count: int, is_transposed: bool) -> Contract:
    sliding = _transposed_windows if is_transposed else _conv_windows

    def requires(call: Call) -> Iterator[Requirement]:
        ranks, front, _ = _spatial(call, count)
        weight = call.tensor("weight")
        if weight is not None:
            yield one_of(Rank("weight"), count + 2)
        yield from ranks
        if not front or (weight is not None and weight.rank != count + 2):
            return
        channels_in, channels_out = _channels(call, is_transposed)
        yield equal(front[-1], channels_in)
        yield from (divides(Argument("groups"), term) for term in (channels_in, channels_out))
        if call.tensor("bias") is not None:
            yield equal(Rank("bias"), 1)
            yield equal(Size("bias", 0), channels_out)
        yield from sliding(call, count)[0]

    def result(call: Call) -> Iterator[Dimensions]:
        front = _spatial(call, count)[1]
        yield (*front[:-1], _channels(call, is_transposed)[1], *sliding(call, count)[1])

    return Contract(requires, result)


# -- pooling -----------------------------------------------------------------------------------------------------------


def _pool_terms(call: Call, index: int) -> tuple[Term, Term, Term, Term]:
    """Return kernel, stride, padding and dilation; a stride that was not passed is the kernel."""
    kernel = Argument("kernel_size", index)
    stride = kernel if call.get("stride") in (None, ()) else Argument("stride", index)
    dilation = Number(1) if call.get("dilation") is None else Argument("dilation", index)
    return kernel, stride, Argument("padding", index), dilation


def _pool_windows(call: Call, count: int) -> tuple[list[Requirement], Dimensions]:
    requirements: list[Requirement] = []
    result: list[Term] = []
    for index, size in enumerate(_spatial(call, count)[2]):
        kernel, stride, padding, dilation = _pool_terms(call, index)
        fits, places = windows(size, kernel, stride, padding, dilation)
        if call.get("ceil_mode") is True:
            # The last window may reach over the end, but has to start inside the input or its left padding.
            reach = dilation * (kernel - 1) + 1
            places = (size + padding * 2 - reach + stride - 1) // stride + 1
            start = ((places - 1) * stride).value_in(call) or 0
            places = places - 1 if start >= ((size + padding).value_in(call) or 0) else places
            fits = (at_least(places, 1), at_least(kernel, 1), at_least(stride, 1), at_least(dilation, 1))
        requirements += (*fits, at_least(kernel // 2, padding))
        result.append(places)
    return requirements, tuple(result)


def _pooling(count: int, is_average: bool) -> Contract:
    def requires(call: Call) -> Iterator[Requirement]:
        yield from _spatial(call, count)[0]
        yield from _pool_windows(call, count)[0]
        if is_average and count == 3:  # In three dimensions the kernel has to fit without the padding.
            rest = enumerate(_spatial(call, count)[2])
            yield from (at_least(size, Argument("kernel_size", index)) for index, size in rest)

    def result(call: Call) -> Iterator[Dimensions]:
        shape = (*_spatial(call, count)[1], *_pool_windows(call, count)[1])
        yield from (shape, shape) if call.get("return_indices") is True else (shape,)

    return Contract(requires, result)


def _adaptive(count: int, is_average: bool) -> Contract:
    def result(call: Call) -> Iterator[Dimensions]:
        own = sizes(call, "input")
        front, rest = own[:-count], own[-count:]
        output_size = [Argument("output_size", index) for index in range(count)]
        chosen = (size if term.value_in(call) is None else term for size, term in zip(rest, output_size, strict=True))
        shape = (*front, *chosen)
        yield from (shape, shape) if call.get("return_indices") is True else (shape,)

    def requires(call: Call) -> Iterator[Requirement]:
        # An average over everything is a mean, which takes any number of dimensions before.
        is_mean = is_average and count > 1 and set(call.integers("output_size") or (0,)) == {1}
        yield from (at_least(Rank("input"), count),) if is_mean else _spatial(call, count)[0]

    return Contract(requires, result)


def _unpooling(count: int) -> Contract:
    def requires(call: Call) -> Iterator[Requirement]:
        yield from _spatial(call, count)[0]
        yield equal(Rank("indices"), Rank("input"))
        yield from map(equal, sizes(call, "input"), sizes(call, "indices"))
        yield at_least(Argument("kernel_size"), 0 if count < 3 else 1)

    def result(call: Call) -> Iterator[Dimensions | None]:
        if call.get("output_size") is not None:
            yield None
            return
        _, front, rest = _spatial(call, count)
        grown: list[Term] = []
        for index, size in enumerate(rest):
            kernel, stride, padding, _ = _pool_terms(call, index)
            grown.append((size - 1) * stride - padding * 2 + kernel)
        yield (*front, *grown)

    return Contract(requires, result)


# -- rows --------------------------------------------------------------------------------------------------------------

_LAYER = "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
_TRANSPOSED = (
    "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, "
)
_FUNCTION = "Tensor input, Tensor weight, Tensor? bias=None, stride=1, padding=0, "
_MAX = "kernel_size, stride=None, padding=0, dilation=1, "
_AVERAGE = "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True"


def _convolutions(n: int) -> Iterator[Operator]:
    """Yield the rows of a convolution and its transpose, each as function and as layer."""
    image, kernel = ", ".join(("7", "8", "9")[:n]), ", ".join(("3", "3", "2")[:n])
    for transpose, title, rest, settings in (
        ("", "", "dilation=1, groups=1", _LAYER),
        ("_transpose", "Transpose", "output_padding=0, groups=1, dilation=1", _TRANSPOSED),
    ):
        contract, function, layer = _convolution(n, bool(transpose)), f"conv{transpose}{n}d", f"Conv{title}{n}d"
        weight = f"(4, 3, {kernel})" if transpose else f"(6, 2, {kernel})"
        examples: tuple[str, ...] = (
            f"{function}((2, 4, {image}), {weight}, stride=2, padding=1)"
            if transpose
            else f"{function}((2, 4, {image}), {weight}, (6,), 2, 1, groups=2)",
        )
        yield Operator(Family.CONVOLUTION, contract, f"{_FUNCTION}{rest}", examples, (function,))
        examples = (
            f"{layer}(4, 6, 3, 2, 1, groups=2)((2, 4, {image}))",
            f"{layer}(4, 6, ({kernel},))((4, {image}))",
        )
        yield Operator(
            Family.CONVOLUTION, contract, "Tensor input", examples, (), (layer,), f"{settings}padding_mode='zeros'"
        )


def _pools(n: int) -> Iterator[Operator]:
    """Yield the rows of the poolings over ``n`` dimensions; a row is a function and its layer."""
    image = ", ".join(("7", "8", "9")[:n])
    divisor = "" if n == 1 else ", divisor_override=None"
    for kind, title, parameters, settings in (
        ("max", "Max", f"{_MAX}ceil_mode=False, return_indices=False", f"{_MAX}return_indices=False, ceil_mode=False"),
        ("avg", "Avg", f"{_AVERAGE}{divisor}", f"{_AVERAGE}{divisor}"),
    ):
        name, layer = f"{kind}_pool{n}d", f"{title}Pool{n}d"
        examples = (
            f"{name}((2, 4, {image}), 3, 2, 1)",
            f"{name}((2, 4, {image}), 2, ceil_mode=True)",
            f"{layer}(2)((4, {image}))",
            f"{layer}(3, 2, 1, ceil_mode=True)((2, 4, {image}))",
        )
        yield Operator(
            Family.POOLING,
            _pooling(n, kind == "avg"),
            f"Tensor input, {parameters}",
            examples,
            (name,),
            (layer,),
            settings,
        )
    for kind, title, rest in (("avg", "Avg", ""), ("max", "Max", ", return_indices=False")):
        name, layer = f"adaptive_{kind}_pool{n}d", f"Adaptive{title}Pool{n}d"
        size = ", ".join(("3", "2", "2")[:n])
        calls = (f"{name}((2, 4, {image}), ({size},))", f"{layer}(1)((4, {image}))")
        parameters, settings = f"Tensor input, output_size{rest}", f"output_size{rest}"
        yield Operator(Family.POOLING, _adaptive(n, kind == "avg"), parameters, calls, (name,), (layer,), settings)
    settings = "kernel_size, stride=None, padding=0"
    example = f"int64(2, 4, {', '.join('2' * n)})"
    yield Operator(
        Family.RESAMPLING,
        _unpooling(n),
        f"Tensor input, Tensor indices, {settings}, output_size=None",
        (f"max_unpool{n}d({example[5:]}, {example}, 2)", f"MaxUnpool{n}d(2)({example[5:]}, {example})"),
        (f"max_unpool{n}d",),
        (f"MaxUnpool{n}d",),
        settings,
    )


ROWS = (*(row for n in (1, 2, 3) for row in _convolutions(n)), *(row for n in (1, 2, 3) for row in _pools(n)))
