"""Another layout of the tensor by whose shape a call was told what to expand to.

``labels.expand(*scores.shape)`` fails where ``scores`` is a column and a row was expected. The layout is put behind the
value of ``scores`` where it was before: where a model returned it, or where it was bound to its name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.layout import MOST_DIMENSIONS, Layout, behind_value, moves
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import written
from autofix.facts.contracts import Shape
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_SIZED = frozenset((Family.EXPANSION, Family.RESHAPE))


def layouts_of_giver(project: Project, operation: Operation) -> Iterator[tuple[int, Layout]]:
    """Yield layouts of the tensor that gave the sizes, with how many others come before each.

    A line that ran with the value of another model is right: then what this one returned comes first.
    """
    giving = giver(project, operation)
    if family(operation.target) is not Family.EXPANSION or giving is None or not operation.tensors:
        return
    (place, tensor), own = giving, operation.tensors[0].shape
    fitting = [(method, after) for method, after in moves(tensor.shape) if _expands(own, after)]
    fitting.sort(key=lambda move: move[1] != own)
    values = [value for _, value in same_values(project, place, tensor) if value.node is not place.node]
    function = place.source.function_of(place.node)
    if ran_before(project, operation):
        values.sort(key=lambda value: value.source.function_of(value.node) is function)
    rank = 0
    for method, after in fitting:
        for value in values:
            yield rank, behind_value(value, f".{method}", tensor.shape, after)
            rank += 1


def giver(project: Project, operation: Operation) -> tuple[Expression, Tensor] | None:
    """Return the expression of the tensor whose shape a call that expands or reshapes was passed."""
    call = written(project, operation)
    if family(operation.target) not in _SIZED or call is None or not isinstance(call.node, ast.Call):
        return None
    for argument in call.node.args:
        node = argument.value if isinstance(argument, ast.Starred) else argument
        match node:
            case (
                ast.Attribute(value=base, attr="shape") | ast.Call(func=ast.Attribute(value=base, attr="size"), args=[])
            ):
                pass
            case ast.Name() if operation.operator.endswith("_as"):
                base = node
            case _:
                continue
        place = call.at(base)
        tensor = project.value(place)
        if isinstance(tensor, Tensor) and 0 < tensor.rank <= MOST_DIMENSIONS:
            return place, tensor
    return None


def _expands(shape: Shape, sizes: Shape) -> bool:
    """Return whether a tensor can be expanded to sizes."""
    aligned = zip(reversed(shape), reversed(sizes), strict=False)
    return len(shape) <= len(sizes) and all(own in (1, size) for own, size in aligned)
