"""The table of ``autofix shapes``: every operation of one run with its line, layer, shapes and parameters.

It shows what the trace recorded and computes no shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from autofix.records.finding import Finding
from autofix.records.trace import Ending, Layer, Operation, OperationKind, Trace
from autofix.report import phrases
from autofix.report.folding import folded, module_at, to_depth
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.table import Row, table
from autofix.report.terminal_text import visible, wrapped


def render(
    trace: Trace,
    finding: Finding | None,
    root: Path,
    *,
    colour: bool = False,
    width: int = 100,
    depth: int | None = None,
    whole: bool = False,
) -> str:
    """Return one row per operation of ``forward``, the failing one marked with the sizes that disagree,
    then the totals.

    Blocks that are repeated are one unless it is shown ``whole``; with ``depth`` so is what runs inside a module
    of that depth.
    """
    operations = phrases.forward_operations(trace)
    many_files = len({operation.frames[0].path for operation in operations if operation.frames}) > 1
    counts = _parameter_counts(trace.layers)
    rows = [_row(operation, counts, finding, root, many_files=many_files) for operation in operations]
    if depth is not None:
        modules = [module_at(depth, operation.layer, operation.scope) for operation in operations]
        kinds = {layer.path: layer.kind for layer in trace.layers if layer.path}
        rows = to_depth(list(zip(rows, modules, strict=True)), kinds, counts)
    rows += _elsewhere(trace, finding, root, rows, many_files=many_files)
    rows = rows if whole else folded(rows)
    lines = list(table(rows, width)) if rows else []
    lines += [*_failure(trace, finding, width), *_total(trace, operations, width)]
    return rendered(lines, colour=colour)


def _parameter_counts(layers: tuple[Layer, ...]) -> Mapping[str, int]:
    """Return the number of parameter elements of each layer by its path, with those of the layers inside it."""
    counts: Counter[str] = Counter()
    for layer in layers:
        path = layer.path
        while path:
            counts[path] += layer.parameter_count
            path = path.rpartition(".")[0]
    return counts


# --------------------------------------------------------------------------------------------------------------------
# Rows
# --------------------------------------------------------------------------------------------------------------------


def _row(
    operation: Operation, counts: Mapping[str, int], finding: Finding | None, root: Path, *, many_files: bool
) -> Row:
    failing = operation.raised or (finding is not None and finding.operation == operation.index)
    return Row(
        place=_place(operation, root, many_files=many_files),
        layer=visible(operation.scope if operation.layer is None else operation.layer),
        operator=visible(_operator(operation)),
        shapes=_shapes(operation, finding if failing else None),
        parameters=f"{counts[operation.layer]:,}" if operation.layer and counts[operation.layer] else "",
        failing=failing,
    )


def _place(operation: Operation, root: Path, *, many_files: bool) -> str:
    if not operation.frames:
        return ""
    frame = operation.frames[0]
    number = str(frame.range.start.line)
    return f"{visible(phrases.short_path(frame.path, root))}:{number}" if many_files else number


def _operator(operation: Operation) -> str:
    """Return an operator's name as short as a reader would say it: ``Linear``, ``F.relu``, ``torch.cat``, ``view``."""
    if operation.kind is OperationKind.PLACEHOLDER:
        return "input"
    target = operation.target
    if operation.kind is OperationKind.CALL_MODULE:
        return target.rpartition(".")[2]
    for prefix, short in (("torch.nn.functional.", "F."), ("Tensor.", ""), ("operator.", "")):
        if target.startswith(prefix):
            return short + target.removeprefix(prefix)
    return target


def _shapes(operation: Operation, finding: Finding | None) -> str:
    if operation.kind is OperationKind.PLACEHOLDER:
        return phrases.value_text(operation.result)
    operands = ", ".join(map(phrases.value_text, operation.tensors)) or "()"
    if not operation.raised:
        return f"{operands} -> {phrases.value_text(operation.result)}"
    return f"{operands} -> fails{_disagreement(finding)}"


def _disagreement(finding: Finding | None) -> str:
    if finding is None or not (finding.expected or finding.actual):
        return ""
    return f": expected {_sizes(finding.expected)}, actual {_sizes(finding.actual)}"


def _sizes(sizes: tuple[int, ...]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else phrases.shape_text(sizes)


def _elsewhere(
    trace: Trace, finding: Finding | None, root: Path, rows: list[Row], *, many_files: bool
) -> Iterator[Row]:
    """Yield a row for a failure that no recorded operation raised, such as unpacking a shape in plain Python."""
    if trace.ending is Ending.PASSED or finding is None or any(row.failing for row in rows):
        return
    number = str(finding.call.range.start.line)
    path = visible(phrases.short_path(finding.call.path, root))
    sizes = f"fails{_disagreement(finding)}"
    yield Row(f"{path}:{number}" if many_files else number, visible(finding.subject), "", sizes, "", failing=True)


# --------------------------------------------------------------------------------------------------------------------
# Below the table
# --------------------------------------------------------------------------------------------------------------------


def _failure(trace: Trace, finding: Finding | None, width: int) -> Iterator[Line]:
    """Yield why the run stopped, in the words of the finding, else of the error itself."""
    if trace.ending is Ending.PASSED:
        return
    message = trace.message or trace.ending.value
    if finding is not None:
        message = finding.message
    elif trace.failure is not None:
        message = f"{trace.failure.type}: {trace.failure.message}"
    first, *rest = wrapped(visible(message), width - len("error: "))
    yield line(Span("error: ", Style.ERROR), first)
    yield from (line(" " * len("error: "), more) for more in rest)


def _total(trace: Trace, operations: tuple[Operation, ...], width: int) -> Iterator[Line]:
    parameters = sum(layer.parameter_count for layer in trace.layers if layer.path is not None)
    parts = [phrases.counted(len(operations), "operation"), phrases.counted(parameters, "parameter")]
    parts.append(f"output {phrases.value_text(trace.output)}" if trace.ending is Ending.PASSED else "no output")
    yield from (line(Span(text, Style.STRONG)) for text in wrapped(", ".join(parts), width))
