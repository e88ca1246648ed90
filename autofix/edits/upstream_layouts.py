"""Another layout of an operand further back, with which all that ran and the call that failed are content.

``scale * rate.unsqueeze(-1)`` raises nothing and gives a table where ``rate`` has one dimension too few; the call that
meets the table fails. Each operation on the way back is asked what its operands could have been instead.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from functools import partial
from itertools import islice

from autofix.edits.layout import Layout, behind_value, moves, written_operand
from autofix.edits.other_layouts import WRITING, inserted, left_uncut, otherwise_made, without_maker
from autofix.edits.rank_changes import PICKING
from autofix.edits.same_values import readable_values
from autofix.edits.size_givers import giver
from autofix.facts.call_sites import read_by, written
from autofix.facts.contracts import BoundCall, Shape, bound, fits
from autofix.facts.project_view import Project
from autofix.facts.replays import carried, is_content, makers, replayed_laid
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor

# They make a table of all pairs of rows, where each row is a variable: numbers by samples are the other way round.
_OF_ROWS = frozenset(("cov", "corrcoef"))
MOST_MAKERS = 4  # Each is asked about a dozen layouts, which an editor has to wait for.


def upstream_layouts(
    project: Project, operation: Operation, expected: tuple[int, ...] = ()
) -> Iterator[tuple[int, bool, Layout]]:
    """Yield the layouts of operands of what came before, with how many operations further back each is and whether
    a table of all pairs was made there that is none after it.

    ``expected``: the width that a layer takes, which no layout gives where a sample is no multiple of it. A new
    dimension that fits in several places is left out, as is all that changes what entries are picked from.
    """
    failed = bound(project, operation)
    if failed is None or failed.row.family in PICKING or _lacks(project, operation, expected):
        return
    shaping = sorted(_shaping(project, operation), key=lambda pair: pair[1].operator not in _OF_ROWS)
    for steps, maker in shaping[:MOST_MAKERS]:
        call = bound(project, maker)
        if call is None or maker.phase is not operation.phase:
            continue
        for index, operand in enumerate(call.operands):
            if maker.operator in WRITING and index == 0:
                continue
            tensor = operand.tensor
            ranks = [len(other.tensor.shape) for other in call.operands if other is not operand]
            own = written_operand(project, maker, index, tensor)
            moved = [] if own is None else sorted(inserted(own), key=partial(_rank_missed, ranks))
            fitting = [
                layout
                for layout in (*without_maker(project, call, tensor), *left_uncut(project, tensor), *moved)
                if _is_content(project, maker, call.with_shape(operand, layout.after), operation)
            ]
            pairs = not fits(call) or maker.operator in _OF_ROWS
            if maker.operator in _OF_ROWS:
                fitting = [layout for layout in fitting if len(layout.after) == len(layout.before)]
            is_certain = pairs or sum(layout.adds for layout in fitting) == 1
            yield from ((steps, pairs, layout) for layout in fitting if is_certain or not layout.adds)


def left_out(project: Project, operation: Operation) -> Iterator[tuple[int, Layout]]:
    """Yield what moves dimensions left out where a layer takes the result, with how many operations back it is:
    ``self.proj(x.transpose(0, 1))``.
    """
    for steps, maker in islice(_shaping(project, operation), MOST_MAKERS):
        readers, call = [later for later, _ in project.readers({maker.index})], bound(project, maker)
        if call is None or not call.operands or any(r.kind is not OperationKind.CALL_MODULE for r in readers):
            continue
        for layout in otherwise_made(project, maker, call, maker.result_shape or ()) if readers else ():
            if layout.moves_nothing and is_content(project, maker, (layout.after,), operation):
                yield steps, layout


def heads_moved(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield the exchange of steps and heads behind what took the width apart into heads, for all that it was done to:
    ``q``, ``k`` and ``v`` of an attention, of which each alone would not meet the others.
    """
    seen: set[object] = set()
    for _, maker in makers(project, operation):
        place, pair = written(project, maker), maker.before_and_after
        if place is None or pair is None or place.node in seen or not _takes_apart(*pair):
            continue
        seen.add(place.node)
        shape = pair[1].shape
        after = _heads_first(shape)
        if after != shape and fits(replayed_laid(project, maker, _heads_first, operation)):
            yield behind_value(place, f".transpose({len(shape) - 3}, {len(shape) - 2})", shape, after)


