"""AF209 missing-unflatten: rows of features go into a convolution without being given their space.

Why it fails. A convolution slides over maps ``(N, C, H, W)``. Noise of a generator, the code of an autoencoder and
images that were flattened come as rows ``(N, F)``.
What the fix does. Gives the features their space: ``x.view(-1, 32, 7, 7)``, with the sizes that the layer before
spells as a product or that maps had before they were flattened; a position of its own for each sample where there
are as many features as channels, which noise gets where it is made.
Fix safety. Safe where a layer made the features and their space is known; unsafe where the maps are only taken to
be square, or where the rows are data whose order nothing tells.
Source. torch.nn.Unflatten; torch.nn.ConvTranspose2d, section Shape.
"""

import ast
import math
from collections.abc import Iterator
from enum import Enum

from autofix.edits.insert_view_op import insertions
from autofix.facts.call_sites import put_behind, written
from autofix.facts.making_calls import FACTORIES, size_arguments
from autofix.provenance.channel_sites import number, spatial
from autofix.provenance.producers import argument_expression, output_parameter, producing_layer
from autofix.provenance.render_expression import factors_of
from autofix.records.locations import Edit
from autofix.records.trace import Layer, Operation
from autofix.rule import Evidence, Finding, Fixes, Mismatch, OperationKind, Project, Rule, Tensor, shown

_SQUARE = "taking the {} features of {} channels for square maps is a guess"
_ORDER = "the order of the features in the rows is taken to be channels first"


class Space(Enum):
    """Where the sizes of the maps are read from, with what that says."""

    SQUARE = Evidence.OTHER_READING
    SEEN = Evidence.EVIDENT
    SPELLED = Evidence.EXACT_FIT


class MissingUnflatten(Rule):
    mismatches = (Mismatch.CONV_RANK, Mismatch.NORM_RANK)
    examples = shown("""
        a decoder after its Linear layer: 2,5
            self.fc = nn.Linear(5, 4 * 3 * 3); self.up = nn.ConvTranspose2d(4, 1, 2, stride=2)
            x = self.fc(x); < => x = x.view(-1, 4, 3, 3); >self.up(x)
        noise without a position: 2,6
            self.main = nn.Sequential(nn.ConvTranspose2d(6, 3, 4), nn.Tanh())
            < => x = x.unsqueeze(-1).unsqueeze(-1); >self.main(x)
        declines features that the channels do not divide: 2,7
            self.conv = nn.Conv2d(3, 4, 1)
            self.conv(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors or operation.tensors[0].rank != 2:
            return
        tensor, dimensions = operation.tensors[0], spatial(layer)
        channels = number(layer, "in_channels") or number(layer, "num_features")
        if not dimensions or not channels or tensor.shape[1] % channels:
            return
        producer = producing_layer(project, tensor)
        if tensor.shape[1] == channels:
            yield from self._positions(project, operation, layer, tensor, dimensions)
            return
        for space, origin in dict(_spaces(project, tensor, channels, dimensions, producer)).items():
            reasons = [] if producer is not None else [_ORDER]
            reasons += [_SQUARE.format(tensor.shape[1], channels)] if origin is Space.SQUARE else []
            title = f"reshape {tensor.shape} to {(tensor.shape[0], channels, *space)}"
            sizes = ", ".join(map(str, space))
            known = _is_literal(project, layer)
            method = f"view(-1, {channels}, {sizes})" if known else f"unflatten(1, (-1, {sizes}))"
            beside = producer is not None and _container(producer[1]) == _container(layer)
            module = f"Unflatten(1, ({channels if known else -1}, {sizes}))" if beside else ""
            for edits, place in insertions(project, operation, layer, method, "", module):
                yield self.fix(f"{title} {place}", edits, origin.value, reason="; ".join(reasons), unsafe=bool(reasons))

    def _positions(
        self, project: Project, operation: Operation, layer: Layer, tensor: Tensor, dimensions: int
    ) -> Fixes:
        """Yield fixes that give each sample one position: where the rows are made, else before the layer."""
        title = f"reshape {tensor.shape} to {(*tensor.shape, *[1] * dimensions)}"
        edit = _at_making(project, tensor, dimensions)
        if edit is not None:
            yield self.fix(f"{title} where it is made", (edit,), Evidence.EXACT_FIT)
        method = ".".join(["unsqueeze(-1)"] * dimensions)
        for edits, place in insertions(project, operation, layer, method, "", ""):
            yield self.fix(f"{title} {place}", edits, Evidence.EXACT_FIT, Evidence.INSERTED * (edit is not None))


def _is_literal(project: Project, layer: Layer) -> bool:
    """Return whether the layer's channels are written as a number, so that a copy of it is no worse."""
    argument = argument_expression(project, layer, "num_features" if "Norm" in layer.kind else "in_channels")
    return argument is not None and isinstance(argument.node, ast.Constant)


def _container(layer: Layer) -> str:
    return (layer.path or "").rpartition(".")[0]


def _spaces(
    project: Project, tensor: Tensor, channels: int, dimensions: int, producer: tuple[Operation, Layer] | None
) -> Iterator[tuple[tuple[int, ...], Space]]:
    """Yield the sizes of the maps and where they are read from; of equal sizes the last has the best reason."""
    positions = tensor.shape[1] // channels
    side = round(positions ** (1 / dimensions))
    if side**dimensions == positions:
        yield (side,) * dimensions, Space.SQUARE
    for operation in project.trace.operations:
        shape = operation.result.shape if isinstance(operation.result, Tensor) else ()
        is_weight = operation.kind is OperationKind.GET_ATTR
        if len(shape) == dimensions + 2 and (shape[1], math.prod(shape[2:]), is_weight) == (channels, positions, False):
            yield shape[2:], Space.SEEN
    spelled = None if producer is None else argument_expression(project, producer[1], output_parameter(producer[1]))
    if spelled is None or not isinstance(spelled.node, ast.expr):
        return
    factors = [project.integer(spelled.at(factor)) for factor in factors_of(spelled.node)]
    space = tuple(size for size in factors[-dimensions:] if size is not None)
    if len(factors) > dimensions and len(space) == dimensions and math.prod(space) == positions:
        yield space, Space.SPELLED


def _at_making(project: Project, tensor: Tensor, dimensions: int) -> Edit | None:
    """Return the edit that makes ``torch.randn(8, 100)`` ``torch.randn(8, 100, 1, 1)``, where all sizes
    are written out.
    """
    producer = project.producer(tensor)
    call = written(project, producer) if producer is not None and producer.operator in FACTORIES else None
    if call is None or not isinstance(call.node, ast.Call):
        return None
    sizes = size_arguments(call.node)
    return put_behind(call.source, sizes[-1], ", 1" * dimensions) if len(sizes) == tensor.rank else None
