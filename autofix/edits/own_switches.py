"""Switches of the project's own that are set in the calls on the way to a fault: ``cached=True`` of a layer of its own.

It yields the other value of each; whether that removes the fault is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.fault_path import calls
from autofix.facts.project_view import Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import callee_name

MOST = 4


def own_switches(project: Project, operation: Operation | None, layer: int | None) -> Iterator[tuple[str, Edit]]:
    """Yield ``name=value`` with the other value, and the edit that writes it, the nearest call first."""
    count = 0
    for call, node in calls(project, operation, layer):
        for keyword in node.keywords if _is_own(project, callee_name(node)) else ():
            value = keyword.value
            if keyword.arg and isinstance(value, ast.Constant) and isinstance(value.value, bool) and count < MOST:
                count += 1
                yield f"{keyword.arg}={not value.value}", call.source.replace(value, str(not value.value))


def _is_own(project: Project, name: str) -> bool:
    """Return whether the project has a class or function of that name."""
    return any(
        name in source.classes or any(function.name == name for function in source.functions)
        for source in project.sources()
    )
