"""A statement beside a condition or a loop, moved into it or out of it.

``x = x.unsqueeze(0)`` below an ``if`` that has given ``x`` its dimensions already belongs under an ``else``; a line at
the end of a loop joins what the whole loop has gathered. Moved are statements that bind, fill or return what is read on
the way to a fault, by one block; whether one stands right then is for the run. Of a block that did not run, several
statements at its end move behind it where only those before them are about its condition.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from itertools import zip_longest

from autofix.edits.code_change import CodeChange
from autofix.edits.statement_order import Block, bound_before, bound_in, indented, lines_of, read_in, unit_of
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.fault_path import FaultPlace, reads_of, way
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Operation
from autofix.syntax.source import Source, below, dotted

MOST = 6
_LOOPS = (ast.For, ast.While)
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)


class _Move(Enum):
    UNDER_ELSE = "under an `else`"
    INTO = "into the block above it"
    OUT = "out of its block"


Moved = tuple[_Move, CodeChange]


def moved_statements(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield each move once: those under an ``else`` first, which leave what the other branch does as it is."""
    at = way(project, operation, layer)
    moves = list(_moves(project, at))
    order = (_Move.UNDER_ELSE, _Move.OUT, _Move.INTO)
    yield from (change for _, change in sorted(moves, key=lambda moved: order.index(moved[0]))[:MOST])


