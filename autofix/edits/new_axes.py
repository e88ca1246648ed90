"""A subscript that only adds dimensions of one (``x[:, None]``), left out or with its dimension in another place; one
that takes entries away (``x[:, 1:]``), without that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.layout import Layout, LayoutChange, left_alone
from autofix.facts.call_sites import written
from autofix.facts.contracts import Shape, bound
from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.syntax.source import dotted
from autofix.syntax.subscripts import parts


def other_axes(project: Project, maker: Operation, shape: Shape, *, aligns: bool) -> Iterator[Layout]:
    """Yield the operand of such a subscript as it is, and with the new dimension elsewhere.

    For a call that ``aligns`` its operands from the end, one in front is the same as none.
    """
    place = written(project, maker)
    if place is None or not isinstance(place.node, ast.Subscript) or not only_adds(place.node):
        return
    new = [item for item in parts(place.node) if _is_new(item)]
    before, base = maker.tensors[0].shape, place.source.text_of(place.node.value)
    yield left_alone(place.source.replace(place.node, base), shape, before)
    axis = place.source.text_of(new[0])
    for at in range(len(before) + 1) if len(new) == 1 else ():
        after = (*before[:at], 1, *before[at:])
        if after != shape and not (aligns and at == 0):
            text = ", ".join((*[":"] * at, axis, *[":"] * (len(before) - at)))
            edit = place.source.replace(place.node, f"{base}[{text}]")
            yield Layout(LayoutChange.REORDERED, edit, f"put the new dimension elsewhere: `[{text}]`", shape, after)


def uncut(project: Project, maker: Operation, shape: Shape) -> Iterator[Layout]:
    """Yield the operand of a subscript without all that it cuts off, then without one of several cuts."""
    place, call = written(project, maker), bound(project, maker)
    if call is None or place is None or maker.operator != "getitem" or not isinstance(place.node, ast.Subscript):
        return
    key, items, source = call.call.get("index"), parts(place.node), place.source
    keys = key if isinstance(key, tuple) else (key,)
    pairs = list(enumerate(zip(keys, items, strict=len(keys) == len(items))))
    cuts = [i for i, (k, item) in pairs if isinstance(k, slice) and isinstance(item, ast.Slice) and not _is_whole(item)]
    for left_out in (cuts, *([cut] for cut in cuts if len(cuts) > 1)) if len(keys) == len(items) else ():
        rest = tuple(slice(None) if i in left_out else k for i, (k, _) in pairs)
        after = call.with_argument("index", rest).result() if left_out else None
        if after is None or after == shape:
            continue
        texts = [":" if i in left_out else source.text_of(item) for i, (_, item) in pairs]
        is_all = all(i in left_out or _is_whole(item) for i, (_, item) in pairs)
        base = source.text_of(place.node.value)
        edit = source.replace(place.node, base if is_all else f"{base}[{', '.join(texts)}]")
        cut = ", ".join(source.text_of(items[i]) for i in left_out)
        yield Layout(LayoutChange.REMOVED, edit, f"leave out the cut `{cut}`: {after}", shape, after)


def moved_cuts(project: Project, maker: Operation, shape: Shape) -> Iterator[Layout]:
    """Yield a subscript whose only cut is made in another dimension: ``table[:n]`` for ``table[:, :n]``."""
    place, call = written(project, maker), bound(project, maker)
    if call is None or place is None or maker.operator != "getitem" or not isinstance(place.node, ast.Subscript):
        return
    key, items, before = call.call.get("index"), parts(place.node), maker.tensors[0].shape
    keys = key if isinstance(key, tuple) else (key,)
    odd = [at for at, item in enumerate(items) if not _is_whole(item)]
    if len(keys) != len(items) or len(odd) != 1 or not all(isinstance(k, slice) for k in keys):
        return
    cut, source = keys[odd[0]], place.source
    for at in (at for at in range(len(before)) if at != odd[0]):
        after = call.with_argument("index", (*(slice(None),) * at, cut)).result()
        if after not in (None, shape):
            text = ", ".join((*[":"] * at, source.text_of(items[odd[0]])))
            edit = source.replace(place.node, f"{source.text_of(place.node.value)}[{text}]")
            yield Layout(LayoutChange.REORDERED, edit, f"cut dimension {at} instead: `[{text}]`", shape, after)


def only_adds(node: ast.expr) -> bool:
    """Return whether an expression is a subscript that takes all dimensions as they are, and adds some."""
    items = parts(node) if isinstance(node, ast.Subscript) else []
    return any(map(_is_new, items)) and all(_is_new(item) or _is_whole(item) for item in items)


def _is_new(item: ast.expr) -> bool:
    is_none = isinstance(item, ast.Constant) and item.value is None
    return is_none or (dotted(item) or "").rpartition(".")[2] == "newaxis"


def _is_whole(item: ast.expr) -> bool:
    """Return whether the item takes a dimension as it is, or all that are left."""
    if isinstance(item, ast.Slice):
        return item.lower is item.upper is item.step is None
    return isinstance(item, ast.Constant) and item.value is Ellipsis
