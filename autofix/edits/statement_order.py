"""Two neighbouring statements on the way to a fault, the other way round.

``k = repeat(k)`` before ``k = k.transpose(1, 2)`` repeats another dimension than after it. Exchanged are statements of
which one binds what the other reads or binds, and only where every name is bound before it is read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import ADDS, way
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import find
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import parameters
from autofix.syntax.source import Source, below, dotted

MOST = 6
_KEEPING = frozenset((Family.POINTWISE, Family.COMPARISON, Family.ACTIVATION, Family.DROPOUT, Family.SOFTMAX))
_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
Block = ast.If | ast.For | ast.While | ast.With


def exchanged_statements(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield each exchange."""
    seen: set[tuple[str, int]] = set()
    for there in way(project, operation, layer):
        source = there.source
        for first, second in _neighbours(source, there.statement):
            key = (str(source.path), first.lineno)
            if key in seen or len(seen) >= MOST or not _may_be_exchanged(source, there.scope, first, second):
                continue
            seen.add(key)
            words = f"run line {second.lineno} before the line above it"
            yield CodeChange(words, _exchange(source, first, second), (Evidence.BY_RUN,))


def _neighbours(source: Source, statement: ast.stmt) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Yield the statement with the one before it and the one after it."""
    body = next(
        (
            lines
            for name in ("body", "orelse", "finalbody")
            for lines in (getattr(source.parents.get(statement), name, None),)
            if isinstance(lines, list) and statement in lines
        ),
        [statement],
    )
    at = body.index(statement)
    for first, second in ((at - 1, at), (at, at + 1)):
        if first >= 0 and second < len(body):
            yield body[first], body[second]


def _may_be_exchanged(source: Source, scope: ast.AST, first: ast.stmt, second: ast.stmt) -> bool:
    if not isinstance(first, _SIMPLE) or not isinstance(second, _SIMPLE):
        return False
    if not (source.stands_alone(first) and source.stands_alone(second)):
        return False
    if _keeps_shapes(second):
        return False
    binds, reads = (bound_in(first), bound_in(second)), (read_in(first), read_in(second))
    touches = binds[0] & reads[1] or binds[1] & reads[0] or binds[0] & binds[1]
    # The second runs first then: what only the first binds is not there yet.
    return bool(touches) and all(name in bound_before(scope, first) for name in binds[0] & reads[1])


def _keeps_shapes(statement: ast.stmt) -> bool:
    """Return whether a statement makes nothing of another shape, so that it changes nothing to come first."""
    calls = [node for node in below(statement) if isinstance(node, ast.Call)]
    rows = [find(dotted(call.func) or getattr(call.func, "attr", "")) for call in calls]
    return bool(rows) and all(row is not None and row.family in _KEEPING for row in rows)


def bound_in(statement: ast.AST) -> set[str]:
    """Return the names that a statement binds, or adds something to."""
    names = {dotted(n) for n in below(statement) if isinstance(getattr(n, "ctx", None), ast.Store)}
    adds = (n for n in below(statement) if isinstance(n, ast.Attribute) and n.attr in ADDS)
    return (names | {dotted(node.value) for node in adds}) - {""}


def read_in(statement: ast.AST) -> set[str]:
    """Return the names that a statement reads."""
    loads = {dotted(n) for n in below(statement) if isinstance(getattr(n, "ctx", None), ast.Load)}
    return (loads | (bound_in(statement) if isinstance(statement, ast.AugAssign) else set())) - {""}


def bound_before(scope: ast.AST, statement: ast.stmt) -> set[str]:
    """Return the names that a scope has when it comes to a statement: parameters and what was bound above."""
    names = set(parameters(scope)) if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
    above = [n for n in below(scope) if isinstance(n, ast.stmt) and n.lineno < statement.lineno]
    return names.union(*(bound_in(n) for n in above if not isinstance(n, (ast.FunctionDef, ast.ClassDef))))


def _exchange(source: Source, first: ast.stmt, second: ast.stmt) -> tuple[Edit, Edit]:
    """Return the edits of whole lines, so that a comment stays with its statement."""
    spans = [lines_of(source, statement) for statement in (first, second)]
    texts = [source.segment(span) for span in spans]
    return Edit(source.path, spans[0], texts[1]), Edit(source.path, spans[1], texts[0])


def lines_of(source: Source, statement: ast.stmt) -> Range:
    """Return the whole lines of a statement, without the end of the last one."""
    last = statement.end_lineno or statement.lineno
    return Range(Position(statement.lineno, 0), Position(last, len(source.line(last).rstrip("\r\n"))))


def unit_of(source: Source, *blocks: Block | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return what a block is indented by: one of these, else the file's first function with lines of its own."""
    for block in blocks or source.functions:
        unit = source.indent_of(block.body[0].lineno)[len(source.indent_of(block.lineno)) :]
        if unit:
            return unit
    return " " * 4


def indented(source: Source, statement: ast.stmt, unit: str) -> str:
    """Return the lines of a statement, indented once more."""
    lines = source.segment(lines_of(source, statement)).splitlines(keepends=True)
    return "".join(unit + line if line.strip() else line for line in lines)