def _takes_apart(before: Tensor, after: Tensor) -> bool:
    """Return whether the last of several dimensions became two."""
    is_split = after.rank == before.rank + 1 > 3 and math.prod(after.shape[-2:]) == before.shape[-1]
    return is_split and after.shape[:-2] == before.shape[:-1]


def _heads_first(shape: Shape) -> Shape:
    return (*shape[:-3], shape[-2], shape[-3], shape[-1])


def rebound_layouts(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield layouts of a value where it was bound to its name, for all that read it since: a mask of one row that meets
    columns in two places of a line.
    """
    failed, giving = bound(project, operation), giver(project, operation)
    sizes_from = None if giving is None or giving[1] in operation.tensors else project.producer(giving[1])
    for start in (operation, sizes_from) if failed is not None else ():
        if start is not None:
            layouts = _rebound(project, start, None if start is operation else failed)
            # What tells the shape that is asked for is right more often than what does not have it.
            yield from sorted(layouts, key=lambda layout: layout.before in [t.shape for t in operation.tensors[1:]])


def _rebound(project: Project, start: Operation, sized: BoundCall | None) -> Iterator[Layout]:
    """Yield layouts with which a call is content, or ``sized``, which it gave the sizes."""
    before = [maker for _, maker in makers(project, start)]
    if not any(_pairs_rows(project, maker) for maker in (*before, start)):
        return
    readers = [start, *before]
    known: set[tuple[int | None, Shape]] = set()
    for reader in readers:
        for place, tensor in zip(read_by(project, reader), reader.tensors, strict=False):
            key = tensor.producer, tensor.shape
            if key in known or not isinstance(place.node, ast.Name):
                continue
            known.add(key)
            since = min(other.index for other in readers if tensor in other.tensors) - 1
            if not any(_pairs_rows(project, other) for other in readers if other.index > since):
                continue  # What made the table was there before.
            for after, method in {after: method for method, after in reversed([*moves(tensor.shape)])}.items():
                call = carried(project, {key: after}, since, start)
                if call is not None and _is_answered(call, sized):
                    values = [value for _, value in readable_values(project, place, tensor)]
                    yield from (behind_value(value, f".{method}", tensor.shape, after) for value in values)


def _pairs_rows(project: Project, operation: Operation) -> bool:
    """Return whether an operation that ran made a table of all pairs of a row and a column."""
    call = None if operation.raised else bound(project, operation)
    return call is not None and call.is_accepted and not fits(call)


def _is_answered(call: BoundCall, sized: BoundCall | None) -> bool:
    if sized is None or not fits(call):
        return fits(call)
    result = call.result()
    return result is not None and sized.with_argument(sized.row.arguments[-1].name, result).is_accepted


def _lacks(project: Project, operation: Operation, expected: tuple[int, ...]) -> bool:
    """Return whether a layer takes a width that no layout of its operand can have, nor of what that was picked of."""
    is_layer = operation.kind is OperationKind.CALL_MODULE and len(expected) == 1 and expected[0] > 0
    if not is_layer or not operation.tensors or math.prod(operation.tensors[0].shape[1:]) % expected[0] == 0:
        return False
    picked = (maker for _, maker in islice(_shaping(project, operation), MOST_MAKERS) if maker.operator == "getitem")
    return not any(expected[0] in maker.tensors[0].shape for maker in picked if maker.tensors)


def _shaping(project: Project, operation: Operation) -> Iterator[tuple[int, Operation]]:
    """Yield what came before, without what leaves its only operand as it is: before and behind it are one place."""
    for steps, maker in makers(project, operation):
        if [tensor.shape for tensor in maker.tensors] != [maker.result_shape]:
            yield steps, maker


def _is_content(project: Project, maker: Operation, other: BoundCall, failed: Operation) -> bool:
    """Return whether a call in another form gives something else, with which all that follows is content."""
    result = other.result() if fits(other) else None
    return result != maker.result_shape and is_content(project, maker, (result,), failed)


def _rank_missed(ranks: list[int], layout: Layout) -> int:
    """Return how far a layout is from as many dimensions as the other operands have."""
    return abs(max(ranks, default=len(layout.after)) - len(layout.after))
