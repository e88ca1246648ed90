"""A value that is longer than the place it is written into: ``pe[:, 1::2] = torch.cos(position * div_term)``.

Of an odd width the even places are one more than the odd ones, and what was counted for those is one too long for
these. The operand that carries the dimension is cut by what the place was made for, ``div_term[: d_model // 2]``, so
that a width for which all fits stays as it is. A value that is shorter than its place is written
into the part of it that the value was cut to, else into its beginning.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.edits.cut_steps import ENDS
from autofix.edits.shorter_slices import name_of_size, shorter_slices
from autofix.facts.call_sites import followed, frames_of, is_one_call, operands, written
from autofix.facts.contracts import ELEMENTWISE, became
from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import origin
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.provenance.near_sizes import worked_out
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer
from autofix.syntax.source import below
from autofix.syntax.spelling import receiver, size_text
from autofix.syntax.subscripts import parts

_ENTRYWISE = ELEMENTWISE | {Family.ACTIVATION, Family.DROPOUT}
_CARRYING = _ENTRYWISE | {Family.MATRIX_PRODUCT, Family.VIEW}
_SHORT = "what is written there could be meant to be as long as its place"
_ZERO = "the last entry could be meant to stay as it is"


@dataclass(frozen=True, slots=True)
class _Filled:
    """One dimension of a place that is written into: the dimension of the whole tensor that it is, from where on and in
    which steps it is taken, and the bound that is written for its end.
    """

    whole: Expression
    tensor: Tensor
    dimension: int
    start: int = 0
    step: int = 1
    stop: str = ""
    key: int | None = None


def filled_places(project: Project, operation: Operation, finding: Finding) -> Iterator[CodeChange]:
    """Yield cuts of what is too long for its place in one dimension, and narrower places for what is too short."""
    places, region, shape = operands(project, operation), finding.expected, finding.actual
    if operation.operator not in {"setitem", "copy_"} or len(places) != 2 or len(operation.tensors) != 2:
        return
    if operation.operator == "copy_":
        region, shape = (tensor.shape for tensor in operation.tensors)
    pairs = list(zip(range(-1, -1 - min(len(region), len(shape)), -1), reversed(region), reversed(shape), strict=False))
    odd = [(at, room, size) for at, room, size in pairs if size not in (room, 1)]
    if len(odd) != 1 or len(shape) > len(region) or not odd[0][1]:
        return
    (at, room, size), value = odd[0], operation.tensors[-1]
    filled = _filled(project, operation, places[0], at + len(region))
    if filled is None:
        return
    if size > room and (filled.step == 1 or size == room + 1):
        text = _count(project, operation, filled, room)
        place, dimension, rank = _carrier(project, places[-1], value, at + value.rank)
        if text:
            yield _cut(project, operation, filled, place, (dimension, rank), text)
    if size > room:
        return
    yield from _rounded_up(project, filled, (value, at + value.rank), room)
    if filled.key is not None and not filled.stop and (filled.start, filled.step) == (0, 1):
        yield from _narrowed(project, operation, filled, places[-1], (value, at + value.rank))


def _filled(project: Project, operation: Operation, whole: Expression, at: int) -> _Filled | None:
    """Return what a dimension of the place is of the tensor that is written into; None where it is picked by numbers of
    another tensor.
    """
    tensor = operation.tensors[0]
    if operation.operator == "copy_":
        return _of_subscript(project, whole, tensor, at)
    statement = project.statement(operation)
    target = statement[1].targets[0] if statement is not None and isinstance(statement[1], ast.Assign) else None
    return _picked(whole, tensor, operation.arguments[1], target, at) if isinstance(target, ast.Subscript) else None


def _of_subscript(project: Project, place: Expression, tensor: Tensor, at: int) -> _Filled | None:
    """Return the same for a tensor that a method writes into: of a subscript what is picked of what that is of."""
    maker, node = project.producer(tensor), place.node
    if maker is None or maker.operator != "getitem" or not isinstance(node, ast.Subscript):
        return _Filled(place, tensor, at)
    return _picked(place.at(node.value), maker.tensors[0], maker.arguments[1], node, at)


def _picked(whole: Expression, tensor: Tensor, key: Value, target: ast.Subscript, at: int) -> _Filled | None:
    entries = parts(target)
    values = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
    if len(values) != len(entries):
        return None
    dimension = place = 0
    for index, (entry, value) in enumerate(zip(entries, values, strict=True)):
        kind = value.type if isinstance(value, Sequence) else getattr(value, "type", "")
        if kind == "ellipsis":
            more = tensor.rank - (len(values) - 1)
            if at < place + more:
                return _Filled(whole, tensor, dimension + at - place)
            dimension, place = dimension + more, place + more
        elif is_integer(value):
            dimension += 1
        elif isinstance(entry, ast.Slice) and isinstance(value, Sequence):
            if place == at:
                start, _, step = value.items
                first, each = (start if is_integer(start) else 0), (step if is_integer(step) else 1)
                stop = "" if entry.upper is None else whole.source.text_of(entry.upper)
                is_plain = first >= 0 and each > 0
                return _Filled(whole, tensor, dimension, first, each, stop, index) if is_plain else None
            dimension, place = dimension + 1, place + 1
        else:
            return None
    return _Filled(whole, tensor, dimension + at - place, key=len(entries))


def _count(project: Project, operation: Operation, filled: _Filled, room: int) -> str:
    """Return how many entries the place has as an expression: ``d_model // 2``; empty where none says so."""
    place = filled.whole
    if filled.stop:
        node = ast.parse(filled.stop, mode="eval").body
        is_count = (filled.start, filled.step) == (0, 1) and project.integer(place.at(node)) == room
        return filled.stop if is_count else ""
    width = _width(project, operation, filled)
    more = filled.step - 1 - filled.start
    text = width if not more else f"{width} {'+' if more > 0 else '-'} {abs(more)}"
    whole = filled.tensor.shape[filled.dimension]
    if not width or (whole + more) // filled.step != room:
        return ""
    if filled.step == 1:
        return text
    return f"{f'({text})' if more else text} // {filled.step}"


