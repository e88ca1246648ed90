"""A subscript whose entries stand for other dimensions than they are meant for: the last ones of a tensor that has
fewer in front, or the only one that a mask is as long as.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import written
from autofix.facts.project_view import Expression, Project
from autofix.operators.rows.subscripts import is_mask
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, is_integer
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.subscripts import parts


def from_the_end(place: Expression, rank: int) -> tuple[Edit, ...]:
    """Return the edits of a subscript that takes more dimensions in front as they are than there are: ``x[..., 0]``
    for ``x[:, 0]``, which is the same of what has them; with those of the same tensor in the statement.
    """
    node, source = place.node, place.source
    if not isinstance(node, ast.Subscript) or _behind(node, rank) is None:
        return ()
    base = source.text_of(node.value)
    alike = [part for part in ast.walk(source.statement_of(node)) if isinstance(part, ast.Subscript)]
    edits = []
    for part in (part for part in alike if source.text_of(part.value) == base):
        behind = _behind(part, rank)
        if behind is not None:
            texts = ", ".join(("...", *map(source.text_of, behind)))
            edits.append(source.replace(part, f"{base}[{texts}]"))
    return tuple(edits)


def is_one_of_many(project: Project, operation: Operation) -> bool:
    """Return whether something says that a function takes one of what it may take many of: ``vmap`` is called on the
    way, or the same line was given more dimensions before.
    """
    frames, rank = operation.frames, operation.tensors[0].rank
    if any(callee_name(call) == "vmap" for frame in frames for call in project.source(frame.path).calls):
        return True
    return any(
        other.frames[:1] and other.frames[0].range == frames[0].range and other.tensors and other.tensors[0].rank > rank
        for other in project.trace.operations[: operation.index]
        if other.target == operation.target and other.frames[:1] and other.frames[0].path == frames[0].path
    )


def _behind(node: ast.Subscript, rank: int) -> list[ast.expr] | None:
    """Return what a subscript says of the last dimensions, where it says too much of those in front; else None."""
    entries = parts(node)
    front = next((at for at, entry in enumerate(entries) if not is_whole(entry)), len(entries))
    behind = entries[front:]
    is_clear = bool(behind) and 0 < len(entries) - rank <= front and not any(map(_counts_otherwise, behind))
    return behind if is_clear else None


def moved_masks(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the subscript with its mask where the tensor is as long: ``x[:, :, mask]`` for ``x[:, mask]``."""
    place, key = written(project, operation), operation.arguments[1] if len(operation.arguments) > 1 else None
    node = None if place is None else _subscript(project, operation, place)
    entries = [] if node is None else parts(node)
    values = key.items if isinstance(key, Sequence) else (key,)
    masks = [at for at, value in enumerate(values) if is_mask(value)]
    if place is None or node is None or len(entries) != len(values) or len(masks) != 1 or not operation.tensors:
        return
    at, mask, shape = masks[0], values[masks[0]], operation.tensors[0].shape
    assert isinstance(mask, Tensor)
    if not all(is_whole(entry) for index, entry in enumerate(entries) if index != at):
        return
    fitting = [d for d in range(len(shape) - mask.rank + 1) if shape[d : d + mask.rank] == mask.shape]
    if len(fitting) != 1 or fitting == [at] or not mask.rank:
        return
    text = ", ".join((*[":"] * fitting[0], place.source.text_of(entries[at])))
    words = f"dimension {fitting[0]} of {shape} is as long as the mask: `[{text}]`"
    edit = place.source.replace(node, f"{place.source.text_of(node.value)}[{text}]")
    yield CodeChange(words, (edit,), (Evidence.EXACT_FIT, Evidence.AGREES), "the mask may be made too long")


def moved_indices(project: Project, operation: Operation, asked: int) -> Iterator[CodeChange]:
    """Yield the subscript with its only index along another dimension, which has the entry that is asked for:
    ``x[:, keep]`` for ``x[keep]``.
    """
    place = written(project, operation)
    node = None if place is None else _subscript(project, operation, place)
    entries = [] if node is None else parts(node)
    picked = [at for at, entry in enumerate(entries) if not is_whole(entry)]
    if place is None or node is None or len(picked) != 1 or not operation.tensors:
        return
    at, shape = picked[0], operation.tensors[0].shape
    if isinstance(entries[at], ast.Slice) or any(_counts_otherwise(entry) for entry in entries):
        return
    longer = [d for d, size in enumerate(shape) if d != at and size > asked]
    for rank, dimension in enumerate(longer):
        text = ", ".join((*[":"] * dimension, place.source.text_of(entries[at])))
        edit = place.source.replace(node, f"{place.source.text_of(node.value)}[{text}]")
        evidence = (Evidence.EXACT_FIT * (len(longer) == 1), Evidence.OTHER_READING, Evidence.RUNNER_UP * rank)
        words = f"take the entries of dimension {dimension} of {shape}, which has them: `[{text}]`"
        yield CodeChange(words, (edit,), evidence, "the index may be made for more entries than there are")


def without_index(project: Project, operation: Operation, rank: int) -> Iterator[CodeChange]:
    """Yield the operand without the subscript that takes one entry of it, where it has ``rank`` dimensions then:
    ``values.argmax(1)`` for the first of ``values[0]``.
    """
    maker = project.producer(operation.tensors[0]) if operation.tensors else None
    place = written(project, maker) if maker is not None and maker.operator == "getitem" else None
    if maker is None or place is None or not isinstance(place.node, ast.Subscript) or maker.tensors[0].rank < rank:
        return
    odd = [entry for entry in parts(place.node) if not is_whole(entry)]
    if len(odd) == 1 and is_integer(project.value(place.at(odd[0]))):
        words = f"leave out `[{place.source.text_of(place.node.slice)}]`: {maker.tensors[0].shape} has the dimension"
        edit = place.source.replace(place.node, place.source.text_of(place.node.value))
        yield CodeChange(words, (edit,), (Evidence.EXACT_FIT, Evidence.OTHER_READING), "the entry may be meant")


def is_whole(entry: ast.expr) -> bool:
    """Return whether an entry takes its dimension as it is."""
    return isinstance(entry, ast.Slice) and entry.lower is entry.upper is entry.step is None


def _counts_otherwise(entry: ast.expr) -> bool:
    """Return whether an entry may stand for another number of dimensions than one."""
    return isinstance(entry, ast.Constant) and entry.value in (None, Ellipsis)


def _subscript(project: Project, operation: Operation, place: Expression) -> ast.Subscript | None:
    """Return the subscript that is read, or written into."""
    node: ast.AST | None = place.node
    if operation.operator == "setitem" and (at_line := project.statement(operation)) is not None:
        node = at_line[1].targets[0] if isinstance(at_line[1], ast.Assign) else None
    return node if isinstance(node, ast.Subscript) else None
