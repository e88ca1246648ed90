"""A ``chunk`` or ``split`` into equal parts of what a layer gives for parts of several sizes.

``nn.Linear(width, self.q_size + 2 * self.kv_size)`` says which parts there are, in which order and how wide each is:
``chunk(3)`` is right only while all are as wide. The contracts of what ran since say whether the call that failed would
be content with the parts as the layer has them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autofix.facts.call_sites import is_method, written
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import is_content, makers
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression, output_parameter, producing_layer
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import tensors_of
from autofix.syntax.spelling import receiver

_MOST_BINDINGS = 2
_MOST_PARTS = 8
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
# Of a part, how it is written where the layer is built, and its size.
_Part = tuple[str, int]


def unequal_parts(project: Project, operation: Operation) -> Iterator[tuple[int, str, Edit]]:
    """Yield the sizes of the parts, as text, with how many operations before it parts were made and the edit."""
    for steps, maker in makers(project, operation):
        place, equal = written(project, maker), tensors_of((maker.result,))
        if maker.operator not in {"chunk", "split"} or place is None or not maker.tensors or len(equal) < 2:
            continue
        whole, dimension = maker.tensors[0], maker.integer(2, "dim") or 0
        pair = producing_layer(project, whole)
        built = None if pair is None else argument_expression(project, pair[1], output_parameter(pair[1]))
        parts = [] if built is None else _parts(project, built)
        sizes = [size for _, size in parts]
        if sum(sizes) != whole.shape[dimension] or len(parts) != len(equal) or len(set(sizes)) < 2:
            continue
        at = dimension % whole.rank
        shapes = tuple((*part.shape[:at], size, *part.shape[at + 1 :]) for part, size in zip(equal, sizes, strict=True))
        # Which of several equal parts a call was given the trace does not tell: it takes one of the new ones.
        takes_one = (is_content(project, maker, (shape,) * len(shapes), operation) for shape in shapes)
        texts = [_text_at(project, place, part) for part in parts]
        if all(texts) and any(takes_one):
            text = f"[{', '.join(texts)}]"
            edit = _split(maker, place, text, dimension)
            if edit is not None:
                yield steps, text, edit


def _parts(project: Project, expression: Expression, depth: int = 0) -> list[_Part]:
    """Return the terms of the sum that an expression is, one that is taken several times as often."""
    node = expression.node
    size = project.integer(expression)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [_parts(project, expression.at(side), depth) for side in (node.left, node.right)]
        return [*sides[0], *sides[1]]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for factor, other in ((node.left, node.right), (node.right, node.left)):
            times = project.integer(expression.at(factor))
            inner = _parts(project, expression.at(other), depth)
            if isinstance(factor, ast.Constant) and times is not None and times * len(inner) <= _MOST_PARTS:
                return inner * times
            if len(inner) > 1 and times is not None:
                text = receiver(expression.source.text_of(factor))
                return [(f"{receiver(part)} * {text}", value * times) for part, value in inner]
    if isinstance(node, (ast.Name, ast.Attribute)) and depth < _MOST_BINDINGS:
        for binding in bindings(project, expression):
            inner = _parts(project, binding.expression, depth + 1) if binding.inverse is None else []
            if len(inner) > 1 and sum(value for _, value in inner) == size:
                return inner
    return [] if size is None else [(expression.text, size)]


def _text_at(project: Project, place: Expression, part: _Part) -> str:
    """Return how a size is read where the parts are made: as where the layer is built, or kept by the layer around."""
    text, size = part
    kept = _NAME.sub(lambda name: name[0] if name[0] == "self" else f"self.{name[0]}", text)
    bare = re.sub(r"(?<![\w.])(?!self\b)[A-Za-z_]\w*\.(?=\w)", "self.", text)
    for written_there in (text, kept, bare):
        node = ast.parse(written_there, mode="eval").body
        if project.integer(place.at(node)) == size:
            return written_there
    return ""


def _split(maker: Operation, place: Expression, text: str, dimension: int) -> Edit | None:
    """Return the edit that writes ``x.split(sizes, dim=...)``."""
    node, source = place.node, place.source
    if not isinstance(node, ast.Call):
        return None
    taken = (
        node.func.value
        if is_method(maker, node) and isinstance(node.func, ast.Attribute)
        else next(iter(node.args), None)
    )
    if taken is None:
        return None
    along = f", dim={dimension}" if dimension else ""
    return source.replace(node, f"{receiver(source.text_of(taken))}.split({text}{along})")
