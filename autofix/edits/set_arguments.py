"""One argument of a call set, or another function called: edits, none where the text is no call that can be edited."""

from __future__ import annotations

from autofix.facts.project_view import Expression, Project
from autofix.operators.table import position
from autofix.records.locations import Edit
from autofix.records.trace import Layer
from autofix.syntax.call_edits import NotACall, with_argument, with_callee


def argument_set(call: Expression | None, name: str, value: str, at: int = -1, callee: str = "") -> tuple[Edit, ...]:
    """Return the edit that passes ``name=value``, to another function if ``callee`` says so."""
    if call is None:
        return ()
    try:
        text = with_argument(call.text, name, value, at)
        text = with_callee(text, callee) if callee else text
    except NotACall:
        return ()
    return (call.source.replace(call.node, text),)


def layer_argument_set(project: Project, layer: Layer, name: str, value: str) -> tuple[Edit, ...]:
    """Return the edit that builds a layer with ``name=value``."""
    return argument_set(project.construction_call(layer), name, value, position(layer.kind, name))


def called(place: Expression | None, callee: str) -> tuple[Edit, ...]:
    """Return the edit that calls another function: only the last part of its name changes."""
    if place is None:
        return ()
    try:
        return (place.source.replace(place.node, with_callee(place.text, callee)),)
    except NotACall:
        return ()
