"""Triangular masks that hide or show the wrong positions, though every shape fits.

A mask of n rows and m columns hides from each of n new positions what comes after it. Where some of the m positions
are older than the new ones (a cache of keys), its last row belongs to its last column: a triangle that starts at the
first column hides the older positions, and shows nothing new. It reads one trace and judges nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType

from autofix.edits.triangles import TRIANGLES
from autofix.records.trace import Operation, Trace
from autofix.records.values import Mapping, Sequence, Tensor, Value

_JOINING = frozenset(("cat", "concat", "concatenate", "hstack"))


@dataclass(frozen=True, slots=True)
class _Triangle:
    """``last`` is the column that ends the first row's visible part, ``columns`` how many there are.

    ``root`` is the operation that made it.
    """

    last: int
    columns: int
    root: int


def misaligned(trace: Trace) -> str:
    """Return, in words, the first triangular mask that is used beside more positions than it was aligned to.

    Empty where there is none. Masks that no operator here is known to move are passed over.
    """
    triangles: dict[int, _Triangle] = {}
    rectangular: dict[int, tuple[int, ...]] = {}
    for operation in trace.operations:
        if operation.raised:
            continue
        made_triangle = _made(operation, triangles)
        if isinstance(operation.result, Tensor) and made_triangle is not None and operation.result.rank >= 2:
            triangles[operation.index] = made_triangle
            shape = operation.result.shape[-2:]
            if made_triangle.root == operation.index and shape[0] != shape[1]:
                rectangular[made_triangle.root] = shape
        for tensor, triangle in _used(operation, triangles):
            rectangular.pop(triangle.root, None)
            rows, columns = tensor.shape[-2:]
            if 1 < rows < columns and columns == triangle.columns and triangle.last != columns - rows:
                return (
                    f"the triangular mask {(rows, columns)} is not aligned with the last of the {columns} positions: "
                    f"its first row ends at position {triangle.last}, not {columns - rows}"
                )
    unused = next(iter(rectangular.values()), None)
    if unused is None:
        return ""
    return f"the triangular mask {unused} is rectangular, and is not laid along rows and columns as large as its own"


def _used(operation: Operation, triangles: dict[int, _Triangle]) -> Iterator[tuple[Tensor, _Triangle]]:
    """Yield the triangles among the operands of an operation that combines them with another tensor."""
    tensors = operation.tensors
    for tensor in tensors:
        triangle = None if tensor.producer is None else triangles.get(tensor.producer)
        others = (other for other in tensors if other.producer not in triangles and other.rank >= tensor.rank)
        if triangle is not None and tensor.rank >= 2 and any(o.shape[-2:] == tensor.shape[-2:] for o in others):
            yield tensor, triangle


def _made(operation: Operation, triangles: dict[int, _Triangle]) -> _Triangle | None:
    """Return the triangle that an operation makes, or hands on; None where it is none, or not known."""
    name = operation.operator
    tensors = operation.tensors
    if not tensors or not isinstance(operation.result, Tensor):
        return None
    if name in TRIANGLES:
        diagonal = operation.argument(1, "diagonal")
        if not isinstance(diagonal, (int, NoneType)) or tensors[0].rank < 2:
            return None
        return _Triangle(TRIANGLES[name] + (diagonal or 0), tensors[0].shape[-1], operation.index)
    sources = [triangles[tensor.producer] for tensor in tensors if tensor.producer in triangles]
    if len(sources) != 1:
        return None
    (triangle,) = sources
    if name in _JOINING:
        return _joined(operation, triangle, triangles)
    if name == "getitem":
        return _taken(operation, triangle)
    columns = operation.result.shape[-1] if operation.result.shape else 0
    return triangle if columns == triangle.columns else None


def _joined(operation: Operation, triangle: _Triangle, triangles: dict[int, _Triangle]) -> _Triangle | None:
    """Return the triangle with the columns that are put before it or behind it."""
    parts = operation.tensors
    dimension = 1 if operation.operator == "hstack" else operation.argument(1, "dim") or 0
    if not isinstance(dimension, int) or dimension not in (-1, parts[0].rank - 1):
        return None
    place = next(index for index, part in enumerate(parts) if part.producer in triangles)
    before = sum(part.shape[-1] for part in parts[:place])
    return _Triangle(triangle.last + before, sum(part.shape[-1] for part in parts), triangle.root)


def _taken(operation: Operation, triangle: _Triangle) -> _Triangle | None:
    """Return the triangle after a subscript of plain slices of its last two dimensions."""
    index = operation.arguments[1] if len(operation.arguments) > 1 else None
    entries = list(index.items) if isinstance(index, Sequence) and index.type == "tuple" else [index]
    rank = operation.tensors[0].rank
    indexing: list[Value] = [entry for entry in entries if entry is not None]
    if any(isinstance(entry, (Tensor, Mapping)) for entry in indexing) or len(indexing) > rank:
        return None
    starts = [
        _start(entry, size) for entry, size in zip(_filled(indexing, rank), operation.tensors[0].shape, strict=True)
    ]
    if None in starts[-2:] or not isinstance(operation.result, Tensor):
        return None
    rows, columns = (start or 0 for start in starts[-2:])
    return _Triangle(triangle.last + rows - columns, operation.result.shape[-1], triangle.root)


def _filled(entries: list[Value], rank: int) -> list[Value]:
    """Return one entry for each dimension: those that are not named, or stand for an ellipsis, are taken whole."""
    whole = Sequence("slice", (None, None, None))
    for place, entry in enumerate(entries):
        if getattr(entry, "type", "") == "ellipsis":
            return [*entries[:place], *[whole] * (rank - len(entries) + 1), *entries[place + 1 :]]
    return [*entries, *[whole] * (rank - len(entries))]


def _start(entry: Value, size: int) -> int | None:
    """Return where a slice of step 1 starts; None for any other subscript."""
    if not isinstance(entry, Sequence) or entry.type != "slice" or entry.items[2] not in (None, 1):
        return None
    start = entry.items[0]
    if start is None:
        return 0
    return (start if start >= 0 else max(0, size + start)) if isinstance(start, int) else None
