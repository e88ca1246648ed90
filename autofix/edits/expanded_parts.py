"""One sample for all, joined with a batch along another dimension: expanded to the batch; and what has one place where
maps or sequences have many, which it is the same for.

Joining repeats nothing, as adding does. Where a function of the project gave the one sample, it may be meant to give
one for each of the samples that it was passed. It proposes both places.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import followed, frames_of, operands
from autofix.facts.contracts import bound
from autofix.facts.passed_arguments import call_at
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import of_function
from autofix.records.costs import Evidence, Piece
from autofix.records.trace import Frame, Operation
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import assignments, parameters, reads
from autofix.syntax.source import Function, Source, below, dotted
from autofix.syntax.spelling import first_expanded, size_text

_PLACES = "that all places get the same is told by its one entry"
_GIVEN = "whether the call or the function that gives the one sample has to repeat it is told by no shape"


def expansions(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield each part of one row, or of one place, joined with others that have more, expanded to those: a batch, the
    sides of maps, the steps of a sequence.
    """
    call, places = bound(project, operation), operands(project, operation)
    dim = None if call is None else call.call.get("dim")
    for part, place in zip(operation.tensors, places, strict=False):
        fitting = [
            (at, odd) for at, t in enumerate(operation.tensors) if (odd := _odd(part, t, dim if is_integer(dim) else 0))
        ]
        if not fitting:
            continue
        at, odd = fitting[0]
        whole = operation.tensors[at]
        giver = _giver(project, operation, part) if odd == (0,) else None
        there = [] if giver is None else list(_returned(project, *giver, part, whole.shape[0]))
        for source, name in _read(project, places[at], whole, odd):
            edits, doubt = (followed(place, _expand(source, name, odd, part)),), _GIVEN if there else ""
            words = (
                "the batch" if odd == (0,) else f"the {', '.join(str(whole.shape[d]) for d in odd)} of {whole.shape}"
            )
            yield CodeChange(f"expand {part.shape} to {words}", edits, doubt=doubt or _PLACES * (odd != (0,)))
        yield from there


def _odd(part: Tensor, other: Tensor, dim: int) -> tuple[int, ...]:
    """Return the dimensions beside that of a join of which a part has one and another tensor more, if only those
    differ; where a batch is joined with one row, others may differ.
    """
    if part.rank != other.rank or part.rank < 2:
        return ()
    pairs = [(d, *sizes) for d, sizes in enumerate(zip(part.shape, other.shape, strict=True)) if d != dim % part.rank]
    odd = tuple(d for d, own, size in pairs if own != size)
    return odd if all(part.shape[d] == 1 for d in odd) else (0,) if 0 in odd and part.shape[0] == 1 else ()


def _read(project: Project, place: Expression, whole: Tensor, odd: tuple[int, ...]) -> Iterator[tuple[Source, str]]:
    """Yield the first name of a tensor that has the sizes, among those that what is joined is computed from."""
    for node in below(place.node):
        value = project.value(place.at(node)) if isinstance(node, ast.Name) else None
        if not isinstance(node, ast.Name) or not isinstance(value, Tensor) or value.rank <= max(odd):
            continue
        if all(value.shape[d] == whole.shape[d] for d in odd):
            yield place.source, node.id
            return


def _expand(source: Source, name: str, odd: tuple[int, ...], part: Tensor) -> str:
    first, is_rest = odd[0], len(odd) > 1 and odd == tuple(range(odd[0], part.rank))
    sizes = [size_text(source, name, d) if d in odd else "-1" for d in range(first if is_rest else part.rank)]
    return f".expand({', '.join([*sizes, *([f'*{name}.shape[{first}:]'] * is_rest)])})"


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
            suffix, name = first_expanded(text, part.rank), getattr(function, "name", "")
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
