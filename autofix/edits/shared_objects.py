"""One object under two names, of which one is changed: ``cfg = BASE`` and then ``cfg.update(changes)``.

What is changed for one is changed for all that read it. The edit makes a copy where the second name is bound; whether
a copy is meant is for the run and for whoever reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from autofix.edits.imports import imported
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import literals
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.values import is_integer
from autofix.syntax.name_bindings import bound_above, parameters
from autofix.syntax.source import Function, Source, below, dotted

_OF_DICTS = frozenset(("update", "setdefault", "popitem"))
_OF_LISTS = frozenset(("append", "extend", "insert", "remove", "sort", "reverse"))
_OF_BOTH = frozenset(("pop", "clear"))


@dataclass(frozen=True, slots=True)
class Shared:
    """``name`` is a second name of the object of ``original``, of which a copy ``text`` is made; ``numbers`` are
    written in it.
    """

    name: str
    original: str
    text: str
    numbers: frozenset[int]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of an object; ``depth``: of its own entry 1, of an entry's entry 2; ``kind``: what only it can be."""

    depth: int
    kind: str = ""


def shared_objects(project: Project) -> Iterator[Shared]:
    """Yield each second name by which an object is changed, with the edits that make it the name of a copy."""
    for source in project.sources():
        for scope, name, value, changes in _second_names(source):
            yield from _copied(project, source, scope, name, value, changes)


_SecondName = tuple[Function | ast.Module, str, ast.expr, list[_Change]]


@lru_cache(maxsize=512)
def _second_names(source: Source) -> list[_SecondName]:
    """Return the second names of one text that are changed and read then: looked for once, asked for often."""
    names: list[_SecondName] = []
    functions = [node for node in source.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for scope in (source.tree, *functions):
        around = None if isinstance(scope, ast.Module) else scope
        second = [node for node in below(scope) if isinstance(node, ast.Assign) and _is_second_name(node)]
        own = [node for node in below(scope) if source.function_of(node) is around] if second else []
        for node in second:
            if source.function_of(node) is around:
                name = dotted(node.targets[0])
                changes = _changes(own, name, node.lineno)
                if changes and _is_read(source, own, name, node.lineno):
                    names.append((scope, name, node.value, changes))
    return names


def _is_second_name(node: ast.Assign) -> bool:
    name = dotted(node.targets[0]) if len(node.targets) == 1 else ""
    return (
        bool(name) and isinstance(node.targets[0], (ast.Name, ast.Attribute)) and dotted(node.value) not in ("", name)
    )


def _copied(
    project: Project, source: Source, scope: Function | ast.Module, name: str, value: ast.expr, changes: list[_Change]
) -> Iterator[Shared]:
    """Yield the copy of what was written as a dictionary, a list or a call, or is a parameter."""
    displays = [literal.node for literal in literals(project, Expression(source, value))]
    kinds = {kind for kind in map(_kind, displays) if kind}
    is_parameter = not isinstance(scope, ast.Module) and dotted(value) in parameters(scope)
    if not (is_parameter or len(kinds) == 1) or (kinds and not all(map(_kind, displays))):
        return
    original, possible = source.text_of(value), kinds or {change.kind for change in changes} - {""}
    kind = next(iter(possible)) if len(possible) == 1 and max(change.depth for change in changes) == 1 else ""
    text = f"{kind}({original})" if kind in {"dict", "list"} else f"copy.copy({original})"
    if max(change.depth for change in changes) > 1:
        text = f"copy.deepcopy({original})"
    edits = [source.replace(value, text)]
    if text.startswith("copy.") and "copy" not in bound_above(source.tree, len(source.lines)) | _modules(source):
        edits.append(imported(source, "import copy"))
    numbers = {
        node.value
        for display in displays
        for node in ast.walk(display)
        if isinstance(node, ast.Constant)
        if is_integer(node.value)
    }
    yield Shared(name, original, text, frozenset(numbers), tuple(edits))


def _modules(source: Source) -> set[str]:
    imports = (node for node in source.tree.body if isinstance(node, ast.Import))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def _kind(display: ast.expr) -> str:
    """Return ``dict`` or ``list`` for what is written as one, ``object`` for a call that is given named entries."""
    match display:
        case ast.Dict() | ast.Call(func=ast.Name(id="dict")):
            return "dict"
        case ast.List():
            return "list"
        case ast.Call(keywords=[_, *_], args=[]):
            return "object"
    return ""


def _is_read(source: Source, nodes: list[ast.AST], name: str, line: int) -> bool:
    """Return whether something takes the changed object by that name: a copy that nobody reads would undo the change.

    What an object keeps is read by its other methods.
    """
    reads = [node for node in nodes if dotted(node) == name and isinstance(getattr(node, "ctx", None), ast.Load)]
    return "." in name or any(
        _change(source.statement_of(node), name) is None
        and not any(_change(around, name) for around in source.ancestors(node))
        for node in reads
        if getattr(node, "lineno", 0) > line
    )


def is_met(project: Project, finding: Finding, shared: Shared) -> bool:
    """Return whether the fault meets the object: by a number that is written in it, or where the layer that failed was
    built of it.
    """
    layer = project.layer(finding.layer)
    call = None if layer is None else project.construction_call(layer)
    reads = below(call.node) if call is not None else ()
    numbers = shared.numbers.intersection((*finding.expected, *finding.actual))
    return bool(numbers) or any(dotted(node) == shared.original for node in reads)


def _changes(nodes: list[ast.AST], name: str, line: int) -> list[_Change]:
    """Return how the object of a name is changed below a line, as far as the name is not bound again."""
    later = [node for node in nodes if getattr(node, "lineno", 0) > line]
    again = [node.lineno for node in later if isinstance(node, ast.Assign) and name in map(dotted, node.targets)]
    until = min(again, default=10**9)
    changes = (_change(node, name) for node in later if getattr(node, "lineno", 0) < until)
    return [change for change in changes if change is not None]


def _change(node: ast.AST, name: str) -> _Change | None:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=attr)) if attr in _OF_DICTS | _OF_LISTS | _OF_BOTH:
            depth = 0 if dotted(inner) == name else _depth(inner, name)
            kind = "dict" if attr in _OF_DICTS else "list" if attr in _OF_LISTS else ""
            is_its = dotted(inner) == name or depth
            return _Change(depth + 1, kind if not depth else "") if is_its else None
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target) | ast.Delete(targets=[target]):
            depth = _depth(target, name)
            key = target.slice if isinstance(target, ast.Subscript) else None
            is_named = isinstance(key, ast.Constant) and isinstance(key.value, str)
            return _Change(depth, "dict" if is_named and depth == 1 else "") if depth else None
    return None


def _depth(node: ast.AST, name: str) -> int:
    """Return by how many subscripts and attributes a place lies in the object of a name; 0 where it does not."""
    depth = 0
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node, depth = node.value, depth + 1
        if dotted(node) == name:
            return depth
    return 0
