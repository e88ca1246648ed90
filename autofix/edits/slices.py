"""An operand that is a few entries too long along one dimension, cut at one of its ends.

What stands for the next step has no target, and what was padded has steps too many: the slice that a function writes
for one of two tensors was forgotten for the other. Where it is cut, at the call or where the value was before, and at
which end, is for the run and for whoever reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.cut_steps import ENDS
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import followed, operands, written
from autofix.facts.contracts import bound, fits
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import is_content, makers
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import Source, below

MOST_ENTRIES = 2
FEWEST_LEFT = 6  # Sizes of 3 and 4 are as likely two sizes as one that is cut.


def slices(project: Project, operation: Operation) -> Iterator[CodeChange]:
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
                if size <= FEWEST_LEFT or call is None:
                    continue
                shape = operand.tensor.shape
                cut = call.with_shape(operand, (*shape[:dimension], size - 1, *shape[dimension + 1 :]))
                is_well = is_content(project, maker, (cut.result(),), operation) if steps else fits(cut)
                if is_well:
                    yield from _cuts(project, (part, operand.tensor), dimension, 1, steps)


def _cuts(
    project: Project, at: tuple[Expression, Tensor], dimension: int, count: int, steps: int
) -> Iterator[CodeChange]:
    place, tensor = at
    for further, expression in ((0, place), *same_values(project, place, tensor)):
        if not isinstance(expression.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            continue
        texts = [f"[{', '.join([*[':'] * dimension, end])}]" for end in (f":-{count}", f"{count}:")]
        written_there, is_cut_there = _slices_near(expression, texts[0])
        was_cut = _was_cut(project, expression, tensor, texts[0])
        is_written = was_cut or not written_there.isdisjoint(texts)
        # Who leaves out the first of one leaves out the last of what stands beside it.
        usual = texts[was_cut or is_cut_there]
        for text in texts if is_written or count == 1 else ():
            end = "first" if text == texts[1] else "last"
            words = f"leave out the {end} of `{expression.text}` along dimension {dimension}"
            usually = Evidence.AGREES if is_written else Evidence.OTHER_READING
            evidence = (Evidence.INSERTED, Evidence.BY_RUN, usually, Evidence.RUNNER_UP * (text != usual))
            far = Evidence.OUTWARD * (steps + further)
            yield CodeChange(words, (followed(expression, text),), (*evidence, far), ENDS)


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


def _slices_near(expression: Expression, text: str) -> tuple[set[str], bool]:
    """Return the slices that the function around an expression writes, and whether one of them takes ``text`` of the
    same tensor: without its last entries, what each entry is to tell is the next one.
    """
    source, function = expression.source, expression.source.function_of(expression.node)
    names = {node.id for node in below(expression.node) if isinstance(node, ast.Name)}
    reads = [node for node in below(function or source.tree) if isinstance(node, ast.Subscript)]
    cut = {node.value.id for node in reads if isinstance(node.value, ast.Name) and _text(source, node) == text}
    return {_text(source, node) for node in reads if function is not None}, not names.isdisjoint(cut)


def _text(source: Source, node: ast.Subscript) -> str:
    return f"[{source.text_of(node.slice)}]"
