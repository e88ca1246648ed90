"""Names on the left of an assignment, written anew for the parts that its right side has.

It matches names with parts in the order in which both are written; what the names mean is for the rules.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import Returned, returned
from autofix.records.locations import Edit
from autofix.records.values import Sequence, Value
from autofix.syntax.name_bindings import assignments, reads_from
from autofix.syntax.source import Source, dotted


class Unpacking(NamedTuple):
    """The names that were to be bound, the statement they stand in, and what is there for them."""

    source: Source
    target: ast.Tuple
    statement: ast.Assign
    result: Returned
    value: Value

    @property
    def names(self) -> list[str]:
        return [self.source.text_of(element) for element in self.target.elts]

    @property
    def is_whole(self) -> bool:
        """Whether the names are all that stands on the left, not a part of it in parentheses."""
        return self.statement.targets[0] is self.target

    @property
    def is_read(self) -> list[bool]:
        """Whether what each name is bound to may be read later; what is no plain name may always be."""
        own = {node for node in ast.walk(self.statement) if isinstance(node, ast.Name)}
        names = [target.id if isinstance(target, ast.Name) else None for target in self.target.elts]
        uses = [reads_from(self.source, self.statement, name) if name is not None else None for name in names]
        return [reads is None or any(use not in own for use in reads) for reads in uses]

    def binds(self, name: str) -> bool:
        """Return whether the function that was called has a name of its own that is ``name``."""
        result = self.result
        if result.source is None or result.function is None or name == "_":
            return False
        return next(assignments(result.source, result.function, name), None) is not None

    @property
    def part_names(self) -> list[str]:
        """The names that the function returns; '' for what is no name."""
        node = self.result.node
        return [dotted(element).rpartition(".")[2] for element in node.elts] if isinstance(node, ast.Tuple) else []

    def written(self, text: str) -> Edit:
        """Return the edit that writes other names, in parentheses where several stand inside others."""
        several = "," in text and not self.is_whole
        return Edit(self.source.path, self.source.range_of(self.target), f"({text})" if several else text)


def unpacking(project: Project) -> Unpacking | None:
    """Return where the failure stood, if that is a tuple of names on the left of a call or of a shape."""
    failure = project.trace.failure
    if failure is None or not failure.frames:
        return None
    source = project.source(failure.frames[0].path)
    target = source.node_at(failure.frames[0].range, ast.Tuple)
    statement = None if target is None else source.statement_of(target)
    if target is None or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    shape = project.value(Expression(source, statement.value, failure.frames))
    is_shape = isinstance(shape, Sequence) and shape.type == "Size"
    if not is_shape and not isinstance(statement.value, ast.Call):
        return None
    result = Returned(shape) if is_shape else returned(project, source, statement.value)
    value = _inside(source, target, statement, result.value)
    return Unpacking(source, target, statement, result, value)


def _inside(source: Source, target: ast.expr, statement: ast.Assign, value: Value) -> Value:
    """Return the part of ``value`` that ``target`` is for, which may stand in parentheses among other names."""
    parent = source.parents.get(target)
    if target is statement.targets[0] or not isinstance(parent, ast.Tuple):
        return value
    items, index = items_of(_inside(source, parent, statement, value)), parent.elts.index(target)
    return items[index] if index < len(items) else None


def items_of(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Sequence) else ()


def leaves(value: Value) -> int:
    """Return how many names a value takes that is unpacked to the last level."""
    return sum(map(leaves, value.items)) if _is_nested(value) and isinstance(value, Sequence) else 1


def _is_nested(value: Value) -> bool:
    return isinstance(value, Sequence) and value.type in {"tuple", "list"}


def nested(names: list[str], value: Sequence) -> str:
    """Return ``out, (h, c)`` for three names of a value with such parts; there is a name for each leaf."""
    rest = list(names)
    return ", ".join(_nested_part(rest, item) for item in value.items)


def _nested_part(rest: list[str], value: Value) -> str:
    if not _is_nested(value) or not isinstance(value, Sequence):
        return rest.pop(0)
    inner = ", ".join(_nested_part(rest, item) for item in value.items)
    return f"({inner},)" if len(value.items) == 1 else f"({inner})"


def placed(names: list[str], parts: list[str]) -> list[str] | None:
    """Return one name for each part, ``_`` where none is called like it; None where a name has no part of its own."""
    distinct_names = set(names) - {"_"}
    if not distinct_names or any(parts.count(name) != 1 for name in distinct_names):
        return None
    return [part if part in distinct_names else "_" for part in parts]


def speak_of_another_order(names: list[str]) -> bool:
    """Return whether a name other than the first says that it is the output."""
    return any(dotted(ast.parse(name, mode="eval").body).startswith("out") for name in names[1:])
