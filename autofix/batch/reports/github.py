"""The outcomes of a batch as workflow commands, which GitHub shows beside the changed lines."""

from __future__ import annotations

from autofix.batch import causes
from autofix.batch.records import BatchReport, JobOutcome, Json
from autofix.report.terminal_text import visible


def render(report: BatchReport) -> str:
    """Return one line for each diagnostic, and one for each target that could not be run."""
    return "".join(f"{line}\n" for outcome in report.outcomes for line in _lines(outcome))


def _lines(outcome: JobOutcome) -> list[str]:
    if outcome.ending == "not-run":
        return [f"::warning file={_property(outcome.path)},title=autofix::{_data(outcome.message)}"]
    return [_line(diagnostic, outcome) for diagnostic in outcome.diagnostics if not diagnostic["suppressed"]]


def _line(diagnostic: Json, outcome: JobOutcome) -> str:
    start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
    severity = causes.severity(diagnostic)
    kind = "notice" if severity == "offer" else severity
    where = f"file={_property(diagnostic['path'])},line={start['line']},endLine={end['line']}"
    if start["line"] == end["line"]:
        where += f",col={start['column']},endColumn={end['column']}"
    help_ = f"; repair ({outcome.label_of_plan}): {diagnostic['fix']}" if diagnostic["fix"] and outcome.plan else ""
    return (
        f"::{kind} {where},title={_property('autofix ' + diagnostic['code'])}::{_data(diagnostic['message'] + help_)}"
    )


def _data(text: str) -> str:
    shown = "\n".join(map(visible, text.splitlines()))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
