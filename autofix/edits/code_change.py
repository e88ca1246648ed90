"""A change of the code as an edit proposes it to a rule."""

from __future__ import annotations

from dataclasses import dataclass

from autofix.records.costs import Piece
from autofix.records.locations import Edit


@dataclass(frozen=True, slots=True)
class CodeChange:
    """What is done, the edits that do it, and what speaks for and against it."""

    title: str
    edits: tuple[Edit, ...]
    evidence: tuple[Piece, ...] = ()
    doubt: str = ""
