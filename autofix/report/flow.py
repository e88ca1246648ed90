"""The shapes on the way to a fault in one or two lines: ``conv (64,16,10,10) -> flatten (64,400) -x fc1``.

Steps that change no shape are left out, and what is too far from the fault to fit.
"""

from __future__ import annotations

from autofix.records.report import Diagnostic, Report
from autofix.records.trace import Operation
from autofix.report import phrases
from autofix.report.terminal_text import columns, cut_middle, visible

FAULT = "-x"
LEFT_OUT = "..."
LONGEST_SHAPE = 40


def flow(report: Report, diagnostic: Diagnostic, width: int, lines: int) -> list[str]:
    """Return about ``lines`` lines that break before arrows only; none where nothing led to the fault."""
    steps = _steps(diagnostic)
    fault = f"{FAULT} {failing(report, diagnostic)}"
    packed: list[str] = []
    for first in range(len(steps)):
        parts = ([LEFT_OUT] if first else []) + steps[first:]
        packed = _packed([*parts, fault], width)
        if len(packed) <= lines:
            break
    # In a narrow terminal the last step and the fault may need a line each.
    return [cut_middle(text, width) for text in packed]


def _steps(diagnostic: Diagnostic) -> list[str]:
    """Return ``layer shape`` for each operation whose result has another shape than the one before it."""
    chain = diagnostic.chain
    links = [link for index, link in enumerate(chain) if index == 0 or link.shape != chain[index - 1].shape]
    return [visible(f"{phrases.layer_name(link.label)} {_shape(link.shape)}".rstrip()) for link in links]


def _shape(text: str) -> str:
    return cut_middle(text.replace(", ", ",").replace(",)", ")"), LONGEST_SHAPE)


def failing(report: Report, diagnostic: Diagnostic) -> str:
    """Return the name of the operation at fault: its layer, else its operator."""
    finding, operations = diagnostic.finding, report.trace.operations
    is_recorded = diagnostic is report.diagnostics[0] and finding.operation is not None
    if is_recorded and finding.operation is not None and finding.operation < len(operations):
        operation: Operation = operations[finding.operation]
        return visible(phrases.layer_name(operation.layer or operation.operator))
    subject = finding.subject
    is_operator = subject.startswith(("torch.", "Tensor.", "operator."))
    return visible(subject.rpartition(".")[2] if is_operator else phrases.layer_name(subject))


def _packed(parts: list[str], width: int) -> list[str]:
    """Return the parts joined by arrows, as many on a line as fit."""
    lines = [parts[0]]
    for part in parts[1:]:
        piece = part if part.startswith(FAULT) else f"-> {part}"
        if columns(lines[-1]) + 1 + columns(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines
