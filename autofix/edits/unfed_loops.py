"""Loops whose every pass reads what the first one read: ``for layer in layers: out = layer(x)``.

What a pass gives is to be read by the next. It proposes where what failed would take what the pass before gave;
whether the whole loop then runs is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.contracts import fits
from autofix.facts.fault_path import FaultPlace, places
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import replayed_since
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import parameters, reads, stores, targets
from autofix.syntax.source import Source, below

_MOST_RENAMED = 3
_DOUBT = "that the passes follow each other is told by the sizes that they take"
Loop = ast.For | ast.AsyncFor | ast.While


def fed_loops(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the loops around the fault whose pass would be content with what the pass before gave."""
    seen: set[tuple[str, str]] = set()
    if operation is None:
        return
    for place in places(project, operation, layer):
        loop = next((node for node in place.source.ancestors(place.statement) if isinstance(node, Loop)), None)
        if loop is None or place.source.function_of(loop) is not place.source.function_of(place.statement):
            continue
        bound, results = {node.id for node in stores(loop)}, _given(loop, place)
        for read in place.own_reads():
            if not isinstance(read.node, ast.Name) or read.node.id in bound:
                continue
            for name in sorted(results - {read.node.id}):
                if (name, read.node.id) not in seen and _takes(project, operation, read, name):
                    seen.add((name, read.node.id))
                    title = f"let each pass read `{name}`, which the one before gave, for `{read.node.id}`"
                    yield CodeChange(title, _edits(place, loop, name, read.node.id), (Evidence.AGREES,), _DOUBT)


def _takes(project: Project, operation: Operation, read: Expression, name: str) -> bool:
    """Return whether the call that failed would be content if its pass had read what the one before gave."""
    value = project.value(read)
    other = project.value(read.named(name))
    if not isinstance(value, Tensor) or not isinstance(other, Tensor):
        return False
    return fits(replayed_since(project, value, other, operation))


def _given(loop: Loop, place: FaultPlace) -> set[str]:
    """Return the names that the statement binds and that are read behind the loop and, in it, never before they are."""
    statement = place.statement
    bound = set().union(*map(targets, statement.targets)) if isinstance(statement, ast.Assign) else set()
    last, in_loop = loop.end_lineno or 0, set(below(loop))
    loads = reads(place.scope)
    inside = {node.id for node in loads if node in in_loop and node.lineno <= (statement.end_lineno or 0)}
    return (bound & {node.id for node in loads if node.lineno > last}) - inside


def _edits(place: FaultPlace, loop: Loop, name: str, read: str) -> tuple[Edit, ...]:
    """Return the shortest edits: one name for both, a line at the end of the loop, or a line before it where what the
    first pass read is read behind the loop as well.
    """
    source = place.source
    own = [node for node in below(place.scope) if isinstance(node, ast.Name) and node.id == name]
    behind = [node for node in below(place.scope) if isinstance(node, ast.Name) and node.id == read]
    if any(node.lineno > (loop.end_lineno or 0) for node in behind):
        inside = [node for node in below(place.statement) if isinstance(node, ast.Name) and node.id == read]
        return (
            source.insert_before(loop, f"{name} = {read}"),
            *(source.replace(node, name) for node in inside),
        )
    stored = [node for node in own if isinstance(node.ctx, ast.Store)]
    is_parameter = not isinstance(place.scope, ast.Module) and name in parameters(place.scope)
    if len(stored) == 1 and len(own) <= _MOST_RENAMED and not is_parameter and not _is_kept(source, loop, read):
        return tuple(source.replace(node, read) for node in own)
    return (source.insert_after(loop.body[-1], f"{read} = {name}"),)


def _is_kept(source: Source, loop: ast.AST, read: str) -> bool:
    """Return whether the loop reads the name in another statement too, which may mean what came before the pass."""
    loads = [node for node in below(loop) if isinstance(node, ast.Name) and node.id == read]
    return len({source.statement_of(node) for node in loads}) > 1
