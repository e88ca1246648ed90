"""One operand in another layout, the methods that only move, add or drop dimensions, and where a layout is written:
behind the operand, behind its value where that was before, or by leaving out the call that made it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from autofix.facts.call_sites import followed, operands
from autofix.facts.contracts import Shape
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor

MOST_DIMENSIONS = 5


class LayoutChange(Enum):
    """What is done to the layout."""

    REPLACED = "replaced"
    ALIKE = "alike"
    REMOVED = "removed"
    REDUCED = "reduced"
    RELETTERED = "relettered"
    REORDERED = "reordered"
    LOOKED_UP = "looked up"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Layout:
    """One operand of the failing call in another layout, and the edit that brings it there."""

    change: LayoutChange
    edit: Edit
    words: str
    before: Shape
    after: Shape
    # The operation works on what a caller in the project passed: either of the two may be wrong.
    is_handed: bool = False
    # Which operand it is of and what was written behind it, where that could be written behind its value as well.
    index: int = 0
    suffix: str = ""
    # What the function was passed for it is read by nothing else, or what is done with the result needs the dimension.
    agrees: bool = False

    @property
    def adds(self) -> bool:
        """Whether a dimension is added, which may repeat the others; not where they are laid out in more."""
        is_split = math.prod(self.before) == math.prod(self.after) and not self.moves_nothing
        return self.change is LayoutChange.INSERTED and len(self.after) > len(self.before) and not is_split

    @property
    def moves_nothing(self) -> bool:
        """Whether only dimensions of one come or go, so that every element stays where it is."""
        return [size for size in self.before if size != 1] == [size for size in self.after if size != 1]

    @property
    def is_one_dimension(self) -> bool:
        """Whether a single dimension of one comes or goes and every element stays where it is."""
        return self.moves_nothing and abs(len(self.before) - len(self.after)) == 1


@dataclass(frozen=True, slots=True)
class WrittenOperand:
    """One operand of a call with what is written for it, and the others with what is written for those."""

    project: Project
    operation: Operation
    tensor: Tensor
    place: Expression
    others: tuple[tuple[Expression, Tensor], ...]

    def behind(self, suffix: str, after: Shape, words: str = "") -> Layout:
        """Return the layout that a method or subscript gives which is written behind the operand."""
        return behind(self.place, suffix, self.tensor.shape, after, words)


def written_operand(project: Project, operation: Operation, index: int, tensor: Tensor) -> WrittenOperand | None:
    """Return an operand of a call; None if what is written for it is not known."""
    places = operands(project, operation)
    if index >= len(places):
        return None
    others = [pair for pair in zip(places, operation.tensors, strict=False) if pair[1] is not tensor]
    return WrittenOperand(project, operation, tensor, places[index], tuple(others))


def behind(place: Expression, suffix: str, before: Shape, after: Shape, words: str = "") -> Layout:
    """Return the layout that a method or subscript gives which is written behind an expression."""
    words = words or f"pass `{suffix}` of {before}: {after}"
    return Layout(LayoutChange.INSERTED, followed(place, suffix), words, before, after)


def behind_value(place: Expression, suffix: str, before: Shape, after: Shape) -> Layout:
    """Return the same for where a value was made, returned, passed or bound to a name, for all that read it since."""
    return behind(place, suffix, before, after, f"write `{suffix}` behind `{place.text}`: {after}")


def left_alone(edit: Edit, shape: Shape, before: Shape, is_handed: bool = False) -> Layout:
    """Return the layout that an operand had before, where an edit leaves out what gave it another."""
    return Layout(LayoutChange.REMOVED, edit, f"leave {before} as it is", shape, before, is_handed)


def moves(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield the methods that only move, drop or add a dimension of a shape, with what they make of it; of many
    dimensions those that drop one.
    """
    rank = len(shape)
    for at in range(rank):
        if shape[at] == 1:
            yield f"squeeze({at if at < rank - 1 else -1})", (*shape[:at], *shape[at + 1 :])
    if rank > MOST_DIMENSIONS:
        return
    for a, b in combinations(range(rank), 2):
        moved = list(shape)
        moved[a], moved[b] = shape[b], shape[a]
        if tuple(moved) != shape:
            yield ("t()" if rank == 2 else f"transpose({a}, {b})"), tuple(moved)
    if rank > 3:
        yield f"permute(0, {rank - 1}, {', '.join(map(str, range(1, rank - 1)))})", (shape[0], shape[-1], *shape[1:-1])
        yield f"permute(0, {', '.join(map(str, range(2, rank)))}, 1)", (shape[0], *shape[2:], shape[1])
    if rank > 1:
        yield "flatten()", (math.prod(shape),)
    for at in range(rank + 1):
        yield f"unsqueeze({at if at < rank or not rank else -1})", (*shape[:at], 1, *shape[at:])
