"""Parts of one tensor that are cut along a dimension which has fewer entries, where another one has all of them.

``h[:, :width]`` and ``h[:, width:]`` are the halves of what a layer made twice as wide; with a dimension of steps
between they cut the steps. All cuts of the function that are written alike are moved together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.subscript_places import is_whole
from autofix.facts.call_sites import written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.trace import Operation
from autofix.syntax.subscripts import parts

# Where each cut begins and ends; None where that is left open.
Bounds = tuple[int | None, int | None]
_DOUBT = "the tensor may be meant to have these entries in the dimension that is cut"


def moved_parts(project: Project, finding: Finding) -> Iterator[CodeChange]:
    """Yield the cuts of one tensor along the only dimension that they take apart as a whole."""
    operation, seen = project.operation(finding), set[tuple[str, int]]()
    for tensor in operation.tensors if operation is not None else ():
        for maker in project.ancestry(tensor):
            place = written(project, maker) if maker.operator == "getitem" else None
            at = None if place is None else _only_cut(place.node)
            if place is None or at is None or not maker.tensors or not isinstance(place.node, ast.Subscript):
                continue
            key = place.source.text_of(place.node.value), at
            if key not in seen:
                seen.add(key)
                yield from _moved(place, maker.tensors[0].shape, at, _alike(project, place, maker, at))


def _moved(
    place: Expression, shape: tuple[int, ...], at: int, cuts: list[tuple[ast.Subscript, Bounds]]
) -> Iterator[CodeChange]:
    bounds = [bounds for _, bounds in cuts]
    others = [d for d, size in enumerate(shape) if d not in (0, at) and _takes_apart(bounds, size)]
    if len(others) != 1 or at >= len(shape) or len(cuts) < 2 or _takes_apart(bounds, shape[at]):
        return
    edits, source = [], place.source
    is_last = others[0] == len(shape) - 1
    for node, _ in cuts:
        part = source.text_of(parts(node)[at])
        front = "..., " if is_last and len(shape) > 2 else ":, " * others[0]
        edits.append(source.replace(node, f"{source.text_of(node.value)}[{front}{part}]"))
    words = f"cut dimension {others[0]} of {shape}, which has all entries of the {len(cuts)} parts"
    yield CodeChange(words, tuple(edits), (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.AGREES), _DOUBT)


def _only_cut(node: ast.AST) -> int | None:
    """Return the entry of a subscript that is cut, where it takes all other dimensions as they are."""
    entries = parts(node) if isinstance(node, ast.Subscript) else []
    cut = [at for at, entry in enumerate(entries) if not is_whole(entry)]
    is_slice = len(cut) == 1 and isinstance(entries[cut[0]], ast.Slice)
    return cut[0] if is_slice and cut[0] == len(entries) - 1 else None


def _alike(project: Project, place: Expression, maker: Operation, at: int) -> list[tuple[ast.Subscript, Bounds]]:
    """Return the subscripts of the function that cut the same dimension of the same tensor, with their bounds."""
    source, cuts = place.source, dict[ast.Subscript, Bounds]()
    for operation in project.trace.operations:
        if operation.operator != "getitem" or operation.tensors[:1] != maker.tensors[:1]:
            continue
        other, call = written(project, operation), bound(project, operation)
        key = None if call is None else call.call.get("index")
        cut = key[at] if isinstance(key, tuple) and len(key) == at + 1 else key if at == 0 else None
        if other is None or other.source.path != source.path or not isinstance(other.node, ast.Subscript):
            continue
        if isinstance(cut, slice) and cut.step is None and _only_cut(other.node) == at:
            cuts[other.node] = (cut.start, cut.stop)
    return list(cuts.items())


def _takes_apart(bounds: list[Bounds], size: int) -> bool:
    """Return whether cuts are all entries of a dimension, each once."""
    pieces = sorted((start or 0, size if end is None else end) for start, end in bounds)
    borders = [start for start, _ in pieces] + [size]
    return borders[0] == 0 and all(
        start < end == border for (start, end), border in zip(pieces, borders[1:], strict=True)
    )
