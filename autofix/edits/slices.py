"""An operand that is a few entries too long along one dimension, cut at one of its ends.

What stands for the next step has no target, and what was padded has steps too many: the slice that a function writes
for one of two tensors was forgotten for the other. Where it is cut, at the call or where the value was before, and at
which end, is for the run and for whoever reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.same_values import same_values
from autofix.facts.call_sites import followed, operands
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import below

MOST_ENTRIES = 2
FEWEST_LEFT = 6  # Sizes of 3 and 4 are as likely two sizes as one that is cut.


@dataclass(frozen=True, slots=True)
class Slice:
    """``[:, :-1]`` behind ``expression``. ``is_written``: the function has the same slice elsewhere."""

    expression: Expression
    text: str
    dimension: int
    steps: int
    is_written: bool
    at_start: bool

    @property
    def edit(self) -> Edit:
        return followed(self.expression, self.text)


def slices(project: Project, operation: Operation) -> Iterator[Slice]:
    """Yield cuts of the longer of two operands that differ in one dimension by one entry, or by as many as the function
    cuts elsewhere.
    """
    places = operands(project, operation)
    if len(operation.tensors) != 2 or len(places) != 2:
        return
    odd = _odd(*operation.tensors)
    if odd is None:
        return
    longer, dimension, count = odd
    tensor, place = operation.tensors[longer], places[longer]
    for steps, expression in ((0, place), *same_values(project, place, tensor)):
        if not isinstance(expression.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            continue
        written_there = _slices_near(expression)
        for at_start, end in ((False, f":-{count}"), (True, f"{count}:")):
            text = f"[{', '.join([*[':'] * dimension, end])}]"
            if text in written_there or count == 1:
                yield Slice(expression, text, dimension, steps, text in written_there, at_start)


def _odd(first: Tensor, second: Tensor) -> tuple[int, int, int] | None:
    """Return which tensor is longer, along which dimension and by how much; None where they differ in more."""
    if first.rank != second.rank:
        return None
    pairs = list(enumerate(zip(first.shape, second.shape, strict=True)))
    dimensions = [d for d, (a, b) in pairs if a != b]
    if len(dimensions) != 1:
        return None
    a, b = first.shape[dimensions[0]], second.shape[dimensions[0]]
    if not 0 < abs(a - b) <= MOST_ENTRIES or min(a, b) < FEWEST_LEFT:
        return None
    return int(b > a), dimensions[0], abs(a - b)


def _slices_near(expression: Expression) -> set[str]:
    """Return the slices that the function around an expression writes."""
    scope = expression.source.function_of(expression.node)
    return {
        f"[{expression.source.text_of(node.slice)}]"
        for node in (below(scope) if scope is not None else ())
        if isinstance(node, ast.Subscript)
    }
