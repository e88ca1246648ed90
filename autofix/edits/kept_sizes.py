"""Sizes of an expansion that the tensor does not have where it is expanded: it keeps its own there (``-1``).

``states.expand(n, states.size(1), hidden)`` was written for states of that width; those of two directions are wider.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import is_method, written
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation

_DOUBT = "the tensor may be meant to have the size that is asked for"


def kept_sizes(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the call with ``-1`` for each dimension of several entries that has not the size that is asked for."""
    place = written(project, operation) if operation.operator == "expand" else None
    if place is None or not isinstance(place.node, ast.Call) or not is_method(operation, place.node):
        return
    nodes, shape = place.node.args, operation.tensors[0].shape
    if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
        nodes = nodes[0].elts
    if len(nodes) < len(shape) or any(isinstance(node, ast.Starred) for node in nodes):
        return
    own = zip(nodes[len(nodes) - len(shape) :], shape, strict=True)
    asked = [(node, size, project.integer(place.at(node))) for node, size in own]
    odd = [node for node, size, target in asked if size > 1 and target not in (-1, size)]
    if odd and len(odd) < len(nodes):
        words = ", ".join(f"`{place.source.text_of(node)}`" for node in odd)
        edits = tuple(place.source.replace(node, "-1") for node in odd)
        yield CodeChange(
            f"keep the size of the tensor: -1 for {words}", edits, (Evidence.EXACT_FIT, Evidence.OTHER_READING), _DOUBT
        )
