"""The statements that led to a fault: where the frames stood, and what made the names that were read there.

Candidates of every kind are looked for here. It lists places; what is wrong at one is for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from autofix.facts.checked_shapes import is_check
from autofix.facts.passed_arguments import chains_at
from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Frame, Operation
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import Source, below, dotted

STEPS_BACK = 4
ADDS = frozenset(("append", "extend", "insert"))
_GIVING = frozenset(("__getitem__", "__iter__", "__call__"))


Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


@dataclass(frozen=True, slots=True)
class FaultPlace:
    """A statement of a function, or of the top of a file, with the frames that stood there; none where it ran before
    and was not recorded.
    """

    source: Source
    scope: Scope
    statement: ast.stmt
    frames: tuple[Frame, ...] = ()

    def way(self) -> Iterator[FaultPlace]:
        """Yield the statement, then the assignments that made the names it reads and what the functions of the file
        return that are among them, and those before them.
        """
        todo, seen = [(self, 0)], {self.statement}
        for current, steps in todo:
            yield current
            if steps >= STEPS_BACK:
                continue
            for name in sorted({dotted(node) for node in reads_of(current.statement)} - {""}):
                for place in current.makers(name):
                    if place.statement not in seen:
                        seen.add(place.statement)
                        todo.append((place, steps + 1))

    def makers(self, name: str) -> list[FaultPlace]:
        """Return the last statements before this one that bind ``name``, and those that bind what the loops run over
        that fill it; or those with which a function returns.
        """
        bound = [s for s, _ in assignments(self.source, self.scope, name) if s.lineno < self.statement.lineno]
        if bound:
            statements = [*bound[-2:], *self._of_loops(name)]
            return [FaultPlace(self.source, self.scope, statement, self.frames) for statement in statements]
        return [
            FaultPlace(self.source, function, node)
            for function in functions_called(self.source, name)
            for node in below(function)
            if isinstance(node, ast.Return) and self.source.function_of(node) is function
        ]

    def _of_loops(self, name: str) -> Iterator[ast.stmt]:
        """Yield what binds the names that a loop runs over in which something is added to ``name``."""
        for node in below(self.scope):
            if isinstance(node, ast.Attribute) and node.attr in ADDS and dotted(node.value) == name:
                for loop in self.source.ancestors(node):
                    over = below(loop.iter) if isinstance(loop, ast.For) and loop.lineno < self.statement.lineno else ()
                    for part in over:
                        bound = assignments(self.source, self.scope, dotted(part)) if isinstance(part, ast.Name) else ()
                        yield from (statement for statement, _ in bound if statement.lineno < node.lineno)

    def at(self, node: ast.expr) -> Expression:
        """Return an expression of the statement, or of what is around it, in its frames."""
        return Expression(self.source, node, self.frames)

    def reads(self) -> Iterator[Expression]:
        """Yield the names and attributes that the statement and what led to it read."""
        for place in self.way():
            yield from place.own_reads()

    def own_reads(self) -> Iterator[Expression]:
        """Yield those that the statement itself reads."""
        return (self.at(node) for node in reads_of(self.statement))


def functions_called(source: Source, name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the function of the file called ``name``, or the methods by which a class of that name gives its items."""
    for function in source.functions:
        class_ = source.parents.get(function)
        if (function.name == name and isinstance(class_, ast.Module)) or (
            isinstance(class_, ast.ClassDef) and class_.name == name and function.name in _GIVING
        ):
            yield function


def places(project: Project, operation: Operation | None, layer: int | None) -> tuple[FaultPlace, ...]:
    """Return the places where the frames of a fault stood, the innermost first, each once."""
    key = ("places", None if operation is None else operation.index, layer)
    return project.once(key, lambda: tuple(_places(project, operation, layer)))


def way(project: Project, operation: Operation | None, layer: int | None) -> tuple[FaultPlace, ...]:
    """Return those places, each with what led to it."""
    key = ("way", None if operation is None else operation.index, layer)
    at = places(project, operation, layer)
    return project.once(key, lambda: tuple(chain.from_iterable(there.way() for there in at)))


def _places(project: Project, operation: Operation | None, layer: int | None) -> Iterator[FaultPlace]:
    seen: set[tuple[str, int]] = set()
    for frames, _, _ in chains_at(project, operation, layer):
        for depth, frame in enumerate(frames):
            source = project.source(frame.path)
            nodes = source.nodes_at(frame.range)
            if not nodes:
                continue
            statement = source.statement_of(nodes[0])
            around = source.parents.get(statement)
            if isinstance(statement, ast.Raise) and isinstance(around, ast.If) and is_check(operation):
                statement = around  # What the check read stands there.
            key = (str(frame.path), statement.lineno)
            if key not in seen:
                seen.add(key)
                scope = source.function_at(frame.range, frame.function) or source.tree
                yield FaultPlace(source, scope, statement, frames[depth:])


def reads(project: Project, operation: Operation | None, layer: int | None) -> Iterator[Expression]:
    """Yield the names and attributes that the statements on the way to a fault read."""
    for place in way(project, operation, layer):
        yield from place.own_reads()


def calls(project: Project, operation: Operation | None, layer: int | None) -> Iterator[tuple[Expression, ast.Call]]:
    """Yield the calls in the statements on the way to a fault, of each statement the inner ones first, each once."""
    seen: set[ast.Call] = set()
    for place in way(project, operation, layer):
        for node in reversed([node for part in evaluated(place.statement) for node in below(part)]):
            if isinstance(node, ast.Call) and node not in seen:
                seen.add(node)
                yield place.at(node), node


def evaluated(statement: ast.stmt) -> list[ast.AST]:
    """Return what a statement itself evaluates, without the lines below a loop or a condition."""
    match statement:
        case ast.For() | ast.AsyncFor():
            return [statement.iter]
        case ast.If() | ast.While():
            return [statement.test]
        case ast.With() | ast.AsyncWith():
            return [item.context_expr for item in statement.items]
        case ast.Try() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return []
    return [statement]


def reads_of(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the names and attributes that a statement reads."""
    for part in evaluated(statement):
        for node in below(part):
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                yield node
