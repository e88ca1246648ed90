"""The operations of one run as rows: place, layer, operator, shapes and parameters of each, the failing one marked.

It shows what the trace recorded and computes no shape; how rows are drawn is the business of its callers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from autofix.records.finding import Finding
from autofix.records.trace import Ending, Layer, Operation, OperationKind, Trace
from autofix.report import phrases
from autofix.report.folding import folded, module_at, to_depth
from autofix.report.table import Row
from autofix.report.terminal_text import visible


def rows(
    trace: Trace, finding: Finding | None, root: Path, *, depth: int | None = None, whole: bool = False
) -> list[Row]:
    """Return one row per operation of ``forward``.

    Blocks that are repeated are one unless it is shown ``whole``; with ``depth`` so is what runs inside a module
    of that depth.
    """
    operations = phrases.forward_operations(trace)
    many_files = len({operation.frames[0].path for operation in operations if operation.frames}) > 1
    counts = _parameter_counts(trace.layers)
    result = [_row(operation, counts, finding, root, many_files=many_files) for operation in operations]
    if depth is not None:
        modules = [module_at(depth, operation.layer, operation.scope) for operation in operations]
        kinds = {layer.path: layer.kind for layer in trace.layers if layer.path}
        result = to_depth(list(zip(result, modules, strict=True)), kinds, counts)
    result += _elsewhere(trace, finding, root, result, many_files=many_files)
    return result if whole else folded(result)


def _parameter_counts(layers: tuple[Layer, ...]) -> Mapping[str, int]:
    """Return the number of parameter elements of each layer by its path, with those of the layers inside it."""
    counts: Counter[str] = Counter()
    for layer in layers:
        path = layer.path
        while path:
            counts[path] += layer.parameter_count
            path = path.rpartition(".")[0]
    return counts


def _row(
    operation: Operation, counts: Mapping[str, int], finding: Finding | None, root: Path, *, many_files: bool
) -> Row:
    failing = operation.raised or (finding is not None and finding.operation == operation.index)
    return Row(
        place=_place(operation, root, many_files=many_files),
        layer=visible(operation.scope if operation.layer is None else operation.layer),
        operator=visible(operator_name(operation)),
        shapes=_shapes(operation, finding if failing else None),
        parameters=f"{counts[operation.layer]:,}" if operation.layer and counts[operation.layer] else "",
        failing=failing,
        scope=visible(operation.scope),
        operations=(operation.index,),
    )


def _place(operation: Operation, root: Path, *, many_files: bool) -> str:
    if not operation.frames:
        return ""
    frame = operation.frames[0]
    number = str(frame.range.start.line)
    return f"{visible(phrases.short_path(frame.path, root))}:{number}" if many_files else number


def operator_name(operation: Operation) -> str:
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
