"""What the file of a rule imports, in this package and in others."""

from __future__ import annotations

from autofix.facts.project_view import Expression, Project
from autofix.fixes.examples import shown
from autofix.fixes.rule import Example, Fixes, Rewrite, Rule, model
from autofix.provenance import Site, SiteKind, dearest, sites, together
from autofix.records.costs import Counted, Evidence, Piece
from autofix.records.finding import FEATURES, LOUD, MEETING, WIDTHS, Detail, Finding, Mismatch
from autofix.records.locations import Edit
from autofix.records.plan import Applicability, Fix
from autofix.records.trace import Layer, Operation, OperationKind
from autofix.records.values import Tensor

__all__ = [
    "FEATURES",
    "LOUD",
    "MEETING",
    "WIDTHS",
    "Applicability",
    "Counted",
    "Detail",
    "Edit",
    "Evidence",
    "Example",
    "Expression",
    "Finding",
    "Fix",
    "Fixes",
    "Layer",
    "Mismatch",
    "Operation",
    "OperationKind",
    "Piece",
    "Project",
    "Rewrite",
    "Rule",
    "Site",
    "SiteKind",
    "Tensor",
    "dearest",
    "model",
    "shown",
    "sites",
    "together",
]
