"""Sizes read from tensors: ``x.size(0)`` where ``x.size(1)`` is meant, and ``x.size(0)`` for a number.

It gives sites as provenance does; it knows no layers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from autofix.facts.call_sites import put_behind, value_there
from autofix.facts.fault_path import reads
from autofix.facts.project_view import Expression, Project
from autofix.provenance import Site, SiteKind, bindings, sites
from autofix.provenance.inverse_arithmetic import inverse_operands
from autofix.records.costs import Evidence, counted
from autofix.records.trace import Operation
from autofix.records.values import Mapping, Sequence, Tensor, Value, is_integer
from autofix.syntax.source import Function, dotted
from autofix.syntax.spelling import size_text

NEW_ARGUMENT = "batch_size"
MAX_DEPTH = 6


def size_sites(project: Project, expression: Expression, target_size: int) -> Iterator[Site]:
    """Yield another axis of the tensor that a size is read from, then every other way to make it ``target_size``."""
    swapped = list(axis_sites(project, expression, target_size))
    yield from swapped
    known = {site.edits for site in swapped}
    yield from (site for site in sites(project, expression, target_size) if site.edits not in known)


def axis_sites(
    project: Project, expression: Expression, target_size: int, depth: int = 0, now: int | None = None
) -> Iterator[Site]:
    """Yield ``x.size(1)`` for ``x.size(0)`` where that axis has the size wanted.

    Names, arguments and arithmetic are followed to the read, and so is an entry of a sequence of sizes. ``now`` is what
    the expression was in the run, where that is known: it tells what a name beside the read was.
    """
    node = expression.node
    read = _read_axis(node)
    if read is not None:
        base = _value_passed(project, expression.at(read[0]))
        if isinstance(base, Tensor):
            yield from _other_entries(expression, read, base.shape, target_size, depth)
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        base = value_there(project, expression.at(node.value))
        if isinstance(base, Sequence):
            yield from _other_entries(expression, (node.value, node.slice), base.items, target_size, depth)
    elif isinstance(node, ast.BinOp):
        sides = (expression.at(node.left), expression.at(node.right))
        a, b = _operand_sizes(project, node.op, sides, now)
        for side, inner in inverse_operands(node.op, a, b, target_size):
            yield from axis_sites(project, sides[side], inner, depth)
    elif isinstance(node, ast.Call) and dotted(node.func) == "len" and len(node.args) == 1:
        yield from _live(project, expression, node.args[0], target_size, depth)
    elif isinstance(node, (ast.Name, ast.Attribute)) and depth < MAX_DEPTH:
        for binding in bindings.bindings(project, expression):
            if binding.inverse is None:
                yield from axis_sites(project, binding.expression, target_size, depth + binding.distance)


def _value_passed(project: Project, expression: Expression, depth: int = 0) -> Value:
    """Return the value of an expression where it stands: of a parameter what the caller passed, where its own frame was
    not recorded.
    """
    value = value_there(project, expression)
    if isinstance(value, (Tensor, Sequence)) or not isinstance(expression.node, ast.Name) or depth >= MAX_DEPTH:
        return value
    passed = next((b.expression for b in bindings.bindings(project, expression) if b.is_argument), None)
    return value if passed is None else _value_passed(project, passed, depth + 1)


def entry_sites(project: Project, expression: Expression) -> Iterator[Site]:
    """Yield the entries that there are for ``x.shape[3]``, the nearest first."""
    read = _read_axis(expression.node)
    base = None if read is None else value_there(project, expression.at(read[0]))
    if read is None or not isinstance(base, Tensor):
        return
    for size in reversed(tuple(dict.fromkeys(base.shape))):
        yield from _other_entries(expression, read, base.shape, size, 0)


def _operand_sizes(
    project: Project, op: ast.operator, sides: tuple[Expression, Expression], now: int | None
) -> tuple[int | None, int | None]:
    """Return the values of two operands; one that is not known follows from the other and from what came of them."""
    a, b = (_size_read(project, side) for side in sides)
    if now is not None and (a is None) is not (b is None):
        unknown = 0 if a is None else 1
        value = next((value for side, value in inverse_operands(op, a, b, now) if side == unknown), None)
        a, b = (value, b) if a is None else (a, value)
    return a, b


def _size_read(project: Project, expression: Expression) -> int | None:
    """Return the value of an expression, or of the axis that it reads from a tensor at hand."""
    value, read = project.integer(expression), _read_axis(expression.node)
    if value is not None or read is None:
        return value
    base, index = (expression.at(node) for node in read)
    tensor, axis = value_there(project, base), project.integer(index)
    if not isinstance(tensor, Tensor) or axis is None or not -tensor.rank <= axis < tensor.rank:
        return None
    return tensor.shape[axis]


def _other_entries(
    expression: Expression, read: tuple[ast.expr, ast.expr], sizes: Iterable[Value], target_size: int, depth: int
) -> Iterator[Site]:
    """Yield each other entry of ``sizes`` that is ``target_size``, counted from the end where the one written is."""
    source, (base, place) = expression.source, read
    known = tuple(sizes)
    from_end = isinstance(place, ast.UnaryOp) and isinstance(place.op, ast.USub)
    for index, size in enumerate(known):
        if size == target_size and is_integer(size):
            text = str(index - len(known) if from_end else index)
            yield Site(
                (source.replace(place, text),),
                counted((Evidence.OUTWARD * depth,)),
                f"{source.text_of(base)}.size({text})"
                if _read_axis(expression.node)
                else f"{source.text_of(base)}[{text}]",
                SiteKind.AXIS,
                source.location(expression.node),
            )


def compared_sites(project: Project, place: Expression, test: ast.AST) -> Iterator[tuple[Site, int]]:
    """Yield the dimension that is as large as what it is compared with, and how large that is."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return
    sides = (place.at(test.left), place.at(test.comparators[0]))
    for side, other in (sides, sides[::-1]):
        size = project.integer(other)
        if size is not None:
            yield from ((site, size) for site in axis_sites(project, side, size))


