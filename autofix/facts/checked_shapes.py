"""A check of shapes by the project's own code that ended a run: ``if a.shape != b.shape: raise ValueError(...)``.

Nothing of torch failed there, but what the check asks is a contract like torch's. It is made an operation of the trace,
whose operands are the tensors that were looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.rows.checks import LIBRARY
from autofix.operators.table import family
from autofix.records.locations import Edit
from autofix.records.trace import Failure, Operation, OperationKind, Phase, Trace
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax.source import Source, dotted

_WRAPPERS = frozenset(("tuple", "list", "torch.Size"))
_ALL = (None, None)


def is_check(operation: Operation | None) -> bool:
    """Return whether an operation is such a check."""
    return operation is not None and family(operation.target) is Family.CHECK


def may_have_ended(failure: Failure | None) -> bool:
    """Return whether code of the project itself raised, so that such a check may have."""
    return failure is not None and failure.operation is None and not failure.callee and bool(failure.frames)


def with_check(project: Project) -> Trace:
    """Return the trace of a run, with the check that ended it as its last operation where one did."""
    trace, failure = project.trace, project.trace.failure
    if failure is None or not may_have_ended(failure):
        return trace
    frame = failure.frames[0]
    source = project.source(frame.path)
    for comparison in _unmet(source, failure):
        operation = _operation(project, source, comparison, failure)
        if operation is not None:
            failure = replace(failure, operation=operation.index)
            return replace(trace, operations=(*trace.operations, operation), failure=failure)
    return trace


def subject(node: ast.expr) -> ast.expr | None:
    """Return the expression whose shape, size or rank an expression reads; None for any other."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and dotted(node.func) in _WRAPPERS | {"len"}:
        return subject(node.args[0]) or (node.args[0] if dotted(node.func) == "len" else None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr in {"size", "dim", "ndimension"} else None
    if isinstance(node, ast.Subscript):
        return subject(node.value)
    return node.value if isinstance(node, ast.Attribute) and node.attr in {"shape", "ndim"} else None


def _unmet(source: Source, failure: Failure) -> Iterator[ast.Compare]:
    """Yield the comparisons by which the statement that raised was reached."""
    statement = next((source.statement_of(node) for node in source.nodes_at(failure.frames[0].range)), None)
    if isinstance(statement, ast.Assert):
        yield from _comparisons(statement.test, holds=False)
    around = None if statement is None else source.parents.get(statement)
    if isinstance(statement, ast.Raise) and isinstance(around, ast.If):
        yield from _comparisons(around.test, holds=statement in around.body)


def _comparisons(test: ast.expr, *, holds: bool) -> Iterator[ast.Compare]:
    """Yield the comparisons of a test that ``holds``, or does not, each of which alone decides it by being unequal."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _comparisons(test.operand, holds=not holds)
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or if holds else ast.And):
        for value in test.values:
            yield from _comparisons(value, holds=holds)
    elif isinstance(test, ast.Compare) and [type(op) for op in test.ops] == [ast.NotEq if holds else ast.Eq]:
        yield test
    elif isinstance(test, ast.Compare) and not holds and all(isinstance(op, ast.Eq) for op in test.ops):
        for left, right in pairwise((test.left, *test.comparators)):  # ``a == b == c``
            yield ast.copy_location(ast.Compare(left, [ast.Eq()], [right]), test)


def _operation(project: Project, source: Source, comparison: ast.Compare, failure: Failure) -> Operation | None:
    """Return the check as an operation; None where it is not of a kind that is known, or met."""
    sides = [Expression(source, node, failure.frames) for node in (comparison.left, comparison.comparators[0])]
    read = [read for read in (_read(project, side) for side in sides) if read is not None]
    number = next(
        (n for side in sides if subject(side.node) is None and (n := project.integer(side)) is not None), None
    )
    named = _named(read, number)
    if named is None:
        return None
    name, values = named
    frames = (replace(failure.frames[0], range=source.range_of(comparison)), *failure.frames[1:])
    maker = project.producer(read[0].tensor)
    phase = Phase.FORWARD if maker is None else maker.phase
    kind, index = OperationKind.CALL_FUNCTION, len(project.trace.operations)
    operation = Operation(index, "", kind, f"{LIBRARY}.{name}", values, (), None, True, frames, phase)
    call = bound(project, operation)
    return None if call is None or call.is_accepted else operation


@dataclass(frozen=True, slots=True)
class _Read:
    """What an expression reads of a tensor: its rank (None), one size, or those of a span of dimensions."""

    tensor: Tensor
    part: int | tuple[int | None, int | None] | None


def _named(read: list[_Read], number: int | None) -> tuple[str, tuple[Value, ...]] | None:
    """Return the name and the arguments of a check; None for one of another kind."""
    if not read:
        return None
    first, *rest = read
    if rest:
        own, other = first.part, rest[0].part
        if isinstance(own, tuple) and isinstance(other, tuple):
            spans = () if own == other == _ALL else (Sequence("tuple", own), Sequence("tuple", other))
            return "same_shape", (first.tensor, rest[0].tensor, *spans)
        if isinstance(own, int) and isinstance(other, int):
            return "same_size", (first.tensor, rest[0].tensor, own, other)
        return None
    if rest or number is None or isinstance(first.part, tuple):
        return None
    return (
        ("has_rank", (first.tensor, number)) if first.part is None else ("has_size", (first.tensor, first.part, number))
    )


def _read(project: Project, side: Expression) -> _Read | None:
    """Return what of a tensor is read; None for anything else."""
    node = side.node
    base = subject(node)
    tensor = None if base is None else project.value(side.at(base))
    if not isinstance(tensor, Tensor):
        return None
    if isinstance(node, ast.Call) and node.args and dotted(node.func) == "len":
        return _Read(tensor, 0 if node.args[0] is base else None)
    if isinstance(node, ast.Call) and dotted(node.func) in _WRAPPERS:
        return _read(project, side.at(node.args[0]))
    if isinstance(node, ast.Subscript):
        return _part(project, side, tensor, node.slice)
    if isinstance(node, ast.Call) and node.args:
        return _part(project, side, tensor, node.args[0])
    name = node.func if isinstance(node, ast.Call) else node
    return _Read(tensor, _ALL if isinstance(name, ast.Attribute) and name.attr in {"shape", "size"} else None)


def _part(project: Project, side: Expression, tensor: Tensor, index: ast.expr) -> _Read | None:
    if not isinstance(index, ast.Slice):
        place = project.integer(side.at(index))
        return None if place is None else _Read(tensor, place)
    ends = [None if end is None else project.integer(side.at(end)) for end in (index.lower, index.upper)]
    is_known = index.step is None and None not in [
        v for v, e in zip(ends, (index.lower, index.upper), strict=True) if e
    ]
    return _Read(tensor, (ends[0], ends[1])) if is_known else None


def numbers(project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield the number that a size was compared with, with the size that there is."""
    place = project.expression(operation)
    size = next((size for size in operation.tensors[0].shape[operation.integer(1, "dim") or 0 :][:1]), None)
    if place is None or operation.operator != "has_size" or not isinstance(place.node, ast.Compare) or size is None:
        return
    for node in (place.node.left, *place.node.comparators):
        if subject(node) is None:
            yield place.at(node), size


def edits_check(project: Project, operation: Operation | None, edits: tuple[Edit, ...]) -> bool:
    """Return whether all that edits change is what a check looks at. Another dimension may be read there where how many
    samples there are is held against a number, which is none of the model, or where just one other has that number.
    One that reads a dimension which is not there ends before it says anything.
    """
    if operation is None or not is_check(operation) or _reads_what_is_missing(operation):
        return False
    is_beside = _counts_samples(project, operation) or _stands_beside(operation)
    if is_beside and _is_index(project, edits):
        return False
    place = operation.frames[0]
    return all(edit.path == place.path and place.range.contains(edit.range) for edit in edits)


def _reads_what_is_missing(operation: Operation) -> bool:
    dimension = operation.integer(1, "dim") if operation.operator == "has_size" else None
    rank = operation.tensors[0].rank if operation.tensors else 0
    return dimension is not None and not -rank <= dimension < rank


def _counts_samples(project: Project, operation: Operation) -> bool:
    """Return whether a check holds the number of samples against a number."""
    tensors, dimension = operation.tensors, operation.integer(1, "dim")
    is_size = operation.operator == "has_size" and len(tensors) == 1 and tensors[0].rank > 1 and dimension is not None
    return is_size and (dimension or 0) % tensors[0].rank == 0 and project.is_batch(tensors[0].shape[0])


def _stands_beside(operation: Operation) -> bool:
    """Return whether just one other dimension has the number that a size is held against."""
    size = operation.integer(2, "size") if operation.operator == "has_size" else None
    return size is not None and bool(operation.tensors) and operation.tensors[0].shape.count(size) == 1


def _is_index(project: Project, edits: tuple[Edit, ...]) -> bool:
    """Return whether all that is edited is the number of a dimension: ``1`` of ``x.shape[1]`` and of ``x.size(1)``."""
    if len(edits) != 1:
        return False
    source = project.source(edits[0].path)
    around = [source.parents.get(node) for node in source.nodes_at(edits[0].range)]
    return any(
        isinstance(read, ast.Subscript) or (isinstance(read, ast.Call) and dotted(read.func).endswith(".size"))
        for read in around
    )
