"""A product of a batch of matrices with one vector for each, or with rows that stand in more dimensions than one.

``turn @ tool`` multiplies every matrix of a batch with the same vector; where each has its own, ``(n, 3)`` are no
matrices of their own: a dimension of one is added, and taken from the result again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import is_stored, written
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.locations import Range
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.call_edits import with_callee
from autofix.syntax.spelling import receiver
from autofix.syntax.subscripts import parts

_EVIDENCE = (Evidence.INSERTED, Evidence.EXACT_FIT, Evidence.AGREES)
_TAKES = {"bmm": 3, "matmul": 0}


def products(
    project: Project, operation: Operation, places: tuple[Expression, ...], tensors: tuple[Tensor, ...]
) -> Iterator[CodeChange]:
    """Yield the products in which each matrix of the batch meets what is its own."""
    place, rank = written(project, operation), _TAKES.get(operation.operator)
    if place is None or rank is None or len(places) != 2:
        return
    left, right = tensors[0], tensors[1]
    if are_columns(left.shape, right.shape) and rank in (0, left.rank):
        yield _of_vectors(place, places[1], right, -1)
    elif are_rows(left.shape, right.shape) and rank in (0, right.rank):
        yield _of_vectors(place, places[0], left, left.rank - 1)
    else:
        yield from _of_more_rows(place, places, left, right)


def are_columns(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Return whether the right has one vector for each matrix on the left: ``(b, m, k)`` and ``(b, k)``."""
    return len(left) == len(right) + 1 > 2 and left[:-2] == right[:-1] and left[-1] == right[-1]


def are_rows(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Return whether the left has one vector for each matrix on the right: ``(b, k)`` and ``(b, k, m)``."""
    return len(right) == len(left) + 1 > 2 and right[:-2] == left[:-1] and left[-1] == right[-2]


def pairs_samples(project: Project, left: Tensor, right: Tensor) -> str:
    """Return why a transpose of one operand may be wrong: it has a row for each matrix of the other, and all rows would
    meet all matrices. Not of what the model brings along, which has no row for each sample. Empty if nothing is.
    """
    small, many = (right, left) if left.rank > right.rank else (left, right)
    rows = small.shape[0] if small.rank == 2 < many.rank else 0
    if rows < 2 or many.shape[0] != rows or is_stored(project, small):
        return ""
    return f"{small.shape} has a row for each of the {rows} of {many.shape}, and all of them would meet"


def _of_vectors(place: Expression, operand: Expression, tensor: Tensor, at: int) -> CodeChange:
    """Return the product with the vectors as matrices of one column (-1) or one row."""
    text = _with(place, operand, f".unsqueeze({at})")
    words = f"multiply each matrix with its own of the vectors {tensor.shape}"
    edit = place.source.replace(place.node, text if _drops(place, at) else f"{receiver(text)}.squeeze({at})")
    return CodeChange(words, (edit,), _EVIDENCE)


def _with(place: Expression, operand: Expression, suffix: str) -> str:
    """Return the text of a product with something behind one operand."""
    source, whole, own = place.source, place.source.range_of(place.node), place.source.range_of(operand.node)
    before, after = source.segment(Range(whole.start, own.start)), source.segment(Range(own.end, whole.end))
    return f"{before}{receiver(operand.text)}{suffix}{after}"


def _drops(place: Expression, at: int) -> bool:
    """Return whether the code takes the dimension from the result as it is: ``torch.bmm(w, h).squeeze(1)``."""
    parent = place.source.parents.get(place.node)
    if isinstance(parent, ast.Attribute):
        return parent.attr == "squeeze"
    entry = dict(enumerate(parts(parent))).get(at % 3) if isinstance(parent, ast.Subscript) else None
    return isinstance(entry, ast.Constant) and entry.value == 0  # `[:, 0]` and `[:, :, 0]`.


def _of_more_rows(
    place: Expression, places: tuple[Expression, ...], left: Tensor, right: Tensor
) -> Iterator[CodeChange]:
    """Yield the product with more dimensions in the batch of one operand, as many as the other has rows in."""
    small, many = (right, left) if left.rank > right.rank else (left, right)
    batch, more = small.shape[:-2], many.rank - small.rank
    if not batch or not more or many.shape[: len(batch)] != batch or left.shape[-1] != right.shape[-2]:
        return
    at = len(batch)
    suffix = f".unsqueeze({at})" if more == 1 else f"[{', '.join((*':' * at, *['None'] * more))}]"
    operand = places[1 if small is right else 0]
    words, text = f"multiply all rows of {many.shape} with the matrix of their sample", _with(place, operand, suffix)
    if isinstance(place.node, ast.Call):
        text = with_callee(text, "matmul")
    yield CodeChange(words, (place.source.replace(place.node, text),), _EVIDENCE)
