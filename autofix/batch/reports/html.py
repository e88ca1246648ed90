"""The outcomes of a batch as one HTML page that needs nothing else: no network, no other file.

Without scripts it still shows everything; the script filters, opens and moves by keyboard. Every text from outside
is escaped, and a content policy refuses whatever the page does not bring itself.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from pathlib import Path

from autofix.batch import causes
from autofix.batch.causes import place
from autofix.batch.records import BatchReport, JobOutcome, Json
from autofix.batch.reports import first_steps
from autofix.batch.reports.text import HEALTHY, UNCONFIRMED
from autofix.records.samples import SampleOrigin
from autofix.report.terminal_text import visible

_KINDS = {
    "safe": ("safe repair", "safe"),
    "unsafe": ("unsafe repair", "unsafe"),
    "failed": ("no repair", "failed"),
    "skipped": ("not run", "skipped"),
    "healthy": ("healthy", "healthy"),
    "unconfirmed": ("unconfirmed", "unconfirmed"),
}
_LINES = {"+": "added", "-": "removed", "@": "hunk"}
_HEADS = ("diff --git ", "index ", "--- ", "+++ ")


def render(report: BatchReport) -> str:
    """Return the page, ended by LF; equal input gives equal bytes."""
    style, script = (_file(name) for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    outcomes = first_steps.ordered(report)
    kinds = [_kind(outcome) for outcome in outcomes]
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>autofix report</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>autofix: {len(report.outcomes):,} targets</h1>",
        *_sums(kinds),
        *(f'<p class="skipped">{_text(note)}</p>' for note in report.notes),
        *_steps(first_steps.words(report)),
        "</header>",
        *_filters(kinds),
        "<main>",
        *(line for number, outcome in enumerate(outcomes, 1) for line in _target(number, outcome)),
        "</main>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _text(text: object) -> str:
    """Escape a text, and show characters that are not printed: a change of direction would show another
    order than there is.
    """
    lines = str(text).split("\n")
    return escape("\n".join("\t".join(map(visible, line.split("\t"))) for line in lines))


def _kind(outcome: JobOutcome) -> str:
    if outcome.ending in HEALTHY:
        return "healthy"
    if outcome.ending == UNCONFIRMED:
        return UNCONFIRMED
    if outcome.ending == "not-run":
        return "skipped"
    return "failed" if outcome.plan is None else outcome.label_of_plan


def _sums(kinds: list[str]) -> Iterator[str]:
    yield '<ul class="sums">'
    for kind, (words, style) in _KINDS.items():
        yield f'<li><strong class="{style}">{kinds.count(kind):,}</strong>{words}</li>'
    yield "</ul>"


def _steps(steps: list[str]) -> Iterator[str]:
    """Yield what to do first: each cause once, with the targets that it has."""
    if steps:
        yield from ("<h2>First</h2>", '<ol class="steps">', *(f"<li>{_text(step)}</li>" for step in steps), "</ol>")


def _filters(kinds: list[str]) -> Iterator[str]:
    yield '<div class="filters" role="group" aria-label="Which targets are shown">'
    for kind, (words, _) in _KINDS.items():
        if kind in kinds:
            yield f'<label><input type="checkbox" value="{kind}" checked> {words}</label>'
    yield '<input type="search" id="words" placeholder="search ( / )" aria-label="Search in targets">'
    yield '<button type="button" id="open">open or close all</button>'
    yield '<span id="count" class="what" role="status"></span>'
    yield "</div>"


def _target(number: int, outcome: JobOutcome) -> Iterator[str]:
    kind = _kind(outcome)
    words, style = _KINDS[kind]
    opened = " open" if kind in {"safe", "unsafe", "failed"} else ""
    yield f'<details class="target" id="t{number}" data-kind="{kind}"{opened}>'
    yield f'<summary><span class="mark {style}">{words}</span><code>{_text(outcome.label)}</code>'
    yield f'<span class="what"> {_text(outcome.message)}</span></summary>'
    yield '<div class="inside">'
    for label, text in (("withheld", outcome.withheld), ("note", outcome.remark)):
        if text:
            yield f'<p class="unsafe"><strong>{label}:</strong> {_text(text)}</p>'
    yield f"<p>{_sample(outcome.document)}</p>"
    for diagnostic in outcome.diagnostics:
        yield from _diagnostic(diagnostic)
    if outcome.picture:
        # Made by ``report.pictures``, which escapes what comes from outside.
        yield "<details><summary>The way to the fault as a picture</summary>"
        yield f'<div class="picture">{outcome.picture}</div></details>'
    if outcome.plan is not None:
        yield from _plan(outcome.plan)
    yield from _alternatives(outcome.document["alternatives"])
    if outcome.document["notes"]:
        yield from (
            "<h2>Notes</h2>",
            "<ul>",
            *(f"<li>{_text(note)}</li>" for note in outcome.document["notes"]),
            "</ul>",
        )
    yield from ("</div>", "</details>")


def _sample(document: Json) -> str:
    samples = document["target"]["samples"]
    shown = samples["expression"] or "; ".join(_input(sample) for sample in samples["inputs"])
    origin = samples["origin"].upper().replace("-", "_")
    place_ = f", {samples['place']}" if samples["place"] else ""
    return f"Sample: <code>{_text(shown or 'none')}</code> ({_text(SampleOrigin[origin].value)}{_text(place_)})"


def _input(sample: Json) -> str:
    dtype = "" if sample["dtype"] == "float32" else f"{sample['dtype']} "
    name = f"{sample['name']}=" if sample["name"] else ""
    return f"{name}{dtype}({', '.join(map(str, sample['shape']))})"


def _diagnostic(diagnostic: Json) -> Iterator[str]:
    kind = causes.severity(diagnostic)
    yield f'<h2><span class="failed">{kind} {_text(diagnostic["code"])}</span> {_text(diagnostic["message"])}</h2>'
    yield f'<p class="place">{_text(place(diagnostic))}</p>'
    source = diagnostic.get("source")
    if source:
        wide = len(str(source["first"] + len(source["lines"]) - 1))
        numbered = (f"{number:>{wide}} | {line}" for number, line in enumerate(source["lines"], source["first"]))
        yield f'<pre tabindex="0" aria-label="Source"><code>{_text(chr(10).join(numbered))}</code></pre>'
    if diagnostic["chain"]:
        yield from _chain(
            [f"{link['label']} {link['shape']}".strip() for link in diagnostic["chain"]], "Shapes that led here"
        )
    if diagnostic["fix"]:
        yield f"<p>Repair: {_text(diagnostic['fix'])}</p>"


def _chain(links: list[str], label: str) -> Iterator[str]:
    yield f'<ol class="chain" aria-label="{label}">'
    yield from (f"<li><code>{_text(link)}</code></li>" for link in links)
    yield "</ol>"


def _plan(plan: Json) -> Iterator[str]:
    yield f"<h2>Repair ({_text(plan['applicability'])}): {_text(plan['title'])}</h2>"
    yield from (f"<p>{_text(note)}</p>" for note in plan["notes"])
    yield from _patch(plan["patch"])
    proof = plan["proof"]
    yield "<h2>Verification</h2>"
    yield "<dl>"
    for check in proof["checks"]:
        detail = f": {check['detail']}" if check["detail"] else ""
        yield f"<dt>{_text(check['check'])}</dt><dd>{_text(check['outcome'].replace('-', ' '))}{_text(detail)}</dd>"
    yield f"<dt>output</dt><dd>{_text(proof['output'])}</dd>"
    yield f"<dt>parameters</dt><dd>{_parameters(**proof['parameters'])}</dd>"
    for name, keys in proof["state_dict"].items():
        if keys:
            yield f"<dt>state dict, {name}</dt><dd>{_text(', '.join(keys))}</dd>"
    yield "</dl>"
    if proof["chain_after"]:
        yield "<details><summary>Shapes after the repair</summary>"
        yield from _chain(proof["chain_after"], "Shapes after the repair")
        yield "</details>"


def _parameters(before: int | None, after: int) -> str:
    if before is None:
        return f"{after:,}; before the repair the model could not be built"
    return f"{after:,}, as before" if before == after else f"{before:,} &rarr; {after:,}"


def _patch(patch: str | None) -> Iterator[str]:
    if not patch:
        return
    lines = [
        f'<span class="{_line_kind(line)}">{_text(line) or "&nbsp;"}</span>' for line in patch.rstrip("\n").split("\n")
    ]
    yield f'<pre tabindex="0" aria-label="Patch"><code>{"".join(lines)}</code></pre>'


def _line_kind(line: str) -> str:
    return "head" if line.startswith(_HEADS) else _LINES.get(line[:1], "same")


def _alternatives(plans: list[Json]) -> Iterator[str]:
    if not plans:
        return
    yield "<h2>Other repairs that pass</h2>"
    for plan in plans:
        yield f"<details><summary>{_text(plan['title'])} (cost {plan['cost']})</summary>"
        yield from _patch(plan["patch"])
        yield "</details>"
