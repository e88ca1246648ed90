"""The sizes that a view, reshape or unflatten is given: as values, as expressions, and which of them could change.

It finds sizes that fit; rules add their own evidence and write the edits.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autofix.facts.call_sites import argument_of
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.provenance.bindings import literals
from autofix.provenance.producers import argument_expression
from autofix.records.costs import Evidence
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Value, is_integer

RESHAPING = frozenset(("view", "reshape", "unflatten", "Unflatten"))


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes asked for, where each is written, and the shape they have to make up for.

    ``varies``: the same line asked for the same sizes before, of a tensor of another shape that made them up: what is
    right for this one is not for that.
    """

    values: tuple[int, ...]
    expressions: tuple[Expression, ...]
    shape: tuple[int, ...]
    varies: bool = False

    @property
    def total(self) -> int:
        return math.prod(self.shape)

    @property
    def is_computed(self) -> bool:
        """Whether a size is worked out of others."""
        return any(isinstance(expression.node, ast.BinOp) for expression in self.expressions)


def sizes_of(project: Project, operation: Operation, layer: Layer | None = None) -> Sizes | None:
    """Return the sizes that ``operation`` asks for; None where they are not written out one by one."""
    sizes = _asked(project, operation, layer)
    if sizes is None:
        return None
    shape, asked = operation.tensors[0].shape, operation.arguments[1:]
    before = [earlier for earlier in ran_before(project, operation) if earlier.arguments[1:] == asked]
    return replace(sizes, varies=any(earlier.tensors[:1] and earlier.tensors[0].shape != shape for earlier in before))


def _asked(project: Project, operation: Operation, layer: Layer | None) -> Sizes | None:
    name = operation.operator
    if name not in RESHAPING or not operation.tensors:
        return None
    shape = operation.tensors[0].shape
    if layer is not None or name == "unflatten":
        dim = layer.setting("dim") if layer is not None else _at(operation, 1)
        asked = layer.setting("unflattened_size") if layer is not None else _at(operation, 2)
        place = (
            argument_expression(project, layer, "unflattened_size")
            if layer is not None
            else argument_of(project, operation, 2, "sizes")
        )
        if not isinstance(dim, int) or not -len(shape) <= dim < len(shape):
            return None
        return _listed(project, asked, place, shape[dim : dim + 1 or None])
    rest = operation.arguments[1:]
    if len(rest) == 1 and isinstance(rest[0], Sequence):
        return _listed(project, rest[0], argument_of(project, operation, 1, "shape"), shape)
    places = tuple(argument_of(project, operation, i, "") for i in range(1, len(rest) + 1))
    return _sizes(rest, places, shape)


def _at(operation: Operation, position: int) -> Value:
    return operation.arguments[position] if position < len(operation.arguments) else None


def _listed(project: Project, asked: Value, place: Expression | None, shape: tuple[int, ...]) -> Sizes | None:
    """Return the sizes that stand in one list or tuple, written at the call or in a name before."""
    if place is None or not isinstance(asked, Sequence):
        return None
    for literal in literals(project, place):
        if isinstance(literal.node, (ast.List, ast.Tuple)) and len(literal.node.elts) == len(asked.items):
            return _sizes(asked.items, tuple(literal.at(n) for n in literal.node.elts), shape)
    return None


def _sizes(values: tuple[Value, ...], places: tuple[Expression | None, ...], shape: tuple[int, ...]) -> Sizes | None:
    numbers = tuple(v for v in values if is_integer(v))
    expressions = tuple(p for p in places if p is not None and not isinstance(p.node, ast.Starred))
    return Sizes(numbers, expressions, shape) if len(numbers) == len(values) == len(expressions) > 0 else None


def changes(values: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[tuple[dict[int, int], tuple[Evidence, ...]]]:
    """Yield the sizes to change so that ``values`` make up ``shape``, by index, with what speaks against them."""
    prefix = _prefix(values, shape)
    full = tuple(shape[0] if i == 0 and v == -1 else v for i, v in enumerate(values))
    split = dict(_split(full, shape))
    if -1 in full:
        yield from (({i: size}, (Evidence.EXACT_FIT,)) for i, size in split.items())
        yield from (({i: size}, (Evidence.RUNNER_UP,)) for i, size in _aligned(full, shape) if full[i] != size)
        return
    total = math.prod(shape)
    single = [(i, _quotient(total, full, (i,))) for i in range(prefix, len(full)) if values[i] != -1]
    fitting = [(i, v) for i, v in single if v is not None and v != full[i]]
    for i, v in fitting:
        twins = any(0 <= j < len(full) and full[j] == full[i] and j >= prefix for j in (i - 1, i + 1))
        later = any(
            True
            for j, _ in fitting
            if j > i and not any(full[j] == full[k] for k in (j - 1, j + 1) if prefix <= k < len(full))
        )
        splits_none = bool(split) and split.get(i) != v
        yield {i: v}, (Evidence.AGAINST,) if twins or splits_none else (Evidence.OTHER_READING,) if later else ()
    for i in range(max(prefix, 1), len(full) - 1):
        pair = _quotient(total, full, (i, i + 1))
        if full[i] == full[i + 1] and pair is not None and math.isqrt(pair) ** 2 == pair:
            yield {i: math.isqrt(pair), i + 1: math.isqrt(pair)}, ()
    differing = {i: s for i, (v, s) in enumerate(zip(full, shape, strict=False)) if v != s}
    if len(full) == len(shape) and len(differing) > 1:
        yield differing, (Evidence.RUNNER_UP,)


def _split(values: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Yield the index of each size, and what it would be, with which every dimension is split into sizes of its own,
    in order: ``(2, 6, 10)`` into ``2, 2, 3, 2, 5``. None where the sizes are no more than the dimensions.
    """
    for index, value in enumerate(values) if len(values) > len(shape) else ():
        sizes = {size // divisor for size in shape for divisor in range(1, size + 1) if size % divisor == 0}
        for size in sorted(sizes - {value, 1}) if value != -1 else ():
            if _splits((*values[:index], size, *values[index + 1 :]), shape):
                yield index, size
                break


def _splits(values: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Return whether consecutive sizes make up each dimension, in order."""
    if not shape:
        return not values
    for end in range(1, len(values) - len(shape) + 2):
        own = math.prod(value for value in values[:end] if value != -1)
        fits = own > 0 and (shape[0] % own == 0 if -1 in values[:end] else own == shape[0])
        if fits and _splits(values[end:], shape[1:]):
            return True
    return False


def _aligned(values: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Yield the index of each size beside the -1, and the size that the tensor has there.

    What stands before the -1 is counted from the left, what stands after it from the right: dimensions that are merged
    lie between.
    """
    open_size = values.index(-1)
    for index, value in enumerate(values):
        place = index if index < open_size else index - len(values)
        if value != -1 and -len(shape) <= place < len(shape):
            yield index, shape[place]


def _prefix(values: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Return how many leading sizes are those of the tensor already."""
    count = 0
    for value, size in zip(values[:-1], shape, strict=False):
        if value != size and not (count == 0 and value == -1):
            break
        count += 1
    return count


def _quotient(total: int, sizes: tuple[int, ...], left_out: tuple[int, ...]) -> int | None:
    others = math.prod(size for i, size in enumerate(sizes) if i not in left_out)
    return total // others if others > 0 and total % others == 0 and total else None
