"""The texts that the first fixes of a plan give, for whoever takes a plan fix by fix.

Only whole plans were verified: what this gives for some of the fixes is for the user to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autofix.patch.edits_to_text import apply_edits
from autofix.records.locations import SourceText
from autofix.records.plan import Plan, Step


def first_steps(plan: Plan, count: int, texts: Sequence[SourceText]) -> Plan | None:
    """Return a plan of the first fixes alone, with its texts; None where the fixes cannot be told apart."""
    if count == len(plan.steps):
        return plan
    originals = {source.path: source.text for source in texts}
    whole = _after(plan.steps, originals)
    if whole is None or whole != {**originals, **dict(plan.texts)}:
        return None
    after = _after(plan.steps[:count], originals)
    if after is None:
        return None
    changed = tuple((path, text) for path, text in sorted(after.items()) if text != originals[path])
    return replace(plan, steps=plan.steps[:count], texts=changed)


def _after(steps: Sequence[Step], originals: dict[Path, str]) -> dict[Path, str] | None:
    """Return the texts after each fix was made in what the ones before it gave."""
    texts = dict(originals)
    for step in steps:
        for path in dict.fromkeys(edit.path for edit in step.fix.edits):
            try:
                texts[path] = apply_edits(texts[path], [edit for edit in step.fix.edits if edit.path == path])
            except (KeyError, ValueError):
                return None
    return texts
