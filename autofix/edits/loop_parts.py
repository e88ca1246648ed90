"""A tensor with a part for each pass of a loop, read whole in every pass: ``state`` for ``state[i : i + 1]``.

States, biases and conditions of all layers come as one tensor, and ``for i in range(layers)`` hands each layer its
own. It proposes where the first dimension is as large as the passes are many; what a pass takes is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import FaultPlace, places
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit
from autofix.records.values import Mapping, Sequence, Tensor
from autofix.syntax.name_bindings import assignments, targets

_MOST_LINES = 6
_DOUBT = "that each pass has its own part is told by their number"


@dataclass(frozen=True, slots=True)
class _Loop:
    node: ast.For
    index: str
    passes: int
    enumerates: tuple[Edit, ...] = ()


def loop_parts(project: Project, finding: Finding) -> Iterator[CodeChange]:
    """Yield reads in a loop on the way to a fault, with the part of the pass, of tensors with as many entries as the
    loop has passes; together where a line reads several of one shape.
    """
    # A state keeps its dimension of layers; elsewhere the entry is what a pass takes.
    keeps_rank = finding.mismatch is Mismatch.RNN_HIDDEN
    for place in places(project, project.operation(finding), finding.layer):
        loop = _loop(project, place)
        if loop is None:
            continue
        lines, at = _lines(project, place, loop), loop.index
        for shape in dict.fromkeys(tensor.shape for _, tensor in lines):
            reads = [read for read, tensor in lines if tensor.shape == shape]
            names = " and ".join(dict.fromkeys(read.text for read in reads))
            for rank, text in enumerate(sorted((at, f"{at} : {at} + 1"), key=len, reverse=keeps_rank)):
                edits = [read.source.replace(read.node, f"{read.text}[{text}]") for read in reads]
                title = f"read the part of `{names}` that belongs to the pass: `[{text}]`"
                evidence = Evidence.AGREES, Evidence.RUNNER_UP * rank
                yield CodeChange(title, (*edits, *loop.enumerates), evidence, _DOUBT)


def _loop(project: Project, place: FaultPlace) -> _Loop | None:
    """Return the innermost loop around a statement of the same function that is known to count its passes."""
    for node in place.source.ancestors(place.statement):
        if node is place.scope:
            return None
        if isinstance(node, ast.For):
            return _counted(project, place, node)
    return None


def _counted(project: Project, place: FaultPlace, loop: ast.For) -> _Loop | None:
    at = Expression(place.source, loop.iter, place.frames)
    match loop.target, loop.iter:
        case ast.Name(id=index), ast.Call(func=ast.Name(id="range"), args=[bound]):
            passes = project.integer(at.at(bound))
        case ast.Tuple(elts=[ast.Name(id=index), *_]), ast.Call(func=ast.Name(id="enumerate"), args=[over]):
            passes = _length(project, at.at(over))
        case ast.Name(), ast.Name() | ast.Attribute():
            taken = targets(place.scope)
            index = next((name for name in ("i", "index", "number", "at") if name not in taken), "")
            target, over_text = place.source.text_of(loop.target), at.text
            edits = (
                place.source.replace(loop.target, f"{index}, {target}"),
                place.source.replace(loop.iter, f"enumerate({over_text})"),
            )
            passes = _length(project, at)
            return _Loop(loop, index, passes, edits) if index and passes is not None else None
        case _:
            return None
    return None if passes is None else _Loop(loop, index, passes)


def _length(project: Project, over: Expression) -> int | None:
    """Return how many entries a list or a list of layers has."""
    value = project.value(over)
    if isinstance(value, Sequence):
        return len(value.items)
    return sum(key.isdigit() for key, _ in value.items) if isinstance(value, Mapping) else None


def _lines(project: Project, place: FaultPlace, loop: _Loop) -> list[tuple[Expression, Tensor]]:
    """Return the reads of such tensors in the statement, and in those of the loop that bound what it reads."""
    own = (loop.node.lineno, loop.node.end_lineno or loop.node.lineno)
    way = (p for p in place.way() if p.scope is place.scope and p.statement is not loop.node)
    inside = [p for p in way if own[0] <= p.statement.lineno <= own[1]]
    reads: dict[ast.expr, tuple[Expression, Tensor]] = {}
    for line in inside[:_MOST_LINES]:
        for read in line.own_reads():
            value = project.value(read)
            if isinstance(value, Tensor) and value.rank > 1 and value.shape[0] == loop.passes > 1:
                bound = assignments(read.source, place.scope, read.text)
                is_outside = not any(own[0] <= statement.lineno <= own[1] for statement, _ in bound)
                if is_outside and not isinstance(read.source.parents.get(read.node), (ast.Subscript, ast.Attribute)):
                    reads[read.node] = read, value
    return list(reads.values())
