"""The shape that really came out of each line's last operation, at the end of the line.

Lines that were touched since the run show nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer
from autofix.frontends.lsp.results import Place, Result, place_now
from autofix.records import Location, Operation, OperationKind, Position, Range, Tensor, tensors_of
from autofix.report import words

LISTED_SHAPES = 3


def hints(buffer: Buffer, shown: types.Range, result: Result, convert: Converter) -> Iterator[types.InlayHint]:
    """The hints of a buffer within ``shown``, from top to bottom."""
    module = result.analysed_in(buffer.uri, convert.documents)
    if module is None:
        return
    for line, operations in sorted(_by_line(result.operations.get(module.path, [])).items()):
        end = Position(line, len(module.lines.line(line)))
        place = place_now(result, Location(module.path, Range(end, end)), convert.documents)
        if place is None or place.buffer.uri != buffer.uri:
            continue
        if shown.start.line < place.range.start.line <= shown.end.line + 1:
            yield _hint(operations, place, convert)


def _by_line(operations: list[Operation]) -> dict[int, list[Operation]]:
    """What came out of each line, once for each time it ran: of nested calls the outermost."""
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


def _is_inside(inner: Operation, outer: Operation) -> bool:
    """Whether ``outer`` goes on with what ``inner`` gave, in one go through the line."""
    operands = [tensor.producer for tensor in outer.tensors]
    return inner.index in operands or (outer.frames[0].range.contains(inner.frames[0].range) and inner is not outer)


def _hint(operations: list[Operation], place: Place, convert: Converter) -> types.InlayHint:
    shapes = list(dict.fromkeys(words.value_text(operation.result) for operation in operations))
    label = "  ".join(shapes[:LISTED_SHAPES])
    if len(shapes) > LISTED_SHAPES:
        label += f"  ... {len(shapes) - LISTED_SHAPES} more"
    elif len(operations) > len(shapes):
        label += f"  {len(operations)} times"
    return types.InlayHint(
        convert.range(place).start, label, padding_left=True, tooltip=_tooltip(operations[-1]), kind=None
    )


def _tooltip(operation: Operation) -> str:
    given = ", ".join(map(words.value_text, operation.tensors)) or "nothing"
    dtypes = ", ".join(dict.fromkeys(tensor.dtype for tensor in _results(operation)))
    return f"{operation.layer or operation.target}: {given} -> {words.value_text(operation.result)}, {dtypes}"


def _results(operation: Operation) -> tuple[Tensor, ...]:
    return tensors_of((operation.result,))
