"""How a place is cut that is longer than its value: as the value was, ``a[:, :k] = zeros_like(a[:, :k])``.

A slice of the same tensor in the same dimension is what the place lacks. One of another tensor, or the name that the
value was made with, has the size as well and says less.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.facts.size_origins import origin
from autofix.records.costs import Evidence
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import below, dotted
from autofix.syntax.subscripts import parts

Slice = tuple[str, Evidence]


def shorter_slices(
    project: Project, value: Expression, target: ast.Subscript, key: int, sizes: tuple[int, int]
) -> Iterator[Slice]:
    """Yield each slice that takes as many entries of a dimension as the value has, with what speaks for it; those of
    the tensor that is written into alone, where there are any.
    """
    room, size = sizes
    source, entries = value.source, parts(target)
    known: dict[str, Evidence] = {}
    for node in _subscripts(value):
        others = parts(node)
        entry = others[key] if len(others) == len(entries) else None
        if not isinstance(entry, ast.Slice) or _length(project, value, entry, room) != size:
            continue
        is_same = source.text_of(node.value) == source.text_of(target.value)
        text = source.text_of(entry)
        if is_same or text not in known:
            known[text] = Evidence.AGREES if is_same else Evidence.OTHER_READING
    strong = [text for text, evidence in known.items() if evidence is Evidence.AGREES]
    yield from ((text, known[text]) for text in strong or known)


def name_of_size(project: Project, value: Expression, tensor: Tensor, dimension: int) -> str:
    """Return the name that gave a value its size where the value is written, ``k`` of ``zeros(b, k)``; else empty."""
    known, size = origin(project, tensor, dimension), tensor.shape[dimension]
    if known is not None and isinstance(known.expression.node, (ast.Name, ast.Attribute)) and not known.is_cut:
        is_read = any(dotted(node) == known.expression.text for part in _texts(value) for node in below(part))
        if is_read and project.integer(value.at(known.expression.node)) == size:
            return known.expression.text
    return ""


def _texts(value: Expression) -> Iterator[ast.expr]:
    """Yield an expression, and what the name that it is was bound to last."""
    yield value.node
    scope = value.source.function_of(value.node) or value.source.tree
    if isinstance(value.node, ast.Name):
        bound = [s for s, _ in assignments(value.source, scope, value.node.id) if s.lineno < value.node.lineno]
        if bound and isinstance(bound[-1], ast.Assign):
            yield bound[-1].value


def _subscripts(value: Expression) -> Iterator[ast.Subscript]:
    return (node for part in _texts(value) for node in below(part) if isinstance(node, ast.Subscript))


def _length(project: Project, value: Expression, entry: ast.Slice, room: int) -> int | None:
    """Return how many of ``room`` entries a slice takes; None where a bound of it is not known."""
    written = (entry.lower, entry.upper, entry.step)
    bounds = [None if node is None else project.integer(value.at(node)) for node in written]
    if any(node is not None and not is_integer(bound) for node, bound in zip(written, bounds, strict=True)):
        return None
    return None if bounds[2] == 0 else len(range(room)[slice(*bounds)])
