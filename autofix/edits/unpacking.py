"""Names on the left of an assignment, written anew for the parts that its right side has.

It matches names with parts in the order in which both are written; what the names mean is for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import followed
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import Returned
from autofix.facts.unpacked_values import unpacked
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax.name_bindings import assignments, reads_from
from autofix.syntax.source import Source, dotted


class Unpacking(NamedTuple):
    """The names that were to be bound, what stands left and right of them, and what is there for them."""

    source: Source
    target: ast.Tuple
    left: ast.expr
    right: ast.expr
    result: Returned
    value: Value

    @property
    def statement(self) -> ast.stmt:
        return self.source.statement_of(self.target)

    @property
    def names(self) -> list[str]:
        return [self.source.text_of(element) for element in self.target.elts]

    @property
    def is_whole(self) -> bool:
        """Whether the names are all that stands on the left, not a part of it in parentheses."""
        return self.left is self.target

    @property
    def is_read(self) -> list[bool]:
        """Whether what each name is bound to may be read later; what is no plain name may always be."""
        own = {node for side in (self.left, self.right) for node in ast.walk(side) if isinstance(node, ast.Name)}
        names = [target.id if isinstance(target, ast.Name) else None for target in self.target.elts]
        uses = [reads_from(self.source, self.statement, name) if name is not None else None for name in names]
        return [reads is None or any(use not in own for use in reads) for reads in uses]

    def binds(self, name: str) -> bool:
        """Return whether the function that was called has a name of its own that is ``name``."""
        result = self.result
        if result.source is None or result.function is None or name == "_":
            return False
        return next(assignments(result.source, result.function, name), None) is not None

    def part_names(self, project: Project) -> list[str]:
        """Return the names that the function returns, or the fields of a named tuple; '' for what is no name."""
        node, kind = self.result.node, self.value.type if isinstance(self.value, Sequence) else ""
        if isinstance(node, ast.Tuple):
            return [_last(element) for element in node.elts]
        classes = (n for source in project.sources() for n in source.nodes if isinstance(n, ast.ClassDef))
        own = next((n for n in classes if n.name == kind and "NamedTuple" in map(_last, n.bases)), None)
        return [] if own is None else [dotted(part.target) for part in own.body if isinstance(part, ast.AnnAssign)]

    def written(self, text: str) -> Edit:
        """Return the edit that writes other names, in parentheses where several stand inside others."""
        several = "," in text and not self.is_whole
        return Edit(self.source.path, self.source.range_of(self.target), f"({text})" if several else text)


def unpacking(project: Project) -> Unpacking | None:
    """Return where the failure stood, if that is a tuple of names for what a call, a name or a loop gives."""
    failure = project.trace.failure
    if failure is None or not failure.frames:
        return None
    source = project.source(failure.frames[0].path)
    target = source.node_at(failure.frames[0].range, ast.Tuple)
    parts = None if target is None else unpacked(project, source, target, failure.frames)
    if target is None or parts is None:
        return None
    return Unpacking(source, target, parts.left, parts.right, parts.result, parts.value)


def other_way_round(place: Unpacking) -> Iterator[CodeChange]:
    """Yield a tensor unpacked along a later dimension, which has as many entries as there are names: ``edges.t()`` for
    pairs in rows.
    """
    value, count = place.value, len(place.names)
    if not isinstance(value, Tensor) or not place.is_whole or value.shape[:1] == (count,):
        return
    for dimension in (d for d in range(1, value.rank) if value.shape[d] == count):
        suffix = ".t()" if value.rank == 2 else f".unbind({dimension})"
        edit = followed(Expression(place.source, place.right), suffix)
        title = f"unpack dimension {dimension} of {value.shape}, which has {count} entries"
        yield CodeChange(title, (edit,), (Evidence.INSERTED, Evidence.EXACT_FIT), "the tensor could lie otherwise")


def rest(place: Unpacking, count: int) -> list[str]:
    """Return what stands for ``count`` further parts that nothing reads, as the file writes it: ``_`` for each, or one
    ``*_`` for all.
    """
    nodes = place.source.nodes
    starred = {
        dotted(node.value) for node in nodes if isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Store)
    }
    unread = next((f"*{name}" for name in sorted(starred) if name.startswith("_")), "")
    is_read = any(isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Load) for node in nodes)
    return [unread] if unread else ["__" if is_read else "_"] * count


def _last(node: ast.expr) -> str:
    return dotted(node).rpartition(".")[2]


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
