"""The outcomes of a batch as JUnit XML, so that a build server shows them as tests: one test case for each target."""

from __future__ import annotations

from xml.etree import ElementTree

from autofix.batch.causes import place
from autofix.batch.records import BatchReport, JobOutcome
from autofix.batch.reports.text import FAULTLESS
from autofix.report.terminal_text import visible


def render(report: BatchReport) -> str:
    """Return the document, ended by LF; what a document of XML cannot hold is shown as it is on a terminal."""
    open_ = [outcome for outcome in report.outcomes if outcome.label not in report.known]
    errors = sum(outcome.ending == "not-run" for outcome in open_)
    failures = sum(outcome.ending not in ("not-run", *FAULTLESS) for outcome in open_)
    counts = {"tests": str(len(report.outcomes)), "failures": str(failures), "errors": str(errors)}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "autofix", **counts})
    for outcome in report.outcomes:
        _case(suite, outcome, is_known=outcome.label in report.known)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, outcome: JobOutcome, *, is_known: bool) -> None:
    names = {"classname": visible(outcome.path), "name": visible(outcome.label), "file": visible(outcome.path)}
    case = ElementTree.SubElement(suite, "testcase", names)
    if outcome.ending in FAULTLESS:
        return
    if is_known:
        ElementTree.SubElement(case, "skipped", {"message": "in the baseline"})
        return
    kind = "error" if outcome.ending == "not-run" else "failure"
    child = ElementTree.SubElement(case, kind, {"type": outcome.ending, "message": visible(outcome.message)})
    lines = [
        f"{place(diagnostic)}: [{diagnostic['code']}] {diagnostic['message']}" for diagnostic in outcome.diagnostics
    ]
    if outcome.plan is not None:
        lines += ["", f"{outcome.plan['title']} ({outcome.label_of_plan})", "", outcome.plan["patch"] or ""]
    child.text = "\n".join(visible(text) for text in "\n".join(lines).split("\n")) or visible(outcome.message)
