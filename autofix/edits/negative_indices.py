"""Indices below zero that are looked up in a table: what counts them begins too early, or takes away too much."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import lineage, written
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation

_COUNTING = frozenset(("arange", "range", "linspace"))
_DOUBT = "an index below zero may mean that there is none"


def not_below_zero(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield what makes the indices of a look-up begin at zero: the start of what counts them, and a number that is
    taken from them left out.
    """
    for tensor in operation.tensors:
        lowest = tensor.values[0] if tensor.values is not None else 0
        for maker in lineage(project, tensor) if lowest < 0 else ():
            place = written(project, maker)
            yield from () if place is None else _of_maker(project, maker, place, int(lowest))


def _of_maker(project: Project, maker: Operation, place: Expression, lowest: int) -> Iterator[CodeChange]:
    node, source = place.node, place.source
    if maker.operator in _COUNTING and isinstance(node, ast.Call) and len(node.args) > 1:
        start = place.at(node.args[0])
        if project.integer(start) == lowest:
            edits = (source.replace(start.node, "0"),)
            yield CodeChange(f"count from 0, not from {start.text}", edits, (Evidence.EXACT_FIT,), _DOUBT)
    elif (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and project.integer(place.at(node.right)) == -lowest
    ):
        left = source.text_of(node.left)
        words, edits = f"take nothing from `{left}`, which counts from 0 already", (source.replace(node, left),)
        yield CodeChange(words, edits, (Evidence.EXACT_FIT, Evidence.OTHER_READING), _DOUBT)
