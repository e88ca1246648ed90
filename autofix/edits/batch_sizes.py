"""Sizes that follow the batch, for a number that does not: in a view, and of what was made once for all batches; and
batches that all have one size.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import argument_of, followed, operands, size_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.evaluation import only_evaluates
from autofix.syntax.name_bindings import callee_name, parameters
from autofix.syntax.source import argument, below
from autofix.syntax.spelling import size_text

MAX_STEPS = 12
LOOK_BACK = 24
_VIEWS = frozenset(("view", "reshape"))


def smaller_batch(project: Project, failed: Operation) -> tuple[int, int] | None:
    """Return how many samples a line was given before and how many now, where nothing else is new and they are less."""
    return project.once(("smaller batch", failed.index), lambda: _smaller_batch(project, failed))


def _smaller_batch(project: Project, failed: Operation) -> tuple[int, int] | None:
    place = failed.frames[0].range if failed.frames else None
    for operation in reversed(project.trace.operations[: failed.index]):
        if operation.target == failed.target and operation.frames and operation.frames[0].range == place:
            pairs = [
                pair
                for old, new in zip(operation.tensors, failed.tensors, strict=False)
                for pair in zip(old.shape, new.shape, strict=False)
                if pair[0] != pair[1]
            ]
            before, now = pairs[0] if pairs else (0, 0)
            is_kept = any(before in tensor.shape for tensor in failed.tensors)
            return (before, now) if is_kept and set(pairs) == {(before, now)} and now < before else None
    return None


def whole_batches(project: Project, size: int) -> Iterator[CodeChange]:
    """Yield for each loader of batches of a size that it leaves out a last one that is smaller."""
    failure = project.trace.failure
    running = failure.frames if failure is not None else ()
    # Where a model is evaluated every sample counts.
    functions = [project.source(frame.path).function_at(frame.range, frame.function) for frame in running]
    against = Evidence.AGAINST * any(map(only_evaluates, functions))
    evidence, doubt = (Evidence.INSERTED, Evidence.OTHER_READING, against), "its samples are not used then"
    for source in project.sources():
        for node in source.calls:
            batch = argument(node, 1, "batch_size") if callee_name(node) == "DataLoader" else None
            if batch is None:
                continue
            function = source.function_of(node)
            if only_evaluates(function):
                continue
            frames = project.frames_in(source, function, running)
            if project.integer(Expression(source, batch, frames)) not in (None, size):
                continue
            edits = argument_set(Expression(source, node), "drop_last", "True")
            if argument(node, 8, "drop_last") is None:
                words = f"leave out a last batch of fewer than `{source.text_of(batch)}` samples"
                yield from (CodeChange(words, (edit,), evidence, doubt) for edit in edits)


def sizes_read(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the size of what a view is made from, for a number in the view that stands in its place."""
    is_smaller = smaller_batch(project, operation) is not None
    doubt = "" if is_smaller else "that the number was meant for another batch is told by no run before"
    for tensor, other in permutations(operation.tensors, 2):
        maker = project.producer(tensor)
        if maker is None or maker.operator not in _VIEWS or tensor.rank != other.rank:
            continue
        for dimension, (size, target_size) in enumerate(zip(tensor.shape, other.shape, strict=True)):
            number = argument_of(project, maker, 1 + dimension, "size") if size != target_size else None
            if number is None or not isinstance(number.node, ast.Constant):
                continue
            for text in _leading_reads(project, number, target_size):
                words, edit = f"take the size from what is viewed: `{text}`", number.source.replace(number.node, text)
                yield CodeChange(words, (edit,), (Evidence.EXACT_FIT,), doubt)


