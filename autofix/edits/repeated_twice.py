"""A repetition that is made twice on the way to a fault: leaving one of both out makes the sizes fit.

Features are repeated for each beam where they are made, and once more by the search that takes them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from autofix.edits.code_change import CodeChange
from autofix.edits.rank_changes import without_call
from autofix.facts.call_sites import argument_of, written
from autofix.facts.project_view import Project
from autofix.facts.replays import makers, replayed
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation

_REPEATING = frozenset((Family.EXPANSION, Family.REPETITION))
_BY_NAME = "repeat_interleave"
_MERGING = frozenset((Family.RESHAPE, Family.FLATTENING))
_Repetition = tuple[Operation, Operation]  # Its first and its last operation: one alone, or expand and reshape.


def repeated_twice(project: Project, operation: Operation) -> tuple[CodeChange, ...]:
    """Return the edits that leave one of two equal repetitions out, with what speaks for each; first the one that no
    other tensor is repeated beside, since what is repeated with its partner is meant.
    """
    return project.once(("repeated twice", operation.index), lambda: tuple(_left_out(project, operation)))


def _left_out(project: Project, operation: Operation) -> Iterator[CodeChange]:
    repetitions = [repetition for _, maker in makers(project, operation) for repetition in _repetition(project, maker)]
    seen: set[int] = set()
    for later, earlier in combinations(repetitions, 2):
        if _times(later) != _times(earlier) or later[1].index <= earlier[1].index:
            continue
        both = sorted((earlier, later), key=lambda repetition: _has_partner(project, repetition))
        for rank, repetition in enumerate(both):
            call = replayed(project, repetition[1], repetition[0].tensors[0].shape, operation)
            edit = _without(project, repetition) if repetition[1].index not in seen else None
            if call is not None and call.is_accepted and edit is not None:
                seen.add(repetition[1].index)
                dimension, times = _times(repetition) or (0, 0)
                title = f"leave out one of two repetitions of dimension {dimension}, {times} times each"
                evidence = (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.RUNNER_UP * rank)
                yield CodeChange(title, (edit,), evidence, "either may be the one too many")


def _repetition(project: Project, last: Operation) -> Iterator[_Repetition]:
    """Yield the repetition that an operation is, or the last part of in one expression."""
    place = written(project, last)
    if place is None or not isinstance(place.node, ast.Call):
        return
    inner = [last] if _repeats(last) else []
    if family(last.target) in _MERGING:
        steps = list(project.ancestry(last.tensors[0])) if last.tensors else []
        inside = set(ast.walk(place.node))
        inner = [step for step in steps[:3] if (at := written(project, step)) is not None and at.node in inside]
        inner = inner if any(map(_repeats, inner)) else []
    for first in inner:
        if _times((first, last)) is not None:
            yield first, last
            return


def _repeats(operation: Operation) -> bool:
    return operation.operator == _BY_NAME or family(operation.target) in _REPEATING


def _times(repetition: _Repetition) -> tuple[int, int] | None:
    """Return the one dimension that a repetition makes larger, and how many times; None for several."""
    before, after = repetition[0].tensors[:1], repetition[1].result_shape
    if not before or after is None or before[0].rank != len(after):
        return None
    larger = [(d, own, size) for d, (own, size) in enumerate(zip(before[0].shape, after, strict=True)) if own != size]
    (dimension, own, size), *others = larger or [(0, 0, 0)]
    return None if others or not own or size % own else (dimension, size // own)


def _has_partner(project: Project, repetition: _Repetition) -> bool:
    """Return whether the same function repeats another tensor as often."""
    frame = repetition[1].frames[0]
    place = frame.path, frame.function
    for other in project.trace.operations:
        if other.target == repetition[1].target and other.frames and other.tensors and not other.raised:
            same = (other.frames[0].path, other.frames[0].function) == place
            if same and other.frames[0].range != frame.range and _times((other, other)) == _times(repetition):
                return True
    return False


def _without(project: Project, repetition: _Repetition) -> Edit | None:
    """Return the edit that leaves a repetition out."""
    first, last = repetition
    if first is last:
        return without_call(project, last)
    outer, inner, base = written(project, last), written(project, first), argument_of(project, first, 0, "input")
    if inner is not None and isinstance(inner.node, ast.Subscript):
        base = inner.at(inner.node.value)
    return None if outer is None or base is None else outer.source.replace(outer.node, base.text)
