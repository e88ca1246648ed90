"""What an edited text shows before it is run: that Python itself ends a run that comes to what was edited.

A name is read before anything binds it, a call is given an argument twice, or it is no Python any more. It runs
nothing.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from autofix.facts.clashing_arguments import clashing_arguments
from autofix.records.locations import Texts
from autofix.syntax.unbound_names import unbound_names
from autofix.system.gc_pause import uncollected

_CODE = frozenset((".py", ".pyw"))


def is_refused(texts: Texts, originals: Mapping[Path, str]) -> bool:
    """Return whether edited texts have something that ends a run and that the texts before the edits have not."""
    return any(_is_worse(originals[path], text) for path, text in texts if path.suffix in _CODE)


def _is_worse(before: str, after: str) -> bool:
    known = _tree(before)
    if known is None:
        return False  # It is of another version of Python than ours.
    now = _tree(after)
    if now is None:
        return True
    try:
        known, now = _unlike(known, before, now, after)
        return bool(_refused(now) - _refused(known))
    except RecursionError:
        return False


@lru_cache(maxsize=16)
def _tree(text: str) -> ast.Module | None:
    try:
        with uncollected():
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _refused(tree: ast.Module) -> Counter[tuple[str, str]]:
    """Return what Python refuses in a text, with its place."""
    return unbound_names(tree) + clashing_arguments(tree)


def _unlike(known: ast.Module, before: str, now: ast.Module, after: str) -> tuple[ast.Module, ast.Module]:
    """Return both trees without the functions and classes that are the same and that the others do not name, and
    without the bodies of those that they name; the trees themselves where what is named has changed.
    """
    befores, afters = _texts(known, before), _texts(now, after)
    same = {text for text in befores.keys() & afters.keys() if "global " not in text}
    changed, edited = ([node for text, node in texts.items() if text not in same] for texts in (befores, afters))
    if list(map(_face, changed)) != list(map(_face, edited)):
        return known, now
    named = {part.id for node in (*changed, *edited) for part in ast.walk(node) if isinstance(part, ast.Name)}
    return _without(known, {befores[text] for text in same}, named), _without(
        now, {afters[text] for text in same}, named
    )


def _texts(tree: ast.Module, text: str) -> dict[str, ast.stmt]:
    """Return the statements at the top of a text by theirs; of equal ones the last."""
    lines = text.splitlines()
    return {"\n".join(lines[_first_line(node) - 1 : node.end_lineno]): node for node in tree.body}


def _first_line(node: ast.stmt) -> int:
    return min((part.lineno for part in getattr(node, "decorator_list", ())), default=node.lineno)


def _face(node: ast.stmt) -> str:
    return ast.dump(_outline(node))


def _without(tree: ast.Module, same: set[ast.stmt], named: set[str]) -> ast.Module:
    kept = (node for node in tree.body if node not in same or getattr(node, "name", None) in {None, *named})
    return ast.Module([_outline(node) if node in same else node for node in kept], [])


def _outline(node: ast.stmt) -> ast.stmt:
    """Return a statement without the bodies of the functions in it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _with_body(node, [])
    if isinstance(node, ast.ClassDef):
        return _with_body(node, list(map(_outline, node.body)))
    return node


def _with_body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, body: list[ast.stmt]) -> ast.stmt:
    changed = copy.copy(node)
    changed.body = body
    return changed
