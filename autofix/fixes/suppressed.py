"""Findings that a comment in the source hides, and comments that hide none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autofix.fixes import registry
from autofix.records.finding import Finding
from autofix.records.locations import SourceText
from autofix.syntax import suppressions

NO_RULE = "AF900"


def hiding_code(source_text: Callable[[Path], SourceText], finding: Finding) -> str | None:
    """Return the code under which a comment hides the finding; None where none does.

    The code of a rule that is no more hides what it hid: it stands for the rule that took over.
    """
    codes = [rule.code for rule in registry.rules() if finding.mismatch in rule.mismatches]
    codes.append(NO_RULE)  # What is shown where no rule's repair was verified.
    for place in (finding.location, finding.call):
        for comment in suppressions.suppressions(source_text(place.path).text):
            suppression = replace(comment, codes=tuple(map(registry.successor, comment.codes)))
            for code in codes:
                if suppressions.matches(suppression, code, place.range.start.line):
                    return code
    return None


def unused(source_text: Callable[[Path], SourceText], path: Path) -> tuple[str, ...]:
    """Return, in words, the comments of a file that hide nothing."""
    return tuple(
        f"{path.name}:{comment.line}: the suppression {', '.join(comment.codes) or 'of every code'} hides nothing"
        for comment in suppressions.suppressions(source_text(path).text)
    )
