"""An operand that is a few entries too long along one dimension, cut at one of its ends.

What stands for the next step has no target, and what was padded has steps too many: the slice that a function writes
for one of two tensors was forgotten for the other. Where it is cut, at the call or where the value was before, and at
which end, is for the run and for whoever reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.other_layouts import fits
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import followed, operands, written
from autofix.facts.contracts import BoundCall, Operand, bound
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import makers, replayed
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import below

MOST_ENTRIES = 2
FEWEST_LEFT = 6  # Sizes of 3 and 4 are as likely two sizes as one that is cut.


@dataclass(frozen=True, slots=True)
class Slice:
    """``[:, :-1]`` behind ``expression``. ``is_written``: the function has the same slice elsewhere. ``is_other``: the
    cut at the other end comes first.
    """

    expression: Expression
    text: str
    dimension: int
    steps: int
    is_written: bool
    at_start: bool
    is_other: bool

    @property
    def edit(self) -> Edit:
        return followed(self.expression, self.text)


def slices(project: Project, operation: Operation) -> Iterator[Slice]:
    """Yield cuts of the longer of two operands that differ in one dimension by one entry, or by as many as the function
    cuts elsewhere; then of what was made longer further back by one entry than the call that failed can take.
    """
    places = operands(project, operation)
    if len(operation.tensors) == len(places) == 2:
        odd = _odd(*operation.tensors)
        if odd is not None:
            longer, dimension, count = odd
            yield from _cuts(project, (places[longer], operation.tensors[longer]), dimension, count, 0)
    # A target of classes has a dimension less than the scores.
    own = [(0, operation)] if len({tensor.rank for tensor in operation.tensors}) > 1 else []
    for steps, maker in (*own, *makers(project, operation)):
        call, parts = bound(project, maker), operands(project, maker)
        for operand, part in zip(call.operands, parts, strict=False) if call is not None else ():
            for dimension, size in enumerate(operand.tensor.shape[1:], 1):
                if (
                    size > FEWEST_LEFT
                    and call is not None
                    and _is_cut_well(project, (maker, call), operand, dimension, operation)
                ):
                    yield from _cuts(project, (part, operand.tensor), dimension, 1, steps)


def _is_cut_well(
    project: Project, maker_and_call: tuple[Operation, BoundCall], operand: Operand, dimension: int, failed: Operation
) -> bool:
    """Return whether the call that failed would be content if an operand further back had one entry less."""
    maker, call = maker_and_call
    shape = operand.tensor.shape
    cut = call.with_shape(operand, (*shape[:dimension], shape[dimension] - 1, *shape[dimension + 1 :]))
    if maker is failed:
        return fits(cut)
    result = cut.result()
    after = None if result is None else replayed(project, maker, result, failed)
    return after is not None and fits(after)


def _cuts(project: Project, at: tuple[Expression, Tensor], dimension: int, count: int, steps: int) -> Iterator[Slice]:
    place, tensor = at
    for further, expression in ((0, place), *same_values(project, place, tensor)):
        if not isinstance(expression.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            continue
        written_there, colons = _slices_near(expression), [":"] * dimension
        texts = [f"[{', '.join([*colons, end])}]" for end in (f":-{count}", f"{count}:")]
        # Who leaves out the first of one leaves out the last of what stands beside it.
        was_cut = _was_cut(project, expression, tensor, texts[0])
        is_written = was_cut or not written_there.isdisjoint(texts)
        usual = texts[was_cut or _is_read_without_last(expression, texts[0])]
        for text in texts if is_written or count == 1 else ():
            at_start, is_other = text == texts[1], text != usual
            yield Slice(expression, text, dimension, steps + further, is_written, at_start, is_other)


def _is_read_without_last(expression: Expression, text: str) -> bool:
    """Return whether the function reads the same tensor without its last entries: what each entry is to tell is the
    next one.
    """
    names = {node.id for node in below(expression.node) if isinstance(node, ast.Name)}
    scope = expression.source.function_of(expression.node) or expression.source.tree
    for node in below(scope):
        is_cut = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in names
        if is_cut and isinstance(node, ast.Subscript) and f"[{expression.source.text_of(node.slice)}]" == text:
            return True
    return False


def _was_cut(project: Project, expression: Expression, tensor: Tensor, text: str) -> bool:
    """Return whether what ran read the same tensor without its last entries, in another function; one that came from
    outside is told by its name.
    """
    for operation in project.trace.operations:
        own = operation.tensors[:1] if operation.operator == "getitem" else ()
        if [(read.producer, read.shape) for read in own] == [(tensor.producer, tensor.shape)]:
            place = written(project, operation)
            is_same = place is not None and (tensor.producer is not None or place.text == f"{expression.text}{text}")
            if is_same and place is not None and place.text.endswith(text):
                return True
    return False


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
