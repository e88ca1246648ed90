"""The verdict on somebody's patch as text for people, with the fault, the reasons against it and what was checked.

It is given everything it shows; it knows neither terminal nor files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autofix.records.report import PatchEnding, PatchReport
from autofix.records.trace import CheckOutcome
from autofix.report import details, phrases
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.terminal_text import visible, wrapped
from autofix.report.view import UNLIMITED, ReportView

_HEADS = {
    PatchEnding.HOLDS: "the patch holds (safe)",
    PatchEnding.UNSAFE: "the patched text runs, but the patch is unsafe",
    PatchEnding.FAILS: "the patch does not hold",
    PatchEnding.NOT_JUDGED: "the patch could not be judged",
}


def render(verdict: PatchReport, *, folder: Path, colour: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the verdict in its first line, and below it what it rests on; paths are seen from ``folder``."""
    view = ReportView(verdict.report, folder, width, verbose=verbose)
    return rendered(_lines(view, verdict), colour=colour)


def _lines(view: ReportView, verdict: PatchReport) -> Iterator[Line]:
    style = Style.STRONG if verdict.ending is PatchEnding.HOLDS else Style.ERROR
    first, *rest = wrapped(
        f"{_HEADS[verdict.ending]}{f': {view.words(verdict.message)}' if verdict.message else ''}", view.width
    )
    yield line(Span(first, style))
    yield from (line("    ", Span(text, style)) for text in wrapped(" ".join(rest), view.width - 4) if rest)
    report = verdict.report
    for diagnostic in report.diagnostics:
        finding = diagnostic.finding
        start = finding.location.range.start
        place = f"{view.path(finding.location.path)}:{start.line}:{start.column + 1}"
        yield from view.entry("  fault: ", f"{place}: {view.words(finding.message)}", UNLIMITED)
        words = "" if report.trace.failure is None else " ".join(report.trace.failure.message.split())
        if words and words not in finding.message and not finding.silent:
            yield from view.entry("  torch: ", visible(words), 2)
    yield from _plan(view)
    for note in report.notes:
        yield from view.entry("  note: ", view.words(note), UNLIMITED, Style.NOTE)
    yield from view.entry("  ", details.what_ran(report), UNLIMITED, Style.FAINT)


def _plan(view: ReportView) -> Iterator[Line]:
    plan = view.report.plan
    if plan is None:
        return
    for reason in plan.notes:
        yield from view.entry("  unsafe: ", view.words(reason), UNLIMITED, Style.NOTE)
    proof = plan.proof
    outcomes = {"checked": CheckOutcome.PASSED, "failed": CheckOutcome.FAILED}
    if view.verbose:
        outcomes["not checked"] = CheckOutcome.NOT_ASKED
    for name, outcome in outcomes.items():
        if texts := phrases.each_check(proof.checks, outcome, proof.output):
            joined = [f"{text};" for text in texts[:-1]] + texts[-1:]
            yield from view.entry(f"  {name}: ", " ".join(map(view.words, joined)), UNLIMITED)
    if view.verbose:
        yield from view.entry("  trace after: ", phrases.chain_text(list(map(visible, proof.chain_after))), UNLIMITED)
