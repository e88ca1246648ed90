"""Bags of entries that were laid out in rows of one length and come with their offsets, which count one long row."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.layout import Layout, LayoutChange
from autofix.facts.call_sites import argument_of, written
from autofix.facts.contracts import Shape, bound
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.call_edits import NotACall, without_argument
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import below
from autofix.syntax.spelling import module_text


def bags_in_rows(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield the bags as one row where they were filled up to one length, as their offsets count them; then as rows,
    which need no offsets.
    """
    call = bound(project, operation)
    bags = call.call.tensor("input") if call is not None and call.row.family is Family.EMBEDDING else None
    starts = call.call.tensor("offsets") if call is not None else None
    if bags is None or bags.rank != 2 or starts is None:
        return
    for edit in _joined(project, starts):
        words, after = "join the bags to one row, as their offsets count them", (bags.shape[0] * bags.shape[1],)
        yield _layout(edit, words, bags, after)
    place, offsets = written(project, operation), argument_of(project, operation, 1, "offsets")
    if place is not None and offsets is not None:
        try:
            text = without_argument(place.text, "offsets", 1)
        except NotACall:
            return
        edit = place.source.replace(place.node, text)
        yield _layout(edit, "leave out the offsets: each row is a bag", bags, bags.shape)


def _layout(edit: Edit, words: str, bags: Tensor, after: Shape) -> Layout:
    return Layout(LayoutChange.INSERTED, edit, words, bags.shape, after)


def _joined(project: Project, offsets: Tensor) -> Iterator[Edit]:
    """Yield the edit that joins what is filled up to one length where the offsets are worked out."""
    maker = project.producer(offsets)
    place = None if maker is None else written(project, maker)
    scope = None if place is None else place.source.function_of(place.node)
    if place is None or scope is None:
        return
    calls = [node for node in below(scope) if isinstance(node, ast.Call) and callee_name(node) == "pad_sequence"]
    torch = module_text(place.source, "torch")
    if len(calls) == 1 and calls[0].args and torch:
        yield place.source.replace(calls[0], f"{torch}.cat({place.source.text_of(calls[0].args[0])})")
