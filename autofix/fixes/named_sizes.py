"""A fix that writes a number becomes one that writes the name which has that size by its origin, where there is one.

The number stays as another candidate, so far back that it is no rival: both make the same model, and where the name
cannot be read at the place, the number is what repairs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.call_sites import frames_of
from autofix.facts.project_view import Expression, Project
from autofix.provenance.named_sizes import named_size
from autofix.records.costs import Evidence, counted
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.plan import Fix
from autofix.records.trace import Frame, Operation


def named(finding: Finding, project: Project, fix: Fix) -> Iterator[Fix]:
    """Yield the fix that writes a name in place of a number, where one has the size by its origin, then ``fix``."""
    operation, edit = project.operation(finding), next(iter(fix.edits), None)
    if operation is None or edit is None or len(fix.edits) > 1 or not edit.text.isdigit():
        yield fix
        return
    place = _place(project, operation, finding, edit)
    text = "" if place is None else named_size(project, finding, operation, place, int(edit.text))
    if not text:
        yield fix
        return
    title = f"`{text}`".join(re.split(rf"\b{edit.text}\b", fix.title))
    evidence = tuple(piece for piece in fix.evidence if piece[0] is not Evidence.COINCIDES)
    yield replace(fix, title=title, edits=(replace(edit, text=text),), evidence=evidence)
    yield replace(fix, evidence=counted((*fix.evidence, Evidence.AGAINST)))


def _place(project: Project, operation: Operation, finding: Finding, edit: Edit) -> Expression | None:
    """Return the number that an edit replaces, in the call of a function that the run shows it in."""
    source = project.source(edit.path) if edit.path in project.files else None
    node = None if source is None else source.node_at(edit.range, ast.Constant)
    if source is None or node is None or not isinstance(source.parents.get(node), (ast.Call, ast.keyword)):
        return None
    layer = project.layer(finding.layer)
    for frames in (() if layer is None else layer.construction, frames_of(project, operation)):
        index = next((i for i, frame in enumerate(frames) if _is_in(edit, frame)), None)
        if index is not None:
            return Expression(source, node, frames[index:])
    return None


def _is_in(edit: Edit, frame: Frame) -> bool:
    return frame.path == edit.path and frame.range.contains(edit.range)
