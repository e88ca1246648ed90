"""The shape that really came out of each line's last operation, at the end of the line.

Lines that were touched since the run show nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer
from autofix.frontends.lsp.results import Place, Result, place_now
from autofix.records.locations import Location, Position, Range
from autofix.records.trace import Operation, OperationKind, Trace
from autofix.records.values import Tensor, tensors_of
from autofix.report import phrases

LISTED_SHAPES = 3


def hints(buffer: Buffer, shown: types.Range, result: Result, convert: Converter) -> Iterator[types.InlayHint]:
    """Yield the hints of a buffer within ``shown``, from top to bottom."""
    module = result.analysed_in(buffer.uri, convert.documents)
    if module is None:
        return
    lines = _by_line(result.operations.get(module.path, []))
    for line, outcome in _called(result.trace, module.path).items():
        lines[line] = outcome
    for line, operations in sorted(lines.items()):
        if not operations:
            continue
        end = Position(line, len(module.lines.line(line)))
        place = place_now(result, Location(module.path, Range(end, end)), convert.documents)
        if place is None or place.buffer.uri != buffer.uri:
            continue
        if shown.start.line < place.range.start.line <= shown.end.line + 1:
            yield _hint(operations, place, convert)


def _by_line(operations: list[Operation]) -> dict[int, list[Operation]]:
    """Return the operations that each line gave, once for each time it ran: of nested calls the outermost."""
    lines: dict[int, list[Operation]] = {}
    for operation in operations:
        if operation.raised or operation.kind is OperationKind.PLACEHOLDER or not tensors_of((operation.result,)):
            continue
        place = operation.frames[0].range
        known = lines.setdefault(place.end.line, [])
        if known and _is_inside(known[-1], operation):
            known.pop()
        known.append(operation)
    return lines


def _called(trace: Trace | None, path: Path) -> dict[int, list[Operation]]:
    """Return, for lines that called other code of the user, the operation of each run whose result was
    used afterwards, or that came last and was used by nothing.  An empty list where it is not exactly
    one.
    """
    operations = () if trace is None else phrases.forward_operations(trace)
    lines: dict[int, list[list[Operation]]] = {}
    deep: set[int] = set()
    for position, operation in enumerate(operations):
        for depth, frame in enumerate(operation.frames):
            if frame.path != path:
                continue
            runs = lines.setdefault(frame.range.end.line, [])
            before = operations[position - 1] if position else None
            if not runs or runs[-1][-1] not in (before, operation):
                runs.append([operation])
            elif runs[-1][-1] is not operation:
                runs[-1].append(operation)
            deep |= {frame.range.end.line} if depth else set()
    users = _users(trace)
    return {line: [o for run in lines[line] for o in _outcome(run, users)] for line in deep}


def _users(trace: Trace | None) -> dict[int | None, set[int | None]]:
    """Return for each operation those that take its result; None is the caller of the model."""
    users: dict[int | None, set[int | None]] = {}
    for operation in trace.operations if trace is not None else ():
        for tensor in operation.tensors:
            users.setdefault(tensor.producer, set()).add(operation.index)
    for tensor in tensors_of((trace.output,)) if trace is not None else ():
        users.setdefault(tensor.producer, set()).add(None)
    return users


def _outcome(run: list[Operation], users: dict[int | None, set[int | None]]) -> list[Operation]:
    inside = {operation.index for operation in run}
    used = [o for o in run if not o.raised and users.get(o.index, set()) - inside]
    if not used and not run[-1].raised and run[-1].index not in users:
        used = [run[-1]]
    return used if len(used) == 1 and tensors_of((used[0].result,)) else []


def _is_inside(inner: Operation, outer: Operation) -> bool:
    """Return whether ``outer`` takes what ``inner`` gave, in one run of the line."""
    operands = [tensor.producer for tensor in outer.tensors]
    return inner.index in operands or (outer.frames[0].range.contains(inner.frames[0].range) and inner is not outer)


def _hint(operations: list[Operation], place: Place, convert: Converter) -> types.InlayHint:
    shapes = list(dict.fromkeys(phrases.value_text(operation.result) for operation in operations))
    label = "  ".join(shapes[:LISTED_SHAPES])
    if len(shapes) > LISTED_SHAPES:
        label += f"  ... {len(shapes) - LISTED_SHAPES} more"
    elif len(operations) > len(shapes):
        label += f"  {len(operations)} times"
    return types.InlayHint(
        convert.range(place).start, label, padding_left=True, tooltip=_tooltip(operations[-1]), kind=None
    )


def _tooltip(operation: Operation) -> str:
    operands = ", ".join(map(phrases.value_text, operation.tensors)) or "nothing"
    dtypes = ", ".join(dict.fromkeys(tensor.dtype for tensor in _results(operation)))
    return f"{operation.layer or operation.target}: {operands} -> {phrases.value_text(operation.result)}, {dtypes}"


def _results(operation: Operation) -> tuple[Tensor, ...]:
    return tensors_of((operation.result,))
