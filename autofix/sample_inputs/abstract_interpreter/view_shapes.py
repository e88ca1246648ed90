"""What reshaping, joining and reducing make of a shape, on plain integers.

Each function raises ShapeMismatch where torch would raise; none knows layers or source text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autofix.operators import shape_functions
from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, AbstractTensor, ShapeMismatch

Shape = tuple[int, ...]


def place(dimension: int, rank: int) -> int:
    """Return a dimension counted from the front."""
    if not -rank <= dimension < rank:
        raise ShapeMismatch(f"no dimension {dimension} among {rank}")
    return dimension % rank


def flatten(shape: Shape, start: int = 0, end: int = -1) -> Shape:
    first, last = place(start, len(shape)), place(end, len(shape))
    if first > last:
        raise ShapeMismatch("the start lies behind the end")
    return (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])


def unflatten(shape: Shape, dimension: int, sizes: Shape) -> Shape:
    at = place(dimension, len(shape))
    return (*shape[:at], *view(shape[at : at + 1], sizes), *shape[at + 1 :])


def view(shape: Shape, sizes: Shape) -> Shape:
    try:
        return shape_functions.view_shape(math.prod(shape), sizes)
    except shape_functions.ShapeError as error:
        raise ShapeMismatch(str(error)) from error


def permute(shape: Shape, order: Sequence[int]) -> Shape:
    places = [place(dimension, len(shape)) for dimension in order]
    if sorted(places) != list(range(len(shape))):
        raise ShapeMismatch(f"{tuple(order)} is no order of {len(shape)} dimensions")
    return tuple(shape[at] for at in places)


def transpose(shape: Shape, first: int, second: int) -> Shape:
    order = list(range(len(shape)))
    a, b = place(first, len(shape)), place(second, len(shape))
    order[a], order[b] = order[b], order[a]
    return permute(shape, order)


def unsqueeze(shape: Shape, dimension: int) -> Shape:
    at = place(dimension, len(shape) + 1)
    return (*shape[:at], 1, *shape[at:])


def squeeze(shape: Shape, dimension: int | None) -> Shape:
    if dimension is None:
        return tuple(size for size in shape if size != 1)
    at = place(dimension, len(shape))
    return shape if shape[at] != 1 else (*shape[:at], *shape[at + 1 :])


def reduce(shape: Shape, dimensions: Sequence[int] | None, keep: bool) -> Shape:
    """Return the shape after a sum or a mean over ``dimensions``; None is all of them."""
    gone = set(range(len(shape))) if dimensions is None else {place(dimension, len(shape)) for dimension in dimensions}
    sizes = [1 if at in gone else size for at, size in enumerate(shape)]
    return tuple(size for at, size in enumerate(sizes) if keep or at not in gone)


def joined(parts: Sequence[Shape], dimension: int) -> Shape:
    first = parts[0]
    at = place(dimension, len(first))
    for part in parts[1:]:
        if len(part) != len(first) or any(a != b for i, (a, b) in enumerate(zip(part, first, strict=True)) if i != at):
            raise ShapeMismatch(f"{part} and {first} cannot be joined")
    return (*first[:at], sum(part[at] for part in parts), *first[at + 1 :])


def stacked(parts: Sequence[Shape], dimension: int) -> Shape:
    if any(part != parts[0] for part in parts):
        raise ShapeMismatch("only equal shapes can be stacked")
    shape = unsqueeze(parts[0], dimension)
    at = place(dimension, len(shape))
    return (*shape[:at], len(parts), *shape[at + 1 :])


def broadcast(left: Shape, right: Shape) -> Shape:
    try:
        return shape_functions.broadcast(left, right)
    except shape_functions.ShapeError as error:
        raise ShapeMismatch(str(error)) from error


def product(left: Shape, right: Shape) -> Shape:
    try:
        return shape_functions.matmul(left, right)
    except shape_functions.ShapeError as error:
        raise ShapeMismatch(str(error)) from error


def resized(tensor: AbstractTensor, size: Any, factor: Any) -> Any:
    """Return the result of an interpolation of everything behind batch and channels."""
    shape = tensor.shape
    if shape is None or len(shape) < 3:
        raise ShapeMismatch("nothing to resize")
    count = len(shape) - 2
    if isinstance(size, int):
        return replace(tensor, shape=(*shape[:2], *(size,) * count))
    if isinstance(size, (tuple, list)) and len(size) == count and all(isinstance(length, int) for length in size):
        return replace(tensor, shape=(*shape[:2], *size))
    factors = factor if isinstance(factor, (tuple, list)) else (factor,) * count
    if len(factors) != count or not all(isinstance(scale, (int, float)) for scale in factors):
        return UNKNOWN
    return replace(tensor, shape=(*shape[:2], *(int(n * f) for n, f in zip(shape[2:], factors, strict=True))))


def indexed(shape: Shape, index: Sequence[Any]) -> Shape | None:
    """Return the shape after ``x[index]``; None where an entry is not known."""
    used = sum(1 for entry in index if entry is not None and entry is not Ellipsis)
    if used > len(shape):
        raise ShapeMismatch(f"{used} indices for {len(shape)} dimensions")
    result: list[int] = []
    at = 0
    for entry in index:
        if entry is None:
            result.append(1)
        elif entry is Ellipsis:
            skipped = len(shape) - used
            result.extend(shape[at : at + skipped])
            at += skipped
        elif isinstance(entry, slice):
            bounds = (entry.start, entry.stop, entry.step)
            if not all(bound is None or (isinstance(bound, int)) for bound in bounds):
                return None
            result.append(len(range(*entry.indices(shape[at]))))
            at += 1
        elif isinstance(entry, int):
            place(entry, shape[at])
            at += 1
        else:
            return None
    return (*result, *shape[at:])
