"""Whether what is done with the result of a reduction needs the dimension that it drops: ``x / x.sum(-1)``."""

from __future__ import annotations

import ast

from autofix.facts.call_sites import written
from autofix.facts.contracts import BoundCall
from autofix.facts.project_view import Project


def needs_reduced(project: Project, call: BoundCall, reduction: BoundCall) -> bool:
    """Return whether a call meets a reduction with what was reduced, or squeezes its dimension where another branch
    does not.
    """
    reduced, failed = reduction.operands[0].tensor, project.trace.failed_operation
    if "squeeze" in call.row.functions:
        place = None if failed is None else written(project, failed)
        around = () if place is None else place.source.ancestors(place.node)
        is_same = reduction.call.get("dim") not in (None, ()) and reduction.call.get("dim") == call.call.get("dim")
        return is_same and any(isinstance(node, (ast.If, ast.IfExp)) for node in around)
    return any(
        (other.tensor.producer, other.tensor.shape) == (reduced.producer, reduced.shape) for other in call.operands
    )
