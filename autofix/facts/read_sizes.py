"""Sizes that a call is passed and that were read off a tensor: where that tensor has another shape, they follow.

``b, c, h, w = x.shape`` and then ``x.view(b, c, h * w)``. Values of names are recorded where a run ended alone, so what
a name was is told by the calls of the same function that read it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from autofix.facts.call_sites import argument_of, is_method, operands, written
from autofix.facts.contracts import BoundCall, Shape
from autofix.facts.evaluate import UNKNOWN, Names, evaluate
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Mapping as Record
from autofix.records.values import Sequence, Tensor, Value, is_integer
from autofix.syntax import subscripts
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import Source, dotted

Changed = Mapping[tuple[int | None, Shape], Shape]
SIZED = frozenset((Family.VIEW, Family.RESHAPE, Family.UNFLATTENING, Family.EXPANSION, Family.SUBSCRIPT))
# Arguments that are sizes, or worked out from some, as a whole: ``size=x.shape[2:]``, ``pad=[d // 2, d - d // 2]``.
_WHOLE = {Family.PADDING: (1, "pad"), Family.RESAMPLING: (1, "size")}
_MOST_BACK = 40  # Operations before a call that are asked what its names were.
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class _Read:
    """A size of a call that was read: where it stands among the arguments, the expression, and what its names were."""

    place: tuple[int, ...]
    node: ast.expr
    names: Names


def with_followed(project: Project, operation: Operation, call: BoundCall, changed: Changed) -> BoundCall:
    """Return a call with the sizes that follow where what they were read off has another shape."""
    if operation.kind is OperationKind.CALL_MODULE:
        return call
    if call.row.family in _WHOLE:
        return _with_whole(project, operation, call, changed)
    if call.row.family not in SIZED:
        return call
    name = "index" if call.row.family is Family.SUBSCRIPT else call.row.arguments[-1].name
    passed = call.call.get(name)
    items = passed if isinstance(passed, tuple) else (passed,)
    key = "read sizes", operation.index
    for read in project.once(key, partial(_all_reads, project, operation, items)):
        value = evaluate(read.node, _with_shapes(read.names, changed))
        if is_integer(value):
            items = _replaced(items, read.place, value)
    return call if items == passed or not isinstance(passed, tuple) else call.with_argument(name, items)


def _with_whole(project: Project, operation: Operation, call: BoundCall, changed: Changed) -> BoundCall:
    """Return a call with the argument that follows as a whole."""
    position, name = _WHOLE[call.row.family]
    now = call.call.get(name)
    reads = project.once(
        ("read whole", operation.index), lambda: tuple(_whole(project, operation, position, name, now))
    )
    for read in reads:
        value = _plain(evaluate(read.node, _with_shapes(read.names, changed)))
        return call if value == now or value is UNKNOWN else call.with_argument(name, value)
    return call


def _whole(project: Project, operation: Operation, position: int, name: str, now: object) -> Iterator[_Read]:
    place = argument_of(project, operation, position, name)
    if place is None or isinstance(place.node, ast.Constant):
        return
    before = list(_tensors_by_name(project, operation))
    unfolding = _Unfolding(place.source, place.node, {}, {name for tensors in before for name in tensors})
    node = unfolding.of(place.node, place.node.lineno, _MOST_STEPS)
    for tensors in before:
        names = Names(Record("locals", tuple(tensors.items())), None)
        if _plain(evaluate(node, names)) == now:
            yield _Read((), node, names)
            return


def _plain(value: Value) -> Value | tuple[Value, ...]:
    return value.items if isinstance(value, Sequence) else value


def _all_reads(project: Project, operation: Operation, items: tuple[Any, ...]) -> tuple[_Read, ...]:
    return tuple(_reads(project, operation, items))


def _with_shapes(names: Names, changed: Changed) -> Names:
    assert names.local is not None
    items = ((name, _with_shape(value, changed)) for name, value in names.local.items)
    return Names(replace(names.local, items=tuple(items)), None)


def _with_shape(value: Value, changed: Changed) -> Value:
    if not isinstance(value, Tensor):
        return value
    return replace(value, shape=changed.get((value.producer, value.shape), value.shape))


def _replaced(items: tuple[Any, ...], place: tuple[int, ...], value: int) -> tuple[Any, ...]:
    index, *inner = place
    item = items[index]
    new: Any = value
    if inner and isinstance(item, slice):
        new = slice(*_replaced((item.start, item.stop, item.step), tuple(inner), value))
    return (*items[:index], new, *items[index + 1 :])


def _reads(project: Project, operation: Operation, items: tuple[Any, ...]) -> Iterator[_Read]:
    """Yield the sizes of a call that were read off a tensor, as far as what was read is known."""
    place = written(project, operation)
    nodes = [] if place is None else list(_nodes(operation, place.node, items))
    if place is None or all(isinstance(node, ast.Constant) for _, node in nodes):
        return
    known = {place.source.text_of(node): _item(items, at) for at, node in nodes}
    before = list(_tensors_by_name(project, operation))
    tensors_of_call = {name for tensors in before for name in tensors}
    for at, node in nodes:
        unfolded = _Unfolding(place.source, node, known, tensors_of_call).of(node, node.lineno, _MOST_STEPS)
        if not any(isinstance(part, ast.Name) for part in ast.walk(unfolded)):
            continue
        for tensors in before:
            names = Names(Record("locals", tuple(tensors.items())), None)
            if evaluate(unfolded, names) == _item(items, at):
                yield _Read(at, unfolded, names)
                break


def _nodes(operation: Operation, node: ast.expr, items: tuple[Any, ...]) -> Iterator[tuple[tuple[int, ...], ast.expr]]:
    """Yield what is written for each size, with its place among the arguments; a slice has three places of its own."""
    if isinstance(node, ast.Subscript):
        for index, part in enumerate(subscripts.parts(node)):
            if isinstance(part, ast.Slice):
                ends = ((part.lower, 0), (part.upper, 1))
                yield from (((index, inner), end) for end, inner in ends if end is not None)
            elif len(items) > index and is_integer(items[index]):
                yield (index,), part
    elif isinstance(node, ast.Call) and not node.keywords:
        passed = node.args[0 if is_method(operation, node) else 1 :]
        if len(passed) == 1 and isinstance(passed[0], (ast.Tuple, ast.List)):
            passed = passed[0].elts
        if len(passed) == len(items) and not any(isinstance(part, ast.Starred) for part in passed):
            yield from (((index,), part) for index, part in enumerate(passed))


def _item(items: tuple[Any, ...], place: tuple[int, ...]) -> object:
    index, *inner = place
    item = items[index] if index < len(items) else UNKNOWN
    if not inner:
        return item
    return _item((item.start, item.stop, item.step), tuple(inner)) if isinstance(item, slice) else UNKNOWN


def _tensors_by_name(project: Project, operation: Operation) -> Iterator[dict[str, Value]]:
    """Yield which tensor each name of the function was, as far as calls of it have read them: up to this call, and
    before each earlier one.
    """
    tensors: dict[str, Value] = {}
    operations = project.trace.operations[max(0, operation.index - _MOST_BACK) : operation.index + 1]
    for earlier in reversed(operations):
        if not _is_of_same_call(earlier, operation):
            continue
        place = written(project, earlier)
        nodes = [part.node for part in operands(project, earlier)]
        if place is not None and isinstance(place.node, ast.Subscript):
            nodes = [place.node.value]
        name = _bound_name(place) if earlier is not operation else ""
        if name and name not in tensors and isinstance(earlier.result, Tensor):
            tensors = {**tensors, name: earlier.result}
        read = zip(nodes, earlier.tensors, strict=False)
        new: dict[str, Value] = {dotted(node): tensor for node, tensor in read if isinstance(node, ast.Name)}
        if new:
            tensors = {**tensors, **new}
            yield tensors


def _bound_name(place: Expression | None) -> str:
    """Return the name that an expression is bound to as it is; empty where it is bound to none."""
    parent = None if place is None else place.source.parents.get(place.node)
    return dotted(parent.targets[0]) if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else ""


def _is_of_same_call(operation: Operation, other: Operation) -> bool:
    if not operation.frames or not other.frames:
        return False
    mine, theirs = operation.frames[0], other.frames[0]
    is_one = (mine.path, mine.function) == (theirs.path, theirs.function)
    return is_one and [f.place for f in operation.frames[1:]] == [f.place for f in other.frames[1:]]


@dataclass(frozen=True, slots=True)
class _Unfolding:
    """An expression with what its names were bound to in their place; ``known`` are the sizes of the call by text, and
    ``tensors`` the names that are none.
    """

    source: Source
    whole: ast.expr
    known: Mapping[str, object]
    tensors: set[str]

    def of(self, part: ast.expr, line: int, left: int) -> ast.expr:
        if isinstance(part, ast.Name) and left and part.id not in self.tensors:
            scope = self.source.function_of(self.whole) or self.source.tree
            bound = [(s, value) for s, value in assignments(self.source, scope, part.id) if s.lineno < line]
            new = _bound_to(*bound[-1], part.id) if bound else None
            if new is not None:
                return self.of(new, bound[-1][0].lineno, left - 1)
        value = self.known.get(self.source.text_of(part)) if isinstance(part, (ast.Name, ast.Attribute)) else None
        if is_integer(value) and part is not self.whole:
            return ast.Constant(value)
        copied = copy.copy(part)
        for name, child in ast.iter_fields(part):
            if isinstance(child, ast.expr):
                setattr(copied, name, self.of(child, line, left))
            elif isinstance(child, list):
                setattr(copied, name, [self.of(c, line, left) if isinstance(c, ast.expr) else c for c in child])
        return copied


def _bound_to(statement: ast.stmt, value: ast.expr, name: str) -> ast.expr | None:
    """Return what a statement binds one name to: ``x.shape[1]`` for ``c`` in ``b, c = x.shape``."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if isinstance(target, (ast.Tuple, ast.List)) and value is statement.value:
        names = [dotted(part) for part in target.elts]
        if any(isinstance(part, ast.Starred) for part in target.elts):
            return None
        return ast.Subscript(value, ast.Constant(names.index(name)), ast.Load())
    return value
