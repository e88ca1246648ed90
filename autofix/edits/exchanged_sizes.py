"""The two sizes of a layer that stand in each other's place: it would give out what it should take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.passed_arguments import Crossing, PassedArgument, crossing
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression, producing_layer
from autofix.records.finding import Finding, Mismatch
from autofix.records.trace import Layer, Operation

_PAIRS = (
    *(("in1_features", "in2_features"), ("in_features", "out_features"), ("in_channels", "out_channels")),
    *(("input_size", "hidden_size"), ("num_embeddings", "embedding_dim")),
)
MAX_CALLERS = 4
Sizes = tuple[PassedArgument, PassedArgument]


def exchanged_sizes(project: Project, finding: Finding, operation: Operation | None) -> Iterator[Sizes]:
    """Yield the sizes of the layer that failed where the second is what it is given; of a layer that made an operand
    beside others, where their names say it too.
    """
    layer = project.layer(finding.layer)
    sizes = None if layer is None else _sizes(project, layer)
    is_of_sizes = sizes is not None and finding.expected[:1] in {(size.value,) for size in sizes}
    if sizes is not None and is_of_sizes and _fits(finding, sizes[1].value):
        yield sizes
    tensors = operation.tensors if operation is not None and finding.mismatch is Mismatch.BROADCAST else ()
    for tensor, other in zip(tensors, reversed(tensors), strict=True) if len(tensors) == 2 else ():
        producer = producing_layer(project, tensor)
        sizes = None if producer is None or tensor.shape[-1:] == other.shape[-1:] else _sizes(project, producer[1])
        if sizes is not None and other.shape[-1:] == (sizes[0].value,) and crossing(*sizes) is Crossing.BOTH:
            yield sizes


def _sizes(project: Project, layer: Layer) -> Sizes | None:
    pair = next((pair for pair in _PAIRS if layer.setting(pair[0]) is not None), None)
    places = [argument_expression(project, layer, name) for name in pair or ()]
    sizes = [
        PassedArgument(place, name, layer.setting(name))
        for place, name in zip(places, pair or (), strict=True)
        if place is not None
    ]
    if len(sizes) != 2 or sizes[0].expression.source.path != sizes[1].expression.source.path:
        return None
    return _passed(project, (sizes[0], sizes[1]))


def _passed(project: Project, sizes: Sizes) -> Sizes:
    """Return the arguments by which the sizes came to a class around a layer that has them by the layer's own names."""
    for _ in range(MAX_CALLERS):
        if not all(size.has_its_own_name and isinstance(size.expression.node, ast.Name) for size in sizes):
            return sizes
        outer = [[b for b in bindings(project, size.expression) if b.is_argument] for size in sizes]
        if any(len(passed) != 1 or passed[0].inverse is not None for passed in outer):
            return sizes
        first, second = (passed[0].expression for passed in outer)
        if first.source.path != second.source.path or _call(first) is not _call(second):
            return sizes
        sizes = replace(sizes[0], expression=first), replace(sizes[1], expression=second)
    return sizes


def _call(argument: Expression) -> ast.Call | None:
    return next((node for node in argument.source.ancestors(argument.node) if isinstance(node, ast.Call)), None)


def _fits(finding: Finding, outgoing: object) -> bool:
    """Return whether what a layer gives out is what it should take; an embedding needs that many rows or more."""
    required = finding.actual[0] if finding.actual else None
    if finding.mismatch is Mismatch.EMBEDDING_RANGE:
        return isinstance(outgoing, int) and required is not None and outgoing >= required
    return outgoing is not None and outgoing == required


def contradict(first: PassedArgument, second: PassedArgument) -> bool:
    """Return whether two names stand where they are, without a word that belongs in the other's place."""
    if not (first.name and second.name):
        return False
    incoming, outgoing = (set(size.parameter.split("_")) for size in (first, second))
    words = set(first.name.split("_")), set(second.name.split("_"))
    return not (words[0] & (outgoing - incoming) or words[1] & (incoming - outgoing))
