"""Other layouts of an operand, by one operation that only moves, adds, drops or merges dimensions.

The operation is inserted behind the operand, or the one that made the operand is removed or given other arguments.
Which layouts a call accepts, its operator's contract says; which one is meant is the rule's business.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from autofix.edits.equation_letters import relettered
from autofix.edits.rank_changes import without_call
from autofix.facts.call_sites import argument_of, followed, operands, tensors_at_hand, written
from autofix.facts.contracts import BoundCall, Shape, bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.provenance.render_expression import factors_of
from autofix.records.locations import Edit
from autofix.records.trace import Operation, Phase
from autofix.records.values import Tensor
from autofix.syntax.call_edits import NotACall, with_argument

_ELEMENTWISE = frozenset((Family.POINTWISE, Family.COMPARISON, Family.ELEMENTWISE_LOSS))
_MOVING = frozenset((Family.VIEW, Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING))
_MERGING = frozenset(("view", "reshape", "flatten"))
_PICKING = frozenset((Family.INDEXING, Family.GATHERING, Family.SUBSCRIPT))
# Their first operand is what the result is looked for in: a view of it would be written into.
WRITING = frozenset(("setitem", "copy_", "index_copy_", "index_add_", "scatter_", "scatter_add_"))
MOST_DIMENSIONS = 5


class LayoutChange(Enum):
    """What is done to the layout."""

    REMOVED = "removed"
    REDUCED = "reduced"
    RELETTERED = "relettered"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Layout:
    """One operand of the failing call in another layout, and the edit that brings it there."""

    change: LayoutChange
    edit: Edit
    words: str
    before: Shape
    after: Shape

    @property
    def adds(self) -> bool:
        """Whether a dimension is added."""
        return self.change is LayoutChange.INSERTED and len(self.after) > len(self.before)


def layouts(project: Project, operation: Operation, at_fault: int | None) -> Iterator[Layout]:
    """Yield each way to one operand that the call accepts: operations removed first, then those inserted.

    ``at_fault`` is the operand that the finding names, whose layouts come before those of the others.
    """
    call = bound(project, operation)
    if call is None or call.is_accepted:
        return
    fitting = [
        (index != at_fault, layout)
        for index, operand in enumerate(call.operands)
        if not (operation.operator in WRITING and index == 0)
        for layout in (*without_maker(project, operand.tensor), *inserted(project, operation, index, operand.tensor))
        if fits(call.with_shape(operand, layout.after), makes_table=_makes_table(operation))
    ]
    fitting = [
        (other, layout)
        for other, layout in fitting
        if not layout.adds or _is_certain(call, [x for _, x in fitting], layout)
    ]
    order = list(LayoutChange)
    yield from (layout for _, layout in sorted(fitting, key=lambda pair: (order.index(pair[1].change), pair[0])))


def _is_certain(call: BoundCall, fitting: list[Layout], layout: Layout) -> bool:
    """Return whether a new dimension fits in one place only; what picks entries takes fewer of them anywhere."""
    places = [other for other in fitting if other.adds and other.before == layout.before]
    return len(places) == 1 and call.row.family not in _PICKING


def _makes_table(operation: Operation) -> bool:
    """Return whether two rows are combined while the model is built: a table of positions and frequencies has all
    pairs of them.
    """
    return operation.phase is Phase.CONSTRUCT and all(tensor.rank == 1 for tensor in operation.tensors)


def fits(call: BoundCall, makes_table: bool = False) -> bool:
    """Return whether a call is accepted and, but for a table, pairs no rows of its operands with all of another's."""
    if not call.is_accepted or call.row.family not in _ELEMENTWISE or makes_table:
        return call.is_accepted
    return call.result() in [operand.tensor.shape for operand in call.operands]


def without_maker(project: Project, tensor: Tensor) -> Iterator[Layout]:
    """Yield the operand without the operation that made it, or with the dimension that it reduced."""
    maker = project.producer(tensor)
    bound_call = None if maker is None else bound(project, maker)
    if maker is None or bound_call is None or not bound_call.operands:
        return
    before = bound_call.operands[0].tensor.shape
    edit = without_call(project, maker) if bound_call.row.family in _MOVING else None
    if edit is not None:
        yield Layout(LayoutChange.REMOVED, edit, f"leave {before} as it is", tensor.shape, before)
    if bound_call.row.family is Family.REDUCTION:
        yield from _reduced(project, maker, bound_call, tensor.shape)
    for equation, relettered_edit, other in relettered(project, maker):
        after = other.result()
        if after is not None and after != tensor.shape:
            yield Layout(LayoutChange.RELETTERED, relettered_edit, f"write `{equation}`", tensor.shape, after)


def _reduced(project: Project, maker: Operation, bound_call: BoundCall, shape: Shape) -> Iterator[Layout]:
    """Yield the reduction with the dimension kept, or of one dimension where all were reduced."""
    keeping = (
        bound_call.with_argument("keepdim", True),
        "keepdim",
        "True",
        f"keep the dimension that `{maker.operator}` reduces",
    )
    rank = bound_call.operands[0].tensor.rank
    single = [
        (bound_call.with_argument("dim", d), "dim", str(d - rank if d == rank - 1 else d), f"reduce dimension {d} only")
        for d in reversed(range(rank))
        if bound_call.call.get("dim") is None
    ]
    for other, name, value, words in (*single, keeping):
        after, place = other.result(), written(project, maker)
        if after is None or place is None or after == shape:
            continue
        try:
            text = with_argument(place.text, name, value)
        except NotACall:
            continue
        yield Layout(LayoutChange.REDUCED, place.source.replace(place.node, text), words, shape, after)


