"""One place that could be edited, and what is said for and against editing it.

It finds nothing: ``size_sites`` and the files of ``edits`` do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from autofix.records.costs import Counted, Evidence, Piece, counted, total
from autofix.records.locations import Edit, Location


class SiteKind(Enum):
    """What is edited to set a size; NAMED is a place that has a name, such as a constant or a default."""

    ARGUMENT = "argument"
    PRODUCT = "product"
    OPERAND = "operand"
    FACTOR = "factor"
    CHOICE = "choice"
    EXPRESSION = "expression"
    INDEX = "index"
    AXIS = "axis"
    ROUNDING = "rounding"
    PRECEDENCE = "precedence"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Site:
    """One way to make an expression have the size wanted. ``text`` is what would stand there, ``name`` says which place
    of kind NAMED it is; ``evidence`` is how it differs from the plainest edit. ``size`` is what comes out where only a
    part of an expression is edited.
    """

    edits: tuple[Edit, ...]
    evidence: tuple[Counted, ...]
    text: str
    kind: SiteKind
    place: Location
    at_root: bool = True
    name: str = ""
    size: int | None = None

    @property
    def result(self) -> str:
        """What a title says is set: what would stand there, or the size that a part of an expression leads to."""
        return self.text if self.size is None else str(self.size)

    @property
    def words(self) -> str:
        """What a title says of the place, beside what is written there; empty where that goes without saying."""
        return self.name if self.kind is SiteKind.NAMED else "" if self.kind in _PLAIN else self.kind.value

    @property
    def cost(self) -> int:
        """What a fix of this place alone would cost."""
        return total((Evidence.EDIT, *self.evidence))

    @property
    def replaces_expression(self) -> bool:
        """Whether a literal would stand where an expression was."""
        return any(evidence is Evidence.LITERAL_FOR_EXPRESSION for evidence, _ in self.evidence)

    def with_evidence(self, *pieces: Piece) -> Site:
        """Return the same place with more evidence."""
        return replace(self, evidence=counted((*self.evidence, *pieces)))


PARTS = frozenset((SiteKind.OPERAND, SiteKind.FACTOR))
_PLAIN = frozenset(
    (
        *(SiteKind.ARGUMENT, SiteKind.PRODUCT, SiteKind.OPERAND),
        *(SiteKind.FACTOR, SiteKind.CHOICE, SiteKind.EXPRESSION),
    )
)


def dearest(chosen: Iterable[Site]) -> tuple[Counted, ...]:
    """Return the evidence of several places that are edited together: that of the least likely one."""
    return max(chosen, key=lambda site: site.cost).evidence


def together(chosen: Iterable[Site]) -> tuple[tuple[Edit, ...], tuple[Counted, ...]]:
    """Return the edits of several places that are edited in one step, each once, and their evidence."""
    places = tuple(chosen)
    return tuple(sorted({edit for site in places for edit in site.edits})), dearest(places)
