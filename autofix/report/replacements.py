"""A plan as replacements in the text that was analysed, which is what formats with machine-applicable fixes need.

The edits of a later step stand in the text that the earlier ones left, so they are used only where all of them together
give the verified text. Elsewhere whole lines are replaced. It knows no format.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from autofix.patch.diff_hunks import spans
from autofix.patch.edits_to_text import apply_edits, line_starts, position_at
from autofix.records.locations import Edit, Range, SourceText
from autofix.records.plan import Plan


def replacements(plan: Plan, texts: tuple[SourceText, ...]) -> tuple[Edit, ...]:
    """Return the edits of the analysed texts that give the plan's texts, in order of their places."""
    sources = {source.path: source.text for source in texts}
    edits: list[Edit] = []
    for path, after in plan.texts:
        before = sources.get(path)
        if before is None or before == after:
            continue
        own = [edit for step in plan.steps for edit in step.fix.edits if edit.path == path]
        edits += sorted(set(own)) if _give(before, own, after) else _line_edits(path, before, after)
    return tuple(sorted(edits))


def _give(before: str, edits: list[Edit], after: str) -> bool:
    try:
        return apply_edits(before, edits) == after
    except ValueError:
        return False


def _line_edits(path: Path, before: str, after: str) -> list[Edit]:
    """Return edits that replace whole changed lines, and insert where lines are only added."""
    old, new = _lines(before), _lines(after)
    starts = line_starts(before)
    offsets = (*starts[: len(old)], len(before))
    return [
        Edit(
            path,
            Range(position_at(starts, offsets[span.start]), position_at(starts, offsets[span.end])),
            "".join(new[span.new_start : span.new_end]),
        )
        for span in spans(old, new)
    ]


def _lines(text: str) -> list[str]:
    starts = (*line_starts(text), len(text))
    lines = [text[start:end] for start, end in pairwise(starts)]
    return lines if lines[-1] else lines[:-1]