def _width(project: Project, operation: Operation, filled: _Filled) -> str:
    """Return how the size of the whole tensor is read: the name it was made with, else from the tensor itself."""
    place, size = filled.whole, filled.tensor.shape[filled.dimension]
    tensor, maker = filled.tensor, project.producer(filled.tensor)
    while maker is not None and maker.operator == "setitem":  # What was written into it left it as large.
        tensor, maker = maker.tensors[0], project.producer(maker.tensors[0])
    known = origin(project, tensor, filled.dimension)
    if known is not None and isinstance(known.expression.node, (ast.Name, ast.Attribute)) and not known.is_cut:
        is_here = known.expression.source.path == place.source.path
        is_here = is_here and is_one_call(known.expression.frames, frames_of(project, operation))
        if is_here and project.integer(place.at(known.expression.node)) == size:
            return known.expression.text
    is_name = isinstance(place.node, (ast.Name, ast.Attribute))
    return size_text(place.source, place.text, filled.dimension) if is_name else ""


def _carrier(project: Project, place: Expression, tensor: Tensor, dimension: int) -> tuple[Expression, int, int]:
    """Return the operand within an expression that alone gives a dimension its size, with that dimension of it and its
    rank; the expression itself where several do.
    """
    maker = project.producer(tensor)
    at = None if maker is None else written(project, maker)
    while maker is not None and at is not None and at.node is place.node and family(maker.target) in _CARRYING:
        size, pairs = tensor.shape[dimension], list(zip(_sides(project, maker, place), maker.tensors, strict=False))
        if family(maker.target) in _ENTRYWISE:
            back = dimension - tensor.rank
            carry = [(p, t, t.rank + back) for p, t in pairs if t.rank >= -back and t.shape[back] == size]
        else:
            source = became(project, maker, dimension)
            carry = [(p, t, source[1]) for p, t in pairs if source is not None and t is source[0]]
        if len(carry) != 1:
            break
        place, tensor, dimension = carry[0]
        maker = project.producer(tensor)
        at = None if maker is None else written(project, maker)
    return place, dimension, tensor.rank


def _sides(project: Project, maker: Operation, place: Expression) -> tuple[Expression, ...]:
    """Return the operands of an expression that are tensors: the other side of a number as well."""
    node = place.node
    if not isinstance(node, ast.BinOp) or len(maker.tensors) != 1:
        return operands(project, maker)
    sides = [place.at(side) for side in (node.left, node.right)]
    sides = [side for side in sides if not isinstance(project.value(side), (int, float))]
    return tuple(sides) if len(sides) == 1 else ()


