"""Lists that a loop fills and nothing reads, and the entry of its last round that is read in their place.

It reads the code of a run; which name is meant is for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.call_sites import written
from autofix.facts.fault_path import ADDS
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Operation
from autofix.syntax.source import Function, Source, below


def unread_lists(project: Project) -> Iterator[tuple[Operation, Expression, str]]:
    """Yield each operation that reads, behind a loop, what only its last round left, with that read and the list that
    every round added it to and that nothing reads.
    """
    seen: set[tuple[object, ...]] = set()
    for operation in project.trace.operations:
        place = written(project, operation)
        function = None if place is None else place.source.function_of(place.node)
        if place is None or function is None or not isinstance(place.node, ast.Call):
            continue
        for node in below(place.node):
            key = (place.source.path, node)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and key not in seen:
                seen.add(key)
                for name in _filled(place.source, function, node):
                    yield operation, replace(place, node=node), name


def _filled(source: Source, function: Function, read: ast.Name) -> Iterator[str]:
    """Yield the names of lists that a loop before ``read`` adds its value to, and that are never read."""
    for loop in below(function):
        if not isinstance(loop, (ast.For, ast.While)) or (loop.end_lineno or loop.lineno) >= read.lineno:
            continue
        for call in below(loop):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ADDS:
                added = call.args[-1] if call.args else None
                target = call.func.value
                is_own = isinstance(added, ast.Name) and added.id == read.id and isinstance(target, ast.Name)
                if is_own and isinstance(target, ast.Name) and _is_unread(source, function, target.id):
                    yield target.id


def _is_unread(source: Source, function: Function, name: str) -> bool:
    """Return whether a list of the function is made empty and then only added to."""
    names = [node for node in below(function) if isinstance(node, ast.Name) and node.id == name]
    bound = [node for node in names if isinstance(node.ctx, ast.Store)]
    read = [node for node in names if isinstance(node.ctx, ast.Load)]
    parents = [source.parents[node] for node in read]
    only_added = all(isinstance(parent, ast.Attribute) and parent.attr in ADDS for parent in parents)
    return len(bound) == 1 and bool(read) and only_added
