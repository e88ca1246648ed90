"""Exchanges of two dimensions after which the operands of a product meet: other arguments of a transpose, or one more.

It finds edits; the rule says how likely they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import argument_of, followed, is_method
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.source import Source
from autofix.syntax.spelling import receiver

ATTENTION = "scaled_dot_product_attention"


def turned(project: Project, operation: Operation, places: tuple[Expression, ...]) -> Iterator[CodeChange]:
    """Yield the exchanges of two dimensions of one operand of a product or an attention."""
    attends = operation.operator == ATTENTION
    if len(places) > 1:
        left, right = operation.tensors[-2:] if not attends else operation.tensors[:2]
        if not attends:
            yield from _last_two(project, left, right)
        yield from _heads(places, left, right, rows=not attends)


def _last_two(project: Project, left: Tensor, right: Tensor) -> Iterator[CodeChange]:
    """Yield the change of ``k.transpose(1, 2)`` to the last two dimensions, where the heads already
    stand before them.
    """
    for tensor, other in ((right, left), (left, right)):
        turned = project.producer(tensor)
        if turned is None or turned.operator not in {"transpose", "swapaxes"} or turned.tensors[0].rank < 3:
            continue
        *before, rows, columns = turned.tensors[0].shape
        meet = rows == right.shape[-2] if tensor is left and right.rank > 1 else columns == left.shape[-1]
        places = [argument_of(project, turned, at + 1, f"dim{at}") for at in (0, 1)]
        if meet and tuple(before) == other.shape[:-2] and (columns, rows) != tensor.shape[-2:]:
            edits = tuple(
                place.source.replace(place.node, text)
                for place, text in zip(places, ("-2", "-1"), strict=True)
                if place is not None
            )
            if len(edits) == len(places):
                words = f"transpose the last two dimensions of {turned.tensors[0].shape}"
                yield CodeChange(words, edits, (Evidence.EVIDENT,))


def _heads(places: tuple[Expression, ...], left: Tensor, right: Tensor, *, rows: bool) -> Iterator[CodeChange]:
    """Yield the exchange of steps and heads where the heads of one tensor still stand behind its steps.

    ``rows``: the rows of the right tensor are multiplied, as in a product, and not its columns, as in an attention.
    """
    for place, tensor, other in zip(places, (left, right), (right, left), strict=False):
        if tensor.rank != 4 or other.rank != 4:
            continue
        batch, steps, heads_, width = tensor.shape
        after = (batch, heads_, steps, width)
        left_shape, right_shape = (after, other.shape) if tensor is left else (other.shape, after)
        if after != tensor.shape and after[:2] == other.shape[:2] and left_shape[-1] == right_shape[-2 if rows else -1]:
            words, edit = f"exchange the steps and the heads of {tensor.shape}", followed(place, ".transpose(1, 2)")
            yield CodeChange(words, (edit,), (Evidence.EVIDENT,))


def transpose_text(source: Source, rank: int) -> str:
    """Return how the file transposes matrices of this rank."""
    for spelled in (".transpose(-2, -1)", ".transpose(-1, -2)", ".mT") if rank > 2 else (".t()", ".T"):
        if spelled in source.text and (rank != 3 or ".transpose(1, 2)" not in source.text):
            return spelled
    return ".t()" if rank == 2 else ".transpose(1, 2)" if rank == 3 else ".transpose(-2, -1)"


def rows_first(
    operation: Operation, places: tuple[Expression, ...], tensors: tuple[Tensor, ...]
) -> Iterator[CodeChange]:
    """Yield the exchange of the operands of ``W @ x`` where x holds rows, which come first."""
    left, right = tensors[0], tensors[1]
    is_product = left.rank == 2 <= right.rank and operation.operator in {"matmul", "mm"}
    if not is_product or left.shape[-1] == right.shape[-2]:
        return
    suffix = {left.shape[1]: transpose_text(places[0].source, 2), left.shape[0]: ""}.get(right.shape[-1])
    if suffix is not None:
        weight, rows = followed(places[0], suffix).text, places[1].text
        edits = (places[0].source.replace(places[0].node, rows), places[1].source.replace(places[1].node, weight))
        words, evidence = f"multiply the rows of {right.shape} from the left", Evidence.EXACT_FIT * (suffix != "")
        yield CodeChange(words, edits, (evidence,), "the order of a product has a meaning")


def before_view(operation: Operation, place: Expression, call: ast.Call, tensor: Expression, moved: str) -> Edit:
    """Return the edit from ``h.view(...)`` to ``h.transpose(0, 1).reshape(...)``.

    ``.contiguous().view(...)`` where the file writes it so.
    """
    source, node = place.source, tensor.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "contiguous":
        inner = Expression(source, node.func.value, tensor.frames)
        return source.replace(inner.node, f"{receiver(inner.text)}.{moved}")
    start = f"{receiver(tensor.text)}.{moved}"
    if operation.operator == "reshape" or not is_method(operation, call):
        return source.replace(tensor.node, start)
    if ".contiguous()" in source.text:
        return source.replace(tensor.node, f"{start}.contiguous()")
    assert isinstance(call.func, ast.Attribute)
    return source.replace(call.func, f"{start}.reshape")
