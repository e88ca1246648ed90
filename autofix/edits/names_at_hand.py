"""Another name of the scope in place of one that is read on the way to a fault.

Every tensor and every size at hand there is held against the contracts of what ran: where the call that failed would be
content with it, it is a candidate, and where the contracts cannot tell, the run has to. It proposes names.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from autofix.edits.names_in_scope import is_telling
from autofix.edits.other_layouts import fits
from autofix.facts.call_sites import argument_of, operands
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.fault_path import FaultPlace, places, reads_of
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import replayed
from autofix.records.locations import Edit, Range
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer
from autofix.syntax.name_bindings import bound_later, parameters
from autofix.syntax.source import below, dotted

MOST = 8
_STEM = 4  # Letters that make two words one: ``grad`` and ``grads``.


@dataclass(frozen=True, slots=True)
class NameAtHand:
    """``text`` to stand for ``read``. ``fits``: whether the contracts are content, None where they cannot tell.

    ``is_related``: the names have a word in common, or one is worked out from the other. ``is_unread``: nothing else
    reads it.
    """

    read: Expression
    text: str
    fits: bool | None
    is_related: bool
    is_unread: bool = False

    @property
    def edit(self) -> Edit:
        return self.read.source.replace(self.read.node, self.text)


def names_at_hand(project: Project, operation: Operation | None, layer: int | None) -> Iterator[NameAtHand]:
    """Yield other names for those read on the way to the fault: those that fit first, then related ones, the nearest
    first.
    """
    at = _recorded_at(project)
    every = list(_every(project, operation, layer, at))
    for verdict, is_related in ((True, True), (True, False), (None, True), (None, False)):
        chosen = (name for name in every if name.fits is verdict and (name.is_related or name.is_unread) is is_related)
        yield from islice(chosen, MOST)


def _every(
    project: Project, operation: Operation | None, layer: int | None, at: dict[tuple[Path, Range], Operation]
) -> Iterator[NameAtHand]:
    seen: set[tuple[str, int, int]] = set()
    for place in chain.from_iterable(there.way() for there in places(project, operation, layer)):
        for node in reads_of(place.statement):
            key = (str(place.source.path), node.lineno, node.col_offset)
            if key in seen or not isinstance(node, ast.Name) or _is_called(place, node):
                continue
            seen.add(key)
            read = Expression(place.source, node, place.frames)
            value = project.value(read)
            for other, text, is_related in _pool(project, place, read, value):
                if _loads(place, node.id) < 2 and dotted(node) not in text:
                    continue  # What was computed for this line would be computed for nothing.
                verdict = _verdict(project, operation, read, (value, text, other), at)
                if verdict is not False:
                    is_unread = text.isidentifier() and not _loads(place, text)
                    yield NameAtHand(read, text, verdict, is_related, is_unread)


def _is_called(place: FaultPlace, node: ast.expr) -> bool:
    """Return whether a name is called, or names what is imported or the object itself."""
    parent = place.source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


# -- what is at hand -------------------------------------------------------------------------------------------------


def _pool(project: Project, place: FaultPlace, read: Expression, value: Value) -> Iterator[tuple[Value, str, bool]]:
    """Yield what could stand for a read, with its value and whether their names are related."""
    own = dotted(read.node)
    names = project.names(read)
    scope = names.local or names.module
    later = set() if isinstance(place.scope, ast.Module) else bound_later(place.scope, place.statement.lineno)
    # One of these twice is never what was meant; where the names have nothing in common, in the whole line.
    around = next((n for n in place.source.ancestors(read.node) if isinstance(n, (ast.Call, ast.BinOp))), None)
    beside, in_line = _names_read(around), _names_read(place.statement)
    order = [] if isinstance(place.scope, ast.Module) else parameters(place.scope)
    items = [pair for pair in (scope.items if scope is not None else ()) if isinstance(pair[0], str)]
    items.sort(key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    for name, other in items:
        is_related = _is_related(own, name)
        # One that begins with ``_`` is meant to be left.
        is_free = (
            name.isidentifier()
            and not name.startswith("_")
            and name not in {own, *later, *(beside if is_related else in_line)}
        )
        if is_free and _is_of_kind(value, other, is_related) and other != value:
            yield other, name, is_related
    if is_integer(value):
        yield from _worked_out(project, place, read, value)


def _names_read(node: ast.AST | None) -> set[str]:
    loads = (part for part in (below(node) if node is not None else ()) if isinstance(part, ast.Name))
    return {part.id for part in loads if isinstance(part.ctx, ast.Load)}


def _is_of_kind(value: Value, other: Value, is_related: bool) -> bool:
    """Return whether a name holds what could be meant in place of another: a tensor for a tensor, of as many dimensions
    where the names have nothing in common, or one for several.
    """
    if isinstance(value, Tensor):
        return isinstance(other, Tensor) and (is_related or value.rank == other.rank)
    if isinstance(value, Sequence):
        return isinstance(other, Tensor)
    return is_integer(value) and is_integer(other)


def _worked_out(
    project: Project, place: FaultPlace, read: Expression, value: Value
) -> Iterator[tuple[Value, str, bool]]:
    """Yield the arithmetic of the same function that reads the name, ``size // 2`` for ``size``."""
    seen: set[str] = set()
    own = place.source.parents.get(read.node)
    for node in below(place.scope):
        if not isinstance(node, ast.BinOp) or node is own:
            continue
        names = [part.id for part in below(node) if isinstance(part, ast.Name)]
        if names.count(dotted(read.node)) != 1:
            continue
        expression, text = Expression(place.source, node, place.frames), place.source.text_of(node)
        other = project.integer(expression)
        if other is not None and other != value and text not in seen:
            seen.add(text)
            yield other, text, True


