"""A subscript that only adds dimensions of one (``x[:, None]``), left out or with its dimension in another place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.layout import Layout, LayoutChange
from autofix.facts.call_sites import written
from autofix.facts.contracts import Shape
from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.syntax.source import dotted


def other_axes(project: Project, maker: Operation, shape: Shape, *, aligns: bool) -> Iterator[Layout]:
    """Yield the operand of such a subscript as it is, and with the new dimension elsewhere.

    For a call that ``aligns`` its operands from the end, one in front is the same as none.
    """
    place = written(project, maker)
    if maker.operator != "getitem" or place is None or not isinstance(place.node, ast.Subscript):
        return
    index = place.node.slice
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    new = [item for item in items if _is_new(item)]
    if not new or not all(item in new or _is_whole(item) for item in items):
        return
    before, base = maker.tensors[0].shape, place.source.text_of(place.node.value)
    edit = place.source.replace(place.node, base)
    yield Layout(LayoutChange.REMOVED, edit, f"leave {before} as it is", shape, before)
    axis = place.source.text_of(new[0])
    for at in range(len(before) + 1) if len(new) == 1 else ():
        after = (*before[:at], 1, *before[at:])
        if after != shape and not (aligns and at == 0):
            text = ", ".join((*[":"] * at, axis, *[":"] * (len(before) - at)))
            edit = place.source.replace(place.node, f"{base}[{text}]")
            yield Layout(LayoutChange.REORDERED, edit, f"put the new dimension elsewhere: `[{text}]`", shape, after)


def _is_new(item: ast.expr) -> bool:
    is_none = isinstance(item, ast.Constant) and item.value is None
    return is_none or (dotted(item) or "").rpartition(".")[2] == "newaxis"


def _is_whole(item: ast.expr) -> bool:
    """Return whether the item takes a dimension as it is, or all that are left."""
    if isinstance(item, ast.Slice):
        return item.lower is item.upper is item.step is None
    return isinstance(item, ast.Constant) and item.value is Ellipsis
