"""Shape arithmetic of torch operators, on plain integers, without torch.

Each function says what an operator would make of given sizes; none knows layers, traces or source text.
"""

from __future__ import annotations

import math
from itertools import accumulate, pairwise
from operator import mul

Shape = tuple[int, ...]


class ShapeError(ValueError):
    """The operator has no result for these sizes."""


def conv_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return the output size of one spatial dimension of a convolution, in elements.

    Raises ShapeError if the kernel does not fit into the padded input.
    Source: torch.nn.Conv2d, section Shape.
    """
    reach = dilation * (kernel - 1) + 1
    if size + 2 * padding < reach:
        raise ShapeError(f"a kernel of {reach} does not fit into {size + 2 * padding}")
    return (size + 2 * padding - reach) // stride + 1


def pool_size(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """Return the output size of one spatial dimension of a pooling layer, in elements; 0 where nothing is left.

    Source: torch.nn.MaxPool2d, section Shape.
    """
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return max(0, span // stride + 1)
    rounded = -(-span // stride) + 1
    return max(0, rounded - 1 if (rounded - 1) * stride >= size + padding else rounded)


def broadcast(left: Shape, right: Shape) -> Shape:
    """Return the shape of an elementwise result.

    Raises ShapeError if a pair of sizes, counted from the end, neither agrees nor holds a one.
    Source: the broadcasting semantics note of torch.
    """
    width = max(len(left), len(right))
    pairs = zip((1,) * (width - len(left)) + left, (1,) * (width - len(right)) + right, strict=True)
    result = []
    for a, b in pairs:
        if a != b and 1 not in (a, b):
            raise ShapeError(f"{a} and {b} cannot be broadcast")
        result.append(b if a == 1 else a)
    return tuple(result)


def clashing_dimensions(left: Shape, right: Shape) -> tuple[int, ...]:
    """Return the dimensions at which two shapes cannot be broadcast, counted from the end (-1 comes first)."""
    common = range(1, min(len(left), len(right)) + 1)
    return tuple(-k for k in common if left[-k] != right[-k] and 1 not in (left[-k], right[-k]))


def extra_dimension(longer: Shape, shorter: Shape) -> int | None:
    """Return the dimension of one that ``longer`` has and ``shorter`` has not."""
    if len(longer) != len(shorter) + 1:
        return None
    places = [i for i, size in enumerate(longer) if size == 1 and longer[:i] + longer[i + 1 :] == shorter]
    return places[-1] if places else None


def view_shape(elements: int, sizes: Shape) -> Shape:
    """Return the shape a view of ``elements`` elements has, with a -1 resolved.

    Raises ShapeError if the sizes do not fit.
    Source: torch.Tensor.view.
    """
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) > 1 or any(size < -1 for size in sizes):
        raise ShapeError("at most one size may be left out")
    if -1 not in sizes:
        if known != elements:
            raise ShapeError(f"{known} elements wanted, {elements} there")
        return sizes
    if known == 0 or elements % known:
        raise ShapeError(f"{elements} elements do not divide by {known}")
    return tuple(elements // known if size == -1 else size for size in sizes)


def matmul(left: Shape, right: Shape) -> Shape:
    """Return the shape of a matrix product.

    Raises ShapeError if the inner sizes or the batch dimensions do not agree.
    Source: torch.matmul.
    """
    if not left or not right:
        raise ShapeError("a scalar has no matrix product")
    a = left if len(left) > 1 else (1, *left)
    b = right if len(right) > 1 else (*right, 1)
    if a[-1] != b[-2]:
        raise ShapeError(f"{a[-1]} and {b[-2]} are the inner sizes")
    result = (*broadcast(a[:-2], b[:-2]), *(a[-2:-1] if len(left) > 1 else ()), *(b[-1:] if len(right) > 1 else ()))
    return tuple(result)


def per_dimension(value: object, count: int) -> Shape | None:
    """Return a setting such as ``kernel_size`` as one number for each of ``count`` dimensions.

    None if it is not numbers.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return (value,) * count
    items = tuple(getattr(value, "items", ()))
    if len(items) == count and all(isinstance(item, int) for item in items):
        return items
    return (items[0],) * count if len(items) == 1 and isinstance(items[0], int) else None


def without(shape: Shape, dimension: int) -> Shape:
    """Return the other sizes of a shape."""
    return shape[:dimension] + shape[dimension + 1 :]


def divisors(number: int) -> tuple[int, ...]:
    """Return every divisor of a positive number, ascending."""
    small = [n for n in range(1, math.isqrt(number) + 1) if number % n == 0]
    return tuple(sorted({*small, *(number // n for n in small)}))


def nearest_divisor(number: int, wish: int) -> int:
    """Return the divisor of ``number`` nearest to ``wish`` by ratio; the larger of two that are as near."""
    return min(divisors(number), key=lambda d: (abs(math.log(d / wish)), -d))


def are_mixed(shape: Shape, other: Shape) -> bool:
    """Return whether between two borders that both shapes have, each has several sizes of its own."""
    if 0 in shape or math.prod(shape) != math.prod(other):
        return False
    own, others = ([1, *accumulate((size for size in sizes if size != 1), mul)] for sizes in (shape, other))
    borders = sorted({*own} & {*others})
    return any(
        min(sum(first < border <= second for border in of) for of in (own, others)) > 1
        for first, second in pairwise(borders)
    )
