"""A report as text for people: the fault at both its ends, the repair, its proof, and what writes it.

It is given everything it shows; it knows neither terminal nor files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autofix.records.plan import Applicability, Plan
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import SampleOrigin
from autofix.records.trace import CheckOutcome
from autofix.report import details, phrases
from autofix.report.changed_lines import changed_lines
from autofix.report.fault_text import fault_parts
from autofix.report.parts import ReportPart, fitted, fixed
from autofix.report.phrases import COMMAND_LINE, Writing
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.terminal_text import visible, wrapped
from autofix.report.view import UNLIMITED, ReportView
from autofix.sample_inputs import inferred_sample_trust

MAX_LINES, MAX_LINES_NARROW = 16, 24
NARROW = 80


def render(
    report: Report,
    *,
    folder: Path | None = None,
    colour: bool = False,
    width: int = 100,
    alternatives: bool = False,
    applied: bool = False,
    picked: int = 1,
    verbose: bool = False,
    writing: Writing = COMMAND_LINE,
) -> str:
    """Return the explanation of a report, ended by what to do about it; of one fault in at most 16 lines at 80 columns,
    of several in sections of as many lines.

    Paths are shown as seen from ``folder``, the working directory, so that a terminal opens them; without one from the
    root of the project. ``alternatives`` shows the other plans as patches, ``applied`` says that the plan was written,
    and ``picked`` is the rank of the plan that the user took, so that the others are numbered as ``--pick`` takes them.
    ``verbose`` shortens nothing and adds the whole proof, costs and what was run; ``writing`` says what writes a plan.
    With ``colour`` the same characters carry ANSI styles.
    """
    view = ReportView(report, folder or report.target.root, width, verbose, writing)
    blocks = _faults(view)
    closing = [*_proof(view), *_notes(view)]
    others = list(details.other_plans(view, picked, patches=alternatives)) if alternatives or verbose else []
    indent = _indent(view, listed=bool(others))
    last = [_verifying(view, indent)] if writing.is_command and not applied else []
    last.append(fixed(list(_last(view, indent, applied=applied, listed=bool(others)))))
    if others or verbose:
        blocks += [closing, [fixed(others)], last]
    elif len(blocks) == 1:
        blocks = [[*blocks[0], *closing, *last]]
    else:
        blocks.append([*closing, *last])
    limit = MAX_LINES if width >= NARROW else MAX_LINES_NARROW
    # Plans that were asked for as patches are shown whole.
    texts = [fitted(parts, UNLIMITED if verbose or others else limit) for parts in blocks]
    return rendered(_separated(lines for lines in texts if lines), colour=colour)


def _separated(blocks: Iterator[list[Line]]) -> Iterator[Line]:
    for index, block in enumerate(blocks):
        if index:
            yield ()
        yield from block


def _faults(view: ReportView) -> list[list[ReportPart]]:
    """Return the parts of each diagnostic with the lines that its fix changes."""
    report = view.report
    changes = () if report.plan is None else changed_lines(report, report.plan)
    fixes = [] if report.plan is None else [step.fix for step in report.plan.steps]
    return [
        list(
            fault_parts(
                view,
                diagnostic,
                changes[fixes.index(diagnostic.fixed_by)] if diagnostic.fixed_by in fixes else (),
            )
        )
        for diagnostic in report.diagnostics
    ]


# --------------------------------------------------------------------------------------------------------------------
# Below the faults
# --------------------------------------------------------------------------------------------------------------------


def _proof(view: ReportView) -> Iterator[ReportPart]:
    plan = view.report.plan
    if plan is None:
        return
    checks, output = plan.proof.checks, plan.proof.output
    failed = phrases.each_check(checks, CheckOutcome.FAILED, output)
    reasons = _reasons(view, plan)
    label = "note" if plan.applicability is Applicability.SAFE else plan.applicability.value
    entries = (
        (label, reasons, Style.NOTE),
        ("failed", [check for check in failed if not any(check in reason for reason in reasons)], Style.NOTE),
        ("checked", phrases.each_check(checks, CheckOutcome.PASSED, output), Style.LABEL),
    )
    for name, texts, style in entries:
        if texts:
            yield _list_part(view, f"  {name}: ", [view.words(text) for text in texts], style)
    if view.verbose:
        yield fixed(list(details.whole_proof(view, plan)))


def _list_part(view: ReportView, head: str, texts: list[str], style: Style) -> ReportPart:
    return ReportPart(lambda lines: list(view.list_entry(head, texts, lines, style)), 1, 2)


def _reasons(view: ReportView, plan: Plan) -> tuple[str, ...]:
    """Return why a plan is not simply safe, or what is to be known of a safe one."""
    if plan.notes or plan.applicability is Applicability.SAFE:
        return plan.notes
    return (phrases.why_unsafe(plan, len(view.report.alternatives)),)


def _notes(view: ReportView) -> Iterator[ReportPart]:
    return (_note(view, text) for text in _note_texts(view))


def _note(view: ReportView, text: str) -> ReportPart:
    return ReportPart(lambda lines: list(view.entry("  note: ", view.words(text), lines, Style.NOTE)), 1, 1)


def _note_texts(view: ReportView) -> Iterator[str]:
    report = view.report
    yield from (note for note in report.notes if note != inferred_sample_trust.NOTE)
    if view.verbose or report.target.script or not report.diagnostics:
        return
    samples = report.target.samples
    if samples.origin is SampleOrigin.SOLVED:
        yield f"the sample {samples} was chosen to fit the layers; pass the real one with -s"
    elif samples.origin is not SampleOrigin.GIVEN:
        yield f"ran on {phrases.samples_text(samples)}; -s overrides it"
    if report.trace.placeholders and not report.trace.absent:
        yield f"placeholders stood for {details.some(list(report.trace.placeholders), ', ')}"


def _indent(view: ReportView, *, listed: bool) -> str:
    """Return what the last lines begin with: those of one fault stand below it."""
    is_below = view.report.plan is not None and len(view.report.diagnostics) == 1
    return "  " if is_below and not view.verbose and not listed else ""


def _verifying(view: ReportView, indent: str) -> ReportPart:
    """Return the line that says how somebody else proves the patch, the first to go where there is no room."""
    command = details.verifying(view, view.width - len(indent))
    lines = [line(indent, Span(command, Style.FAINT))] if command else []
    return ReportPart(lambda most: lines[:most], 0, 1)


def _last(view: ReportView, indent: str, *, applied: bool, listed: bool) -> Iterator[Line]:
    report, width = view.report, view.width
    if view.verbose or not report.diagnostics:
        yield from (line(Span(text, Style.FAINT)) for text in wrapped(details.what_ran(report), width))
    words = visible(phrases.summary(report, applied=applied, listed=listed, writing=view.writing))
    style = Style.STRONG if report.ending is not RepairEnding.NOT_RUN else Style.ERROR
    yield from (line(indent, Span(text, style)) for text in wrapped(words, width - len(indent)))
