"""The statements of the cells that ran that a name needs: what has to be run elsewhere to have its object again.

It follows names back through the cells in the order in which they ran; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Methods after which a model has the shapes that it had.
_KEEP_SHAPES = frozenset(
    ("load_state_dict", "train", "eval", "to", "cuda", "cpu", "zero_grad", "step", "backward", "item", "requires_grad_")
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement at the top level of a cell; lines count from 1."""

    cell: int
    first: int
    last: int
    node: ast.stmt


@dataclass(frozen=True, slots=True)
class CellSlice:
    """The statements that are needed, in their order, and the names that no cell binds."""

    statements: tuple[Statement, ...]
    unbound: frozenset[str]


def statements(cells: Sequence[str]) -> list[Statement]:
    """Return the statements of the cells in the order in which they ran; a cell that is no Python has none."""
    return [
        Statement(
            index, min((node.lineno, *(d.lineno for d in _decorators(node)))), node.end_lineno or node.lineno, node
        )
        for index, text in enumerate(cells)
        for node in _body(text)
    ]


def needed(ran: Sequence[Statement], names: frozenset[str], known: frozenset[str] = frozenset()) -> CellSlice:
    """Return what is needed for the names, but for those that are ``known`` otherwise."""
    open_names = set(names - known)
    kept: list[Statement] = []
    for statement in reversed(ran):
        node = statement.node
        bound = {*_bound(node)}
        is_star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        if is_star or open_names & (bound | {*_changed(node)}):
            kept.append(statement)
            if _binds_anew(node):
                open_names -= bound
            open_names |= {*loaded(node)} - known
    return CellSlice(tuple(reversed(kept)), frozenset(open_names))


def depending(
    later: Sequence[Statement], rebound: frozenset[str], modules: frozenset[str] = frozenset()
) -> Iterator[Statement]:
    """Yield those of the statements that use what is bound anew, or import from modules that are loaded anew."""
    names = set(rebound)
    for statement in later:
        node = statement.node
        if names.intersection(loaded(node)) or modules.intersection(_modules(node)):
            names.update(_bound(node))
            yield statement


def _modules(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        yield node.module or ""
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def loaded(node: ast.AST) -> Iterator[str]:
    """Yield the names that are read somewhere inside of a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            yield inner.id
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            yield inner.target.id


def bound_names(cell: str) -> frozenset[str]:
    """Return the names that a cell binds."""
    return frozenset(name for node in _body(cell) for name in _bound(node))


def names_read(cell: str) -> frozenset[str]:
    """Return the names that a cell reads."""
    return frozenset(name for node in _body(cell) for name in loaded(node))


def _body(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []


def _binds_anew(node: ast.stmt) -> bool:
    """Return whether what a name was before is of no matter after the statement."""
    return isinstance(node, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds in the namespace of the cells."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            yield from _bound(inner)
        else:
            yield from (
                name.id for name in ast.walk(inner) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            )


def _changed(node: ast.stmt) -> Iterator[str]:
    """Yield the names whose objects a statement may change: by an attribute, an entry or a method."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
            yield from _root(inner)
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
            function = inner.value.func
            if isinstance(function, ast.Attribute) and function.attr not in _KEEP_SHAPES:
                yield from _root(function)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
