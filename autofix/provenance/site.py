"""One place that could be edited, and what is said for and against editing it.

It finds nothing: ``size_sites`` and the files of ``edits`` do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from autofix.records.costs import Counted, Evidence, Piece, counted, total
from autofix.records.locations import Edit, Location


@dataclass(frozen=True, slots=True)
class Site:
    """One way to make an expression have the size wanted. ``text`` is what would stand there, ``what`` names the
    place; ``evidence`` is how it differs from the plainest edit.
    """

    edits: tuple[Edit, ...]
    evidence: tuple[Counted, ...]
    text: str
    what: str
    place: Location
    at_root: bool = True

    @property
    def cost(self) -> int:
        """What a fix of this place alone would cost."""
        return total((Evidence.EDIT, *self.evidence))

    @property
    def replaces_expression(self) -> bool:
        """Whether a literal would stand where an expression was."""
        return any(evidence is Evidence.LITERAL_FOR_EXPRESSION for evidence, _ in self.evidence)

    def with_evidence(self, *pieces: Piece) -> Site:
        """The same place with more evidence."""
        return replace(self, evidence=counted((*self.evidence, *pieces)))


def dearest(chosen: Iterable[Site]) -> tuple[Counted, ...]:
    """The evidence of several places that are edited together: that of the least likely one."""
    return max(chosen, key=lambda site: site.cost).evidence
