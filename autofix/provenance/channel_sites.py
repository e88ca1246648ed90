"""What several rules ask about channels: how many dimensions a layer slides over, and who agrees on a size.

Evidence only: it reads the trace and counts; it proposes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.joins import joined
from autofix.facts.project_view import Expression, Project
from autofix.provenance import Site, SiteKind, width_evidence
from autofix.provenance.alike_layers import widths_between
from autofix.provenance.producers import argument_expression, output_parameter, producing_layer, width
from autofix.records.costs import Evidence
from autofix.records.trace import Layer
from autofix.records.values import Tensor

_INPUTS = ("in_channels", "in_features", "input_size", "d_model", "embed_dim")
_MOVING = frozenset(("permute", "transpose", "swapaxes", "movedim", "view", "reshape"))


def spatial(layer: Layer) -> int:
    """Return how many dimensions a ConvNd, ConvTransposeNd or NormNd slides over, 0 for other layers."""
    kind = layer.kind
    return int(kind[-2]) if kind[-2:-1].isdigit() and kind.endswith("d") else 0


def number(layer: Layer, name: str) -> int | None:
    return width(layer, (name,))


def input_size(layer: Layer) -> int | None:
    return width(layer, _INPUTS)


def next_layer(project: Project, layer: Layer, failing: Layer) -> Layer | None:
    """Return the first layer built after ``layer`` that takes a fixed width, the failing one aside."""
    start = 0 if layer.identity is None else layer.identity + 1
    later = (built_layer for built_layer in project.trace.layers[start:] if built_layer.identity != failing.identity)
    return next(
        (later_layer for later_layer in later if later_layer.path is not None and input_size(later_layer) is not None),
        None,
    )


def producer_extra(
    project: Project, tensor: Tensor, failing: Layer, expected: int, actual: int, hints: tuple[int, ...] = ()
) -> tuple[width_evidence.Stated, width_evidence.Stated]:
    """Return what is said of changing the failing layer, and of changing the layer before it.

    Of a norm, the layer built after the producing one is asked: it takes either what is expected here or what came out.
    Where there is none, the other layers of the model that were built alike are.
    ``hints`` are the sizes that were flattened into those features.
    """
    producing = producing_layer(project, tensor)
    other = None if producing is None else next_layer(project, producing[1], failing)
    norm = "Norm" in failing.kind and not joined(project, tensor, 1)
    if other is not None and norm and input_size(other) == expected:
        return width_evidence.PRODUCER_DISAGREES
    between = widths_between(project, producing[1], failing) if norm and producing and other is None else ()
    if expected in between and actual not in between:
        return width_evidence.PRODUCER_DISAGREES
    if norm:
        return width_evidence.CONSUMER_DISAGREES
    return width_evidence.extras(project, tensor, failing, expected, actual, hints)


def stand_last(project: Project, tensor: Tensor, layer: Layer, channels: int) -> bool:
    """Return whether ``layer`` finds its channels in the last dimension, and no layer before put channels first."""
    if tensor.rank != spatial(layer) + 2 or tensor.shape[-1] != channels or tensor.shape[1] == channels:
        return False
    for operation in project.ancestry(tensor):
        if operation.operator in _MOVING:
            return True
        before = project.layer_of(operation)
        if before is not None and spatial(before):
            return False
    return True


def same_width(project: Project, layer: Layer, parameter: str, tensor: Tensor) -> Site | None:
    """Return the site that writes the argument as a layer before writes its output width, where one
    function builds both.
    """
    mine = argument_expression(project, layer, parameter)
    if mine is None or isinstance(mine.node, ast.Constant) or not mine.frames:
        return None
    for producer in _producers(project, tensor):
        name = output_parameter(producer)
        theirs = argument_expression(project, producer, name)
        if theirs is None or isinstance(theirs.node, ast.Constant) or theirs.text == mine.text:
            continue
        value = project.integer(mine.at(theirs.node))
        if _same_function(mine, theirs) and value is not None and value == producer.setting(name):
            edits = (mine.source.replace(mine.node, theirs.text),)
            return Site(
                edits, (Evidence.SAME_NAME * 1,), theirs.text, SiteKind.ARGUMENT, mine.source.location(mine.node)
            )
    return None


def _producers(project: Project, tensor: Tensor) -> Iterator[Layer]:
    """Yield the layers that set the width of ``tensor``; of a sum, those of its other terms too."""
    joined = next((o.tensors for o in project.ancestry(tensor) if len(o.tensors) > 1), ())
    for term in (tensor, *joined):
        producing = producing_layer(project, term)
        if producing is not None:
            yield producing[1]


def _same_function(a: Expression, b: Expression) -> bool:
    return a.source.path == b.source.path and [f.function for f in a.frames] == [f.function for f in b.frames]


def beyond_argument(project: Project, layer: Layer, parameter: str, site: Site) -> bool:
    """Return whether a site changes more than what is written for this layer alone."""
    mine = argument_expression(project, layer, parameter)
    own = None if mine is None else mine.source.location(mine.node)
    return own is None or any(edit.path != own.path or not own.range.contains(edit.range) for edit in site.edits)


def words_of(site: Site) -> str:
    """Return what a title says is set, with the place where that does not go without saying."""
    return f"{site.result} ({site.words})" if site.words and site.size is None else site.result


def doubt(site: Site) -> str:
    """Return why a site is not safe, empty where it is: a number for an expression holds for one way to
    build the model.
    """
    return (
        f"{site.text} replaces an expression that may have other values elsewhere" if site.replaces_expression else ""
    )


def to_front(rank: int) -> str:
    """Return the call that moves the last dimension to the place of the channels."""
    if rank == 3:
        return "transpose(1, 2)"
    return f"permute({', '.join(map(str, (0, rank - 1, *range(1, rank - 1))))})"


def to_back(rank: int) -> str:
    """Return the call that moves the channels to the end."""
    if rank == 3:
        return "transpose(1, 2)"
    return f"permute({', '.join(map(str, (0, *range(2, rank), 1)))})"