def moved_tails(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the ends of conditions that were not met, moved behind them: what pads stays under ``if n % r != 0:``, what
    every ``n`` needs does not.
    """
    at, seen = way(project, operation, layer), set[ast.AST]()
    for place in at:
        if place.scope in seen:
            continue
        seen.add(place.scope)
        read = {dotted(node) for other in at if other.scope is place.scope for node in reads_of(other.statement)}
        for block, _ in () if isinstance(place.scope, ast.Module) else _blocks(place.scope):
            if not isinstance(block, ast.If) or block in seen or _body_end(block) is None:
                continue
            seen.add(block)
            is_elif = place.source.line(block.lineno).lstrip().startswith("elif")
            count = _about_condition(block)
            head, tail = block.body[: max(count, 1)], block.body[max(count, 1) :]
            is_needed = bool(set[str]().union(*map(bound_in, tail)) & (read - {"", "self"}))
            is_met = project.value(place.at(block.test)) is UNKNOWN or _holds(project, place, block)
            if len(tail) > 1 and is_needed and not is_elif and not is_met and _may_follow(place, block, head, tail):
                evidence = (Evidence.BY_RUN, Evidence.EVIDENT if count else Evidence.OTHER_READING)
                words = f"move lines {tail[0].lineno} to {tail[-1].end_lineno} out of their block"
                yield CodeChange(words, (_behind(place.source, block, head[-1], tail[-1]),), evidence)


def _about_condition(block: ast.If) -> int:
    """Return how many statements there are up to the last that reads what the condition asks about, or what such a
    statement alone bound; what the block itself makes anew is no longer what was asked about.
    """
    calls = {node.func for node in below(block.test) if isinstance(node, ast.Call)}
    inner = {node.value for node in below(block.test) if isinstance(node, ast.Attribute)}
    chains = {dotted(node) for node in below(block.test) if node not in calls | inner} - {""}
    anew = set[str]().union(*map(bound_in, block.body))
    asked, count = {name for name in chains if name.split(".")[0] not in anew}, 0
    for index, statement in enumerate(block.body):
        if read_in(statement) & asked:
            asked |= bound_in(statement) - read_in(statement)
            count = index + 1
    return count


def _may_follow(place: FaultPlace, block: ast.If, head: list[ast.stmt], tail: list[ast.stmt]) -> bool:
    """Return whether statements can run without those of the block before them: every name is bound in either case."""
    there = bound_before(place.scope, block)
    lost = set[str]().union(*map(bound_in, head)) - there
    for statement in tail:
        if isinstance(statement, ast.Return) or not _is_plain(place.source, statement) or read_in(statement) & lost:
            return False
        lost -= bound_in(statement)
    return True


def _behind(source: Source, block: ast.If, last: ast.stmt, end: ast.stmt) -> Edit:
    """Return the edit that takes the lines after a statement of a block, up to another, out of the block."""
    start, indent = Position((last.end_lineno or last.lineno) + 1, 0), source.indent_of(block.lineno)
    lines, deep = Range(start, lines_of(source, end).end), len(source.indent_of(end.lineno))
    texts = source.segment(lines).splitlines(keepends=True)
    return Edit(
        source.path, lines, "".join(indent + t[deep:] if not t[:deep].strip() and t.strip() else t for t in texts)
    )


def _moves(project: Project, at: tuple[FaultPlace, ...]) -> Iterator[Moved]:
    seen: set[ast.AST] = set()
    for place in at:
        if place.scope in seen or isinstance(place.scope, ast.Module):
            continue
        seen.add(place.scope)
        read = {dotted(node) for other in at if other.scope is place.scope for node in reads_of(other.statement)}
        for block, after in _blocks(place.scope):
            yield from _around(project, place, block, after, read - {"", "self"})


def _blocks(scope: ast.AST) -> Iterator[tuple[Block, ast.stmt | None]]:
    """Yield each condition and loop of a scope with the statement after it."""
    for node in below(scope):
        for name in ("body", "orelse", "finalbody"):
            lines: list[ast.stmt] | ast.expr = getattr(node, name, [])
            pairs = zip_longest(lines, lines[1:]) if isinstance(lines, list) else ()
            yield from ((block, after) for block, after in pairs if isinstance(block, Block))


def _around(
    project: Project, place: FaultPlace, block: Block, after: ast.stmt | None, read: set[str]
) -> Iterator[Moved]:
    source = place.source
    # To return in the first round, or in one branch alone, leaves out the rest.
    if after is not None and not isinstance(after, ast.Return) and _is_movable(source, after, read):
        last, lines = _last_branch(block), indented(source, after, unit_of(source, block))
        if isinstance(last, ast.If) and not last.orelse and bound_in(after) & read_in(after) & bound_in(block):
            text = f"{source.indent_of(block.lineno)}else:{source.newline}{lines}"
            yield _moved(source, after, _Move.UNDER_ELSE, text)
        elif isinstance(block, _LOOPS) and read_in(after) & bound_in(block):
            yield _moved(source, after, _Move.INTO, lines)
    end = _body_end(block)
    if end is None or not _is_movable(source, end, read) or _holds(project, place, block):
        return
    in_loop = any(isinstance(node, _LOOPS) for node in source.ancestors(block))
    if isinstance(block, _LOOPS) and _gathers(end) and not in_loop:
        return  # Of all that the rounds gather, the last alone would be left.
    indent, shifted = source.indent_of(block.lineno), source.segment(lines_of(source, end)).splitlines(keepends=True)
    deep = len(source.indent_of(end.lineno))
    yield _moved(source, end, _Move.OUT, "".join(indent + line[deep:] for line in shifted))


def _moved(source: Source, statement: ast.stmt, move: _Move, text: str) -> Moved:
    """Return the change that writes ``text`` for the lines of a statement."""
    edit, evident = Edit(source.path, lines_of(source, statement), text), Evidence.EVIDENT * (move is _Move.UNDER_ELSE)
    return move, CodeChange(f"move line {statement.lineno} {move.value}", (edit,), (evident, Evidence.BY_RUN))


def _gathers(statement: ast.stmt) -> bool:
    """Return whether a statement adds to what there is: an item, an entry, a term of a sum."""
    is_entry = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript)
    return is_entry or isinstance(statement, (ast.AugAssign, ast.Expr))


def _last_branch(block: Block) -> Block:
    """Return the last ``elif`` of a condition."""
    while isinstance(block, ast.If) and len(block.orelse) == 1 and isinstance(block.orelse[0], ast.If):
        block = block.orelse[0]
    return block


def _body_end(block: Block) -> ast.stmt | None:
    """Return the last statement of a block from which it can be moved behind it: not of a condition with another
    branch, and not the only one.
    """
    has_other = not isinstance(block, ast.With) and bool(block.orelse)
    return block.body[-1] if len(block.body) > 1 and not has_other else None


def _holds(project: Project, place: FaultPlace, block: Block) -> bool:
    """Return whether a condition was met, so that what stands in it ran as it would behind it."""
    if isinstance(block, ast.With):
        return True
    value = project.value(place.at(block.test)) if isinstance(block, ast.If) else False
    return value is not UNKNOWN and bool(value)


def _is_movable(source: Source, statement: ast.stmt, read: set[str]) -> bool:
    """Return whether a statement is a plain one that matters for the fault."""
    is_needed = isinstance(statement, ast.Return) or bool(bound_in(statement) & read)
    return is_needed and _is_plain(source, statement)


def _is_plain(source: Source, statement: ast.stmt) -> bool:
    """Return whether a statement is a simple one on lines of its own that can be indented otherwise."""
    if not isinstance(statement, _SIMPLE) or not source.stands_alone(statement):
        return False
    texts = (node for node in below(statement) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return all(text.end_lineno == text.lineno for text in texts)  # The lines of a text are not to be indented.
