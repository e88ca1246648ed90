"""Views that name a dimension of the tensor that they are made of, or take one apart into what was merged into it, and
have it where it does not lie.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.call_sites import argument_of
from autofix.facts.project_view import Expression, Project
from autofix.operators.shape_functions import Shape, are_mixed
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import dotted

_RESHAPES = frozenset(("view", "reshape"))
_VIEWS = _RESHAPES | {"flatten", "unflatten"}
_MOST_BEFORE = 80
_COPIES = frozenset(("contiguous", "clone", "detach"))


def find_relabelled(project: Project) -> Iterator[SilentFault]:
    """Yield each view one of whose sizes is read from the tensor itself, where the elements along that dimension do not
    lie along the one that gets the size.

    ``batch, _, time, _ = sound.shape`` and ``sound.view(batch, -1, time)``: the last dimension of the result is as long
    as the steps and runs along what stood behind them.
    """
    for operation in project.forward_operations():
        before, after = operation.before_and_after or (None, None)
        if operation.operator not in _RESHAPES or before is None or after is None or before.rank < 3:
            continue
        yield from _taken_apart(project, operation, before, after)
        yield from _put_together(project, operation, before, after)
        named = list(_named(project, operation, before.rank, after.rank))
        # Of square maps one side may be read, and asked for in both places.
        lie_there = {own for place, _, own in named if _lies(before, own, after, place)}
        for place, text, own in named:
            size = before.shape[own]
            if size > 1 and after.shape[place] == size and own not in lie_there:
                message = (
                    f"`{operation.operator}` has `{text}`, dimension {own} of {show(before.shape)}, as dimension "
                    f"{place} of {show(after.shape)}, along which other elements lie"
                )
                yield from faults_at(
                    Mismatch.SILENT_FOLD, message, project, operation, dimension=own, detail=Detail.NAMED
                )
                break


def _taken_apart(project: Project, operation: Operation, before: Tensor, after: Tensor) -> Iterator[SilentFault]:
    """Yield a view that takes a dimension apart into sizes that were merged into it on the way, rows and columns into
    pixels, and has them where other elements lie: ``(pixels, channels)`` seen as ``(channels, rows, columns)``.
    """
    for own, parts in _parts(before.shape, after.shape):
        if are_mixed(before.shape, after.shape) and _was_merged(project, operation, parts):
            message = (
                f"`{operation.operator}` takes dimension {own} of {show(before.shape)} apart into {show(parts)} of "
                f"{show(after.shape)}, along which other elements lie"
            )
            yield from faults_at(Mismatch.SILENT_FOLD, message, project, operation, dimension=own, detail=Detail.NAMED)
            return


def _put_together(project: Project, operation: Operation, before: Tensor, after: Tensor) -> Iterator[SilentFault]:
    """Yield a view that merges what was taken apart on the way and does not lie beside each other any more:
    ``(heads, steps, width of a head)`` seen as ``(steps, width)``.
    """
    for own, parts in _apart(before.shape, after.shape):
        if are_mixed(before.shape, after.shape) and _was_split(project, operation, parts):
            message = (
                f"`{operation.operator}` merges {show(parts)} of {show(before.shape)}, which do not lie beside each "
                f"other, into {show(after.shape)}"
            )
            yield from faults_at(Mismatch.SILENT_FOLD, message, project, operation, dimension=own, detail=Detail.NAMED)
            return


def _apart(before: Shape, after: Shape) -> Iterator[tuple[int, Shape]]:
    """Yield each dimension that ``after`` has merged into another before which it does not lie."""
    for own, size in reversed(tuple(enumerate(before))):  # The samples come first, and are the last to be merged.
        for to, other in enumerate(before):
            merged = (*before[:to], size * other, *before[to + 1 :])
            if own not in (to, to - 1) and min(size, other) > 1 and (*merged[:own], *merged[own + 1 :]) == after:
                yield own, (size, other)


def _parts(before: Shape, after: Shape) -> Iterator[tuple[int, Shape]]:
    """Yield each dimension that stands in ``after`` as several sizes beside each other, at another place."""
    for own, size in enumerate(before):
        rest, count = (*before[:own], *before[own + 1 :]), len(after) - len(before) + 1
        for start in range(len(after) - count + 1) if count > 1 else ():
            parts = after[start : start + count]
            is_it = math.prod(parts) == size and (*after[:start], *after[start + count :]) == rest
            if is_it and start != own and min(parts) > 1:
                yield own, parts


def _was_merged(project: Project, operation: Operation, parts: Shape) -> bool:
    """Return whether something that an operation came from merged just these sizes into one."""
    return any(_is_merge(shape, result, parts) for shape, result in _views_before(project, operation))


def _was_split(project: Project, operation: Operation, parts: Shape) -> bool:
    """Return whether something that an operation came from took one size, or a multiple of it, apart into these."""
    for shape, result in _views_before(project, operation):
        is_split = _starts(result, parts) and not _starts(shape, parts)
        if is_split and any(size % math.prod(parts) == 0 for size in shape):
            return True
    return False


def _is_merge(shape: Shape, result: Shape, parts: Shape) -> bool:
    places = {math.prod(result[:place]) for place, size in enumerate(result) if size == math.prod(parts)}
    return any(math.prod(shape[:start]) in places for start in _starts(shape, parts))


def _starts(shape: Shape, parts: Shape) -> list[int]:
    """Return where sizes stand beside each other in a shape."""
    return [start for start in range(len(shape)) if shape[start : start + len(parts)] == parts]


def _views_before(project: Project, operation: Operation) -> Iterator[tuple[Shape, Shape]]:
    """Yield what the views that an operation came from took and gave."""
    todo, seen = [operation], {operation.index}
    while todo and len(seen) < _MOST_BEFORE:
        for tensor in todo.pop().tensors:
            earlier = project.producer(tensor)
            if earlier is None or earlier.index in seen:
                continue
            seen.add(earlier.index)
            todo.append(earlier)
            if earlier.operator in _VIEWS and earlier.tensors and isinstance(earlier.result, Tensor):
                yield earlier.tensors[0].shape, earlier.result.shape


def _lies(before: Tensor, own: int, after: Tensor, place: int) -> bool:
    """Return whether the elements along a dimension lie along a dimension of the view."""
    return math.prod(before.shape[own + 1 :]) == math.prod(after.shape[place + 1 :])


def _named(project: Project, operation: Operation, rank: int, places: int) -> Iterator[tuple[int, str, int]]:
    """Yield the place of each size that is read from the tensor itself, its text and the dimension that it is."""
    base = argument_of(project, operation, 0, "input")
    while base is not None and (copied := _copied(base.node)) is not None:
        base = base.at(copied)
    for place in range(places) if base is not None and isinstance(base.node, ast.Name) else ():
        size = argument_of(project, operation, 1 + place, "")
        own = None if size is None or base is None else _dimension(size, base.text)
        if size is not None and own is not None and -rank <= own < rank:
            yield place, size.text, own % rank


def _copied(node: ast.expr) -> ast.expr | None:
    """Return what a call only copies, with its dimensions as they are; None for any other expression."""
    called = node.func if isinstance(node, ast.Call) and not node.args else None
    return called.value if isinstance(called, ast.Attribute) and called.attr in _COPIES else None


def _dimension(size: Expression, base: str) -> int | None:
    """Return which dimension of what is called ``base`` an expression reads, if that is what it is called now."""
    node, source = size.node, size.source
    if not isinstance(node, ast.Name):
        return _read(node, base)
    function = source.function_of(node)
    bound = [] if function is None else list(assignments(source, function, node.id))
    if function is None or len(bound) != 1 or not isinstance(bound[0][0], ast.Assign):
        return None
    statement, value = bound[0]
    changed = (other.lineno for other, _ in assignments(source, function, base))
    if any(statement.lineno < line < node.lineno for line in changed):
        return None
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Tuple):
        names = [dotted(element) for element in target.elts]
        return names.index(node.id) if node.id in names and _is_shape(value, base) else None
    return _read(value, base)


def _read(node: ast.expr, base: str) -> int | None:
    """Return the dimension in ``base.size(1)`` or ``base.shape[1]``."""
    if isinstance(node, ast.Call) and dotted(node.func) == f"{base}.size" and len(node.args) == 1:
        value = _number(node.args[0])
    else:
        value = _number(node.slice) if isinstance(node, ast.Subscript) and _is_shape(node.value, base) else None
    return value


def _number(node: ast.expr) -> int | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if is_integer(value) else None


def _is_shape(node: ast.expr, base: str) -> bool:
    """Return whether an expression is ``base.shape`` or ``base.size()``."""
    is_call = isinstance(node, ast.Call) and not node.args and dotted(node.func) == f"{base}.size"
    return is_call or dotted(node) == f"{base}.shape"
