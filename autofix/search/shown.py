"""Findings and the fixes that answer them as a reader is shown them: with the operations whose shapes led there.

It arranges what is known; it runs nothing and proposes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from autofix.facts.project_view import Project
from autofix.fixes import registry, suppressed
from autofix.patch.edits_to_text import moved_back
from autofix.records.finding import Finding
from autofix.records.locations import Position, SourceText
from autofix.records.plan import Fix, Step
from autofix.records.report import ChainLink, Diagnostic, Limits
from autofix.records.trace import Operation
from autofix.search.search import Found
from autofix.verification import proof

MAX_CHAIN = 200


def diagnostic_of(project: Project, finding: Finding, fix: Fix | None) -> Diagnostic:
    """Return what is shown for a finding, under the code of the rule that answers it."""
    code = suppressed.NO_RULE if fix is None else fix.rule
    name = next((rule.name for rule in registry.rules() if rule.code == code), finding.mismatch.value)
    return Diagnostic(code, name, finding, links_to(project, finding), fix)


def diagnostics_of(project: Project, steps: tuple[Step, ...]) -> Iterator[Diagnostic]:
    """Yield one for each step, at places of the original text; only the first was found in the original's trace."""
    for index, step in enumerate(steps):
        yield diagnostic_of(project, moved(step.finding, steps[:index]), step.fix)


def moved(finding: Finding, steps: tuple[Step, ...]) -> Finding:
    """Return a finding of the text that steps came to, at its places of the original text."""
    for step in reversed(steps):
        location, call = moved_back(finding.location, step.fix.edits), moved_back(finding.call, step.fix.edits)
        finding = replace(finding, location=location, call=call, operation=None)
    return finding


def with_waiting(
    project: Project,
    diagnostics: tuple[Diagnostic, ...],
    findings: tuple[Finding, ...],
    source_text: Callable[[Path], SourceText],
) -> tuple[Diagnostic, ...]:
    """Return diagnostics with those of the faults that wait past them, each place once, but for what comments hide."""
    places = {_place(diagnostic.finding) for diagnostic in diagnostics}
    # Their operations are those of another run.
    further = (replace(finding, operation=None) for finding in findings if _place(finding) not in places)
    further = (finding for finding in further if suppressed.hiding_code(source_text, finding) is None)
    return (*diagnostics, *(diagnostic_of(project, finding, None) for finding in further))


def _place(finding: Finding) -> tuple[Path, Position]:
    return finding.call.path, finding.call.range.start


def limit_note(result: Found, limits: Limits) -> tuple[str, ...]:
    """Return which limit ended a search, where one did."""
    if not result.limited:
        return ()
    limit = (
        f"{result.probes} run{'' if result.probes == 1 else 's'} (search-probes)"
        if result.probes >= limits.probes
        else f"{limits.seconds:g} s (search-seconds)"
    )
    return (f"the search stopped after {limit}; a better repair may exist",)


def links_to(project: Project, finding: Finding) -> tuple[ChainLink, ...]:
    """Return the operations whose shapes led to the failing one, then what it received."""
    if finding.operation is None or finding.operation >= len(project.trace.operations):
        return ()
    failed = project.trace.operations[finding.operation]
    if not failed.tensors:
        return ()
    place = finding.operand
    tensor = failed.tensors[0 if place is None or place >= len(failed.tensors) else place]
    links = [_link(operation) for operation in project.ancestry(tensor)]
    return tuple(reversed(links[:MAX_CHAIN]))


def _link(operation: Operation) -> ChainLink:
    place = operation.frames[0].place if operation.frames else None
    return ChainLink(proof.label(operation), proof.shape_of(operation.result), place)
