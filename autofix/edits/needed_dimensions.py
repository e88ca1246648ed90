"""Whether what is done with the result of a reduction needs the dimension that it drops: ``x / x.sum(-1)``."""

from __future__ import annotations

import ast

from autofix.facts.call_sites import argument_of, written
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.syntax.source import argument


def needs_reduced(project: Project, call: BoundCall, maker: Operation) -> bool:
    """Return whether a call meets a reduction with what was reduced, or squeezes its dimension where another branch
    does not.
    """
    reduction, failed = bound(project, maker), project.trace.failed_operation
    if reduction is None or _is_reduced_otherwise(project, maker):
        return False
    reduced = reduction.operands[0].tensor
    if "squeeze" in call.row.functions:
        place = None if failed is None else written(project, failed)
        around = () if place is None else place.source.ancestors(place.node)
        is_same = reduction.call.get("dim") not in (None, ()) and reduction.call.get("dim") == call.call.get("dim")
        return is_same and any(isinstance(node, (ast.If, ast.IfExp)) for node in around)
    return any(
        (other.tensor.producer, other.tensor.shape) == (reduced.producer, reduced.shape) for other in call.operands
    )


def _is_reduced_otherwise(project: Project, maker: Operation) -> bool:
    """Return whether the file reduces the same along another dimension, which may be meant here as well."""
    place, dim = written(project, maker), argument_of(project, maker, 1, "dim")
    if place is None or dim is None or not isinstance(place.node, ast.Call):
        return False
    source, method = place.source, place.source.text_of(place.node.func)
    others = (argument(node, 0, "dim") for node in source.calls if source.text_of(node.func) == method)
    return any(isinstance(other, (ast.Constant, ast.UnaryOp)) and source.text_of(other) != dim.text for other in others)
