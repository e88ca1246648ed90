"""The outcomes of a batch as Markdown, for a comment under a change or the summary of a workflow."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from autofix.batch.causes import place
from autofix.batch.records import BatchReport, JobOutcome
from autofix.batch.reports import first_steps
from autofix.batch.reports.text import FAULTLESS, sums
from autofix.report import phrases
from autofix.report.terminal_text import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def render(report: BatchReport) -> str:
    """Return the counts, a table of what needs attention, and each repair with its patch."""
    lines = ["# autofix", "", *(f"{_plain(text)}  " for text in sums(report, unsafe=True)), ""]
    lines += [f"> {_plain(note)}" for note in report.notes]
    steps = first_steps.words(report)
    lines += ["", *(f"- {_plain(step)}" for step in steps)] if steps else []
    open_ = [outcome for outcome in first_steps.ordered(report) if outcome.ending not in FAULTLESS]
    if open_:
        lines += ["", "| target | what | repair |", "| --- | --- | --- |", *map(_row, open_)]
    for outcome in open_:
        if outcome.plan is not None:
            lines += ["", *_details(outcome)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(outcome: JobOutcome) -> str:
    plan = outcome.plan
    repair = "not run" if outcome.ending == "not-run" else "none found"
    if plan is not None:
        repair = f"{plan['title']} ({plan['applicability']}{', withheld' if outcome.withheld else ''})"
    return f"| {_plain(outcome.label)} | {_plain(outcome.message)} | {_plain(repair)} |"


def _details(outcome: JobOutcome) -> Iterator[str]:
    plan = outcome.plan
    assert plan is not None
    yield f"<details><summary><code>{html.escape(visible(outcome.label))}</code></summary>"
    yield ""
    for diagnostic in outcome.diagnostics:
        yield f"- {_plain(place(diagnostic))}: **{diagnostic['code']}** {_plain(diagnostic['message'])}"
        if diagnostic["chain"]:
            links = [f"{link['label']} {link['shape']}".strip() for link in diagnostic["chain"]]
            yield f"  - shapes: {_plain(phrases.chain_text(links))}"
    passed = [check["check"] for check in plan["proof"]["checks"] if check["outcome"] == "passed"]
    yield f"- verified: {', '.join(passed)}"
    yield from (
        f"- {label}: {_plain(text)}"
        for label, text in (("withheld", outcome.withheld), ("note", outcome.remark))
        if text
    )
    lines = (plan["patch"] or "").rstrip("\n").split("\n")
    patch = "\n".join("\t".join(map(visible, text.split("\t"))) for text in lines)
    longest = max((len(run) for run in re.findall(r"`+", patch)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"{fence}diff", patch, fence, "", "</details>")


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))
