"""Names that a text reads where nothing can have bound them yet: a run that comes there ends.

It reads one text, as Python binds names. Where a branch or a loop may have bound a name it is taken for bound.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from dataclasses import dataclass, field

Unbound = Counter[tuple[str, str]]
Position = tuple[int, int]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OF_MODULES = frozenset((*dir(builtins), "__file__", "__name__", "__doc__", "__path__", "__spec__", "__class__"))


@dataclass
class _Scope:
    """A function, class, comprehension or module: where each of its names is bound, and each is read."""

    name: str
    is_class: bool = False
    runs_at_once: bool = False
    above: _Scope | None = None
    everywhere: set[str] = field(default_factory=set)
    bound: dict[str, list[Position]] = field(default_factory=dict)
    reads: list[tuple[str, Position]] = field(default_factory=list)

    def binds(self, name: str) -> bool:
        return name in self.everywhere or name in self.bound


def unbound_names(tree: ast.Module) -> Unbound:
    """Return the names that are read though nothing above binds them, each with its scope and how often."""
    scopes = [_Scope("")]
    _Walk(scopes, scopes[0]).visit(tree)
    if "*" in scopes[0].everywhere:
        return Counter()  # What such an import brings is not known.
    return Counter((scope.name, name) for scope in scopes for name, at in scope.reads if _is_unbound(scope, name, at))


def _is_unbound(scope: _Scope, name: str, at: Position) -> bool:
    if name in scope.everywhere or scope.is_class:
        return False
    if name in scope.bound:
        return all(position >= at for position in scope.bound[name])
    if scope.runs_at_once and scope.above is not None:
        return _is_unbound(scope.above, name, at)
    above = scope.above
    while above is not None:
        if above.binds(name) and not above.is_class:
            return False
        above = above.above
    return name not in _OF_MODULES


class _Walk(ast.NodeVisitor):
    """Notes the names of one scope, and of those in it."""

    def __init__(self, scopes: list[_Scope], scope: _Scope) -> None:
        self.scopes, self.scope = scopes, scope

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.scope.reads.append((node.id, (node.lineno, node.col_offset)))
        else:
            self._bind(node.id, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._after(node, node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.scope.reads.append((node.target.id, (node.lineno, node.col_offset)))
        self._after(node, [node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._after(node, [node.target])

    def _after(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, targets: list[ast.expr]) -> None:
        """Note what an assignment binds as bound behind it: its value is read before."""
        if node.value is not None:
            self.visit(node.value)
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
                    self.scope.bound.setdefault(part.id, []).append(end)
                elif isinstance(part, ast.Name):
                    self.visit(part)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self.scope
        while scope.runs_at_once and scope.above is not None:
            scope = scope.above
        scope.bound.setdefault(node.target.id, []).append((0, 0))  # It may stand behind what reads it.

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    visit_AsyncFor = visit_For

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self._bind((alias.asname or alias.name).partition(".")[0], node)
            if alias.name == "*":
                self.scopes[0].everywhere.add("*")

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name, node)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.everywhere.update(node.names)
        self.scopes[0].everywhere.update(node.names)

    visit_Nonlocal = visit_Global

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            self._bind(node.name, node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(node.rest, node)
        if isinstance(node, _FUNCTIONS):
            self._function(node)
        elif isinstance(node, ast.ClassDef):
            for part in (*node.decorator_list, *node.bases, *node.keywords):
                self.visit(part)
            self._bind(node.name, node)
            self._within(node.body, _Scope(f"{self.scope.name}.{node.name}", is_class=True, above=self.scope))
        elif isinstance(node, _COMPREHENSIONS):
            self._comprehension(node)
        else:
            super().generic_visit(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = node.args
        for part in (*arguments.defaults, *arguments.kw_defaults, *getattr(node, "decorator_list", ())):
            if part is not None:
                self.visit(part)
        name = getattr(node, "name", "<lambda>")
        self.scope.bound.setdefault(name, []).append((node.lineno, node.col_offset))
        inner = _Scope(f"{self.scope.name}.{name}", above=self.scope)
        inner.everywhere = {part.arg for part in ast.walk(arguments) if isinstance(part, ast.arg)}
        self._within(node.body if isinstance(node.body, list) else [node.body], inner)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        """Note a comprehension as a scope of its own, whose names are those of its loops."""
        self.visit(node.generators[0].iter)
        inner = _Scope(self.scope.name, runs_at_once=not self.scope.is_class, above=self.scope)
        loops = [part for generator in node.generators for part in ast.walk(generator.target)]
        inner.everywhere = {part.id for part in loops if isinstance(part, ast.Name)}
        parts: list[ast.AST] = [g.iter for g in node.generators[1:]]
        parts += [condition for generator in node.generators for condition in generator.ifs]
        parts += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._within(parts, inner)

    def _within(self, parts: list[ast.stmt] | list[ast.expr] | list[ast.AST], inner: _Scope) -> None:
        self.scopes.append(inner)
        walk = _Walk(self.scopes, inner)
        for part in parts:
            walk.visit(part)

    def _bind(self, name: str, node: ast.AST) -> None:
        self.scope.bound.setdefault(name, []).append((getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))
