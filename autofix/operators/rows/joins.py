"""Operators that join tensors or cut one into pieces.

Source: torch, section Indexing, Slicing, Joining, Mutating Ops.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from autofix.operators.equations import Requirement, at_least, below, equal, within
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator, argument
from autofix.operators.places import named, place
from autofix.operators.terms import (
    Argument,
    Call,
    Dimensions,
    Length,
    Number,
    Rank,
    Term,
    sizes,
    total,
)


def _parts(call: Call) -> tuple[Dimensions, ...]:
    return tuple(sizes(call, "tensors", item) for item in range(len(call.tensors("tensors"))))


def _dim(call: Call, rank: int) -> int:
    value = call.integer("dim") or 0
    return value + rank if value < 0 else value


def _agree(parts: tuple[Dimensions, ...], but: int | None) -> Iterator[Requirement]:
    """Yield that all parts have one rank and the same sizes, but for one dimension."""
    for item, part in enumerate(parts[1:], 1):
        if len(part) != len(parts[0]):
            yield equal(Rank("tensors", item), Rank("tensors", 0))
            continue
        yield from (
            equal(size, first) for at, (size, first) in enumerate(zip(part, parts[0], strict=True)) if at != but
        )


def _concatenated(parts: tuple[Dimensions, ...], at: int) -> Dimensions:
    first = parts[0]
    return (*first[:at], total(tuple(part[at] for part in parts)), *first[at + 1 :])


def _cat_requires(call: Call) -> Iterator[Requirement]:
    parts = _parts(call)
    if parts:
        yield from within(Argument("dim"), Rank("tensors", 0))
        yield from (at_least(Rank("tensors", item), 1) for item, part in enumerate(parts) if not part)
        yield from _agree(parts, _dim(call, len(parts[0])))


def _cat(call: Call) -> Iterator[Dimensions | None]:
    parts = _parts(call)
    yield _concatenated(parts, _dim(call, len(parts[0]))) if parts else None


def _stack_requires(call: Call) -> Iterator[Requirement]:
    parts = _parts(call)
    if parts:
        yield from within(Argument("dim"), Rank("tensors", 0) + 1)
        yield from _agree(parts, None)


def _stack(call: Call) -> Iterator[Dimensions | None]:
    parts = _parts(call)
    at = _dim(call, len(parts[0]) + 1) if parts else 0
    yield (*parts[0][:at], Length("tensors"), *parts[0][at:]) if parts else None


def _along(at_of_rank: tuple[int, int]) -> Contract:
    """Return the contract of ``hstack`` and its kin, which join along one dimension, vectors along the first."""
    least, at = at_of_rank

    def padded(call: Call) -> tuple[Dimensions, ...]:
        return tuple(_with_ones(part, least) for part in _parts(call))

    def place_of(parts: tuple[Dimensions, ...]) -> int:
        return 0 if len(parts[0]) == 1 else at

    def requires(call: Call) -> Iterator[Requirement]:
        parts = padded(call)
        yield from _agree(parts, place_of(parts)) if parts else ()

    def result(call: Call) -> Iterator[Dimensions | None]:
        parts = padded(call)
        yield _concatenated(parts, place_of(parts)) if parts else None

    return Contract(requires, result)


def _with_ones(part: Dimensions, least: int) -> Dimensions:
    """Return a shape of at least ``least`` dimensions as torch's ``atleast_nd`` pads it."""
    unit: Term = Number(1)
    if least == 3 and len(part) < 3:
        return (unit, *(part or (unit,)), unit) if len(part) < 2 else (*part, unit)
    return part if len(part) >= least else (unit,) * (least - len(part)) + part


def _columns(call: Call) -> tuple[Dimensions, ...]:
    return tuple(part if len(part) > 1 else (*(part or (Number(1),)), Number(1)) for part in _parts(call))


_COLUMNS = Contract(
    lambda call: _agree(_columns(call), 1), lambda call: (_concatenated(_columns(call), 1) if _parts(call) else None,)
)


def _diagonal_blocks(call: Call) -> Iterator[Dimensions]:
    padded = [(Number(1),) * (2 - len(part)) + part for part in _parts(call)]
    yield tuple(total(tuple(part[at] for part in padded)) for at in range(2))


def _grid(call: Call) -> Iterator[Dimensions]:
    whole = tuple(part[0] if part else Number(1) for part in _parts(call))
    if call.get("indexing") == "xy":
        whole = (*reversed(whole[:2]), *whole[2:])
    yield from (whole for _ in _parts(call))


def _broadcast_all(call: Call) -> Iterator[Dimensions]:
    parts = _parts(call)
    yield from (broadcast(call, [*parts])[1] for _ in parts)


# -- cutting -----------------------------------------------------------------------------------------------------------


def _split_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at, own = place(call, "dim"), sizes(call, "input")
    asked = argument("split_size_or_sections", call)
    if not isinstance(call.get("split_size_or_sections"), tuple):
        yield at_least(asked[0], 1)
    elif 0 <= at < len(own):
        yield from (at_least(term, 0) for term in asked)
        yield equal(total(asked), own[at])


