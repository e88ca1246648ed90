"""Two branches that meet in an addition or a join: their layers, and which convolutions shrink the maps.

It follows one tensor back until the other's past is met.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.operators.shape_functions import per_dimension
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor


def branch(project: Project, tensor: Tensor, other: Tensor) -> list[Operation]:
    """Return the operations of ``tensor`` that ``other`` does not come from, nearest first."""
    shared = {operation.index for operation in project.ancestry(other)}
    operations: list[Operation] = []
    for operation in project.ancestry(tensor):
        if operation.index in shared:
            break
        operations.append(operation)
    return operations


def layers_of(
    project: Project, operations: list[Operation], kinds: tuple[str, ...]
) -> Iterator[tuple[Operation, Layer]]:
    for operation in operations:
        layer = project.layer_of(operation)
        if layer is not None and layer.kind.startswith(kinds):
            yield operation, layer


def spatial(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[2:]


def uneven(project: Project, a: Tensor, b: Tensor) -> bool:
    """Return whether both are feature maps of one batch with different sizes.

    Maps of rank three count only where layers of maps made them.
    """
    if a.rank != b.rank or a.rank < 3 or a.shape[0] != b.shape[0] or spatial(a.shape) == spatial(b.shape):
        return False
    if 1 in (*spatial(a.shape), *spatial(b.shape)):
        return False
    operations = branch(project, a, b) + branch(project, b, a)
    return a.rank > 3 or any(True for _ in layers_of(project, operations, ("Conv", "MaxPool", "AvgPool", "Upsample")))


def padding_for(layer: Layer, missing: tuple[int, ...]) -> int | None:
    """Return the padding with which a convolution of stride one would give out ``missing`` more in every dimension."""
    count = len(missing)
    stride, padding = (per_dimension(layer.setting(name), count) for name in ("stride", "padding"))
    if (
        stride is None
        or padding is None
        or set(stride) != {1}
        or len(set(missing)) != 1
        or missing[0] <= 0
        or missing[0] % 2
    ):
        return None
    paddings = {p + missing[0] // 2 for p in padding}
    kernel, dilation = (per_dimension(layer.setting(name), count) for name in ("kernel_size", "dilation"))
    (size,) = paddings if len(paddings) == 1 else (None,)
    if size is None or kernel is None or dilation is None:
        return None
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    return size if all(size < r or size == r == 1 for r in reach) else None


def ratio(big: tuple[int, ...], small: tuple[int, ...]) -> int | None:
    """Return the stride that makes maps of ``small`` out of maps of ``big``; None for no whole one."""
    factors = {round(b / s) for b, s in zip(big, small, strict=True) if s}
    (factor,) = factors if len(factors) == 1 else (0,)
    return factor if factor > 1 and all(-(-b // factor) == s for b, s in zip(big, small, strict=True)) else None
