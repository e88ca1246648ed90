"""The ways on which a value comes to a line that is edited: what serves the one that ran may break another.

It reads the code before a plan; it runs nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from autofix.facts.project_view import Project
from autofix.facts.unread_results import unread_results
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.plan import Step
from autofix.syntax.name_bindings import assignments, reads, targets
from autofix.syntax.source import Source

_LAYOUTS = frozenset(
    (Family.RESHAPE, Family.FLATTENING, Family.UNFLATTENING, Family.VIEW, Family.EXPANSION, Family.REPETITION)
)
_LEAVE = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def other_way(steps: tuple[Step, ...], project: Project) -> str:
    """Return in words on which condition alone a name that an edited line reads was laid out anew; empty if on none.

    ``if c: h = h.view(...)`` and then a line that reads ``h``: where ``c`` does not hold ``h`` comes there as it was,
    and an edit of that line was proved for one of both. A condition on ``h`` itself makes them equal.
    """
    for step in steps:
        for edit in step.fix.edits:
            if edit.path.suffix != ".py" or edit.text.lstrip().startswith("else:"):
                continue  # A line that is put under an `else` goes one of both ways.
            place = (edit.path, edit.range.start.line)
            way = project.once(("other way", *place), partial(_way_to, project, *place))
            if way:
                return way
    return ""


def same_either_way(steps: tuple[Step, ...], project: Project) -> str:
    """Return in words of which condition both values are the same after a plan, so that it decides nothing any more:
    ``6 if colours else 3`` became ``6 if colours else 6``; empty if there is none.
    """
    for edit in (edit for step in steps for edit in step.fix.edits if edit.path.suffix == ".py"):
        source = project.source(edit.path)
        node = source.node_at(edit.range, ast.expr)
        choice = None if node is None else source.parents.get(node)
        if isinstance(choice, ast.IfExp) and node is not choice.test:
            other = choice.orelse if node is choice.body else choice.body
            if source.text_of(other) == edit.text:
                test = source.text_of(choice.test)
                return f"`{test}` decides nothing any more after it; the other of both ways may be meant"
    return ""


def unread_result(steps: tuple[Step, ...], project: Project) -> str:
    """Return in words what was laid out anew of a tensor on the way to the fault and then left alone, if no edit of
    the plan touches or reads it; empty if nothing was.
    """
    edits = [edit for step in steps for edit in step.fix.edits]
    for result in unread_results(project):
        path, line = result.place.source.path, result.name.lineno
        touched = any(e.path == path and e.range.start.line <= line <= e.range.end.line for e in edits)
        if not touched and not any(re.search(rf"\b{result.name.id}\b", edit.text) for edit in edits):
            return (
                f"nothing reads `{result.name.id}`, which line {line} made of the same tensor; it may be what is meant"
            )
    return ""


def _way_to(project: Project, path: Path, line: int) -> str:
    """Return the words for the statement at one line; the search asks for those of every candidate."""
    source = project.source(path)
    statements = project.once(
        ("statements", path), lambda: [node for node in source.nodes if isinstance(node, ast.stmt)]
    )
    around = (node for node in statements if node.lineno <= line <= (node.end_lineno or node.lineno))
    statement = max(around, key=lambda node: node.lineno, default=None)
    if statement is None or source.function_of(statement) is None:
        return ""
    laid_out = next(_laid_out(source, statement), None)
    if laid_out is None:
        return ""
    name, condition = laid_out
    return f"`{name}` comes to line {statement.lineno} laid out otherwise unless `{condition}`"


def _laid_out(source: Source, statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield each name that a statement reads and that only a branch before it has laid out anew, with its condition."""
    read = {node.id for node in reads(statement)}
    for before in _before(source, statement):
        if isinstance(before, ast.If):
            tested = {node.id for node in ast.walk(before.test) if isinstance(node, ast.Name)}
            kept = _bound(before.orelse)
            for name in sorted(read - tested - kept):
                if not isinstance(before.body[-1], _LEAVE) and _lays_out(source, before, name):
                    yield name, ast.unparse(before.test)
        read -= _bound([before])  # What binds a name last decides.


def _before(source: Source, statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements that ran before one in its function, in its own block and those around, nearest first."""
    node: ast.AST = statement
    while not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        parent = source.parents[node]
        for block in (getattr(parent, field, []) for field in ("body", "orelse", "finalbody")):
            if isinstance(block, list) and node in block:
                yield from reversed(block[: block.index(node)])
        node = parent


def _bound(statements: list[ast.stmt]) -> set[str]:
    return {name for statement in statements for node in ast.walk(statement) for name in _targets(node)}


def _targets(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Assign):
        return {name for target in node.targets for name in targets(target)}
    return targets(node.target) if isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For)) else set()


def _lays_out(source: Source, branch: ast.If, name: str) -> bool:
    """Return whether the body of a branch gives a name another layout of what it was."""
    function = source.function_of(branch)
    return function is not None and any(
        statement in branch.body and _reads(value, name) and any(map(_is_layout, ast.walk(value)))
        for statement, value in assignments(source, function, name)
    )


def _reads(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _is_layout(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return any(isinstance(part, ast.Constant) and part.value is None for part in ast.walk(node.slice))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return family(node.func.attr) in _LAYOUTS