def _is_related(first: str, second: str) -> bool:
    """Return whether two names share a word, or one is a short one that the other ends or begins with."""
    if is_telling(first, second):
        return True
    words, others = (name.lower().split("_") for name in (first, second))
    if any(a[:_STEM] == b[:_STEM] and a != b for a in words for b in others if min(len(a), len(b)) >= _STEM):
        return True
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) <= 1 and (long.endswith(short) or long.startswith(short))


def _loads(place: FaultPlace, name: str) -> int:
    """Return how often the scope reads a name."""
    loads = (node for node in below(place.scope) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return sum(node.id == name for node in loads)


# -- what the contracts say ------------------------------------------------------------------------------------------


def _recorded_at(project: Project) -> dict[tuple[Path, Range], Operation]:
    """Return the last operation that was recorded at each place."""
    return {(o.frames[0].path, o.frames[0].range): o for o in project.trace.operations if o.frames}


def _verdict(
    project: Project,
    failed: Operation | None,
    read: Expression,
    change: tuple[Value, str, Value],
    at: dict[tuple[Path, Range], Operation],
) -> bool | None:
    """Return whether the call that failed would be content with another name in place of a read; None where the
    contracts cannot tell.
    """
    if failed is None:
        return None
    value, text, other = change
    consumer = next(
        (
            at[key]
            for node in (read.node, *read.source.ancestors(read.node))
            if isinstance(node, ast.expr)
            if (key := (read.source.path, read.source.range_of(node))) in at
        ),
        None,
    )
    if consumer is not None and consumer.index <= failed.index:
        call = _rewritten(project, consumer, read, text)
        return None if call is None else _ends_well(project, consumer, call, failed)
    if isinstance(value, Tensor) and isinstance(other, Tensor):
        return _given_instead(project, failed, value, other)
    return None


def _rewritten(project: Project, consumer: Operation, read: Expression, text: str) -> BoundCall | None:
    """Return the call of an operation with another name in its arguments; None where a value of one is not known."""
    call = bound(project, consumer)
    if call is None:
        return None
    changed = call
    parts = operands(project, consumer)
    if len(parts) == len(call.operands):
        for part, operand in zip(parts, call.operands, strict=True):
            if _holds(part, read):
                tensor = _value_with(project, part, read, text)
                if not isinstance(tensor, Tensor):
                    return None
                changed = changed.with_shape(operand, tensor.shape)
    for position, parameter in enumerate(call.row.arguments):
        argument = argument_of(project, consumer, position, parameter.name)
        if argument is None or parameter.is_tensor or not _holds(argument, read):
            continue
        new = _value_with(project, argument, read, text)
        if new is UNKNOWN:
            return None
        changed = changed.with_argument(parameter.name, new.items if isinstance(new, Sequence) else new)
    return None if changed is call else changed


def _holds(part: Expression, read: Expression) -> bool:
    return part.source.path == read.source.path and read.node in below(part.node)


def _value_with(project: Project, part: Expression, read: Expression, text: str) -> Value:
    """Return what an expression would be with another name in place of the read."""
    nodes = list(ast.walk(part.node))
    twin = copy.deepcopy(ast.Expression(part.node))
    swap = _Swap(list(ast.walk(twin.body))[nodes.index(read.node)], ast.parse(text, mode="eval").body)
    swap.visit(twin)
    return project.value(Expression(part.source, twin.body, read.frames or part.frames))


class _Swap(ast.NodeTransformer):
    """Puts one node in place of another."""

    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _ends_well(project: Project, consumer: Operation, call: BoundCall, failed: Operation) -> bool | None:
    if consumer is failed:
        return fits(call)
    result = call.result() if call.is_accepted else None
    if result is None:
        return False if not call.is_accepted else None
    after = replayed(project, consumer, result, failed)
    return after is not None and fits(after)


def _given_instead(project: Project, failed: Operation, value: Tensor, other: Tensor) -> bool | None:
    """Return whether the call that failed is content if what was made in one place is another tensor."""
    call = bound(project, failed)
    for operand in call.operands if call is not None else ():
        if call is not None and (operand.tensor.producer, operand.tensor.shape) == (value.producer, value.shape):
            return fits(call.with_shape(operand, other.shape))
    maker = project.producer(value)
    if call is None or maker is None or maker.index >= failed.index:
        return None
    after = replayed(project, maker, other.shape, failed)
    return after is not None and fits(after)