def _split(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dim")
    asked = argument("split_size_or_sections", call)
    if isinstance(call.get("split_size_or_sections"), tuple):
        yield from (_piece(own, at, size) for size in asked)
        return
    yield from _equal_pieces(call, own, at, asked[0])


def _equal_pieces(call: Call, own: Dimensions, at: int, each: Term) -> Iterator[Dimensions]:
    size, step = own[at].value_in(call) or 0, each.value_in(call) or 0
    count = -(-size // step) if step > 0 else 0
    yield from (_piece(own, at, each) for _ in range(count - 1))
    yield _piece(own, at, own[at] - each * (count - 1))


def _chunk_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    yield at_least(Argument("chunks"), 1)


def _chunk(call: Call) -> Iterator[Dimensions]:
    """State the result: pieces of the size divided by their number and rounded up, so that there may be fewer."""
    own, at = sizes(call, "input"), place(call, "dim")
    yield from _equal_pieces(call, own, at, (own[at] + Argument("chunks") - 1) // Argument("chunks"))


def _unbind(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dim")
    yield from ((*own[:at], *own[at + 1 :]) for _ in range(own[at].value_in(call) or 0))


def _piece(own: Dimensions, at: int, size: Term) -> Dimensions:
    return (*own[:at], size, *own[at + 1 :])


def _narrow_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at, own = place(call, "dim"), sizes(call, "input")
    if 0 <= at < len(own):
        yield from within(Argument("start"), own[at] + 1)
        yield at_least(own[at], Argument("start") + Argument("length"))


def _tensor_split(call: Call) -> Iterator[Dimensions]:
    """State the result: pieces of which the first ones are one larger, or those between the indices that are told."""
    own, at, count = sizes(call, "input"), place(call, "dim"), call.integer("indices_or_sections")
    size = own[at].value_in(call) or 0
    if count is not None:
        yield from (_piece(own, at, Number(size // count + (index < size % count))) for index in range(count))
        return
    ends = (0, *(call.integers("indices_or_sections") or ()), size)
    yield from (_piece(own, at, Number(b - a)) for a, b in pairwise(ends))


def join(names: str, parameters: str, contract: Contract, *examples: str, family: Family = Family.JOIN) -> Operator:
    return Operator(family, contract, parameters, examples, tuple(names.split()))


def split(names: str, parameters: str, contract: Contract, *examples: str) -> Operator:
    return Operator(Family.SPLIT, contract, parameters, examples, tuple(names.split()))


ROWS = (
    join(
        "cat concat concatenate",
        "Tensor[] tensors, dim=0",
        Contract(_cat_requires, _cat),
        "cat([(2, 3), (4, 3)])",
        "cat([(2, 3, 4), (2, 5, 4), (2, 1, 4)], dim=1)",
        "cat([(2, 3), (2, 1)], -1)",
    ),
    join(
        "stack",
        "Tensor[] tensors, dim=0",
        Contract(_stack_requires, _stack),
        "stack([(2, 3), (2, 3)])",
        "stack([(2, 3), (2, 3), (2, 3)], -1)",
    ),
    join("hstack", "Tensor[] tensors", _along((1, 1)), "hstack([(2, 3), (2, 4)])", "hstack([(3,), (4,)])"),
    join("vstack row_stack", "Tensor[] tensors", _along((2, 0)), "vstack([(2, 3), (4, 3)])", "vstack([(3,), (3,)])"),
    join("dstack", "Tensor[] tensors", _along((3, 2)), "dstack([(2, 3), (2, 3)])"),
    join("column_stack", "Tensor[] tensors", _COLUMNS, "column_stack([(2,), (2, 3)])"),
    join(
        "block_diag",
        "Tensor[] *tensors",
        Contract(lambda call: (below(Rank("tensors", item), 3) for item in range(len(_parts(call)))), _diagonal_blocks),
        "block_diag((2, 3), (4, 5))",
        family=Family.GRID,
    ),
    join(
        "meshgrid",
        "Tensor[] *tensors, indexing=None",
        Contract(lambda call: (below(Rank("tensors", item), 2) for item in range(len(_parts(call)))), _grid),
        "meshgrid((2,), (3,))",
        family=Family.GRID,
    ),
    join(
        "broadcast_tensors",
        "Tensor[] *tensors",
        Contract(lambda call: broadcast(call, [*_parts(call)])[0], _broadcast_all),
        "broadcast_tensors((2, 3), (2, 1))",
        family=Family.GRID,
    ),
    split(
        "split",
        "Tensor input, split_size_or_sections, dim=0",
        Contract(_split_requires, _split),
        "split((6, 4), 2)",
        "split((2, 6), [1, 5], 1)",
        "split((7, 4), 3)",
    ),
    split(
        "chunk",
        "Tensor input, chunks, dim=0",
        Contract(_chunk_requires, _chunk),
        "chunk((6, 4), 3)",
        "chunk((2, 7), 3, 1)",
    ),
    split(
        "tensor_split",
        "Tensor input, indices_or_sections, dim=0",
        Contract(lambda call: named(call, "dim"), _tensor_split),
        "tensor_split((7, 4), 3)",
    ),
    split(
        "unbind",
        "Tensor input, dim=0",
        Contract(lambda call: named(call, "dim"), _unbind),
        "unbind((3, 4))",
        "unbind((3, 4), -1)",
    ),
    split(
        "narrow",
        "Tensor input, dim, start, length",
        Contract(
            _narrow_requires, lambda call: (_piece(sizes(call, "input"), place(call, "dim"), Argument("length")),)
        ),
        "narrow((3, 6), 1, 2, 3)",
    ),
)
