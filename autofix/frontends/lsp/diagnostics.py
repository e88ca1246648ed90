"""Findings as diagnostics: the failing call underlined, the shapes that led there as related places.

What could not be run is no diagnostic: the code lens and the log say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from autofix.frontends.lsp import rule_pages
from autofix.frontends.lsp.capabilities import Client
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.results import Place, Result, ResultStage, place_now
from autofix.records.finding import Finding
from autofix.records.locations import Location
from autofix.records.report import Diagnostic, RepairEnding

SOURCE = "autofix"
MAX_RELATED = 24


def of_file(uri: str, results: Iterable[Result], convert: Converter, client: Client) -> list[types.Diagnostic]:
    """Return every diagnostic whose call stands in the buffer ``uri``."""
    shown: dict[tuple[str, int, int], types.Diagnostic] = {}
    for result in results:
        for diagnostic in result.diagnostics:
            place = place_now(result, diagnostic.finding.call, convert.documents)
            if place is not None and place.buffer.uri == uri:
                item = _diagnostic(result, diagnostic, place, convert, client)
                shown.setdefault((item.message, item.range.start.line, item.range.start.character), item)
    return list(shown.values())


def uris(result: Result, convert: Converter) -> set[str]:
    """Return the buffers in which a result has diagnostics."""
    places = (place_now(result, diagnostic.finding.call, convert.documents) for diagnostic in result.diagnostics)
    return {place.buffer.uri for place in places if place is not None}


def _diagnostic(
    result: Result, diagnostic: Diagnostic, place: Place, convert: Converter, client: Client
) -> types.Diagnostic:
    finding = diagnostic.finding
    page = rule_pages.uri(diagnostic.code) if client.code_links and result.stage is not ResultStage.KNOWN else None
    related = list(_related(result, diagnostic, convert)) if client.related_information else None
    return types.Diagnostic(
        range=convert.range(place),
        message=_message(result, diagnostic),
        severity=_severity(finding),
        code=None if result.stage is ResultStage.KNOWN else diagnostic.code,
        code_description=None if page is None else types.CodeDescription(page),
        source=SOURCE,
        related_information=related or None,
    )


def _severity(finding: Finding) -> types.DiagnosticSeverity:
    if finding.is_offer:
        return types.DiagnosticSeverity.Hint
    return types.DiagnosticSeverity.Warning if finding.silent else types.DiagnosticSeverity.Error


def _message(result: Result, diagnostic: Diagnostic) -> str:
    """Return the finding, and in a second line what would repair it."""
    lines = [diagnostic.finding.message]
    if diagnostic.fixed_by is not None and result.plans:
        lines.append(f"{diagnostic.fixed_by.title} ({result.plans[0].applicability.value})")
    elif result.stage is ResultStage.DONE and result.report is not None:
        lines.append(_no_repair(result.report.ending))
    return "\n".join(lines)


def _no_repair(ending: RepairEnding) -> str:
    if ending is RepairEnding.LIMIT:
        return "no repair was found within the limits of the search"
    return "no repair was found that is proved by running it"


def _related(
    result: Result, diagnostic: Diagnostic, convert: Converter
) -> Iterator[types.DiagnosticRelatedInformation]:
    """Yield where the size is written, what the repair changes elsewhere, then the shapes on the way, nearest first."""
    finding = diagnostic.finding
    seen = {finding.call}
    for location, message in (
        (finding.location, _written(finding)),
        *((location, "the repair changes this") for location in _edited(result, diagnostic)),
        *_chain(diagnostic),
    ):
        if location is None or location in seen or len(seen) > MAX_RELATED:
            continue
        seen.add(location)
        place = convert.location(result, location)
        if place is not None:
            yield types.DiagnosticRelatedInformation(place, message)


def _written(finding: Finding) -> str:
    parameter = f"`{finding.parameter}` of `{finding.subject}`" if finding.parameter else f"`{finding.subject}`"
    return f"{parameter} is set here"


def _edited(result: Result, diagnostic: Diagnostic) -> Iterator[Location]:
    """Yield the edits outside the place where the size is written; edits of later fixes stand in a changed text."""
    if diagnostic is result.diagnostics[0] and diagnostic.fixed_by is not None:
        written = diagnostic.finding.location
        for edit in diagnostic.fixed_by.edits:
            if edit.path != written.path or not written.range.contains(edit.range):
                yield Location(edit.path, edit.range)


def _chain(diagnostic: Diagnostic) -> Iterator[tuple[Location | None, str]]:
    for link in reversed(diagnostic.chain):
        yield link.location, f"{link.label} gives {link.shape}".strip()
