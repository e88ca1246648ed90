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
from autofix.provenance.handed_names import handed_name
from autofix.provenance.named_sizes import named_size
from autofix.records.costs import Evidence, counted
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.plan import Applicability, Fix
from autofix.records.trace import Frame
from autofix.syntax.source import Source

_HANDED = "that `{}` is meant is told by its value and by where it is read"


def named(finding: Finding, project: Project, fix: Fix) -> Iterator[Fix]:
    """Yield the fix that writes a name in place of a number, where one has the size by its origin, then ``fix``."""
    operation, edit = project.operation(finding), next(iter(fix.edits), None)
    texts = {(other.path, other.text) for other in fix.edits}
    place = None if edit is None or len(texts) > 1 or not edit.text.isdigit() else _place(project, finding, fix.edits)
    if operation is None or edit is None or place is None:
        yield fix
        return
    is_argument = isinstance(place.source.parents.get(place.node), (ast.Call, ast.keyword)) and len(fix.edits) == 1
    text = named_size(project, finding, operation, place, int(edit.text)) if is_argument else ""
    handed = "" if text else handed_name(project, finding, place, int(edit.text))
    if not text and not handed:
        yield fix
        return
    title = f"`{text or handed}`".join(re.split(rf"(?<![\w.]){edit.text}(?![\w.])", fix.title))
    evidence = tuple(piece for piece in fix.evidence if piece[0] is not Evidence.COINCIDES)
    edits = tuple(replace(other, text=text or handed) for other in fix.edits)
    by_name = replace(fix, title=title, edits=edits, evidence=evidence)
    is_doubtful = bool(handed) and fix.applicability is Applicability.SAFE
    reason = _HANDED.format(handed)
    yield replace(by_name, applicability=Applicability.UNSAFE, reason=reason) if is_doubtful else by_name
    yield replace(fix, evidence=counted((*fix.evidence, Evidence.AGAINST)))


def _place(project: Project, finding: Finding, edits: tuple[Edit, ...]) -> Expression | None:
    """Return the first number that edits of one function replace, in the call of it that the run shows it in."""
    first = edits[0]
    source = project.source(first.path) if first.path in project.files else None
    nodes = [None if source is None else source.node_at(edit.range, ast.Constant) for edit in edits]
    node, operation = nodes[0], project.operation(finding)
    if source is None or node is None or operation is None:
        return None
    function = source.function_of(node)
    if any(other is None or source.function_of(other) is not function for other in nodes):
        return None
    layer = project.layer(finding.layer)
    chains = (() if layer is None else layer.construction, frames_of(project, operation))
    around = [frames[i:] for frames in chains for i, frame in enumerate(frames) if _is_in(source, node, frame)]
    running = [project.frames_in(source, function, frames) for frames in chains if function is not None]
    frames = next(filter(None, (*around, *running)), None)
    return None if frames is None else Expression(source, node, frames)


def _is_in(source: Source, node: ast.Constant, frame: Frame) -> bool:
    return frame.path == source.path and frame.range.contains(source.range_of(node))
