"""What every part of a text report is written from: the report, and how it is to be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autofix.records.report import Report
from autofix.report import phrases
from autofix.report.phrases import COMMAND_LINE, Writing
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import columns, limited, limited_items, visible

UNLIMITED = 1000
INDENT = "    "


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report, the folder from which its paths are seen, the width of the terminal, and whether all is shown."""

    report: Report
    folder: Path
    width: int
    verbose: bool = False
    writing: Writing = COMMAND_LINE

    def path(self, path: Path) -> str:
        return visible(phrases.path_from(path, self.folder))

    def words(self, text: str) -> str:
        """Return a text of the report with layers called as the user calls them."""
        return visible(phrases.with_layer_names(text, self.report.trace))

    def entry(self, head: str, text: str, lines: int, style: Style = Style.LABEL) -> Iterator[Line]:
        """Yield ``head`` and the text beside it, the further lines below the text."""
        yield from self._entry(head, text, lambda room: limited(text, room, self._most(lines)), style)

    def list_entry(self, head: str, items: Sequence[str], lines: int, style: Style = Style.LABEL) -> Iterator[Line]:
        """Yield ``head`` and the items beside it, as many as fit."""
        yield from self._entry(head, " ".join(items), lambda room: limited_items(items, room, self._most(lines)), style)

    def _most(self, lines: int) -> int:
        return UNLIMITED if self.verbose else lines

    def _entry(self, head: str, text: str, wrap: Callable[[int], list[str]], style: Style) -> Iterator[Line]:
        room = self.width - len(head)
        if max(map(columns, text.split()), default=0) > room:
            # A narrow terminal has no room beside the head for words that must not be broken.
            yield line(Span(head.rstrip(), style))
            yield from (line(INDENT, words) for words in wrap(self.width - len(INDENT)))
            return
        first, *rest = wrap(room)
        yield line(Span(head, style), first)
        yield from (line(" " * len(head), words) for words in rest)
