"""Where the two ends of a mismatch stand: the call that fails, with what it was given, and the place that set its size.

It gives places and labels; how they are drawn is the business of its callers.
"""

from __future__ import annotations

from typing import NamedTuple

from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location
from autofix.records.report import Diagnostic, Report
from autofix.records.trace import Operation
from autofix.records.values import Mapping, is_integer
from autofix.report import operand_names, phrases
from autofix.report.snippet import FAULT, SOURCE, Mark
from autofix.report.terminal_text import visible

# Mismatches of which ``expected`` is the size that the place of the finding sets.
_SETS_EXPECTED = frozenset(
    {
        Mismatch.LINEAR_IN_FEATURES,
        Mismatch.CONV_CHANNELS,
        Mismatch.NORM_FEATURES,
        Mismatch.RNN_INPUT_SIZE,
        Mismatch.BILINEAR_FEATURES,
        Mismatch.EMBEDDING_RANGE,
    }
)


class End(NamedTuple):
    location: Location
    mark: Mark


def ends(report: Report, diagnostic: Diagnostic) -> tuple[End, ...]:
    """Return the failing call first, then the place that set the size if that is another one."""
    finding = diagnostic.finding
    call = finding.call
    source = finding.location if _is_expression(report, finding.location) else call
    first = diagnostic is report.diagnostics[0]
    operation = shown_operation(report, diagnostic) if first else None
    label = visible(_operands(report, finding, operation) if first else _received(finding))
    if call.range.is_empty and source != call:
        # The model itself was called, which no line of the project does.
        label = "; ".join(filter(None, (_set_here(report, finding, "set here"), label)))
        return (End(source, Mark(source.range, FAULT, label)),)
    if source == call or (_line(source) == _line(call) and operation is None):
        # Where nothing was computed yet, the argument is all there is to see of the call.
        sets = source != call and bool(finding.parameter)
        return (End(source, Mark(source.range, FAULT, _set_here(report, finding, "") if sets else label)),)
    fault = End(call, Mark(call.range, FAULT, label))
    if _line(source) == _line(call):
        return (fault,)
    return (fault, End(source, Mark(source.range, SOURCE, _set_here(report, finding, "set here"))))


def _is_expression(report: Report, location: Location) -> bool:
    """Return whether something stands at a place that can have set a size, not just the end of a call."""
    text = phrases.text_at(report.texts, location)
    return text is None or text.strip("()[],: ") != ""


def _line(location: Location) -> tuple[object, int]:
    return location.path, location.range.start.line


def shown_operation(report: Report, diagnostic: Diagnostic) -> Operation | None:
    """Return the failing operation of the run that the report shows; that of a silent fault may be another run's."""
    finding, operations = diagnostic.finding, report.trace.operations
    if finding.operation is None or finding.operation >= len(operations):
        return None
    operation = operations[finding.operation]
    if not finding.silent:
        return operation
    index = 0 if finding.operand is None else finding.operand
    shapes = [str(tensor.shape) for tensor in operation.tensors]
    is_shown = bool(diagnostic.chain) and index < len(shapes) and shapes[index] in diagnostic.chain[-1].shape
    return operation if is_shown else None


def _operands(report: Report, finding: Finding, operation: Operation | None) -> str:
    text = phrases.text_at(report.texts, finding.call)
    names = None if finding.silent else _names_at(report, finding.call)
    return operand_names.operands(text or "", operation, names, finding.operand)


def _names_at(report: Report, call: Location) -> Mapping | None:
    failure, environments = report.trace.failure, report.trace.environments
    for frame in () if failure is None else failure.frames:
        if frame.path == call.path and frame.range == call.range and frame.environment is not None:
            return environments[frame.environment]
    return None


def _received(finding: Finding) -> str:
    """Return what is known of a fault that shows only once others are repaired."""
    if not finding.actual or finding.silent:
        return ""
    sizes = str(finding.actual[0]) if len(finding.actual) == 1 else phrases.shape_text(finding.actual)
    return f"receives {sizes}"


def _set_here(report: Report, finding: Finding, otherwise: str) -> str:
    size = _size_set(report, finding)
    return otherwise if size is None else f"{size}, set here"


def _size_set(report: Report, finding: Finding) -> int | None:
    if finding.mismatch in _SETS_EXPECTED and len(finding.expected) == 1:
        return finding.expected[0]
    layers, failure = report.trace.layers, report.trace.failure
    if finding.operation is not None and finding.layer is not None and finding.layer < len(layers):
        size = layers[finding.layer].setting(finding.parameter)
    else:
        size = None if failure is None else dict(failure.arguments).get(finding.parameter)
    return size if is_integer(size) else None
