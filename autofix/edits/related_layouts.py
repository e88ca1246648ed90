"""Layouts that follow from what else is at hand: labels that pick from a table, heads that were folded into samples;
and those of a call that no contract is known of.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.layout import MOST_DIMENSIONS, Layout, LayoutChange, WrittenOperand, behind, moves
from autofix.facts.call_sites import argument_of, tensors_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.provenance.render_expression import factors_of
from autofix.records.trace import Operation
from autofix.records.values import Mapping, Tensor
from autofix.syntax.name_bindings import parameters
from autofix.syntax.source import below

_MERGING = frozenset(("view", "reshape", "flatten"))


def layouts_of_call(project: Project) -> Iterator[Layout]:
    """Yield other layouts of the tensors that a call was given which no contract is known of; only a run tells."""
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None else None
    if call is None or not isinstance(call.node, ast.Call):
        return
    for argument in call.node.args:
        place = call.at(argument)
        value = project.value(place)
        if isinstance(value, Tensor) and 0 < value.rank <= MOST_DIMENSIONS:
            for method, after in sorted(moves(value.shape), key=lambda move: -len(move[1])):
                yield behind(place, f".{method}", value.shape, after)


def looked_up(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield the rows of a table that whole numbers at hand pick: one weight for each class, for each label; one row for
    each graph, for each node.
    """
    tensor, others = operand.tensor, [other.shape for _, other in operand.others]
    # Of rows that a vector picks there are as many as another operand has, and more than before: some are repeated.
    rows = {shape[:1] for shape in others if len(shape) == tensor.rank and shape[:1] > tensor.shape[:1]}
    picked = rows if tensor.rank > 1 else set(others)
    for name, picks in _whole_numbers(operand.project, operand.place) if tensor.rank else ():
        is_inside = picks.values is None or picks.values[1] < tensor.shape[0]
        if is_inside and picks.rank and picks.shape in picked and picks.shape != tensor.shape[:1]:
            change = LayoutChange.LOOKED_UP if tensor.rank > 1 else LayoutChange.INSERTED
            words, after = f"look {tensor.shape} up with `{name}` of {picks.shape}", (*picks.shape, *tensor.shape[1:])
            layout = operand.behind(f"[{name}]", after, words)
            yield replace(layout, change=change, agrees=_is_unread(operand.place, name))


def _is_unread(place: Expression, name: str) -> bool:
    """Return whether nothing in a function reads a name that it was passed."""
    function = place.source.function_of(place.node)
    is_passed = function is not None and name in parameters(function)
    return is_passed and name not in {n.id for n in below(function or place.node) if isinstance(n, ast.Name)}


def _whole_numbers(project: Project, place: Expression) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of whole numbers that a function has, those that its objects have as attributes among them."""
    names = project.names(place).local
    objects = [(n, v) for n, v in (names.items if names is not None else ()) if isinstance(v, Mapping)]
    attributes = ((f"{n}.{a}", v) for n, o in objects if o.type != "dict" for a, v in o.items if isinstance(v, Tensor))
    for name, tensor in (*tensors_at_hand(project, place), *attributes):
        if tensor.dtype == "int64":
            yield name, tensor


def repeated_as_folded(operand: WrittenOperand) -> Iterator[Layout]:
    """Yield one operand repeated as the samples of another were when their heads were folded into them."""
    project, tensor = operand.project, operand.tensor
    for _, other in operand.others if tensor.rank else ():
        fold = next((o for o in project.ancestry(other) if folds_samples(o, tensor.shape[0])), None)
        if fold is None or (fold.result_shape or ())[:1] != other.shape[:1]:
            continue
        times = other.shape[0] // tensor.shape[0]
        text = f".repeat_interleave({folded_name(project, fold, operand.place, times) or times}, dim=0)"
        yield operand.behind(text, (tensor.shape[0] * times, *tensor.shape[1:]))


def folded_name(project: Project, fold: Operation, place: Expression, times: int) -> str:
    """Return the one name for how many were folded: a factor where it was done, or passed to what did it; else ''."""
    size = argument_of(project, fold, 1, "shape")
    parts = factors_of(size.node) if size is not None and isinstance(size.node, ast.BinOp) else []
    calls = [project.call(fold.frames[depth:]) for depth in range(1, len(fold.frames))]
    passed = [call.node.args for call in calls if call is not None and isinstance(call.node, ast.Call)]
    for nodes in (parts, *passed):
        reads = [node for node in nodes if isinstance(node, (ast.Name, ast.Attribute))]
        names = {ast.unparse(node) for node in reads if project.integer(place.at(node)) == times}
        if len(names) == 1:
            return names.pop()
    return ""


def folds_samples(operation: Operation, batch: int) -> bool:
    """Return whether an operation merges the samples, which come first, with the dimension behind them."""
    taken = operation.tensors[0].shape if operation.tensors else ()
    merges = len(taken) > 2 and operation.result_shape == (taken[0] * taken[1], *taken[2:])
    return operation.operator in _MERGING and merges and taken[0] == batch and taken[1] > 1
