"""What was found in the module of a notebook, told of the notebook: its file, its lines, its raw text as what changes.

Every format then shows places and patches of the file that is on disk; the cell and the line in it are told beside.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from autofix.batch.notebooks import Notebook, module_path, spliced
from autofix.batch.records import Json
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Location, SourceText
from autofix.records.plan import Plan
from autofix.records.report import ChainLink, Diagnostic, Report


def told(report: Report, notebook: Notebook) -> Report:
    """Return the report with the notebook in place of its module; edits of cells are in the patch alone."""
    module, path = module_path(notebook.raw.path), notebook.raw.path
    return replace(
        report,
        target=replace(report.target, path=path if report.target.path == module else report.target.path),
        diagnostics=tuple(_diagnostic(diagnostic, notebook) for diagnostic in report.diagnostics),
        plan=None if report.plan is None else _plan(report.plan, notebook),
        alternatives=tuple(_plan(plan, notebook) for plan in report.alternatives),
        texts=tuple(notebook.raw if text.path == module else text for text in report.texts),
    )


def add_places(document: Json, report: Report, notebook: Notebook) -> None:
    """Add the cell and the line in it to the diagnostics of the document that was made of the told ``report``."""
    for told_one, reported in zip(document["diagnostics"], report.diagnostics, strict=True):
        place = reported.finding.location
        if place.path == module_path(notebook.raw.path):
            told_one["cell"], told_one["cell_line"] = notebook.place(place.range.start.line)


def words(text: str, notebook: Notebook) -> str:
    """Return a text that may name the module, with the notebook's name and cell in its place."""
    name = re.escape(module_path(notebook.raw.path).name)
    return re.sub(rf"{name}(?::(\d+)(?::\d+)?)?", lambda match: _named(match, notebook), text)


def _named(match: re.Match[str], notebook: Notebook) -> str:
    name = notebook.raw.path.name
    if match[1] is None:
        return name
    cell, line = notebook.place(int(match[1]))
    return f"{name}:cell {cell}:{line}"


def _diagnostic(diagnostic: Diagnostic, notebook: Notebook) -> Diagnostic:
    chain = tuple(_link(link, notebook) for link in diagnostic.chain)
    return replace(diagnostic, finding=_finding(diagnostic.finding, notebook), chain=chain)


def _finding(finding: Finding, notebook: Notebook) -> Finding:
    location, call = _location(finding.location, notebook), _location(finding.call, notebook)
    return replace(finding, location=location, call=call)


def _link(link: ChainLink, notebook: Notebook) -> ChainLink:
    return link if link.location is None else replace(link, location=_location(link.location, notebook))


def _location(location: Location, notebook: Notebook) -> Location:
    if location.path != module_path(notebook.raw.path):
        return location
    return Location(notebook.raw.path, notebook.range_of_file(location.range))


def _plan(plan: Plan, notebook: Notebook) -> Plan:
    module = module_path(notebook.raw.path)
    steps = tuple(replace(step, fix=replace(step.fix, edits=_elsewhere(step.fix.edits, module))) for step in plan.steps)
    texts = tuple(
        (notebook.raw.path, spliced(notebook, text)) if path == module else (path, text) for path, text in plan.texts
    )
    return replace(plan, steps=steps, texts=texts)


def _elsewhere(edits: tuple[Edit, ...], module: Path) -> tuple[Edit, ...]:
    return tuple(edit for edit in edits if edit.path != module)


def module_text(notebook: Notebook) -> SourceText:
    """Return the module as a text that stands in for a file."""
    return SourceText(module_path(notebook.raw.path), notebook.text)
