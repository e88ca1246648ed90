"""What came of analysing a text, and what of it still holds in the text of now.

A result is for the very texts it was made of. Lines that were not touched since keep what was found in them; edits are
for unchanged texts only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path

from autofix.frontends.lsp.documents import Buffer, Documents, Module, Part, path_of
from autofix.loading import text_files
from autofix.records.errors import UsageError
from autofix.records.locations import Location, Position, Range
from autofix.records.plan import Plan
from autofix.records.report import Diagnostic, Report
from autofix.records.trace import Operation, Trace
from autofix.report import phrases
from autofix.syntax.source import split_lines


class ResultStage(Enum):
    """How far an analysis got."""

    KNOWN = "what is wrong is known, how to repair it is not yet"
    DONE = "all is known"
    REFUSED = "there is nothing to run"
    FAILED = "the run could not be made"


@dataclass(frozen=True)
class Result:
    """``module`` is the text that was analysed, ``texts`` are those of all open files then; ``message`` says why there
    is no report.
    """

    module: Module
    texts: Mapping[Path, str]
    stage: ResultStage
    report: Report | None = None
    message: str = ""
    _read: dict[Path, Module] = field(default_factory=dict, repr=False)

    @property
    def trace(self) -> Trace | None:
        return None if self.report is None else self.report.trace

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return () if self.report is None else phrases.open_diagnostics(self.report)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Verified repairs, the best first."""
        if self.report is None or self.report.plan is None or not self.report.plan.is_verified:
            return ()
        return (self.report.plan, *self.report.alternatives)

    @cached_property
    def files(self) -> frozenset[Path]:
        """The files that the result depends on."""
        plans = {path for plan in self.plans for path, _ in plan.texts}
        return frozenset({self.module.path, *(self.trace.files if self.trace is not None else ()), *plans})

    @cached_property
    def operations(self) -> dict[Path, list[Operation]]:
        """What the run did, by the file of the innermost frame."""
        by_file: dict[Path, list[Operation]] = {}
        for operation in phrases.forward_operations(self.trace) if self.trace is not None else ():
            if operation.frames:
                by_file.setdefault(operation.frames[0].path, []).append(operation)
        return by_file

    def analysed(self, path: Path, documents: Documents) -> Module | None:
        """Return the text of a file as it was analysed; None if it is not available."""
        if path == self.module.path:
            return self.module
        if path not in self._read:
            text = self.texts.get(path)
            if text is None and self.report is not None:
                text = next((source_text.text for source_text in self.report.texts if source_text.path == path), None)
            text = _on_disk(path) if text is None else text
            if text is None:
                return None
            uri = documents.uri_of(path)
            self._read[path] = Module(uri, path, text, (Part(Buffer(uri, None, text), 1),))
        return self._read[path]

    def analysed_in(self, uri: str, documents: Documents) -> Module | None:
        """Return the analysed text of the file that an open buffer belongs to, if the run went through it."""
        path = path_of(documents.key(uri))
        return None if path is None or path not in self.files else self.analysed(path, documents)


def _on_disk(path: Path) -> str | None:
    try:
        return text_files.read(path).text
    except UsageError:
        return None


def is_fresh(result: Result, documents: Documents) -> bool:
    """Return whether every open text that the result depends on is still the one that was analysed."""
    module = documents.module(result.module.uri)
    if module is None or module.text != result.module.text:
        return False
    now = dict(documents.texts())
    return all(now.get(path, result.texts.get(path)) == result.texts.get(path) for path in result.files - {module.path})


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a text that is shown now."""

    buffer: Buffer
    range: Range


def place_now(result: Result, location: Location, documents: Documents) -> Place | None:
    """Return where a location of the analysed text is now; None if its lines were touched or its text is gone."""
    before = result.analysed(location.path, documents)
    if before is None:
        return None
    now = documents.module(documents.key(before.uri)) or _as_is(before, documents)
    moved = moved_range(before.text, now.text, location.range)
    position = None if moved is None else now.to_editor(moved)
    return None if position is None else Place(*position)


def _as_is(module: Module, documents: Documents) -> Module:
    """Return a file that is open but not Python (YAML, JSON) as a module; one that is not open as it was read."""
    buffer = documents.buffers.get(module.uri)
    return module if buffer is None else Module(module.uri, module.path, buffer.text, (Part(buffer, 1),))


def moved_range(before: str, now: str, place: Range) -> Range | None:
    """Return the range after edits elsewhere; None where the edits touched its lines."""
    if before == now:
        return place
    same_head, same_tail, shift, count = _changed(before, now)
    if place.end.line <= same_head:
        return place
    if place.start.line > count - same_tail:
        return Range(
            Position(place.start.line + shift, place.start.column), Position(place.end.line + shift, place.end.column)
        )
    return None


@lru_cache(maxsize=8)
def _changed(before: str, now: str) -> tuple[int, int, int, int]:
    """Return how many lines are equal at the start and at the end, how many were added, and how many there were."""
    old, new = split_lines(before), split_lines(now)
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    rest = shorter - head
    tail = next((index for index in range(rest) if old[-1 - index] != new[-1 - index]), rest)
    return head, tail, len(new) - len(old), len(old)


def locations(diagnostic: Diagnostic) -> Iterator[Location]:
    """Yield the places where a diagnostic can be asked about: the failing call and the place of the size."""
    yield diagnostic.finding.call
    yield diagnostic.finding.location
