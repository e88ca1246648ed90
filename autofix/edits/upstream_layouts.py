"""Another layout of an operand further back, with which all that ran and the call that failed are content.

``scale * rate.unsqueeze(-1)`` raises nothing and gives a table where ``rate`` has one dimension too few; the call that
meets the table fails. Each operation on the way back is asked what its operands could have been instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from autofix.edits.layout import Layout
from autofix.edits.other_layouts import WRITING, fits, inserted, without_maker
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.facts.replays import makers, replayed
from autofix.records.trace import Operation


def upstream_layouts(project: Project, operation: Operation) -> Iterator[tuple[int, bool, Layout]]:
    """Yield the layouts of operands of what came before, with how many operations further back each is and whether
    a table of all pairs was made there that is none after it.
    """
    for steps, maker in makers(project, operation):
        call = bound(project, maker)
        if call is None or maker.phase is not operation.phase:
            continue
        for index, operand in enumerate(call.operands):
            if maker.operator in WRITING and index == 0:
                continue
            ranks = [len(other.tensor.shape) for other in call.operands if other is not operand]
            moved = sorted(inserted(project, maker, index, operand.tensor), key=partial(_rank_missed, ranks))
            for layout in (*without_maker(project, call, operand.tensor), *moved):
                other = call.with_shape(operand, layout.after)
                result = other.result() if fits(other) else None
                after = (
                    None if result is None or result == call.result() else replayed(project, maker, result, operation)
                )
                if after is not None and fits(after):
                    yield steps, not fits(call), layout


def _rank_missed(ranks: list[int], layout: Layout) -> int:
    """Return how far a layout is from as many dimensions as the other operands have."""
    return abs(max(ranks, default=len(layout.after)) - len(layout.after))
