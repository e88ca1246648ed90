"""What stands beside samples that others were folded into, repeated for each of them where both are at hand.

``frames.reshape(b * t, ...)`` makes a sample of every frame; the words of each film, which meet them many calls later,
have to be repeated ``t`` times. The function that folded knows how often, so the change is written there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from autofix.edits.class_targets import is_bound_each_time
from autofix.edits.layout import Layout, behind
from autofix.edits.related_layouts import folded_name, folds_samples
from autofix.edits.repeated_twice import repeated_twice
from autofix.facts.call_sites import frames_of, is_one_call, lineage, operands, tensors_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Frame, Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import reads, targets
from autofix.syntax.source import Source, below

_MOST_BACK = 80


@dataclass(frozen=True, slots=True)
class _Fold:
    """An operation that merged samples with what stands behind them, and its frames from a shared function outwards."""

    operation: Operation
    frames: tuple[Frame, ...]
    samples: int
    times: int


def folded_partners(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield an operand repeated as the samples of another were folded, in the function that folded them.

    Where one was repeated twice already, it is that one which has too many.
    """
    if repeated_twice(project, operation):
        return
    seen: set[object] = set()
    for index, tensor in enumerate(operation.tensors):
        lined = [t for maker in lineage(project, tensor, _MOST_BACK) for t in maker.tensors]
        for other in operation.tensors if tensor.rank and tensor.shape[0] else ():
            is_more = other is not tensor and other.rank and other.shape[0] > tensor.shape[0]
            for fold in _folds(project, other) if is_more and other.shape[0] % tensor.shape[0] == 0 else ():
                if other.shape[0] // tensor.shape[0] != fold.times:
                    continue
                for place, whole in _places(project, operation, index, fold, [tensor, *lined]):
                    layout = _repeated(project, fold, place, whole)
                    if layout is not None and layout.edit not in seen:
                        seen.add(layout.edit)
                        yield layout


def _folds(project: Project, tensor: Tensor) -> Iterator[_Fold]:
    for maker in islice(project.ancestry(tensor), _MOST_BACK):
        taken = maker.tensors[0].shape if maker.tensors else ()
        if taken and folds_samples(maker, taken[0]):
            frames = frames_of(project, maker)
            yield from (_Fold(maker, frames[depth:], taken[0], taken[1]) for depth in range(len(frames)))


def _places(
    project: Project, operation: Operation, index: int, fold: _Fold, lined: list[Tensor]
) -> Iterator[tuple[Expression, Tensor]]:
    """Yield what the function that folded passed on of the operand, while it was still one for each sample."""
    known = {(tensor.producer, tensor.shape) for tensor in lined if tensor.shape[:1] == (fold.samples,)}
    frames = frames_of(project, operation)
    for depth in range(len(frames)):
        call = project.call(frames[depth:]) if is_one_call(frames[depth:], fold.frames) else None
        if call is not None and isinstance(call.node, ast.Call):
            for node in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
                place = call.at(node)
                value = project.value(place) if isinstance(node, (ast.Name, ast.Attribute)) else None
                if isinstance(value, Tensor) and (value.producer, value.shape) in known:
                    yield place, value
    for maker in lineage(project, operation.tensors[index], _MOST_BACK):
        parts = operands(project, maker) if is_one_call(frames_of(project, maker), fold.frames) else ()
        for place, value in zip(parts[:1], maker.tensors[:1], strict=False):
            if isinstance(place.node, (ast.Name, ast.Attribute)) and (value.producer, value.shape) in known:
                yield place, value


def _repeated(project: Project, fold: _Fold, place: Expression, tensor: Tensor) -> Layout | None:
    source = place.source
    node = source.call_at(fold.frames[0].range)
    statement = source.statement_of(node) if node is not None else source.statement_of(place.node)
    is_before = _is_before(source, statement, place)
    times = folded_name(project, fold.operation, place, fold.times) or _unpacked(project, fold, place)
    if not times:
        bases = operands(project, fold.operation)[:1] if fold.frames == frames_of(project, fold.operation) else ()
        is_kept = is_before or not bases or bases[0].text not in targets(statement)
        names = [part.text for part in bases if isinstance(part.node, ast.Name) and is_kept]
        names += [n for n, t in tensors_at_hand(project, place) if t.shape[:2] == (fold.samples, fold.times)]
        times = f"{names[0]}.shape[1]" if names else str(fold.times) if bases else ""
    if not times:
        return None  # A caller that names no number of them is not where they are to be counted.
    suffix = f".repeat_interleave({times}, dim=0)"
    words = f"repeat {tensor.shape} as the others were folded into the samples: `{place.text}{suffix}`"
    layout = behind(place, suffix, tensor.shape, (tensor.shape[0] * fold.times, *tensor.shape[1:]), words)
    line = f"{place.text} = {place.text}{suffix}"
    return replace(layout, edit=source.insert_before(statement, line)) if is_before else layout


def _unpacked(project: Project, fold: _Fold, place: Expression) -> str:
    """Return the name for how many were folded that a shape was unpacked to; empty where there is none."""
    function = place.source.function_of(place.node) or place.source.tree
    for node in below(function):
        parts = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(parts, (ast.Tuple, ast.List)) and len(parts.elts) > 1:
            if node.lineno >= place.node.lineno:
                continue
            sizes = [project.integer(place.at(part)) for part in parts.elts[:2]]
            if sizes == [fold.samples, fold.times] and isinstance(parts.elts[1], ast.Name):
                return parts.elts[1].id
    return ""


def _is_before(source: Source, statement: ast.stmt, place: Expression) -> bool:
    """Return whether a name is read at several places from a statement on, and only once repeated in front of it."""
    function = source.function_of(place.node) or source.tree
    if not isinstance(place.node, ast.Name):
        return False
    read = [node for node in reads(function, place.text) if node.lineno >= statement.lineno]
    return len(read) > 1 and is_bound_each_time(source, statement, place.text)
