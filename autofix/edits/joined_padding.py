"""Padding that is joined to a tensor and counted a step too short or too long: ``cat([front, x, end], 1)``.

A window of ``k`` entries needs ``k - 1`` of them around the others: twice ``(k - 1) // 2`` is right for odd windows
alone. One of the parts takes the odd one, ``k // 2``, which is right for both kinds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import argument_of
from autofix.facts.contracts import ELEMENTWISE, bound
from autofix.facts.making_calls import made_by
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import is_content, makers
from autofix.provenance.bindings import bindings
from autofix.provenance.near_sizes import MOST, STATED, is_computed, moved
from autofix.provenance.render_expression import has_name, shift
from autofix.records.costs import Evidence, Piece
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import stores
from autofix.syntax.source import below, dotted

_JOINS = frozenset(("cat", "concat", "concatenate"))
_ALONE = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
_DOUBT = "which part of the padding is too short or too long the sizes do not tell"


def joined_padding(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield another count of one of the joined parts, where operands differ by a few entries that it would make up."""
    call = bound(project, operation)
    if call is None or call.row.family not in ELEMENTWISE:
        return
    for steps, join in makers(project, operation):
        if join.operator not in _JOINS or not isinstance(join.result, Tensor):
            continue
        dimension = (join.integer(1, "dim") or 0) % join.result.rank
        behind: tuple[Piece, ...] = ()
        for part in reversed(join.tensors):
            changes = list(_counted_otherwise(project, (join, part, dimension), operation))
            for words, expression, text, evidence in changes:
                edit = expression.source.replace(expression.node, text)
                stated = (*evidence, *behind, Evidence.OUTWARD * steps)
                yield CodeChange(words, (edit,), stated, _DOUBT)
            behind = (Evidence.RUNNER_UP,) if changes else behind


def _counted_otherwise(
    project: Project, at: tuple[Operation, Tensor, int], until: Operation
) -> Iterator[tuple[str, Expression, str, tuple[Piece, ...]]]:
    """Yield what to say of a part with another count, its expression, its new text and what speaks for it."""
    join, part, dimension = at
    assert isinstance(join.result, Tensor)
    maker, whole = project.producer(part), join.result.shape
    if maker is None or not 0 < 2 * part.shape[dimension] < whole[dimension]:
        return  # The longest part is what is padded.
    count = _count(project, maker, dimension)
    if count is None:
        return
    expression, now, of = count
    for step in (sign * size for size in range(1, MOST + 1) for sign in (1, -1)):
        longer = whole[dimension] + step * of
        shape = (*whole[:dimension], longer, *whole[dimension + 1 :])
        if now + step < 0 or not is_content(project, join, (shape,), until):
            continue
        words = f"join {(now + step) * of} entries in place of {now * of} along dimension {dimension}"
        place = _worked_out_here(project, expression)
        halved = _halved(project, place, step)
        if halved:
            yield f"{words}: `{halved}`", expression, halved, (Evidence.EXACT_FIT, Evidence.EVIDENT)
        text = _stepped(project, place, now, step)
        if text:
            yield f"{words}: `{text}`", expression, text, (Evidence.EXACT_FIT, *STATED)


def _count(project: Project, maker: Operation, dimension: int) -> tuple[Expression, int, int] | None:
    """Return the expression that says how many entries a part has, what it came to and how long each is; None where
    it is a number.
    """
    if not isinstance(maker.result, Tensor):
        return None
    size = maker.result.shape[dimension]
    if maker.operator == "repeat" and maker.tensors and maker.tensors[0].rank == maker.result.rank:
        expression = argument_of(project, maker, 1 + dimension, "")
        of = maker.tensors[0].shape[dimension]
    else:
        origin = made_by(project, maker, dimension)
        plain = origin is not None and not origin.start and origin.step == 1 and not origin.is_cut
        expression, of = (origin.expression if origin is not None and plain else None), origin.of if origin else 1
    if expression is None or not of or size % of or isinstance(expression.node, ast.Starred):
        return None
    return (expression, size // of, of) if has_name(expression.node) else None


def _worked_out_here(project: Project, expression: Expression) -> Expression:
    """Return the arithmetic that a name of the same function stands for, so that it can be written in its place."""
    if not isinstance(expression.node, ast.Name):
        return expression
    before = [binding.expression for binding in bindings(project, expression) if binding.inverse is None]
    function = expression.source.function_of(expression.node)
    is_here = len(before) == 1 and before[0].source is expression.source
    if is_here and function is not None and before[0].source.function_of(before[0].node) is function:
        names = {part.id for part in below(before[0].node) if isinstance(part, ast.Name)}
        stored = [part.id for part in stores(function)]
        if is_computed(before[0].node) and not any(stored.count(name) > 1 for name in names):
            return before[0]
    return expression


def _halved(project: Project, expression: Expression, step: int) -> str:
    """Return half of a number of which the odd one goes to the other side: ``k // 2`` for ``(k - 1) // 2``."""
    node = expression.node
    is_whole = isinstance(node, ast.Call) and dotted(node.func) == "int" and len(node.args) == 1 and not node.keywords
    half = node.args[0] if is_whole and isinstance(node, ast.Call) else node
    if not isinstance(half, ast.BinOp) or not isinstance(half.op, ast.Div if is_whole else ast.FloorDiv):
        return ""
    if abs(step) != 1 or getattr(half.right, "value", None) != 2:
        return ""
    value = project.integer(expression.at(half.left))
    if is_integer(value) and (value + step) // 2 == value // 2:
        return ""
    left, source = half.left, expression.source
    if isinstance(left, _ALONE):
        return f"({shift(source.text_of(left), step)}) // 2"
    if not isinstance(left, ast.BinOp) or not isinstance(left.op, (ast.Add, ast.Sub)):
        return ""
    text = shift(source.text_of(left), step)
    is_rest = isinstance(left.left, _ALONE) and text == source.text_of(left.left)
    return f"{text} // 2" if is_rest else f"({text}) // 2"


def _stepped(project: Project, expression: Expression, now: int, step: int) -> str:
    """Return a count with the step behind it by which it differs."""
    node = expression.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(node.right, ast.Constant):
        return shift(expression.text, step)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return shift(expression.text, step)
    return moved(project, expression, now, now + step)
