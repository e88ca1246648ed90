"""The table of ``autofix shapes``: every operation of one run with its line, layer, shapes and parameters.

It lays out the rows of one run and adds what they come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autofix.records.finding import Finding
from autofix.records.trace import Ending, Trace
from autofix.report import phrases
from autofix.report.shape_rows import rows
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.table import table
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

    ``depth`` and ``whole`` say what is one row, as for ``rows``.
    """
    shown = rows(trace, finding, root, depth=depth, whole=whole)
    lines = list(table(shown, width)) if shown else []
    lines += [*_failure(trace, finding, width), *_total(trace, width)]
    return rendered(lines, colour=colour)


def failure_words(trace: Trace, finding: Finding | None) -> str:
    """Return why the run stopped, in the words of the finding, else of the error itself; empty where it did not."""
    if trace.ending is Ending.PASSED:
        return ""
    if finding is not None:
        return visible(finding.message)
    if trace.failure is not None:
        return visible(f"{trace.failure.type}: {trace.failure.message}")
    return visible(trace.message or trace.ending.value)


def total_words(trace: Trace) -> str:
    """Return how many operations and parameters there are, and what came out."""
    parameters = sum(layer.parameter_count for layer in trace.layers if layer.path is not None)
    operations = len(phrases.forward_operations(trace))
    parts = [phrases.counted(operations, "operation"), phrases.counted(parameters, "parameter")]
    parts.append(f"output {phrases.value_text(trace.output)}" if trace.ending is Ending.PASSED else "no output")
    return ", ".join(parts)


def _failure(trace: Trace, finding: Finding | None, width: int) -> Iterator[Line]:
    if words := failure_words(trace, finding):
        first, *rest = wrapped(words, width - len("error: "))
        yield line(Span("error: ", Style.ERROR), first)
        yield from (line(" " * len("error: "), more) for more in rest)


def _total(trace: Trace, width: int) -> Iterator[Line]:
    yield from (line(Span(text, Style.STRONG)) for text in wrapped(total_words(trace), width))
