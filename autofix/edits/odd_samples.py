"""A sample that has an axis more or less than the others: a grey picture among coloured ones, a mask saved in colours.

It is loaded by another way than the rest: another ``return`` of the function that reads it, or the same line from
another kind of file. Where it is read, it gets the axis, with as many equal channels as the first convolution takes, or
keeps one of those it has. That the channels are alike no shape tells.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.statement_order import unit_of
from autofix.facts.call_sites import followed
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Failure
from autofix.records.values import Opaque, Tensor, is_integer
from autofix.syntax.source import below, dotted

_COLOURS = (3, 4)
_CHANNELS = frozenset(("c", "ch", "chan", "channel", "channels", "num_channels", "n_channels", "colors", "colours"))
_SAME = "that the colours of this sample are alike no shape tells"
_GREY = "that a sample without colours is one with equal colours no shape tells"


def odd_samples(project: Project) -> Iterator[CodeChange]:
    """Yield what gives a sample the axes of the others, where it is loaded."""
    failure = project.trace.failure
    if failure is None or project.trace.failed_operation is not None:
        return
    if failure.callee.startswith("torch.utils.data."):
        yield from _in_colours(project)
    elif failure.type in {"ValueError", "IndexError"} and not failure.callee:
        yield from _in_grey(project, failure)


# -- colours where the others have none --------------------------------------------------------------------------------


def _in_colours(project: Project) -> Iterator[CodeChange]:
    """Yield one channel of what a ``return`` gives with an axis more than another of its function."""
    for returns in _returns(project).values():
        for place, shapes in returns:
            others = {shape for other, theirs in returns if other is not place for shape in theirs}
            shape = shapes[0]
            if not shape or len({len(shape) for shape in shapes}) != 1:
                continue
            for suffix, rest, count in (("[0]", shape[1:], shape[0]), ("[..., 0]", shape[:-1], shape[-1])):
                if count in _COLOURS and rest in others:
                    title = f"take one of the {count} channels: `{suffix}`"
                    yield CodeChange(title, (followed(place, suffix),), (Evidence.EXACT_FIT,), _SAME)
                    break


def _returns(project: Project) -> dict[tuple[object, str], list[tuple[Expression, list[tuple[int, ...]]]]]:
    """Return the expressions that each function returned, with the shapes that they had."""
    shapes: dict[ast.AST, tuple[Expression, list[tuple[int, ...]]]] = {}
    functions: dict[tuple[object, str], list[tuple[Expression, list[tuple[int, ...]]]]] = defaultdict(list)
    for operation in project.trace.operations:
        frame = operation.frames[0] if operation.frames else None
        if frame is None or not isinstance(operation.result, Tensor) or frame.path not in project.files:
            continue
        source = project.source(frame.path)
        node = source.node_at(frame.range, ast.expr)
        if node is None or not isinstance(source.parents.get(node), ast.Return):
            continue
        if node not in shapes:
            shapes[node] = Expression(source, node, operation.frames), []
            functions[frame.path, frame.function].append(shapes[node])
        shapes[node][1].append(operation.result.shape)
    return functions


# -- grey where the others are in colours ------------------------------------------------------------------------------


def _in_grey(project: Project, failure: Failure) -> Iterator[CodeChange]:
    """Yield the axis of the colours for an array that has two where the line that failed reads three."""
    frame = failure.frames[0] if failure.frames else None
    if frame is None or frame.path not in project.files:
        return
    source = project.source(frame.path)
    node = source.node_at(frame.range, ast.AST)
    if node is None:
        return
    statement = node if isinstance(node, ast.stmt) else source.statement_of(node)
    if not source.stands_alone(statement):
        return
    for part in below(statement):
        array, is_last = _array(part)
        if array is None or not isinstance(array, ast.Name):
            continue
        # An array of numpy is told by its type at most.
        if not isinstance(project.value(Expression(source, array, failure.frames)), Opaque):
            continue
        axis = "[..., None]" if is_last else "[None]"
        indent = source.indent_of(statement.lineno) + unit_of(source)
        for rank, count in enumerate(_channels(project)):
            repeated = f".repeat({count}, axis={-1 if is_last else 0})" if count > 1 else ""
            line = f"if {array.id}.ndim == 2:{source.newline}{indent}{array.id} = {array.id}{axis}{repeated}"
            edit = source.insert_before(statement, line)
            evidence = (Evidence.INSERTED, Evidence.RUNNER_UP * rank)
            yield CodeChange(f"give `{array.id}` the axis of the colours where it has none", (edit,), evidence, _GREY)
        return


def _array(part: ast.AST) -> tuple[ast.expr | None, bool]:
    """Return what is read as if it had three axes, and whether the colours are the last of them."""
    match part:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Attribute(value=array, attr="shape")):
            first = dotted(names[0]).lower() in _CHANNELS
            return (array, not first) if len(names) == 3 else (None, True)
        case ast.Subscript(value=ast.Attribute(value=array, attr="shape"), slice=ast.Constant(value=2)):
            return array, True
        case ast.Call(func=ast.Attribute(value=array, attr="transpose"), args=[*axes]):
            inner = axes[0].elts if len(axes) == 1 and isinstance(axes[0], (ast.Tuple, ast.List)) else axes
            order = [axis.value for axis in inner if isinstance(axis, ast.Constant)]
            return (array, order != [1, 2, 0]) if len(order) == 3 else (None, True)
        case ast.Subscript(value=array, slice=ast.Tuple(elts=entries)) if len(entries) == 3:
            return array, isinstance(entries[0], ast.Slice)
    return None, True


def _channels(project: Project) -> list[int]:
    """Return how many channels the first convolution of two dimensions takes; one or three where there is none."""
    for layer in project.trace.layers:
        count = layer.setting("in_channels") if layer.kind == "Conv2d" else None
        if is_integer(count) and count > 0:
            return [count]
    return [3, 1]
