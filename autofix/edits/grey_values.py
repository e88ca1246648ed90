"""Grey values that are taken for numbers of classes: masks of 0 and 255 where a loss has scores for two classes.

Of the labels the run tells only the lowest and the highest. Where the highest is the white of a picture, and equal
steps lead there from black for the classes that there are, ``// step`` numbers them. It lists the edits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.class_targets import first_read
from autofix.edits.code_change import CodeChange
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import written
from autofix.facts.project_view import Expression, Project
from autofix.facts.recurrences import ran_before
from autofix.records.costs import Evidence, Piece
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_WHITE, _WHITE_OF_TWO = 255, frozenset((100, 127, 128, 254, 65535))
_INTEGERS = frozenset(("int64", "int32", "int16", "uint8"))
_ROUND = (ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp)


def numbered(project: Project, operation: Operation, place: Expression, labels: Tensor, count: int) -> list[CodeChange]:
    """Return the edits that make class numbers of grey values; none where the labels may be classes as they are."""
    step = _step(labels, count)
    if step is None or _are_classes(project, operation):
        return []
    doubt = (
        f"0 to {step * (count - 1)} look like grey values, not classes; a value between, or one for no class, may occur"
    )
    chosen: list[CodeChange] = []
    for text, edit, evidence in _places(project, place, labels, f" // {step}"):
        title = f"number the classes by their grey values: `{text}`"
        chosen.append(CodeChange(title, (edit,), (Evidence.EVIDENT, *evidence), doubt))
    return chosen


def _step(labels: Tensor, count: int) -> int | None:
    """Return the grey values from one class to the next; None where the labels are no such values."""
    lowest, highest = labels.values or (0, 0)
    if lowest != 0 or count < 2 or highest % (count - 1) or highest < count:
        return None
    is_white = highest == _WHITE or (count == 2 and highest in _WHITE_OF_TWO)
    return highest // (count - 1) if is_white else None


def _are_classes(project: Project, failed: Operation) -> bool:
    """Return whether some label is said to be none, or a batch before was taken as it was: then it numbers classes."""
    if any("ignore_index" in source.text for source in project.sources()):
        return True
    return bool(ran_before(project, failed))


def _places(
    project: Project, place: Expression, labels: Tensor, suffix: str
) -> Iterator[tuple[str, Edit, tuple[Piece, ...]]]:
    """Yield where labels are made, bound and read, with the edit there and the evidence, the best first."""
    origin = _made_by_data_set(project, labels)
    if origin is not None:
        yield _behind(origin, suffix, ())
    for steps, before in same_values(project, place, labels):
        if isinstance(before.node, (ast.Subscript, ast.Call)):
            yield _behind(before, suffix, (Evidence.OUTWARD * steps,))
    earlier = first_read(place)
    if earlier is not None:
        text = f"{place.text} = {place.text}{suffix}"
        yield text, place.source.insert_before(earlier, text), (Evidence.INSERTED, Evidence.OUTWARD)
    yield _behind(place, suffix, (Evidence.RUNNER_UP * (2 if earlier is not None else 1),))


def _behind(place: Expression, suffix: str, evidence: tuple[Piece, ...]) -> tuple[str, Edit, tuple[Piece, ...]]:
    operand = f"({place.text})" if isinstance(place.node, (ast.BinOp, ast.IfExp, ast.Compare)) else place.text
    text = f"{operand}{suffix}"
    is_inner = isinstance(place.source.parents.get(place.node), _ROUND)
    return text, place.source.replace(place.node, f"({text})" if is_inner else text), evidence


def _made_by_data_set(project: Project, labels: Tensor) -> Expression | None:
    """Return the one expression in a ``__getitem__`` that makes a sample's labels, where there is no other like it."""
    own = [size for size in labels.shape[1:] if size != 1]
    alike = [
        o
        for o in project.trace.operations
        if isinstance(o.result, Tensor)
        and o.result.dtype in _INTEGERS
        and own == [size for size in o.result.shape if size != 1]
        and any(frame.function.endswith(".__getitem__") for frame in o.frames)
    ]
    read = {tensor.producer for operation in alike for tensor in operation.tensors}
    last = [operation for operation in alike if operation.index not in read]
    places = {operation.frames[0].place for operation in last}
    return written(project, last[0]) if own and len(places) == 1 else None