def inserted(project: Project, operation: Operation, index: int, tensor: Tensor) -> Iterator[Layout]:
    places = operands(project, operation)
    if index >= len(places) or tensor.rank > MOST_DIMENSIONS:
        return
    for method, after in _moves(tensor.shape):
        edit = followed(places[index], f".{method}")
        yield Layout(LayoutChange.INSERTED, edit, f"pass `.{method}` of {tensor.shape}: {after}", tensor.shape, after)
    yield from _looked_up(project, operation, index, tensor)
    yield from _repeated(project, operation, index, tensor)
    for place, other in zip(places, operation.tensors, strict=True):
        if not (_is_laid_out_alike(tensor.shape, other.shape) and isinstance(place.node, (ast.Name, ast.Attribute))):
            continue
        edit = followed(places[index], f".reshape_as({place.text})")
        words = f"pass {tensor.shape} as {other.shape}, which has as many elements"
        yield Layout(LayoutChange.INSERTED, edit, words, tensor.shape, other.shape)


def layouts_of_call(project: Project) -> Iterator[Layout]:
    """Yield other layouts of the tensors that a call was given which no contract is known of; only a run tells."""
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None else None
    if call is None or not isinstance(call.node, ast.Call):
        return
    for argument in call.node.args:
        place = Expression(call.source, argument, call.frames)
        value = project.value(place)
        if isinstance(value, Tensor) and 0 < value.rank <= MOST_DIMENSIONS:
            moves = sorted(_moves(value.shape), key=lambda move: -len(move[1]))
            for method, after in moves:
                words = f"pass `.{method}` of {value.shape}: {after}"
                yield Layout(LayoutChange.INSERTED, followed(place, f".{method}"), words, value.shape, after)


def _looked_up(project: Project, operation: Operation, index: int, tensor: Tensor) -> Iterator[Layout]:
    """Yield the entries of a table that whole numbers at hand pick: one weight for each class, for each label."""
    places, others = operands(project, operation), [t.shape for t in operation.tensors if t is not tensor]
    for name, picks in tensors_at_hand(project, places[index]) if tensor.rank == 1 and index < len(places) else ():
        if picks.dtype == "int64" and picks.rank and picks.shape in others:
            words = f"look {tensor.shape} up with `{name}` of {picks.shape}"
            edit = followed(places[index], f"[{name}]")
            yield Layout(LayoutChange.INSERTED, edit, words, tensor.shape, picks.shape)


def _repeated(project: Project, operation: Operation, index: int, tensor: Tensor) -> Iterator[Layout]:
    """Yield one operand repeated as the samples of another were when their heads were folded into them."""
    places, result = operands(project, operation), tensor.shape
    for other in operation.tensors if index < len(places) and tensor.rank else ():
        fold = next((o for o in project.ancestry(other) if _folds_samples(o, tensor.shape[0])), None)
        if fold is None or not isinstance(fold.result, Tensor) or fold.result.shape[0] != other.shape[0]:
            continue
        times = other.shape[0] // tensor.shape[0]
        size = argument_of(project, fold, 1, "shape")
        parts = [] if size is None or not isinstance(size.node, ast.BinOp) else factors_of(size.node)
        texts = [ast.unparse(part) for part in parts if isinstance(part, ast.Attribute)]
        text = f"repeat_interleave({texts[0] if len(texts) == 1 else times}, dim=0)"
        after = (tensor.shape[0] * times, *result[1:])
        words = f"pass `.{text}` of {tensor.shape}: {after}"
        yield Layout(LayoutChange.INSERTED, followed(places[index], f".{text}"), words, tensor.shape, after)


def _folds_samples(operation: Operation, batch: int) -> bool:
    """Return whether an operation merges the samples, which come first, with the dimension behind them."""
    result = operation.result
    taken = operation.tensors[0].shape if operation.tensors and isinstance(result, Tensor) else ()
    merges = len(taken) > 2 and isinstance(result, Tensor) and result.shape == (taken[0] * taken[1], *taken[2:])
    return operation.operator in _MERGING and merges and taken[0] == batch and taken[1] > 1


def _is_laid_out_alike(shape: Shape, other: Shape) -> bool:
    """Return whether a shape begins as another and has as many elements in fewer dimensions: it was flattened."""
    return 1 < len(shape) < len(other) and shape[:2] == other[:2] and math.prod(shape) == math.prod(other)


def _moves(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield the methods that only move, drop or add a dimension of a shape, with what they make of it."""
    rank = len(shape)
    for at in range(rank):
        if shape[at] == 1:
            yield f"squeeze({at if at < rank - 1 else -1})", (*shape[:at], *shape[at + 1 :])
    for a, b in combinations(range(rank), 2):
        moved = list(shape)
        moved[a], moved[b] = shape[b], shape[a]
        if tuple(moved) != shape:
            yield ("t()" if rank == 2 else f"transpose({a}, {b})"), tuple(moved)
    if rank > 3:
        yield f"permute(0, {rank - 1}, {', '.join(map(str, range(1, rank - 1)))})", (shape[0], shape[-1], *shape[1:-1])
        yield f"permute(0, {', '.join(map(str, range(2, rank)))}, 1)", (shape[0], *shape[2:], shape[1])
    for at in range(rank + 1):
        yield f"unsqueeze({at if at < rank or not rank else -1})", (*shape[:at], 1, *shape[at:])
