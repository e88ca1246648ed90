"""Batches of one sample, which no norm can be trained on: the last of a loader, and one picture to predict for.

What trains is told by the file: a ``backward`` or a ``step`` in the innermost loop that a frame of the failing call
stands in, or in its function where it stands in none.
"""

from __future__ import annotations

import ast

from autofix.edits.caller_edits import in_program
from autofix.edits.collate_functions import loader_calls
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Frame, Operation
from autofix.syntax.call_edits import with_argument
from autofix.syntax.evaluation import only_evaluates
from autofix.syntax.source import argument, dotted

_TRAINING = frozenset(("backward", "step"))
_SHUFFLE, _LEFT_OUT = 2, 8  # Positions of the arguments of a loader.
_OTHERWISE = ("batch_sampler", "drop_last")
Loop = ast.For | ast.AsyncFor | ast.While


def full_batches(project: Project, operation: Operation | None) -> tuple[str, Edit] | None:
    """Return the text of ``drop_last`` and the edit that passes it to the loader of the training, where the last of
    several batches is a single sample.
    """
    if operation is None or not in_program(project) or not _is_last(project, operation):
        return None
    if not any(_is_trained(project, frame) for frame in operation.frames):
        return None
    calls = [
        (source, call)
        for source, call in loader_calls(project)
        if _may_leave_out(call) and not only_evaluates(source.function_of(call))
    ]
    shuffled = [each for each in calls if _shuffle(each[1]) is not None]
    if len(calls if len(calls) == 1 else shuffled) != 1:
        return None
    source, call = (shuffled or calls)[0]
    shuffle = _shuffle(call)
    # A loader that is made for several purposes is told by this argument which of them it is.
    value = source.text_of(shuffle) if isinstance(shuffle, (ast.Name, ast.Attribute, ast.Compare)) else "True"
    return value, source.replace(call, with_argument(source.text_of(call), "drop_last", value, _LEFT_OUT))


def trains(project: Project) -> bool:
    """Return whether anything in the project trains."""
    return any(_is_training(node) for source in project.sources() for node in source.nodes)


def built_model(project: Project) -> Expression | None:
    """Return the call that built the root model, where it is assigned to a name."""
    for layer in (layer for layer in project.trace.layers if layer.path == ""):
        for index, frame in enumerate(layer.construction):
            source = project.source(frame.path)
            call = source.call_at(frame.range)
            is_assigned = call is not None and isinstance(source.parents.get(call), ast.Assign)
            if call is not None and is_assigned and not dotted(call.func).endswith("__init__"):
                return Expression(source, call, layer.construction[index:])
    return None


def _is_last(project: Project, operation: Operation) -> bool:
    """Return whether the norm was given one sample, and more of them before at the same place."""
    if not operation.tensors or operation.tensors[0].shape[:1] != (1,):
        return False
    shape, place = operation.tensors[0].shape, _places(operation)
    return any(
        earlier.target == operation.target and earlier.layer == operation.layer and _places(earlier) == place
        for earlier in project.trace.operations[: operation.index]
        if earlier.tensors and earlier.tensors[0].shape[1:] == shape[1:] and earlier.tensors[0].shape[0] > 1
    )


def _places(operation: Operation) -> list[object]:
    return [frame.place for frame in operation.frames]


def _is_trained(project: Project, frame: Frame) -> bool:
    source = project.source(frame.path)
    function = source.function_at(frame.range, frame.function)
    nodes = source.nodes_at(frame.range)
    around = source.ancestors(nodes[0]) if nodes else ()
    loop = next((node for node in around if isinstance(node, Loop)), None)
    scope = loop if loop is not None and source.function_of(loop) is function else function
    return scope is not None and any(map(_is_training, ast.walk(scope)))


def _is_training(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _TRAINING


def _may_leave_out(call: ast.Call) -> bool:
    """Return whether a loader makes batches of more than one sample and leaves none out."""
    if any(keyword.arg in (None, *_OTHERWISE) for keyword in call.keywords):
        return False
    size = argument(call, 1, "batch_size")
    return size is not None and not (isinstance(size, ast.Constant) and size.value in (1, None))


def _shuffle(call: ast.Call) -> ast.expr | None:
    """Return what says whether a loader shuffles, where that is not that it does not."""
    value = argument(call, _SHUFFLE, "shuffle")
    return None if isinstance(value, ast.Constant) and not value.value else value
