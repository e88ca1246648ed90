"""The one summand of a loss that is not one number yet, where those beside it are.

``recon.mean() + weight * kl`` is a vector because ``kl`` is one: with the mean taken of the whole sum, what is one
number already would count as before, with a sum of the whole once for each sample. So it is the summand that is summed
or averaged, as the one beside it was. A loss without such a neighbour is not its business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import operands
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.table import find
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.spelling import receiver

_SUMS = frozenset(("add", "sub", "iadd", "isub", "add_", "sub_", "subtract"))
_IN_PLACE = frozenset(("add_", "sub_", "iadd", "isub"))
_SCALINGS = frozenset(("mul", "imul", "mul_", "truediv", "itruediv", "div", "div_", "neg", "negative", "multiply"))
_REDUCTIONS = frozenset(("sum", "mean"))
_LOSSES = (Family.ELEMENTWISE_LOSS, Family.CLASS_LOSS, Family.MARGIN_LOSS, Family.PAIR_LOSS, Family.SEQUENCE_LOSS)
_MOST = 64
_DOUBT = "the other of sum and mean, or weights for the samples, could be meant"


def mean_of_losses(project: Project, failed: Operation, shape: tuple[int, ...]) -> CodeChange | None:
    """Return the change that starts a backward pass from the mean: of losses that call their own ``backward``."""
    call = project.call(failed.frames)
    if call is None or not isinstance(call.node, ast.Call) or not isinstance(call.node.func, ast.Attribute):
        return None
    text = call.source.text_of(call.node.func.value)
    if call.node.args or text in {"torch.Tensor", "Tensor"}:
        return None
    edit = call.source.replace(call.node.func.value, f"{receiver(text)}.mean()")
    return CodeChange(f"start from the mean of the {shape} losses", (edit,), doubt=_DOUBT)


def reduced_summands(project: Project, failed: Operation) -> Iterator[CodeChange]:
    """Yield the summand of a loss that is a vector beside one that is a number, summed or averaged as that one.

    ``failed`` is the start of the backward pass, or what would have added the vector to the number in place.
    """
    is_added = failed.operator in _IN_PLACE and len(failed.tensors) == 2
    if (not is_added and failed.operator != "backward") or not failed.tensors:
        return
    innermost: tuple[Operation, Tensor, str] | None = None
    for maker, vector in [(failed, failed.tensors[1])] if is_added else _sums(project, failed.tensors[0]):
        if vector.rank and maker.operator in _SUMS and (reduction := _reduction(project, maker)):
            innermost = maker, vector, reduction
    if innermost is None:
        return
    maker, vector, reduction = innermost
    parts = operands(project, maker)
    if parts:
        place = _without_weight(project, parts[maker.tensors.index(vector)], vector)
        text = f"{receiver(place.text)}.{reduction}()"
        words, edit = f"make one number of the summand that is none: `{text}`", place.source.replace(place.node, text)
        yield CodeChange(words, (edit,), (Evidence.AGREES,), _DOUBT)


def _without_weight(project: Project, place: Expression, vector: Tensor) -> Expression:
    """Return the vector in ``0.1 * vector``, where that is what is written."""
    maker = project.producer(vector)
    if not isinstance(place.node, ast.BinOp) or maker is None or maker.operator not in _SCALINGS:
        return place
    inner = operands(project, maker)
    at = [tensor.rank > 0 for tensor in maker.tensors]
    if sum(at) != 1 or len(inner) != len(at):
        sides = [side for side in (place.node.left, place.node.right) if not isinstance(side, ast.Constant)]
        return replace(place, node=sides[0]) if len(sides) == 1 and isinstance(place.node.op, ast.Mult) else place
    part = inner[at.index(True)]
    return part if part.node in (place.node.left, place.node.right) else place


def _sums(project: Project, loss: Tensor) -> Iterator[tuple[Operation, Tensor]]:
    """Yield the sums and multiples that a loss is, the outermost first, each with the one operand that is a vector."""
    for _ in range(_MOST):
        maker = project.producer(loss)
        vectors = [] if maker is None else [tensor for tensor in maker.tensors if tensor.rank]
        if maker is None or len(vectors) != 1 or maker.operator not in _SUMS | _SCALINGS:
            return
        loss = vectors[0]
        yield maker, loss


def _reduction(project: Project, addition: Operation) -> str:
    """Return how a summand that is one number became one, ``sum`` or ``mean``; empty where none did."""
    for tensor in addition.tensors:
        todo = [] if tensor.rank else [tensor]
        for _ in range(_MOST):
            maker = project.producer(todo.pop(0)) if todo else None
            if maker is None:
                break
            larger = [operand for operand in maker.tensors if operand.rank]
            if not larger:
                todo += maker.tensors
                continue
            reduction = _of_maker(project, maker)
            if reduction:
                return reduction
    return ""


def _of_maker(project: Project, maker: Operation) -> str:
    """Return how an operation made one number of many; a loss does it by the mean unless it is told otherwise."""
    if maker.operator in _REDUCTIONS:
        return maker.operator
    layer, row = project.layer_of(maker), find(maker.target)
    if row is None or row.family not in _LOSSES:
        return ""
    setting = maker.keyword("reduction") or (layer.setting("reduction") if layer is not None else None)
    return "sum" if setting == "sum" else "mean"
