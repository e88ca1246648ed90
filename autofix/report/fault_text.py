"""One fault as text: its message, both ends of it in the source, torch's own words, the shapes before it, its fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from autofix.records.report import Diagnostic
from autofix.report import phrases
from autofix.report.changed_lines import ChangedLines
from autofix.report.changed_lines_text import changed_part, whole_lines
from autofix.report.flow import FAULT, failing, flow
from autofix.report.mismatch_ends import End, ends
from autofix.report.parts import ReportPart, fixed
from autofix.report.snippet import snippet
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import visible, wrapped
from autofix.report.view import UNLIMITED, ReportView

CONTINUED = "    "


def fault_parts(view: ReportView, diagnostic: Diagnostic, changes: Sequence[ChangedLines]) -> Iterator[ReportPart]:
    """Yield the parts of one diagnostic; ``changes`` are the lines that its fix changes."""
    two_ends = ends(view.report, diagnostic)
    yield fixed([*_heading(view, diagnostic), *_source(view, two_ends)])
    if words := _own_words(view, diagnostic):
        label, text = words
        yield ReportPart(lambda lines: list(view.entry(f"   = {label}: ", text, lines)), 1, 2)
    if diagnostic.chain:
        yield ReportPart(lambda lines: _flow(view, diagnostic, lines) if lines else [], 0, 2)
    if diagnostic.fixed_by is not None:
        yield from _fix(view, diagnostic, two_ends, changes)


def _heading(view: ReportView, diagnostic: Diagnostic) -> Iterator[Line]:
    kind = f"{phrases.severity(diagnostic)}[{diagnostic.code}]"
    first, *rest = wrapped(f"{kind}: {view.words(diagnostic.finding.message)}", view.width)
    yield line(Span(kind, Style.ERROR), Span(first.removeprefix(kind), Style.STRONG))
    for text in wrapped(" ".join(rest), view.width - len(CONTINUED)) if rest else ():
        yield line(CONTINUED, Span(text, Style.STRONG))


def _source(view: ReportView, two_ends: Sequence[End]) -> Iterator[Line]:
    """Yield ``--> file:line:column`` and the marked lines; a second file has a place of its own."""
    for index, (path, group) in enumerate(groupby(two_ends, key=lambda end: end.location.path)):
        in_file = list(group)
        start = in_file[0].location.range.start
        arrow = "  --> " if index == 0 else "  ::: "
        yield line(Span(arrow, Style.GUTTER), Span(f"{view.path(path)}:{start.line}:{start.column + 1}", Style.PATH))
        text = next((source.text for source in view.report.texts if source.path == path), None)
        if text is not None:
            yield from snippet(text, [end.mark for end in in_file], view.width)


def _own_words(view: ReportView, diagnostic: Diagnostic) -> tuple[str, str] | None:
    """Return the message that the run died with: the words by which people know the error and look for it."""
    failure = view.report.trace.failure
    if failure is None or diagnostic is not view.report.diagnostics[0] or diagnostic.finding.silent:
        return None
    lines = [text.strip() for text in failure.message.splitlines() if text.strip()]
    if not lines or " ".join(lines) in diagnostic.finding.message:
        return None
    return failure.type if failure.operation is None else "torch", visible(" / ".join(lines))


def _flow(view: ReportView, diagnostic: Diagnostic, lines: int) -> list[Line]:
    head = "   = flow: "
    if view.verbose:
        links = phrases.chain_text(phrases.link_texts(diagnostic.chain))
        return list(view.entry(head, f"{links} {FAULT} {failing(view.report, diagnostic)}", lines))
    first, *rest = flow(view.report, diagnostic, view.width - len(head), lines)
    return [line(Span(head, Style.LABEL), first), *(line(" " * len(head), more) for more in rest)]


def _fix(
    view: ReportView, diagnostic: Diagnostic, two_ends: Sequence[End], changes: Sequence[ChangedLines]
) -> Iterator[ReportPart]:
    fix, plan = diagnostic.fixed_by, view.report.plan
    assert fix is not None
    label = f" ({plan.applicability.value})" if plan is not None else ""
    yield fixed(list(view.entry(f"fix{label}: ", view.words(fix.title), UNLIMITED, Style.HELP)))
    if view.verbose and fix.reason:
        yield fixed(list(view.entry("  reason: ", view.words(fix.reason), 2)))
    part = changed_part(changes, [end.location for end in reversed(two_ends)], view.width)
    if part:
        yield fixed(part)
        return
    near = diagnostic.finding.call.path
    names = _names(view, changes, near)
    yield ReportPart(lambda lines: whole_lines(changes, names, view.width, lines), 3, 6)


def _names(view: ReportView, changes: Sequence[ChangedLines], near: object) -> list[str]:
    """Return the name of each change's file where it is another one than that of the lines before it."""
    names: list[str] = []
    for change in changes:
        names.append("" if change.path == near else view.path(change.path))
        near = change.path
    return names