def neighbours(project: Project, operation: Operation | None, layer: int | None) -> Iterator[Site]:
    """Yield another dimension of the same tensor for each that the statements on the way to the fault read, the ones
    beside it first.
    """
    for place in reads(project, operation, layer):
        parent = place.source.parents.get(place.node)
        read = _read_axis(parent) if isinstance(parent, ast.expr) else None
        if read is None or not isinstance(parent, ast.expr):
            continue
        expression, base = place.at(parent), place.at(read[0])
        axis, tensor = project.integer(place.at(read[1])), value_there(project, base)
        if axis is None or not isinstance(tensor, Tensor) or not -tensor.rank <= axis < tensor.rank:
            continue
        others = {size for size in tensor.shape if size != tensor.shape[axis]}
        sites_here = [site for size in others for site in _other_entries(expression, read, tensor.shape, size, 0)]
        own = axis % tensor.rank
        for index in sorted(set(range(tensor.rank)) - {own}, key=lambda other: abs(other - own)):
            text = f".size({index - tensor.rank if axis < 0 else index})"
            named = (site for site in sites_here if site.text.endswith(text))
            yield from (replace(site, size=tensor.shape[index]) for site in named)


def _read_axis(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return (tensor, axis) of ``x.size(0)`` or ``x.shape[0]``; None for anything else."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "size"
        and len(node.args) == 1
    ):
        return node.func.value, node.args[0]
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return None
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return node.value.value, node.slice
    return None


def _live(project: Project, expression: Expression, base: ast.expr, target_size: int, depth: int) -> Iterator[Site]:
    value = project.value(expression.at(base))
    for index, size in enumerate(value.shape if isinstance(value, Tensor) else ()):
        if size == target_size:
            text = size_text(expression.source, expression.source.text_of(base), index)
            yield Site(
                (expression.source.replace(expression.node, text),),
                counted((Evidence.OUTWARD * depth,)),
                text,
                SiteKind.AXIS,
                expression.source.location(expression.node),
            )


def live_sites(
    project: Project, expression: Expression, target_size: int, axes: tuple[int, ...], depth: int = 0
) -> Iterator[Site]:
    """Yield the size of a tensor at hand in the same function, or in a caller that passes the number,
    for ``expression``.
    """
    function = expression.source.function_of(expression.node)
    names = project.names(expression)
    at_hand = (names.module if function is None else names.local) or Mapping("locals", ())
    taken = function.args if function is not None else ast.arguments([], [], None, [], [], None, [])
    own = [a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    tensors = [(n, v) for n, v in at_hand.items if isinstance(v, Tensor) and n.isidentifier()]
    tensors.sort(key=lambda pair: own.index(pair[0]) if pair[0] in own else len(own))
    fitting = [
        (n, axis) for axis in axes for n, v in tensors if -v.rank <= axis < v.rank and v.shape[axis] == target_size
    ]
    is_worked_out = isinstance(expression.node, ast.BinOp)  # Nobody writes ``n + 1`` for a size that is there.
    for rank, (name, axis) in enumerate(fitting[:3]):
        text = size_text(expression.source, name, axis)
        edit = expression.source.replace(expression.node, text)
        yield Site(
            (edit,),
            counted((Evidence.OUTWARD * depth, Evidence.RUNNER_UP * rank, Evidence.AGAINST * is_worked_out)),
            text,
            SiteKind.NAMED,
            expression.source.location(expression.node),
            name="the size of the input",
        )
    if not fitting and function is not None:
        yield from _passed_in(project, expression, function, target_size, axes)
    if not fitting and isinstance(expression.node, ast.Name) and depth < MAX_DEPTH:
        for binding in bindings.bindings(project, expression):
            yield from live_sites(project, binding.expression, target_size, axes, depth + binding.distance)


def _passed_in(
    project: Project, expression: Expression, function: Function, target_size: int, axes: tuple[int, ...]
) -> Iterator[Site]:
    """Yield a new argument ``batch_size`` for a method that has no tensor at hand, given by its one caller."""
    source, frames = expression.source, expression.frames
    call = project.call(frames[1:]) if len(frames) > 1 else None
    if (
        call is None
        or not isinstance(call.node, ast.Call)
        or isinstance(function, ast.Lambda)
        or not function.args.args
    ):
        return
    plain = not (function.args.defaults or function.args.kwonlyargs or function.args.vararg or call.node.keywords)
    is_only_caller = sum(other.text.count(f"{function.name}(") for other in project.sources()) == 2
    if not plain or not is_only_caller or any(a.arg == NEW_ARGUMENT for a in function.args.args):
        return
    tensors = project.names(call).local
    for axis in axes:
        for name, value in tensors.items if tensors is not None else ():
            if (
                isinstance(value, Tensor)
                and name.isidentifier()
                and value.rank > axis
                and value.shape[axis] == target_size
            ):
                text = size_text(call.source, name, axis)
                arguments = ", ".join([*(call.source.text_of(a) for a in call.node.args), text])
                passed = call.source.replace(call.node, f"{call.source.text_of(call.node.func)}({arguments})")
                taken = put_behind(source, function.args.args[-1], f", {NEW_ARGUMENT}")
                used = source.replace(expression.node, NEW_ARGUMENT)
                yield Site(
                    (passed, taken, used),
                    (Evidence.MORE_PLACES * 1,),
                    text,
                    SiteKind.ARGUMENT,
                    source.location(expression.node),
                )
                return
