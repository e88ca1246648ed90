"""Subscripts: ``x[0, :, None, ..., index]``.

Source: the indexing of numpy, which torch follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

from autofix.operators.equations import DtypeIn, Requirement, at_least, equal, expands_to, within
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator
from autofix.operators.rows.indexing import INDICES
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Term, sizes
from autofix.records.values import Tensor, is_integer

# What a tensor between the brackets holds: whole numbers, or a mask.
PICKING_DTYPES = (*INDICES, "uint8", "bool")


def _keys(call: Call) -> tuple[Any, ...]:
    key = call.get("index")
    return key if isinstance(key, tuple) else (key,)


def is_mask(key: Any) -> TypeGuard[Tensor]:
    """Return whether a key between the brackets is a mask, which stands for as many dimensions as it has itself."""
    return isinstance(key, Tensor) and key.dtype in ("bool", "uint8")


def _is_ellipsis(key: Any) -> bool:
    return key is Ellipsis or getattr(key, "type", "") == "ellipsis"


def _used(keys: tuple[Any, ...]) -> int:
    return sum(key.rank if is_mask(key) else 1 for key in keys if key is not None and not _is_ellipsis(key))


def _aligned(call: Call) -> Iterator[tuple[int, Any, int]]:
    """Yield each key with its place among the keys and the dimension that it indexes."""
    keys, at = _keys(call), 0
    for index, key in enumerate(keys):
        yield index, key, at
        if _is_ellipsis(key):
            at += max(0, len(sizes(call, "input")) - _used(keys))
        elif key is not None:
            at += key.rank if is_mask(key) else 1


def _subscript_requires(call: Call) -> Iterator[Requirement]:
    keys, own = _keys(call), sizes(call, "input")
    yield at_least(Rank("input"), _used(keys))
    if len(own) < _used(keys):
        return
    single = not isinstance(call.get("index"), tuple)
    for index, key, at in _aligned(call):
        if isinstance(key, Tensor):
            yield DtypeIn("index", PICKING_DTYPES, None if single else index)
        if is_integer(key):
            yield from within(Argument("index", None if single else index), own[at])
        elif is_mask(key):
            yield from (equal(own[at + d], size) for d, size in enumerate(key.shape))
    index_shapes = [tuple(map(Number, key.shape)) for key in keys if isinstance(key, Tensor) and not is_mask(key)]
    if len(index_shapes) > 1:
        yield from broadcast(call, [*index_shapes])[0]


def _subscript(call: Call) -> Iterator[Dimensions | None]:
    keys, own = _keys(call), sizes(call, "input")
    if any(is_mask(key) or not _is_known(key) for key in keys):
        yield None
        return
    chosen = [index for index, key in enumerate(keys) if isinstance(key, Tensor)]
    numbers = [index for index, key in enumerate(keys) if is_integer(key)] if chosen else []
    places = sorted((*chosen, *numbers))
    together = not places or places[-1] - places[0] == len(places) - 1
    picked = broadcast(call, [tuple(map(Number, keys[index].shape)) for index in chosen])[1]
    result: list[Term] = []
    front = 0
    last = 0
    for index, key, at in _aligned(call):
        if index in places and together and index == places[0]:
            front = len(result)
        last = at if _is_ellipsis(key) or key is None else at + 1
        if key is None:
            result.append(Number(1))
        elif isinstance(key, slice):
            result.append(_sliced(own[at], key, call))
        elif _is_ellipsis(key):
            last = at + len(own) - _used(keys)
            result += own[at:last]
    yield (*result[:front], *picked, *result[front:], *own[last:])


def _assignment_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: the value can be expanded to what the subscript picks; leading ones are dropped."""
    yield from _subscript_requires(call)
    picked = next(iter(_subscript(call)), None) if not _is_out_of_range(call) else None
    own = sizes(call, "value")
    if picked is None or call.tensor("value") is None:
        return
    for place in range(max(0, len(own) - len(picked))):
        yield equal(own[place], 1)
    for size, target_size in zip(reversed(own), reversed(picked), strict=False):
        yield expands_to(size, target_size)


def _is_out_of_range(call: Call) -> bool:
    return any(requirement.holds(call) is False for requirement in _subscript_requires(call))


def _is_known(key: Any) -> bool:
    return key is None or is_integer(key) or isinstance(key, (slice, Tensor)) or _is_ellipsis(key)


def _sliced(size: Term, key: slice, call: Call) -> Term:
    if (key.start, key.stop, key.step) in ((None, None, None), (0, None, None)):
        return size
    bounds = (key.start, key.stop, key.step)
    number = size.value_in(call) or 0
    return Number(len(range(*key.indices(number)))) if all(b is None or is_integer(b) for b in bounds) else size


ROWS = (
    Operator(
        Family.SUBSCRIPT,
        Contract(_subscript_requires, _subscript),
        "Tensor input, index",
        (
            "getitem((3, 4, 5), 1)",
            "getitem((3, 4, 5), (slice(None), 2))",
            "getitem((3, 4, 5), (None, ..., 0))",
            "getitem((3, 4, 5), (slice(None), slice(1, 3)))",
            "getitem((3, 4, 5), (slice(None), int64(2, 2)))",
        ),
        ("getitem",),
    ),
    Operator(
        Family.SUBSCRIPT,
        Contract(_assignment_requires, lambda _: ()),
        "Tensor input, index, Tensor value",
        (
            "setitem((3, 4, 5), (slice(None), 2), 0.0)",
            "setitem((3, 4, 5), 1, (4, 5))",
            "setitem((3, 4, 5), (slice(None), 2), (3, 1))",
            "setitem((3, 4, 5), (..., 0), (4,))",
            "setitem((3, 4, 5), (slice(None), slice(1, 3)), (1, 3, 2, 5))",
            "setitem((3, 4, 5), (slice(None), int64(2)), (3, 2, 5))",
        ),
        ("setitem",),
    ),
)
