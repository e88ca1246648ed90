"""What the contracts of operators say of another name in place of one that is read: whether the call that failed would
be content with it.
"""

from __future__ import annotations

import ast

from autofix.facts.call_sites import argument_of, is_method, operands, written
from autofix.facts.contracts import BoundCall, bound, fits
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import is_content
from autofix.records.locations import Location
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax.alike_expressions import swapped
from autofix.syntax.source import below


def recorded_at(project: Project) -> dict[Location, Operation]:
    """Return the last operation that was recorded at each place."""
    operations = project.trace.operations
    return project.once(("recorded at",), lambda: {o.frames[0].place: o for o in operations if o.frames})


def verdict_of(
    project: Project,
    failed: Operation | None,
    read: Expression,
    change: tuple[Value, str, Value],
    at: dict[Location, Operation],
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
            if (key := read.source.location(node)) in at
        ),
        None,
    )
    if consumer is not None and consumer.index <= failed.index:
        call = _rewritten(project, consumer, read, (text, other))
        return None if call is None else _ends_well(project, consumer, call, failed)
    if isinstance(value, Tensor) and isinstance(other, Tensor):
        return _given_instead(project, failed, value, other)
    return None


def verdict_of_name(project: Project, failed: Operation | None, read: Expression, name: str) -> bool | None:
    """Return the verdict of a name of the scope; a number is not taken apart."""
    value, other = project.value(read), project.value(read.named(name))
    if isinstance(other, (int, float)) and _is_taken_apart(read.source.parents.get(read.node), read.node):
        return False
    return verdict_of(project, failed, read, (value, name, other), recorded_at(project))


def _is_taken_apart(parent: ast.AST | None, node: ast.AST) -> bool:
    """Return whether a value is called, indexed, iterated or asked for an attribute, which no number is."""
    match parent:
        case ast.Attribute() | ast.Starred() | ast.For() | ast.comprehension():
            return True
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return inner is node
    return False


def _rewritten(project: Project, consumer: Operation, read: Expression, change: tuple[str, Value]) -> BoundCall | None:
    """Return the call of an operation with another name in its arguments; None where a value of one is not known."""
    call = bound(project, consumer)
    if call is None:
        return None
    changed = call
    parts = operands(project, consumer)
    if len(parts) == len(call.operands):
        for part, operand in zip(parts, call.operands, strict=True):
            if _holds(part, read):
                tensor = _value_with(project, part, read, change)
                if not isinstance(tensor, Tensor):
                    return None
                changed = changed.with_shape(operand, tensor.shape)
    for position, parameter in enumerate(call.row.arguments):
        if parameter.is_variadic and (sizes := _unpacked(project, consumer, position, read, change)):
            changed = changed.with_argument(parameter.name, sizes)
            continue
        argument = argument_of(project, consumer, position, parameter.name)
        if argument is None or parameter.is_tensor or not _holds(argument, read):
            continue
        new = _value_with(project, argument, read, change)
        if new is UNKNOWN:
            return None
        changed = changed.with_argument(parameter.name, new.items if isinstance(new, Sequence) else new)
    return None if changed is call else changed


def _unpacked(
    project: Project, consumer: Operation, position: int, read: Expression, change: tuple[str, Value]
) -> tuple[Value, ...]:
    """Return the sizes of a call that unpacks some of them, ``x.view(*x.shape[:2], -1)``, with another name in place of
    the read; none where that is not in there, or a size is not known.
    """
    place = written(project, consumer)
    if place is None or not isinstance(place.node, ast.Call):
        return ()
    nodes = place.node.args[position - is_method(consumer, place.node) :]
    if not any(isinstance(node, ast.Starred) for node in nodes) or not _holds(place, read):
        return ()
    values = list[Value]()
    for node in nodes:
        part = place.at(node.value if isinstance(node, ast.Starred) else node)
        value = _value_with(project, part, read, change) if _holds(part, read) else project.value(part)
        if isinstance(node, ast.Starred) is not isinstance(value, Sequence) or value is UNKNOWN:
            return ()
        values += value.items if isinstance(value, Sequence) else [value]
    return tuple(values)


def _holds(part: Expression, read: Expression) -> bool:
    return part.source.path == read.source.path and read.node in below(part.node)


def _value_with(project: Project, part: Expression, read: Expression, change: tuple[str, Value]) -> Value:
    """Return what an expression would be with another name in place of the read."""
    text, other = change
    if part.node is read.node:
        return other
    twin = swapped(part.node, read.node, ast.parse(text, mode="eval").body)
    assert isinstance(twin, ast.expr)
    return project.value(Expression(part.source, twin, read.frames or part.frames))


def _ends_well(project: Project, consumer: Operation, call: BoundCall, failed: Operation) -> bool | None:
    if consumer is failed:
        return fits(call)
    result = call.result()
    if result is None:
        return False if not call.is_accepted else None
    return is_content(project, consumer, (result,), failed)


def _given_instead(project: Project, failed: Operation, value: Tensor, other: Tensor) -> bool | None:
    """Return whether the call that failed is content if what was made in one place is another tensor."""
    call = bound(project, failed)
    for operand in call.operands if call is not None else ():
        if call is not None and (operand.tensor.producer, operand.tensor.shape) == (value.producer, value.shape):
            return fits(call.with_shape(operand, other.shape))
    maker = project.producer(value)
    if call is None or maker is None or maker.index >= failed.index:
        return None
    return is_content(project, maker, (other.shape,), failed)