def _cut(
    project: Project, operation: Operation, filled: _Filled, place: Expression, at: tuple[int, int], text: str
) -> CodeChange:
    dimension, rank = at
    front = "..., " if rank > 2 and dimension == rank - 1 else ":, " * dimension
    gap = " " if " " in text else ""
    suffix = f"[{front}:{gap}{text}]"
    words = f"cut `{place.text}` to the {text} entries of its place"
    is_paired = filled.step > 1 and _fills_others(project, operation, filled, place)
    evidence = (Evidence.INSERTED, Evidence.EXACT_FIT if is_paired else Evidence.OTHER_READING)
    return CodeChange(words, (followed(place, suffix),), evidence, "" if is_paired else ENDS)


def _fills_others(project: Project, operation: Operation, filled: _Filled, place: Expression) -> bool:
    """Return whether a statement before filled the entries between those that the place has from the same operand."""
    known, source = project.statement(operation), filled.whole.source
    if known is None:
        return False
    for other in getattr(source.parents.get(known[1]), "body", ()):
        if not isinstance(other, ast.Assign) or other.lineno >= known[1].lineno:
            continue
        target = other.targets[0]
        if isinstance(target, ast.Subscript) and source.text_of(target.value) == filled.whole.text:
            steps = [node.step for node in parts(target) if isinstance(node, ast.Slice) and node.step is not None]
            reads = {source.text_of(node) for node in below(other.value) if isinstance(node, ast.expr)}
            if filled.step in [project.integer(filled.whole.at(step)) for step in steps] and place.text in reads:
                return True
    return False


def _rounded_up(project: Project, filled: _Filled, value: tuple[Tensor, int], room: int) -> Iterator[CodeChange]:
    """Yield the number of what fills every second place rounded up where it was rounded down: the even places of an odd
    width are one more than half of it.
    """
    known = origin(project, *value)
    place = None if known is None or known.wanted(room) != room else worked_out(project, known.expression)
    node = None if place is None else place.node
    if place is None or not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.FloorDiv):
        return
    sizes = [project.integer(place.at(side)) for side in (node.left, node.right)]
    if sizes == [filled.tensor.shape[filled.dimension], filled.step] and filled.step > 1:
        text = f"({place.source.text_of(node.left)} + {filled.step - 1}) // {place.source.text_of(node.right)}"
        edit = place.source.replace(node, text)
        yield CodeChange(f"round `{place.text}` up: `{text}`", (edit,), (Evidence.EXACT_FIT,), _ZERO)


def _narrowed(
    project: Project, operation: Operation, filled: _Filled, place: Expression, value: tuple[Tensor, int]
) -> Iterator[CodeChange]:
    """Yield the place cut as its value is, ``rows[:, :k] = zeros_like(rows[:, :k])``, else without its end:
    ``rows[i, : x.size(0)] = x``.
    """
    statement, source, key = project.statement(operation), place.source, filled.key
    target = statement[1].targets[0] if statement is not None and isinstance(statement[1], ast.Assign) else None
    if not isinstance(target, ast.Subscript) or key is None:
        return
    (tensor, dimension), written = value, parts(target)
    cuts: list[tuple[str, Evidence]] = []
    if key < len(written):
        sizes = (filled.tensor.shape[filled.dimension], tensor.shape[dimension])
        cuts += shorter_slices(project, place, target, key, sizes)
    name = name_of_size(project, place, tensor, dimension)
    if not cuts and name:
        cuts = [(f":{name}", Evidence.OTHER_READING)]
    elif not cuts and isinstance(place.node, (ast.Name, ast.Attribute, ast.Subscript)):
        cuts = [(f":{size_text(source, receiver(place.text), dimension)}", Evidence.OTHER_READING)]
    texts = [source.text_of(entry) for entry in written]
    colons = [":"] * max(0, filled.dimension - len(texts))
    for cut, reason in cuts:
        text = f"{source.text_of(target.value)}[{', '.join([*texts[:key], *colons, cut, *texts[key + 1 :]])}]"
        words = f"write into a part of its place: `{text}`"
        yield CodeChange(words, (source.replace(target, text),), (Evidence.INSERTED, reason), _SHORT)