def baked_views(project: Project, failed: Operation) -> Iterator[CodeChange]:
    """Yield how the size of the batch is read, for a size of another batch in the views on the way to what failed that
    leave another size open: ``view(self.batch_size, -1, n)`` folds samples into that.

    The same line had kept the samples of the batches before; all views of the function that ask for it are changed.
    """
    nearest = [maker for tensor in failed.tensors for maker in project.ancestry(tensor)]
    for view in (failed, *nearest[:MAX_STEPS]):
        before, after = view.tensors[0] if view.tensors else None, view.result
        if view.operator not in _VIEWS or before is None or not isinstance(after, Tensor) or -1 not in view.arguments:
            continue
        place = argument_of(project, view, 1, "size")
        is_folded = bool(after.rank and before.rank) and after.shape[0] != before.shape[0] and _had_kept(project, view)
        if place is None or not is_folded or not isinstance(place.node, (ast.Name, ast.Attribute, ast.Constant)):
            continue
        text = size_at_hand(project, place, before.shape[0], 0) or _given_before(project, view, place, before.shape[0])
        if text:
            edits = tuple(place.source.replace(node, text) for node in _first_sizes(place))
            words = f"take the size of the batch from what is viewed: `{text}`"
            yield CodeChange(words, edits, (Evidence.EXACT_FIT,))
            return


def _given_before(project: Project, view: Operation, place: Expression, size: int) -> str:
    """Return how the size is read from a parameter that an operation of the same call was given before the view."""
    function = place.source.function_of(place.node)
    own = set(parameters(function)) if function is not None else set()
    for earlier in reversed(project.trace.operations[max(view.index - LOOK_BACK, 0) : view.index]):
        if [frame.function for frame in earlier.frames[:1]] == [frame.function for frame in view.frames[:1]]:
            for operand, tensor in zip(operands(project, earlier), earlier.tensors, strict=False):
                if operand.text in own and tensor.shape[:1] == (size,):
                    return size_text(place.source, operand.text, 0)
    return ""


def _had_kept(project: Project, view: Operation) -> bool:
    """Return whether the line of a view had kept all samples before, with the same size."""
    return any(
        earlier.tensors
        and isinstance(earlier.result, Tensor)
        and earlier.tensors[0].shape[0] == earlier.result.shape[0]
        for earlier in ran_before(project, view)
        if earlier.arguments[1:2] == view.arguments[1:2]
    )


def _first_sizes(place: Expression) -> Iterator[ast.expr]:
    """Yield the first size of each view of the function that is written like the one at ``place``."""
    function = place.source.function_of(place.node)
    for node in below(function) if function is not None else (place.source.parents[place.node],):
        is_view = isinstance(node, ast.Call) and callee_name(node) in _VIEWS and node.args
        if is_view and isinstance(node, ast.Call) and place.source.text_of(node.args[0]) == place.text:
            yield node.args[0]


def _leading_reads(project: Project, number: Expression, size: int) -> Iterator[str]:
    """Yield how the first size of each tensor that the statement reads is read, where it is ``size``."""
    for node in below(number.source.statement_of(number.node)):
        if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
            continue
        value = project.value(number.at(node))
        if isinstance(value, Tensor) and value.shape[:1] == (size,):
            yield size_text(number.source, number.source.text_of(node), 0)


def rows_of_batch(project: Project, operation: Operation) -> Iterator[tuple[str, Edit]]:
    """Yield the first rows of what has more than the batch, at the outermost caller that passes it on."""
    sizes = sorted({tensor.shape[0] for tensor in operation.tensors if tensor.rank})
    for tensor, operand in zip(operation.tensors, operands(project, operation), strict=False):
        place = _passed(project, operand)
        size = size_at_hand(project, place, sizes[0], 0) if tensor.shape[:1] == (sizes[-1],) else ""
        if size and isinstance(place.node, (ast.Name, ast.Attribute)):
            yield f"{place.text}[:{size}]", followed(place, f"[:{size}]")


def _passed(project: Project, expression: Expression) -> Expression:
    """Return what callers passed for a parameter, as far out as it was passed on under a name."""
    passed = next((b.expression for b in bindings(project, expression) if b.is_argument), None)
    return expression if passed is None or not isinstance(expression.node, ast.Name) else _passed(project, passed)
