"""AF405 dimension-range: a function names a dimension that the tensor does not have.

Why it fails. A tensor of rank r has the dimensions -r to r - 1. A reduction without ``keepdim`` or an earlier
squeeze leaves one fewer than the code counts on.
What the fix does. Removes a ``squeeze`` of a dimension that is gone already; else names the last dimension, at the
call or in the constructor of the layer (``nn.Softmax(dim=2)``).
Fix safety. Safe for a redundant squeeze and for the dimension one past the last; else unsafe.
Source. torch.squeeze, torch.softmax, and the note on dimensions in torch's tensor views.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.rank_changes import without_call
from autofix.facts.call_sites import is_method, written
from autofix.facts.project_view import Project
from autofix.provenance.producers import argument_expression
from autofix.rule import Edit, Evidence, Expression, Finding, Fix, Fixes, Layer, Mismatch, Operation, Rule, shown


class DimensionRange(Rule):
    mismatches = (Mismatch.DIMENSION_RANGE,)
    examples = shown("""
        a layer: 4,6
            self.net = nn.Sequential(nn.Linear(6, 3), nn.LogSoftmax(<2 => 1>))
            self.net(x)
        declines a dimension that is computed: 4,6
            self.dims = {'class': 2}
            torch.softmax(x, dim=self.dims['class'] + 0 * len(self.dims))
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if not operation.tensors:
            return
        (dimension,) = finding.expected
        rank = operation.tensors[0].rank
        if operation.operator == "squeeze":
            edit = without_call(project, operation)
            if edit is not None:
                yield self.fix(
                    f"leave out the squeeze: dimension {dimension} is gone already", (edit,), Evidence.EXACT_FIT
                )
        last = rank - 1 if operation.operator != "unsqueeze" else rank
        for place in _written_dimensions(project, operation, layer, dimension):
            yield self._last(place, dimension, last)

    def _last(self, place: Expression, dimension: int, last: int) -> Fix:
        near = dimension == last + 1 or dimension == -last - 2
        text = str(last) if dimension > 0 else str(-last - 1)
        edit: Edit = place.source.replace(place.node, text)
        reason = "" if near else "another dimension could be meant"
        return self.fix(
            f"name dimension {text} instead of {dimension}",
            (edit,),
            *(() if near else (Evidence.RUNNER_UP, Evidence.OTHER_READING)),
            doubt=reason,
        )


def _written_dimensions(
    project: Project, operation: Operation, layer: Layer | None, dimension: int
) -> Iterator[Expression]:
    """Yield the literals of the call, or of the layer's constructor, that spell the dimension."""
    if layer is not None:
        for parameter in ("dim", "start_dim"):
            literal = argument_expression(project, layer, parameter)
            if literal is not None and project.integer(literal) == dimension and _is_literal(literal.node):
                yield literal
        return
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Call):
        return
    skipped = 0 if is_method(operation, place.node) else 1
    for node in (
        *place.node.args[skipped:],
        *(k.value for k in place.node.keywords if k.arg and k.arg.startswith(("dim", "start_dim", "axis"))),
    ):
        for part in node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]:
            literal = Expression(place.source, part, place.frames)
            if _is_literal(part) and project.integer(literal) == dimension:
                yield literal


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))
