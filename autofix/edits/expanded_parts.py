"""One sample for all, joined with a batch along another dimension: expanded to the batch.

Joining repeats nothing, as adding does. Where a function of the project gave the one sample, it may be meant to give
one for each of the samples that it was passed. It proposes both places.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import followed, frames_of, operands
from autofix.facts.passed_arguments import call_at
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import of_function
from autofix.records.costs import Evidence, Piece
from autofix.records.trace import Frame, Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import assignments, parameters, reads
from autofix.syntax.source import Function, Source, below, dotted
from autofix.syntax.spelling import size_text

_GIVEN = "whether the call or the function that gives the one sample has to repeat it is told by no shape"


def expansions(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield each part of one row, joined with others of a batch, expanded to that batch."""
    tensors, places = operation.tensors, operands(project, operation)
    whole = next((i for i, t in enumerate(tensors) if t.rank > 1 and t.shape[0] != 1), None)
    for part, place in zip(tensors, places, strict=False):
        if whole is None or part.rank != tensors[whole].rank or part.shape[0] != 1:
            continue
        size, giver = tensors[whole].shape[0], _giver(project, operation, part)
        there = [] if giver is None else list(_returned(project, *giver, part, size))
        for text in _sizes_read(project, places[whole], size):
            edits, doubt = (followed(place, _expand(text, part)),), _GIVEN if there else ""
            yield CodeChange(f"expand {part.shape} to the batch", edits, doubt=doubt)
        yield from there


def _sizes_read(project: Project, whole: Expression, size: int) -> Iterator[str]:
    """Yield how the size of the batch is read from the first name that what has it is computed from."""
    for node in below(whole.node):
        value = project.value(whole.at(node)) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and isinstance(value, Tensor) and value.shape[:1] == (size,):
            yield size_text(whole.source, node.id, 0)
            return


def _expand(size: str, part: Tensor) -> str:
    return f".expand({', '.join([size, *['-1'] * (part.rank - 1)])})"


def _giver(
    project: Project, operation: Operation, part: Tensor
) -> tuple[tuple[Frame, ...], int, ast.FunctionDef | ast.AsyncFunctionDef] | None:
    """Return the function of the project, called by the one that joins, in which a part was made: the frames of what
    made it and how many of them are inside.
    """
    maker = project.producer(part)
    frames, outer = () if maker is None else frames_of(project, maker), operation.frames[:1]
    for depth in range(1, len(frames)):
        if outer and (frames[depth].path, frames[depth].function) == (outer[0].path, outer[0].function):
            inner = frames[depth - 1]
            function = project.source(inner.path).function_at(inner.range, inner.function)
            return None if function is None else (frames, depth, function)
    return None


def _returned(
    project: Project, frames: tuple[Frame, ...], depth: int, function: Function, part: Tensor, size: int
) -> Iterator[CodeChange]:
    """Yield the part expanded where its function returns it, to a size of what that was passed."""
    result, passed = of_function(project, frames[:depth]), call_at(project, frames, depth)
    if passed is None or result.node is None or result.source is None or result.function is not function:
        return
    place = Expression(result.source, result.node)
    for argument in passed.arguments:
        if isinstance(argument.value, Tensor) and argument.value.shape[:1] == (size,):
            text, is_unread = _batch_name(result.source, function, argument.parameter)
            suffix, name = _expand(text, part), getattr(function, "name", "")
            words = f"expand the one sample that `{name}` gives: `{suffix}`"
            evidence: tuple[Piece, ...] = (
                (Evidence.EVIDENT, Evidence.EXACT_FIT) if is_unread else (Evidence.OUTWARD * 1,)
            )
            yield CodeChange(words, (followed(place, suffix),), evidence, _GIVEN)
            return


def _batch_name(source: Source, function: Function, parameter: str) -> tuple[str, bool]:
    """Return how a function reads the first size of a parameter: by the name that it has for it, and whether nothing
    else reads that; else from the parameter.
    """
    for name in sorted({node.id for node in below(function) if isinstance(node, ast.Name)} - {*parameters(function)}):
        bound = list(assignments(source, function, name))
        statement, value = bound[0] if len(bound) == 1 else (None, None)
        if not isinstance(statement, ast.Assign) or value is None:
            continue
        target = statement.targets[0]
        is_part = isinstance(target, (ast.Tuple, ast.List))
        if isinstance(target, (ast.Tuple, ast.List)) and (
            value is not statement.value or dotted(target.elts[0]) != name
        ):
            continue
        sizes = {f"{parameter}.shape[0]", f"{parameter}.size(0)", f"len({parameter})"}
        whole = {f"{parameter}.shape", f"{parameter}.size()"}
        if ast.unparse(value) in (whole if is_part else sizes):
            return name, not reads(function, name)
    return size_text(source, parameter, 0), False
