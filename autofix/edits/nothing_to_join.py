"""What a call of torch refuses because a sample has nothing in it: an empty list to join, a length of zero to pack.

Both are right for most samples, so the line has run before: what it gave then says how wide a table without rows is. A
table that stands where its rows are to be joined is the opposite, and as harmless. Each edit leaves the other samples
as they are; whether nothing is an answer, or should never have come here, no shape tells.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.statement_order import unit_of
from autofix.facts.call_sites import argument_of, tensors_at_hand, written
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.records.costs import Evidence
from autofix.records.trace import Failure, Operation
from autofix.records.values import Sequence, Tensor
from autofix.syntax.name_bindings import parameters
from autofix.syntax.source import argument
from autofix.syntax.spelling import module_text, receiver

_JOINS = frozenset(("torch.cat", "torch.concat", "torch.concatenate", "torch.stack", "torch.vstack"))


def nothing_to_join(project: Project) -> Iterator[CodeChange]:
    """Yield what lets the failed call take a sample without entries, or rows that are a table already."""
    failure, operation = project.trace.failure, project.trace.failed_operation
    if operation is not None:
        yield from _empty_list(project, operation)
    elif failure is not None and failure.callee.endswith(".pack_padded_sequence"):
        yield from _no_length(project, failure)
    elif failure is not None and failure.type == "TypeError":
        yield from _table(project, failure)


# -- a list that is empty ----------------------------------------------------------------------------------------------


def _empty_list(project: Project, operation: Operation) -> Iterator[CodeChange]:
    place, parts = written(project, operation), argument_of(project, operation, 0, "tensors")
    joined = operation.argument(0, "tensors")
    if operation.target not in _JOINS or not isinstance(joined, Sequence) or joined.items or place is None:
        return
    of = _tested(parts)
    empty = _without_rows(project, operation, place)
    if not of or not empty:
        return
    source, statement = place.source, place.source.statement_of(place.node)
    title = f"answer an empty list with `{empty}`"
    if isinstance(statement, ast.Return) and statement.value is place.node and source.stands_alone(statement):
        indent = source.indent_of(statement.lineno) + unit_of(source)
        edit = source.insert_before(statement, f"if not {of}:{source.newline}{indent}return {empty}")
    else:
        edit = source.replace(place.node, f"{place.text} if {of} else {empty}")
    doubt = "a list that is never to be empty could have been left so by mistake"
    yield CodeChange(title, (edit,), (Evidence.EXACT_FIT, Evidence.INSERTED), doubt)


def _tested(parts: Expression | None) -> str:
    """Return the text of the list that is joined, or of what is gone through for it, if asking it twice is harmless."""
    match None if parts is None else parts.node:
        case ast.ListComp(generators=[ast.comprehension(iter=(ast.Name() | ast.Attribute()) as iterated, ifs=[])]):
            return ast.unparse(iterated)
        case ast.Name() | ast.Attribute() as node:
            return ast.unparse(node)
    return ""


def _without_rows(project: Project, operation: Operation, place: Expression) -> str:
    """Return a tensor without rows that is otherwise as the line gave it before; empty where it gave none, or several
    that differ in more than how many rows there are.
    """
    dimension = 0 if operation.operator == "vstack" else operation.integer(1, "dim") or 0
    results = [twin.result for twin in ran_before(project, operation) if isinstance(twin.result, Tensor)]
    shapes = {_emptied(result.shape, dimension) for result in results} - {None}
    dtypes = {result.dtype for result in results}
    if len(shapes) != 1 or len(dtypes) != 1:
        return ""
    (shape,), (dtype,) = shapes, dtypes
    sizes = ", ".join(map(str, shape or ()))
    function = place.source.function_of(place.node)
    # What a loop binds may not be there where the loop found nothing.
    passed = parameters(function) if function is not None else []
    at_hand = (name for name, value in tensors_at_hand(project, place) if value.dtype == dtype)
    like = next((name for name in at_hand if name in passed), "")
    if like:
        return f"{like}.new_zeros({sizes})"
    torch = module_text(place.source, "torch")
    return f"{torch}.zeros({sizes}{'' if dtype == 'float32' else f', dtype={torch}.{dtype}'})" if torch else ""


def _emptied(shape: tuple[int, ...], dimension: int) -> tuple[int, ...] | None:
    if not -len(shape) <= dimension < len(shape):
        return None
    return tuple(0 if index == dimension % len(shape) else size for index, size in enumerate(shape))


# -- a length of zero --------------------------------------------------------------------------------------------------


def _no_length(project: Project, failure: Failure) -> Iterator[CodeChange]:
    call, arguments = project.call(failure.frames), dict(failure.arguments)
    lengths, padded = arguments.get("lengths"), arguments.get("input")
    node = argument(call.node, 1, "lengths") if call is not None and isinstance(call.node, ast.Call) else None
    if call is None or node is None or not isinstance(padded, Tensor) or padded.rank < 2:
        return
    steps = padded.shape[1 if arguments.get("batch_first") else 0]
    text, value = call.source.text_of(node), project.value(Expression(call.source, node, call.frames))
    lowest = (lengths.values or (1,))[0] if isinstance(lengths, Tensor) else None
    if isinstance(value, Sequence) and (lowest == 0 or 0 in value.items) and steps:
        changed = f"[max(length, 1) for length in {text}]"
    elif lowest == 0 and not isinstance(value, Sequence) and steps:
        changed = f"{receiver(text)}.clamp(min=1)"
    else:
        return
    doubt = "a sample with nothing in it is read as one step of padding; leaving it out could be meant"
    edit = call.source.replace(node, changed)
    yield CodeChange(f"let a sample have one step at least: `{changed}`", (edit,), (Evidence.EVIDENT,), doubt)


# -- rows that are a table already -------------------------------------------------------------------------------------


def _table(project: Project, failure: Failure) -> Iterator[CodeChange]:
    call = project.call(failure.frames)
    if call is None or not isinstance(call.node, ast.Call):
        return
    rows, source = argument(call.node, 0, "tensors"), call.source
    torch = module_text(source, "torch")
    joins = {name.replace("torch", torch) for name in _JOINS}
    if rows is None or not torch or source.text_of(call.node.func) not in joins:
        return
    second = argument(call.node, 1, "dim")
    is_second = second is not None and isinstance(project.value(Expression(source, second, call.frames)), Tensor)
    value = project.value(Expression(source, rows, call.frames))
    if not isinstance(value, Tensor) or not value.rank or is_second:
        return
    place = source.path, source.range_of(call.node)
    before = any(o.frames and (o.frames[0].path, o.frames[0].range) == place for o in project.trace.operations)
    text = f"list({source.text_of(rows)})"
    doubt = "which of the two that come here is meant, a list or a table, no shape tells"
    evidence = Evidence.EXACT_FIT if before else Evidence.BY_RUN
    yield CodeChange(f"join the rows of the table: `{text}`", (source.replace(rows, text),), (evidence,), doubt)
