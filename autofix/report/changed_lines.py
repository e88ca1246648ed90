"""The lines that a plan changes, to be shown under the message: ``-`` before, ``+`` after, without the rest of a patch.

It shows; what is applied is the patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from autofix.patch.diff_hunks import LineSpan, spans
from autofix.patch.edits_to_text import line_starts, moved_back
from autofix.records.locations import Location
from autofix.records.plan import Plan
from autofix.records.report import Report


class ChangedLines(NamedTuple):
    """Lines of one file that become others; ``number`` is that of the first, in the file as it is."""

    path: Path
    number: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def height(self) -> int:
        """How many lines a reader sees changed: one that becomes another counts once."""
        return max(len(self.before), len(self.after))


def changed_lines(report: Report, plan: Plan) -> tuple[tuple[ChangedLines, ...], ...]:
    """Return for each step of the plan the lines that it changes; what cannot be told apart is the last step's."""
    places = [_places(plan, index) for index in range(len(plan.steps))]
    changes: list[list[ChangedLines]] = [[] for _ in plan.steps]
    sources = {source.path: source.text for source in report.texts}
    for path, after in plan.texts:
        if path not in sources:
            continue
        old, new = _lines(sources[path]), _lines(after)
        for span in spans(old, new):
            step = _step_of(places, path, span)
            before, changed = tuple(old[span.start : span.end]), tuple(new[span.new_start : span.new_end])
            changes[step].append(ChangedLines(path, span.start + 1, before, changed))
    return tuple(map(tuple, changes))


def _places(plan: Plan, index: int) -> list[Location]:
    """Return where the edits of a step stand in the text before the whole plan."""
    earlier = plan.steps[:index]
    places = [Location(edit.path, edit.range) for edit in plan.steps[index].fix.edits]
    for step in reversed(earlier):
        places = [moved_back(place, step.fix.edits) for place in places]
    return places


def _step_of(places: Sequence[list[Location]], path: Path, span: LineSpan) -> int:
    for index, of_step in enumerate(places):
        for place in of_step:
            start, end = place.range.start.line - 1, place.range.end.line - 1
            if place.path == path and start <= max(span.end, span.start + 1) - 1 and end >= span.start:
                return index
    return len(places) - 1


def _lines(text: str) -> list[str]:
    starts = (*line_starts(text), len(text))
    return [text[start:end].rstrip("\r\n") for start, end in pairwise(starts)]
