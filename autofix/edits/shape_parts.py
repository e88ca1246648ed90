"""A part of a shape with too few or too many entries for the call that reads it: ``size=y.size()[2:3]`` for ``[2:]``.

How many entries a call takes is what its contract says; of a tensor that is made with them, what the contracts of all
that read it since say. One bound of the part is moved, or a shape that is read whole gets one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.edits.verdicts import recorded_at, verdict_of
from autofix.facts.call_sites import value_there, written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import makers
from autofix.operators.equations import Equation
from autofix.operators.terms import Length
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor
from autofix.syntax.spelling import whole_shape_of

_MOST = 3
_MOST_RANK = 6
_OTHERS = "which of the sizes are meant is told by the run alone"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the sizes of a tensor: where a call reads it and where it is written, with its bounds."""

    read: Expression
    place: Expression
    shape: Expression
    sizes: tuple[int, ...]
    first: int
    last: int

    @property
    def is_whole(self) -> bool:
        return self.place.node is self.shape.node


def shape_parts(project: Project, failed: Operation) -> Iterator[CodeChange]:
    """Yield other parts of the shapes that were read on the way to a call, with which it would be content."""
    steps = ((0, failed), *((back, maker) for back, maker in makers(project, failed) if not maker.raised))
    seen: set[tuple[object, int, int]] = set()
    for back, consumer in steps:
        for part in _parts(project, consumer):
            key = (part.place.source.path, part.place.node.lineno, part.place.node.col_offset)
            if key in seen:
                continue
            seen.add(key)
            fitting = [bounds for bounds in _others(part) if _is_content(project, failed, part, bounds)]
            for rank, bounds in enumerate(fitting[:_MOST]):
                text = _text(part, bounds)
                is_told = not rank and _is_told(project, failed, consumer, part, bounds)
                if part.is_whole and not is_told:
                    continue  # A shape that is read whole is rarely meant in part: what it is of has the wrong one.
                fit = Evidence.EXACT_FIT if is_told else Evidence.OTHER_READING * (len(fitting) > 1)
                evidence = (fit, Evidence.OUTWARD * back)
                words = f"read {bounds[1] - bounds[0]} sizes of `{part.shape.text}`: `{text}`"
                edit = part.place.source.replace(part.place.node, text)
                behind = Evidence.RUNNER_UP * rank
                yield CodeChange(words, (edit,), (*evidence, behind), "" if is_told else _OTHERS)


def _parts(project: Project, consumer: Operation) -> Iterator[_Part]:
    """Yield the parts of shapes among the arguments of a call, and those that a name among them was bound to."""
    place = written(project, consumer)
    if place is None or not isinstance(place.node, ast.Call):
        return
    arguments = [*place.node.args, *(keyword.value for keyword in place.node.keywords)]
    for node in arguments:
        inner = node.value if isinstance(node, ast.Starred) else node
        for part in (inner, *(inner.elts if isinstance(inner, (ast.Tuple, ast.List)) else ())):
            read = place.at(part.value if isinstance(part, ast.Starred) else part)
            origins = [b.expression for b in bindings(project, read)] if isinstance(read.node, ast.Name) else []
            for expression in (read, *origins):
                known = _part(project, read, expression)
                if known is not None:
                    yield known


def _part(project: Project, read: Expression, place: Expression) -> _Part | None:
    node = place.node
    taken = node.slice if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else None
    shape = place.at(node.value) if isinstance(node, ast.Subscript) and taken is not None else place
    base = _sizes(project, shape)
    if not base or len(base) > _MOST_RANK or (taken is not None and taken.step is not None):
        return None
    if taken is None:
        return _Part(read, place, shape, base, 0, len(base))
    bounds = [None if side is None else project.integer(place.at(side)) for side in (taken.lower, taken.upper)]
    if any(side is not None and bound is None for side, bound in zip((taken.lower, taken.upper), bounds, strict=True)):
        return None
    first, last, _ = slice(*bounds).indices(len(base))
    return _Part(read, place, shape, base, first, last)


def _sizes(project: Project, expression: Expression) -> tuple[int, ...]:
    """Return the sizes of a tensor that an expression reads whole: ``x.shape``, ``x.size()``; none for another."""
    base = whole_shape_of(expression.node)
    tensor = None if base is None else value_there(project, expression.at(base))
    return tensor.shape if isinstance(tensor, Tensor) else ()


def _others(part: _Part) -> Iterator[tuple[int, int]]:
    """Yield the bounds with one of them moved, first those up to the end: all the rest is what is most often read."""
    rank = len(part.sizes)
    later = [(first, part.last) for first in range(rank) if first < part.last]
    earlier = [(part.first, last) for last in range(rank, part.first, -1)]
    for bounds in dict.fromkeys((*earlier[:1], *later, *earlier)):
        if bounds != (part.first, part.last):
            yield bounds


def _is_content(project: Project, failed: Operation, part: _Part, bounds: tuple[int, int]) -> bool:
    new = Sequence("Size", part.sizes[slice(*bounds)])
    old = Sequence("Size", part.sizes[part.first : part.last])
    return verdict_of(project, failed, part.read, (old, _display(new), new), recorded_at(project)) is True


def _display(sizes: Sequence) -> str:
    return f"({', '.join(map(str, sizes.items))},)"


def _text(part: _Part, bounds: tuple[int, int]) -> str:
    first, last = bounds
    node = part.place.node
    lower = str(first) if first else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and first == part.first:
        lower = part.place.source.text_of(node.slice.lower) if node.slice.lower is not None else ""
    upper = str(last) if last < len(part.sizes) else ""
    return f"{part.shape.text}[{lower}:{upper}]" if lower or upper else part.shape.text


def _is_told(project: Project, failed: Operation, consumer: Operation, part: _Part, bounds: tuple[int, int]) -> bool:
    """Return whether the contract of the call that failed tells how many sizes it takes, and each size that is read is
    that of the same dimension as it is for.
    """
    call = bound(project, failed) if consumer is failed else None
    refused = call.row.refused(call.call) if call is not None else ()
    counts = [r for r in refused if isinstance(r, Equation) and isinstance(r.left, Length)]
    rank = failed.tensors[0].rank if failed.tensors else 0
    return bool(counts) and rank == len(part.sizes) == bounds[1]
