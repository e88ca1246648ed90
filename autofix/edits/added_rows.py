"""Whole rows that are scattered by one index for each: ``out.scatter_add_(0, to, messages)`` takes a number for every
entry of ``messages``, ``index_add_`` one for each row.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import is_method, written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.operators.shape_functions import without
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_OF_ROWS = {
    "scatter_add": "index_add",
    "scatter_add_": "index_add_",
    "scatter": "index_copy",
    "scatter_": "index_copy_",
}


def added_rows(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the method that takes an index for each row, where there is one for each row of what is scattered."""
    place, call = written(project, operation), bound(project, operation)
    name = _OF_ROWS.get(operation.operator, "")
    if place is None or call is None or not name or not isinstance(place.node, ast.Call):
        return
    tensor, index, source, dim = (call.call.get(key) for key in ("input", "index", "src", "dim"))
    if not all(isinstance(value, Tensor) for value in (tensor, index, source)) or not isinstance(dim, int):
        return
    at = dim % max(tensor.rank, 1)
    are_rows = index.shape == source.shape[at : at + 1] and without(source.shape, at) == without(tensor.shape, at)
    if are_rows and source.rank == tensor.rank and is_method(operation, place.node) and not place.node.keywords:
        assert isinstance(place.node.func, ast.Attribute)
        base = place.source.text_of(place.node.func.value)
        edit = place.source.replace(place.node.func, f"{base}.{name}")
        words = f"call `{name}`, which takes one index for each of the {index.shape[0]} rows"
        yield CodeChange(words, (edit,), (Evidence.EXACT_FIT,))
