"""Lists that a loop fills and nothing reads, and the entry of its last round that is read in their place.

It reads the code of a run; which name is meant is for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import written
from autofix.facts.fault_path import ADDS
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import reads, stores
from autofix.syntax.source import Function, Source, below


def unread_lists(project: Project) -> Iterator[tuple[Operation, Expression, str]]:
    """Yield each operation that reads, behind a loop, what only its last round left, with that read and the list that
    every round added it to and that nothing reads.
    """
    seen: set[ast.AST] = set()
    filled_in: dict[Function, tuple[tuple[int, str, str], ...]] = {}
    for operation in project.trace.operations:
        place = written(project, operation)
        if place is None or not isinstance(place.node, ast.Call) or place.node in seen:
            continue
        seen.add(place.node)
        function = place.source.function_of(place.node)
        if function is None:
            continue
        if function not in filled_in:
            filled_in[function] = tuple(_filled(place.source, function))
        for node in reads(place.node) if filled_in[function] else ():
            if node not in seen:
                seen.add(node)
                for last, added, name in filled_in[function]:
                    if added == node.id and last < node.lineno:
                        yield operation, place.at(node), name


def _filled(source: Source, function: Function) -> Iterator[tuple[int, str, str]]:
    """Yield the last line of each loop of a function, a name whose value it adds to a list, and that of the list, if
    nothing reads it.
    """
    for loop in (node for node in below(function) if isinstance(node, (ast.For, ast.While))):
        for added, target in _added(loop):
            if _is_unread(source, function, target):
                yield loop.end_lineno or loop.lineno, added, target


def _added(loop: ast.For | ast.While) -> Iterator[tuple[str, str]]:
    """Yield each name whose value a loop adds to something, and the name of that."""
    for call in below(loop):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ADDS:
            added, target = call.args[-1] if call.args else None, call.func.value
            if isinstance(added, ast.Name) and isinstance(target, ast.Name):
                yield added.id, target.id


def _is_unread(source: Source, function: Function, name: str) -> bool:
    """Return whether a list of the function is made empty and then only added to."""
    parents = [source.parents[node] for node in reads(function, name)]
    only_added = all(isinstance(parent, ast.Attribute) and parent.attr in ADDS for parent in parents)
    return len(stores(function, name)) == 1 and bool(parents) and only_added
