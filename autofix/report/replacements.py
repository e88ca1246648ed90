"""A plan as replacements in the text that was analysed, which is what formats with machine-applicable fixes need.

The edits of a later step stand in the text that the earlier ones left, so they are used only where all of them together
give the verified text. Elsewhere whole lines are replaced. It knows no format.
"""

from __future__ import annotations

from autofix.patch.edits_to_text import apply_edits, line_edits
from autofix.records.locations import Edit, SourceText
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
        edits += sorted(set(own)) if _give(before, own, after) else line_edits(path, before, after)
    return tuple(sorted(edits))


def _give(before: str, edits: list[Edit], after: str) -> bool:
    try:
        return apply_edits(before, edits) == after
    except ValueError:
        return False
