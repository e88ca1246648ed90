"""Operators that rename dimensions: reshapes, permutations, added and removed ones, expansions.

Source: torch.Tensor, and torch, section Indexing, Slicing, Joining, Mutating Ops.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, below, equal, expands_to
from autofix.operators.families import Family
from autofix.operators.notation import expansion, shapes
from autofix.operators.operator import Contract, Operator, argument
from autofix.operators.places import named, place, places
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


def _squeeze(call: Call) -> Iterator[Dimensions]:
    own, chosen = sizes(call, "input"), places(call, "dim")
    gone = range(len(own)) if chosen is None else chosen
    yield tuple(size for at, size in enumerate(own) if at not in gone or size.value_in(call) != 1)


def _unsqueeze(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dim", extra=1)
    yield (*own[:at], Number(1), *own[at:])


def _swap(call: Call) -> Iterator[Dimensions]:
    own = [*sizes(call, "input")]
    if own:
        a, b = place(call, "dim0"), place(call, "dim1")
        own[a], own[b] = own[b], own[a]
    yield tuple(own)


def _swap_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim0")
    yield from named(call, "dim1")


def _turn_requires(call: Call) -> Iterator[Requirement]:
    yield equal(Length("dims"), Rank("input"))
    yield from named(call, "dims")


def _turn(call: Call) -> Iterator[Dimensions | None]:
    own, order = sizes(call, "input"), places(call, "dims")
    yield None if order is None else tuple(own[at] for at in order)


def _move(call: Call) -> Iterator[Dimensions]:
    own, sources, targets = sizes(call, "input"), places(call, "source") or (), places(call, "destination") or ()
    rest = iter([at for at in range(len(own)) if at not in sources])
    order = dict(zip(targets, sources, strict=True))
    yield tuple(own[order[at] if at in order else next(rest)] for at in range(len(own)))


def _move_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "source")
    yield from named(call, "destination")
    if isinstance(call.get("source"), tuple):
        yield equal(Length("source"), Length("destination"))


def _expand_sizes(call: Call) -> tuple[tuple[Requirement, ...], Dimensions]:
    own, asked = sizes(call, "input"), argument("size", call)
    expanded: list[Term] = []
    requirements: list[Requirement] = [at_least(Length("size"), Rank("input"))]
    for index, size in enumerate(asked):
        at = index - (len(asked) - len(own))
        if size.value_in(call) == -1:
            requirements += () if at >= 0 else (at_least(size, 0),)
            expanded.append(own[at] if at >= 0 else size)
        else:
            requirements += (at_least(size, 0), *((expands_to(own[at], size),) if at >= 0 else ()))
            expanded.append(size)
    return tuple(requirements), tuple(expanded)


def _repeat(call: Call) -> Iterator[Dimensions | None]:
    """State the result: ``repeat`` takes a number for each dimension and more in front; of fewer it is not known."""
    own, times = sizes(call, "input"), argument("repeats", call)
    if len(times) < len(own):
        yield None
        return
    padded = (*(None for _ in range(len(times) - len(own))), *own)
    yield tuple(time if size is None else Product((size, time)) for size, time in zip(padded, times, strict=True))


def _tile(call: Call) -> Iterator[Dimensions]:
    """State the result: ``tile`` pads the shorter of shape and numbers with ones."""
    own, times = sizes(call, "input"), argument("dims", call)
    width = max(len(own), len(times))
    padded = ((Number(1),) * (width - len(own)) + own, (Number(1),) * (width - len(times)) + times)
    yield tuple(Product(pair) for pair in zip(*padded, strict=True))


def _interleave(call: Call) -> Iterator[Dimensions | None]:
    own, times = sizes(call, "input"), call.integer("repeats")
    if times is None:
        yield None
    elif call.integer("dim") is None:
        yield (elements((*own, Argument("repeats"))),)
    else:
        at = place(call, "dim")
        yield tuple(Product((size, Argument("repeats"))) if index == at else size for index, size in enumerate(own))


def _reversed_pair(call: Call) -> Iterator[Dimensions]:
    own = sizes(call, "input")
    yield (*own[:-2], *reversed(own[-2:]))


def _along(name: str) -> Contract:
    return Contract(lambda call: named(call, name), lambda call: (sizes(call, "input"),))


_EXPAND = Contract(lambda call: _expand_sizes(call)[0], lambda call: (_expand_sizes(call)[1],))
_SWAP = Contract(_swap_requires, _swap)
_MATRIX = Contract(lambda _: (at_least(Rank("input"), 2),), _reversed_pair)
_PAIR = Contract(lambda _: (below(Rank("input"), 3),), _reversed_pair)


def view(
    names: str,
    parameters: str,
    contract: Contract,
    *examples: str,
    layer: str = "",
    family: Family = Family.VIEW,
    settings: str = "",
) -> Operator:
    """Return the row of an operator that makes another view of its input."""
    return Operator(family, contract, parameters, examples, tuple(names.split()), tuple(layer.split()), settings)


ROWS = (
    view(
        "squeeze",
        "Tensor input, dim=None",
        Contract(lambda call: named(call, "dim"), _squeeze),
        "squeeze((2, 1, 3))",
        "squeeze((2, 1, 3), 1)",
        "squeeze((2, 1, 3, 1), (1, 3))",
    ),
    view(
        "unsqueeze",
        "Tensor input, dim",
        Contract(lambda call: named(call, "dim", extra=1), _unsqueeze),
        "unsqueeze((2, 3), 1)",
        "unsqueeze((2, 3), -1)",
    ),
    view("transpose swapaxes swapdims", "Tensor input, dim0, dim1", _SWAP, "transpose((2, 3, 4), 1, -1)"),
    view("permute", "Tensor input, *dims", Contract(_turn_requires, _turn), "permute((2, 3, 4), (0, 2, 1))"),
    view(
        "movedim moveaxis",
        "Tensor input, source, destination",
        Contract(_move_requires, _move),
        "movedim((2, 3, 4), 0, -1)",
        "movedim((2, 3, 4), (0, 1), (1, 2))",
    ),
    view("t T", "Tensor input", _PAIR, "t((2, 3))"),
    view("mT adjoint mH", "Tensor input", _MATRIX, "mT((2, 3, 4))"),
    view(
        "expand",
        "Tensor input, *size",
        _EXPAND,
        "expand((2, 1, 3), (5, -1, 4, 3))",
        "expand((1, 3), (2, 3))",
        family=Family.EXPANSION,
    ),
    view("broadcast_to", "Tensor input, *size", _EXPAND, "broadcast_to((1, 3), (2, 3))", family=Family.EXPANSION),
    view(
        "expand_as",
        "Tensor input, Tensor other",
        Contract(lambda call: expansion(call, "input", sizes(call, "other")), lambda call: (sizes(call, "other"),)),
        "expand_as((3, 1), (2, 3, 4))",
        family=Family.EXPANSION,
    ),
    view(
        "repeat",
        "Tensor input, *repeats",
        Contract(lambda _: (at_least(Length("repeats"), Rank("input")),), _repeat),
        "repeat((2, 3), 2, 1, 3)",
        "repeat((2, 3), (1, 4))",
        family=Family.REPETITION,
    ),
    view(
        "tile",
        "Tensor input, *dims",
        Contract(lambda call: (at_least(term, 0) for term in argument("dims", call)), _tile),
        "tile((2, 3), (2,))",
        "tile((3,), (2, 2))",
        family=Family.REPETITION,
    ),
    view(
        "repeat_interleave",
        "Tensor input, repeats, dim=None",
        Contract(lambda call: named(call, "dim"), _interleave),
        "repeat_interleave((2, 3), 4)",
        "repeat_interleave((2, 3), 2, 1)",
    ),
    view("flip", "Tensor input, *dims", _along("dims"), "flip((2, 3, 4), (0, 2))"),
    view("roll", "Tensor input, shifts, dims=None", _along("dims"), "roll((2, 3, 4), 1, 1)"),
    view(
        "fliplr",
        "Tensor input",
        Contract(lambda _: (at_least(Rank("input"), 2),), lambda call: (sizes(call, "input"),)),
        "fliplr((2, 3))",
    ),
    view("triu", "Tensor input, diagonal=0", shapes("input (*, n, m) -> (*, n, m)"), "triu((2, 3, 4))"),
    view("tril", "Tensor input, diagonal=0", shapes("input (*, n, m) -> (*, n, m)"), "tril((2, 3, 4))"),
    view(
        "pixel_unshuffle",
        "Tensor input, downscale_factor",
        shapes(
            "input (*, C, H * downscale_factor, W * downscale_factor)"
            " -> (*, C * downscale_factor * downscale_factor, H, W)"
        ),
        "pixel_unshuffle((2, 3, 8, 12), 2)",
        "PixelUnshuffle(2)((2, 3, 8, 12))",
        layer="PixelUnshuffle",
        settings="downscale_factor",
    ),
    view(
        "pixel_shuffle",
        "Tensor input, upscale_factor",
        shapes(
            "input (*, C * upscale_factor * upscale_factor, H, W) -> (*, C, H * upscale_factor, W * upscale_factor)"
        ),
        "pixel_shuffle((2, 12, 4, 5), 2)",
        "PixelShuffle(2)((2, 12, 4, 5))",
        layer="PixelShuffle",
        settings="upscale_factor",
    ),
    view(
        "channel_shuffle",
        "Tensor input, groups",
        shapes("input (N, C * groups, *) -> (N, C * groups, *)"),
        "channel_shuffle((2, 6, 3, 3), 3)",
        "ChannelShuffle(3)((2, 6, 3, 3))",
        layer="ChannelShuffle",
        settings="groups",
    ),
)
