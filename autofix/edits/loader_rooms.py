"""Room for everything that a loader gives, counted as batches times their size, of which the last one has fewer.

``len(loader) * loader.batch_size`` is more than there is, unless the last batch is left out; ``len(loader.dataset)`` is
what there is. All rooms of one function are for the same samples, so they are one edit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Frame
from autofix.records.values import Mapping
from autofix.syntax.name_bindings import assignments, parameters
from autofix.syntax.source import Source, dotted

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def rooms(project: Project) -> Iterator[CodeChange]:
    """Yield the number of samples that each loader has for all rooms that a failing loop made for them."""
    failure = project.trace.failure
    if failure is None or not any(_is_in_loop(project.source(frame.path), frame) for frame in failure.frames):
        return
    for source in project.sources():
        by_loader: dict[tuple[ast.AST | None, str], list[Edit]] = {}
        for node in source.nodes:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and _is_size(source.parents.get(node)):
                function = source.function_of(node)
                frames = project.frames_in(source, function, failure.frames)
                loader = _loader_counted(project, Expression(source, node, frames))
                if loader:
                    edit = source.replace(node, f"len({loader}.dataset)")
                    by_loader.setdefault((function, loader), []).append(edit)
        for (_, loader), edits in by_loader.items():
            words = f"make room for the samples that there are: `len({loader}.dataset)`"
            yield CodeChange(words, tuple(edits), (Evidence.EVIDENT,), "the room could be meant for full batches")


def _is_size(around: ast.AST | None) -> bool:
    """Return whether a number is passed or bound, not compared, shown, or what something is divided by."""
    return isinstance(around, (ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Assign)) or (
        isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mult)
    )


def _is_in_loop(source: Source, frame: Frame) -> bool:
    node = next(iter(source.nodes_at(frame.range)), None)
    return node is not None and any(isinstance(around, _LOOPS) for around in source.ancestors(node))


def _loader_counted(project: Project, product: Expression) -> str:
    """Return the loader of which a product is the number of batches times their size; empty where it is none, or leaves
    out a last batch that is smaller.
    """
    node = product.node
    assert isinstance(node, ast.BinOp)
    for count, size in permutations((node.left, node.right)):
        loader = _loader_of(product, count)
        if loader is None:
            continue
        text = product.source.text_of(loader)
        value = project.value(product.at(loader))
        own = value.get("batch_size") if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and (value.type == "dict" or value.get("drop_last") is True):
            continue
        is_own = dotted(size) == f"{text}.batch_size"
        number = project.integer(product.at(size))
        if is_own or (own is not None and number == own) or (own is number is None and "batch" in dotted(size).lower()):
            return text
    return ""


def _loader_of(product: Expression, count: ast.expr) -> ast.expr | None:
    """Return the loader whose batches are counted, there or where the name was bound that is read."""
    if isinstance(count, ast.Call) and dotted(count.func) == "len" and len(count.args) == 1 and not count.keywords:
        return count.args[0] if isinstance(count.args[0], (ast.Name, ast.Attribute)) else None
    if not isinstance(count, ast.Name):
        return None
    source = product.source
    function = source.function_of(count)
    for scope in (function, source.tree) if function is not None else (source.tree,):
        bound = [value for _, value in assignments(source, scope, count.id)]
        if bound or (isinstance(scope, ast.FunctionDef) and count.id in parameters(scope)):
            value = bound[0] if len(bound) == 1 and isinstance(bound[0], ast.Call) else None
            return None if value is None else _loader_of(product, value)
    return None
