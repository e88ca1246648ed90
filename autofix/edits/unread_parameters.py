"""Whether edits take the last read of a parameter away: what a caller hands over would mean nothing then."""

from __future__ import annotations

import ast
import re

from autofix.facts.project_view import Project
from autofix.records.locations import Edit
from autofix.syntax.name_bindings import parameters
from autofix.syntax.source import Source, below

_NAME = re.compile(r"[^\W\d]\w*")
_BOUND = ("self", "cls")


def leaves_unread(project: Project, edits: tuple[Edit, ...]) -> bool:
    """Return whether a function reads one of its parameters before the edits and nowhere after them."""
    return any(_is_last(project.source(edit.path), edit, edits) for edit in edits)


def _is_last(source: Source, edit: Edit, edits: tuple[Edit, ...]) -> bool:
    dropped = set(_NAME.findall(source.segment(edit.range))) - set(_NAME.findall(edit.text)) - set(_BOUND)
    nodes = source.nodes_at(edit.range) if dropped else ()
    function = source.function_of(nodes[0]) if nodes else None
    if function is None:
        return False
    own = [other for other in edits if other.path == edit.path]
    for name in dropped.intersection(parameters(function)):
        if any(name in _NAME.findall(other.text) for other in own):
            continue
        places = [source.range_of(node) for node in below(function) if isinstance(node, ast.Name) and node.id == name]
        if all(
            any(other.range.start <= place.start and place.end <= other.range.end for other in own) for place in places
        ):
            return True
    return False
