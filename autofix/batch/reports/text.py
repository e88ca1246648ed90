"""The outcomes of a batch as lines for a terminal: what needs a reader's eye, then the sums.

It is given everything it shows; patches are shown by whoever delivers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autofix.batch import causes
from autofix.batch.causes import place
from autofix.batch.records import BatchReport, JobOutcome, Kind
from autofix.batch.reports import first_steps
from autofix.report import phrases
from autofix.report.styled_text import Line, Span, Style, line, rendered
from autofix.report.terminal_text import visible

HEALTHY = ("healthy", "suppressed")
UNCONFIRMED = "unconfirmed"
FAULTLESS = (*HEALTHY, UNCONFIRMED)
MAX_NAMED = 4


def render(report: BatchReport, *, colour: bool = False, verbose: bool = False, unsafe: bool = False) -> str:
    """Return the report as text, with healthy targets and further notes only if ``verbose``.

    ``unsafe``: unsafe plans were wanted.
    """
    shown = [outcome for outcome in first_steps.ordered(report) if verbose or _needs_an_eye(outcome, report)]
    groups = [[outcome] for outcome in shown] if verbose else _groups(shown)
    lines = [
        part
        for outcome, *others in groups
        for part in (*_outcome(outcome), *_others(others), *(_notes(outcome) if verbose else ()))
    ]
    steps = first_steps.words(report)
    lines += [line(Span("first: ", Style.HELP), visible(step)) for step in steps]
    lines += [line(Span("note: ", Style.NOTE), visible(note)) for note in (*report.notes, *_listed(report, verbose))]
    lines += [line(Span(text, Style.STRONG)) for text in sums(report, unsafe=unsafe)]
    return rendered(lines, colour=colour)


def _needs_an_eye(outcome: JobOutcome, report: BatchReport) -> bool:
    return outcome.ending not in FAULTLESS and outcome.label not in report.known


def _groups(outcomes: Iterable[JobOutcome]) -> list[list[JobOutcome]]:
    """Return the outcomes with those of the same faults, or that lack the same packages, together."""
    groups: dict[tuple[str, ...], list[JobOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(causes.lacking(outcome) or (outcome.withheld, *causes.keys(outcome)), []).append(outcome)
    return list(groups.values())


def _others(outcomes: Sequence[JobOutcome]) -> Iterator[Line]:
    if outcomes:
        names = ", ".join(outcome.label for outcome in outcomes[:MAX_NAMED])
        more = f" and {len(outcomes) - MAX_NAMED} more" if len(outcomes) > MAX_NAMED else ""
        yield line(Span("   = ", Style.GUTTER), Span("also: ", Style.NOTE), visible(f"{names}{more}"))


_PLURALS = {
    Kind.PART: "parts",
    Kind.LOSS: "losses",
    Kind.ABSTRACT: "abstract classes",
    Kind.PROGRAM: "programs",
    Kind.TEST: "files of tests",
    Kind.CELL: "cells",
}


def _listed(report: BatchReport, verbose: bool) -> Iterator[str]:
    """Yield what is no target of its own: each with its reason if ``verbose``, else how many of each kind there are."""
    if verbose:
        yield from (f"{target.label}: {target.kind.value}: {target.reason}" for target in report.listed)
        return
    counts = {kind: sum(target.kind is kind for target in report.listed) for kind in Kind}
    words = ", ".join(
        f"{count} {_PLURALS[kind] if count > 1 else kind.value}" for kind, count in counts.items() if count
    )
    if words:
        yield f"no targets of their own: {words} (--verbose lists them with the reason)"


def _outcome(outcome: JobOutcome) -> Iterator[Line]:
    if outcome.ending == "not-run":
        yield line(Span(f"{visible(outcome.label)}: ", Style.PATH), Span("not run", Style.NOTE), f": {_short(outcome)}")
        return
    if outcome.ending in FAULTLESS:
        yield line(Span(f"{visible(outcome.label)}: ", Style.PATH), visible(outcome.message))
        return
    for diagnostic in outcome.diagnostics:
        kind = causes.severity(diagnostic)
        yield line(
            Span(f"{visible(place(diagnostic))}: ", Style.PATH),
            Span(f"{kind}[{diagnostic['code']}]", Style.ERROR),
            Span(f" {visible(diagnostic['message'])}", Style.STRONG),
        )
    yield from _plan(outcome)


def _notes(outcome: JobOutcome) -> Iterator[Line]:
    for note in outcome.document["notes"]:
        yield line(Span("   = ", Style.GUTTER), Span("note: ", Style.NOTE), visible(note))


def _short(outcome: JobOutcome) -> str:
    """Return what is missing, without the name that stands before it already."""
    return visible(" ".join(outcome.message.split()).removeprefix(f"{outcome.path}: "))


def _plan(outcome: JobOutcome) -> Iterator[Line]:
    plan = outcome.plan
    if plan is None:
        yield line(Span("   = ", Style.GUTTER), Span("no repair: ", Style.NOTE), outcome.ending.replace("-", " "))
        return
    yield line(
        Span("   = ", Style.GUTTER), Span("help: ", Style.HELP), visible(f"{plan['title']} ({plan['applicability']})")
    )
    reasons = (("withheld", outcome.withheld), ("note", outcome.remark), ("note", "; ".join(plan["notes"])))
    for label, text in reasons:
        if text:
            yield line(Span("   = ", Style.GUTTER), Span(f"{label}: ", Style.NOTE), visible(text))


def sums(report: BatchReport, *, unsafe: bool) -> Iterator[str]:
    """Yield the counts: ``12 targets: 8 healthy, 3 repairable (2 safe, 1 unsafe), 1 without a repair, 0
    could not run``.
    """
    plans = [outcome for outcome in report.outcomes if outcome.plan is not None]
    safe = sum(outcome.label_of_plan == "safe" for outcome in plans)
    healthy = report.count(*HEALTHY)
    not_run = report.count("not-run")
    unconfirmed = report.count(UNCONFIRMED)
    without = len(report.outcomes) - healthy - unconfirmed - len(plans) - not_run
    offers = sum(map(causes.offers_only, plans))
    sound = [f"{healthy} healthy"] if healthy or not unconfirmed else []
    sound += [f"{unconfirmed} unconfirmed"] if unconfirmed else []
    words = f"{len(plans) - offers} repairable, {offers} with an offer" if offers else f"{len(plans)} repairable"
    yield (
        f"{phrases.counted(len(report.outcomes), 'target')}: {', '.join(sound)}, {words} "
        f"({safe} safe, {len(plans) - safe} unsafe), {without} without a repair, {not_run} could not run"
    )
    withheld = sum(bool(outcome.withheld) for outcome in plans)
    if withheld:
        yield f"{phrases.counted(withheld, 'repair')} withheld: see above"
    if len(plans) > safe and not unsafe:
        left_out = phrases.counted(len(plans) - safe, "unsafe repair")
        yield f"{left_out} left out; include them with --unsafe-fixes"
