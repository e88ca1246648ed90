"""Another layout of an operand further back, with which all that ran and the call that failed are content.

``scale * rate.unsqueeze(-1)`` raises nothing and gives a table where ``rate`` has one dimension too few; the call that
meets the table fails. Each operation on the way back is asked what its operands could have been instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import islice

from autofix.edits.layout import Layout
from autofix.edits.other_layouts import WRITING, fits, inserted, left_uncut, without_maker
from autofix.edits.rank_changes import PICKING
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Project
from autofix.facts.replays import makers, replayed
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor

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
    if failed is None or failed.row.family in PICKING or _lacks(operation, expected):
        return
    for steps, maker in islice(_shaping(project, operation), MOST_MAKERS):
        call = bound(project, maker)
        if call is None or maker.phase is not operation.phase:
            continue
        for index, operand in enumerate(call.operands):
            if maker.operator in WRITING and index == 0:
                continue
            tensor = operand.tensor
            ranks = [len(other.tensor.shape) for other in call.operands if other is not operand]
            moved = sorted(inserted(project, maker, index, tensor), key=partial(_rank_missed, ranks))
            fitting = [
                layout
                for layout in (*without_maker(project, call, tensor), *left_uncut(project, tensor), *moved)
                if _is_content(project, maker, call.with_shape(operand, layout.after), operation)
            ]
            is_certain = not fits(call) or sum(layout.adds for layout in fitting) == 1
            yield from ((steps, not fits(call), layout) for layout in fitting if is_certain or not layout.adds)


def _lacks(operation: Operation, expected: tuple[int, ...]) -> bool:
    """Return whether a layer takes a width that no layout of its operand can have."""
    is_layer = operation.kind is OperationKind.CALL_MODULE and len(expected) == 1 and expected[0] > 0
    return is_layer and bool(operation.tensors) and math.prod(operation.tensors[0].shape[1:]) % expected[0] != 0


def _shaping(project: Project, operation: Operation) -> Iterator[tuple[int, Operation]]:
    """Yield what came before, without what leaves its only operand as it is: before and behind it are one place."""
    for steps, maker in makers(project, operation):
        shapes = [tensor.shape for tensor in maker.tensors]
        if not isinstance(maker.result, Tensor) or shapes != [maker.result.shape]:
            yield steps, maker


def _is_content(project: Project, maker: Operation, other: BoundCall, failed: Operation) -> bool:
    """Return whether a call in another form gives something else, with which all that follows is content."""
    result = other.result() if fits(other) else None
    before = maker.result.shape if isinstance(maker.result, Tensor) else None
    after = None if result is None or result == before else replayed(project, maker, result, failed)
    return after is not None and fits(after)


def _rank_missed(ranks: list[int], layout: Layout) -> int:
    """Return how far a layout is from as many dimensions as the other operands have."""
    return abs(max(ranks, default=len(layout.after)) - len(layout.after))
