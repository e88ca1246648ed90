"""What the reports of a batch for people begin with: equal causes once with their counts, and the order of the targets.

It is given outcomes and lays nothing out.
"""

from __future__ import annotations

from autofix.batch import causes
from autofix.batch.causes import CauseGroup, CauseKind
from autofix.batch.records import BatchReport, JobOutcome
from autofix.report import phrases

MAX_STEPS = 8


def words(report: BatchReport) -> list[str]:
    """Return a line for each cause that several targets have, and for each package that is missing: true faults first,
    then the one change that lets most of the targets run, and so on.
    """
    shown = [outcome for outcome in report.outcomes if outcome.label not in report.known]
    steps = [cause for cause in causes.of(shown) if _comes_first(cause)]
    return [_line(cause) for cause in steps[:MAX_STEPS]]


def _comes_first(cause: CauseGroup) -> bool:
    return cause.kind is not CauseKind.OFFER and (len(cause.targets) > 1 or cause.kind is CauseKind.INSTALL)


def _line(cause: CauseGroup) -> str:
    count = phrases.counted(len(cause.targets), "target")
    match cause.kind:
        case CauseKind.FAULT:
            cure = "" if cause.plan is None else f"; {cause.plan['title']} ({cause.plan['applicability']})"
            return f"{count}: {cause.place}: {cause.title}{cure}"
        case CauseKind.NOT_RUN:
            return f"{count} not run: {cause.title}"
        case _:
            return f"{cause.title}: {count}"


def ordered(report: BatchReport) -> list[JobOutcome]:
    """Return the outcomes with true faults first, then what was not run, then the rest; each in its order, what a
    baseline has last.
    """
    return sorted(report.outcomes, key=lambda outcome: (outcome.label in report.known, _rank(outcome)))


def _rank(outcome: JobOutcome) -> int:
    if outcome.ending == causes.NOT_RUN:
        return 1
    is_faulty = outcome.diagnostics and outcome.ending != "suppressed" and not causes.offers_only(outcome)
    return 0 if is_faulty else 2
