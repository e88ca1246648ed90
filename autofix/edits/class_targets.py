"""Targets that number the classes, for losses that take them otherwise: one channel of several, or one-hot rows.

Masks that a program for pictures saved have three equal channels where a loss wants one class for each pixel, and a
loss that compares number by number wants as many numbers for a sample as there are scores. It lists the edits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.same_values import readable_values
from autofix.edits.swap_class import exchanged
from autofix.facts.call_sites import argument_of, followed, written
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence, Piece
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import reads, stores
from autofix.syntax.source import Source
from autofix.syntax.spelling import module_text, receiver, size_text

_COLOURS = (3, 4)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_FLATTENING = frozenset(("view", "reshape", "flatten"))
_CASTS = frozenset(("float", "to", "type", "type_as", "double"))
_LOSS_OF_CLASSES = {"mse_loss": "cross_entropy", "l1_loss": "cross_entropy", "smooth_l1_loss": "cross_entropy"}
_LAYERS_OF_NUMBERS = frozenset(("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"))


def one_channel(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the first channel of a target that has those of a picture, where the loss reads it and where it was before;
    the latter first where others read the value, too.
    """
    output, target = operation.tensors[:2]
    place = argument_of(project, operation, 1, "target")
    expected, shape = (*output.shape[:1], *output.shape[2:]), target.shape
    if place is None or output.rank < 3 or target.rank != output.rank or shape == output.shape:
        return
    if shape[:-1] == expected and shape[-1] in _COLOURS:
        suffix, count = "[..., 0]", shape[-1]
    elif (shape[0], *shape[2:]) == expected and shape[1] in _COLOURS:
        suffix, count = "[:, 0]", shape[1]
    else:
        return
    doubt = f"that the {count} channels of the target are equal no shape tells, nor which of them numbers the classes"
    title = f"take one of the {count} channels of the target: `{{}}{suffix}`"
    evidence: tuple[Piece, ...] = (Evidence.EXACT_FIT, Evidence.OTHER_READING)
    earlier = first_read(place)
    if earlier is not None:
        edit = place.source.insert_before(earlier, f"{place.text} = {place.text}{suffix}")
        yield CodeChange(title.format(place.text), (edit,), (*evidence, Evidence.RUNNER_UP), doubt)
    further = (*evidence, Evidence.RUNNER_UP * 2) if earlier is not None else evidence
    yield CodeChange(title.format(place.text), (followed(place, suffix),), further, doubt)
    for steps, before in readable_values(project, place, target):
        further = (*evidence, Evidence.OUTWARD * steps)
        yield CodeChange(title.format(before.text), (followed(before, suffix),), further, doubt)


def first_read(place: Expression) -> ast.stmt | None:
    """Return the statement that reads a name first in its function, where others read the value as well; None in a loop
    that does not bind it each time.
    """
    source = place.source
    scope = source.function_of(place.node) or source.tree
    read = sorted(reads(scope, place.text), key=lambda node: (node.lineno, node.col_offset))
    if not isinstance(place.node, ast.Name) or len(read) < 2:
        return None
    first = source.statement_of(read[0])
    return first if is_bound_each_time(source, first, place.text) else None


def is_bound_each_time(source: Source, statement: ast.stmt, name: str) -> bool:
    """Return whether a statement stands in no loop, or in one that binds a name, so that it may change what that is."""
    loop = next((node for node in source.ancestors(statement) if isinstance(node, _LOOPS)), None)
    return loop is None or bool(stores(loop, name))


def one_hot(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the one-hot rows of a target of classes for a loss that compares number by number, and the loss that takes
    the classes themselves.
    """
    output, target = operation.tensors[:2]
    place, scores = argument_of(project, operation, 1, "target"), argument_of(project, operation, 0, "input")
    labels = None if place is None else _labels(project, place, target)
    expected = (*output.shape[:1], *output.shape[2:])
    if place is None or labels is None or output.rank < 2 or output.shape[1] < 2 or target.shape != expected:
        return
    count = output.shape[1]
    functional = module_text(place.source, "torch.nn.functional")
    is_name = scores is not None and isinstance(scores.node, (ast.Name, ast.Attribute))
    size = size_text(place.source, scores.text, 1) if is_name and scores is not None else str(count)
    moved = ".movedim(-1, 1)" if output.rank > 2 else ""
    if functional:
        text = f"{functional}.one_hot({labels.text}, {size}){moved}.float()"
        doubt = f"whether the {count} scores are to be one for each class, or the loss is another, is not told"
        edit = place.source.replace(place.node, text)
        evidence: tuple[Piece, ...] = (Evidence.INSERTED, Evidence.OTHER_READING)
        yield CodeChange(f"compare each score with that of its class: `{text}`", (edit,), evidence, doubt)
    doubt = "another loss is another training; the scores may be meant to be compared with numbers"
    bare = () if labels is place else (place.source.replace(place.node, labels.text),)
    for edits in _loss_of_classes(project, operation):
        evidence = (Evidence.OTHER_READING, Evidence.OTHER_NAME, Evidence.RUNNER_UP)
        yield CodeChange("use the loss that takes the number of the class", (*edits, *bare), evidence, doubt)


def of_flat_rows(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the classes of rows of zeros and ones that were laid behind each other, for a loss that takes classes."""
    output, target = operation.tensors[:2]
    maker = project.producer(target)
    place = None if maker is None or maker.operator not in _FLATTENING else written(project, maker)
    if maker is None or place is None or output.rank != 2 or maker.tensors[0].shape != output.shape:
        return
    if target.values == (0, 1) and isinstance(place.node, ast.Call) and isinstance(place.node.func, ast.Attribute):
        text = f"{receiver(place.source.text_of(place.node.func.value))}.argmax(dim=1)"
        doubt = "that each row marks the one class of its sample no shape tells"
        edit = place.source.replace(place.node, text)
        yield CodeChange(f"pass the class of each row: `{text}`", (edit,), (Evidence.EXACT_FIT,), doubt)


def _labels(project: Project, place: Expression, target: Tensor) -> Expression | None:
    """Return the expression of whole numbers that a target is, or was before it was cast for the loss."""
    if target.dtype == "int64":
        return place
    node = place.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CASTS:
        before = place.at(node.func.value)
        value = project.value(before)
        if isinstance(value, Tensor) and value.dtype == "int64" and value.shape == target.shape:
            return before
    return None


def _loss_of_classes(project: Project, operation: Operation) -> Iterator[tuple[Edit, ...]]:
    layer, call = project.layer_of(operation), written(project, operation)
    if layer is not None and layer.kind in _LAYERS_OF_NUMBERS:
        yield from (edits for edits, _ in exchanged(project, layer, "CrossEntropyLoss"))
    elif call is not None and isinstance(call.node, ast.Call) and isinstance(call.node.func, ast.Attribute):
        name = _LOSS_OF_CLASSES.get(call.node.func.attr)
        if name and layer is None:
            base = receiver(call.source.text_of(call.node.func.value))
            yield (call.source.replace(call.node.func, f"{base}.{name}"),)
