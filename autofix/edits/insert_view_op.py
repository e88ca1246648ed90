"""Where a shape change can be put before the call of a layer, in the way the file is written.

It finds the place and spells the edit; which change is right is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.sequential_entries import Insertion, sequential_entry
from autofix.facts.call_sites import frames_of
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit, Range
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import parameters, reads, reads_from, stores, targets
from autofix.syntax.source import Source, dotted
from autofix.syntax.spelling import imported_as, module_text, receiver

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def is_passed_in(project: Project, operation: Operation) -> bool:
    """Return whether an operation reads what another class of the project passed to the function it stands in: that one
    may be meant to pass it in another shape, and this one may have other callers.
    """
    frames = frames_of(project, operation)
    call, caller = project.call(frames[:1]), project.call(frames[1:2])
    function = None if call is None else call.source.function_of(call.node)
    if call is None or caller is None or function is None or not isinstance(call.node, ast.Call):
        return False
    read = {node.id for argument in call.node.args for node in reads(argument)}
    passed = read & set(parameters(function)) - {node.id for node in stores(function)}
    other = caller.source.class_of(caller.node)
    return bool(passed) and other is not None and other is not call.source.class_of(call.node)


def insertions(
    project: Project,
    operation: Operation,
    layer: Layer,
    method: str = "flatten(1)",
    function: str = "torch.flatten({}, 1)",
    module: str = "Flatten()",
    outward: bool = False,
) -> Iterator[Insertion]:
    """Yield the ways to put a shape change before the call of ``layer``, the most natural first.

    ``function`` is used on a line of its own where torch is imported (empty: ``method`` is), ``module`` inside a
    Sequential (empty: there is none). ``outward``: where callers pass the same tensor on, the outermost comes first.
    """
    inside = sequential_entry(project, layer, module) if module else None
    if inside is not None and not _stands_between(project, operation):
        yield inside
        return
    for call, first in calls_given(project, operation, outward):
        source = call.source
        if _serves_others(project, operation, call):
            yield from _for_its_kind(call, first, layer, method)
            continue
        spelled = function if function and imported_as(source, "torch") == "torch" else "{}." + method
        line = _own_line(source, call.node, first, spelled)
        if line is not None:
            yield (line,), "before the layer"
            continue
        yield (source.replace(first, f"{receiver(source.text_of(first))}.{method}"),), "at the call"


def _serves_others(project: Project, operation: Operation, call: Expression) -> bool:
    """Return whether the call is of the name of a loop, ``for layer in layers``, by which others had run before."""
    name = call.node.func if isinstance(call.node, ast.Call) else call.node
    loops = (above for above in call.source.ancestors(call.node) if isinstance(above, _LOOPS[:2]))
    if not isinstance(name, ast.Name) or not any(name.id in targets(loop.target) for loop in loops):
        return False
    place = operation.frames[0].range
    return place == call.source.range_of(call.node) and any(
        earlier.layer_index != operation.layer_index and place in [frame.range for frame in earlier.frames]
        for earlier in project.trace.operations[: operation.index]
    )


def _for_its_kind(call: Expression, first: ast.expr, layer: Layer, method: str) -> Iterator[Insertion]:
    """Yield the edit that changes the shape for one kind of layers, where a loop calls all sorts by name."""
    namespace = module_text(call.source, "torch.nn")
    if isinstance(call.node, ast.Call) and isinstance(call.node.func, ast.Name) and namespace:
        text, kind = call.source.text_of(first), f"{namespace}.{layer.kind}"
        changed = f"{receiver(text)}.{method} if isinstance({call.node.func.id}, {kind}) else {text}"
        yield (call.source.replace(first, changed),), "at the call"


def wrapped(project: Project, operation: Operation, method: str, back: str) -> Iterator[Insertion]:
    """Yield edits that turn ``self.norm(x)`` into ``self.norm(x.method).back``; ``{}`` in ``back`` is
    what was passed.
    """
    for call, first in calls_given(project, operation, outward=False, rows=True):
        text = call.source.text_of(first)
        start = call.source.range_of(first).end
        end = call.source.range_of(call.node).end
        after = f".{back.format(receiver(text))}"
        before = call.source.replace(first, f"{receiver(text)}.{method}")
        if start < end:
            yield (before, Edit(call.source.path, Range(end, end), after)), "around the call"


def _stands_between(project: Project, operation: Operation) -> bool:
    """Return whether a container was given, by name, the maps that another layer of the model made.

    A line between the two calls leaves the entries of the container, and the names of their weights, as they are.
    """
    if project.is_input(operation.tensors[0]):
        return False
    for call, first in calls_given(project, operation, outward=False):
        value = project.value(Expression(call.source, first, frames_of(project, operation)))
        named = isinstance(first, ast.Name) and isinstance(value, Tensor) and not project.is_input(value)
        repeated = any(isinstance(node, ast.For) for node in call.source.ancestors(call.node))  # For every layer.
        return named and not repeated and call.source.stands_alone(call.source.statement_of(call.node))
    return False


def calls_given(
    project: Project, operation: Operation, outward: bool = True, rows: bool = False
) -> Iterator[tuple[Expression, ast.expr]]:
    """Yield the calls that were given the first operand of ``operation``, with the expression that they were given.

    The call that ran the operation comes last, before it (``outward``) the callers that passed the same tensor on.
    ``rows``: a container may have been given other features in the same rows.
    """
    frames = frames_of(project, operation)
    if not frames or not operation.tensors:
        return
    tensor = operation.tensors[0]
    levels = range(len(frames) - 1, -1, -1) if outward else range(1)
    for level in levels:
        call = project.call(frames[level:])
        if call is None or not isinstance(call.node, ast.Call):
            continue
        first = (
            call.node.args[0]
            if call.node.args
            else next((k.value for k in call.node.keywords if k.arg == "input"), None)
        )
        if first is None or isinstance(first, ast.Starred):
            continue
        if (rows and _has_rows(project, Expression(call.source, first, frames), tensor)) or _passes(
            project, Expression(call.source, first, frames[level:]), tensor, level, len(frames)
        ):
            yield call, first


def _passes(project: Project, argument: Expression, tensor: Tensor, level: int, depth: int) -> bool:
    """Return whether ``argument`` was the tensor; at the innermost level an unknown value is taken to be it."""
    value = project.value(argument)
    if isinstance(value, Tensor):
        return value.shape == tensor.shape and (level == 0 or value.producer == tensor.producer)
    if level == 0:
        return True
    return project.is_input(tensor) and level == depth - 1 and _is_untouched_parameter(argument)


def _has_rows(project: Project, argument: Expression, tensor: Tensor) -> bool:
    value = project.value(argument)
    return isinstance(value, Tensor) and value.shape[:-1] == tensor.shape[:-1]


def _is_untouched_parameter(argument: Expression) -> bool:
    """Return whether a name still has what the function was given."""
    function = argument.source.function_of(argument.node)
    name = argument.text
    if function is None or name not in {a.arg for a in function.args.args}:
        return False
    return not any(node.lineno < argument.node.lineno for node in stores(function, name))


def _own_line(source: Source, call: ast.expr, first: ast.expr, function: str) -> Edit | None:
    """Return the edit that writes ``x = torch.flatten(x, 1)`` on a line before, where the layer is
    given a name that nothing else reads after.
    """
    statement = source.statement_of(call)
    if (
        not isinstance(first, ast.Name)
        or not source.stands_alone(statement)
        or not _only_layers_read(source, statement, first.id)
    ):
        return None
    loops = [
        a
        for a in source.ancestors(statement)
        if isinstance(a, _LOOPS) and source.function_of(a) is source.function_of(statement)
    ]
    place = loops[-1] if loops else statement
    line = f"{first.id} = {function.format(first.id)}"
    return source.insert_before(
        place, line.replace(" = ", "=").replace(", ", ",") if _is_tight(source, statement) else line
    )


def _is_tight(source: Source, statement: ast.stmt) -> bool:
    """Return whether the statement is an assignment that is written without spaces around ``=``."""
    if not isinstance(statement, ast.Assign):
        return False
    after = source.text_of(statement)[len(source.text_of(statement.targets[-1])) :]
    return len(statement.targets) == 1 and after.startswith("=")


def _only_layers_read(source: Source, statement: ast.stmt, name: str) -> bool:
    """Return whether nothing but layers reads the unchanged value of ``name`` from the statement on, or
    only one thing does.
    """
    reads = reads_from(source, statement, name)
    return source.function_of(statement) is not None and (
        len(reads) == 1 or all(_feeds_a_layer(source, read) for read in reads)
    )


def _feeds_a_layer(source: Source, use: ast.Name) -> bool:
    parent = source.parents.get(use)
    return isinstance(parent, ast.Call) and parent.args[:1] == [use] and dotted(parent.func).startswith("self.")
