"""Which of two layers that disagree on a width is the odd one: the width that fits the layers around both is meant.

People let widths double, halve or stay from layer to layer, grow or shrink all the way, and use a width again where a
decoder mirrors an encoder. It reads the trace and states evidence; where both widths fit as well, the layer that
receives is taken to be wrong, since it is changed more often.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autofix.facts import size_origins
from autofix.facts.joins import joined
from autofix.facts.project_view import Project
from autofix.provenance.alike_layers import INPUTS, widths_between
from autofix.provenance.producers import (
    argument_expression,
    before_flattening,
    output_parameter,
    producing_layer,
    width,
)
from autofix.records.costs import Evidence
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor

Stated = tuple[Evidence, ...]

# What is said of the layer that receives, and of the layer that gives. Both stay near enough for the other to be shown,
# so that neither is called safe where both run.
CONSUMER_DISAGREES: tuple[Stated, Stated] = ((), (Evidence.PRODUCER,))
PRODUCER_DISAGREES: tuple[Stated, Stated] = ((Evidence.DISAGREES,), (Evidence.PRODUCER, Evidence.AGREES))
# Far enough that a name in place of another name is called safe.
NAMED_WRONG: tuple[Stated, Stated] = ((), (Evidence.PRODUCER, Evidence.AGAINST))
AS_OTHERS = 2  # To be as wide as another part tells more than to be twice as wide as the layer before.
REPEATED = 2
FEWEST = 5  # Colours of an image, or two classes, are no width that others follow.


@dataclass(frozen=True, slots=True)
class PartOfJoin:
    """A layer whose output was joined, and the width it would give out for the sum to come right."""

    layer: Layer
    width: int
    disagrees: bool


@dataclass(frozen=True, slots=True)
class _WidthPrior:
    """The widths around the one in doubt: two layers before, the layer before, the layer after.

    ``repeated`` are the widths that stand between the latter two elsewhere in the model, also the other way round, or
    in another class that is written alike.
    """

    earlier: int | None
    before: int | None
    after: int | None
    repeated: frozenset[int]

    def kept(self, between: int) -> int:
        """Return how much speaks for a width: each relation to those around it that is usual."""
        sides = [side for side in (self.before, self.after) if side is not None and side >= FEWEST]
        steps = sum(1 for side in sides if between in (side, 2 * side) or side == 2 * between)
        # From a width back to the same, a wider or a narrower one between them is as usual.
        one_way = len(set(sides)) == 2 and (sides[0] - between) * (between - sides[1]) >= 0
        earlier, before = self.earlier or 0, self.before or 0
        doubles = earlier >= FEWEST and before == 2 * earlier and between == 2 * before
        return steps + one_way + doubles + REPEATED * (between in self.repeated)


def extras(
    project: Project, tensor: Tensor, layer: Layer, expected: int, actual: int, hints: tuple[int, ...] = ()
) -> tuple[Stated, Stated]:
    """Return what speaks for and against either where ``layer`` takes ``expected`` features and
    ``tensor`` brings ``actual``.

    ``hints`` are the sizes that were flattened into them: then the channels among them are what is compared.
    """
    if parts := joined_parts(project, tensor, _dimension(layer, tensor), expected):
        return PRODUCER_DISAGREES if any(part.disagrees for part in parts) else CONSUMER_DISAGREES
    producing = producing_layer(project, tensor)
    if hints:
        expected, actual = before_flattening(hints, expected), hints[0]
    if producing is None or not expected or (not hints and _is_reduced_to_another(project, tensor, layer, *producing)):
        return CONSUMER_DISAGREES
    if _same_name(project, producing[1], layer):
        return NAMED_WRONG
    prior = _width_prior(project, *producing, layer, flattened=bool(hints))
    return PRODUCER_DISAGREES if prior.kept(expected) > prior.kept(actual) else CONSUMER_DISAGREES


def _is_reduced_to_another(
    project: Project, tensor: Tensor, layer: Layer, operation: Operation, producer: Layer
) -> bool:
    """Return whether what is left of maps is as wide as another dimension than the one that a producer sets."""
    is_reduced = isinstance(operation.result, Tensor) and operation.result.rank > tensor.rank
    by = size_origins.maker(project, tensor, _dimension(layer, tensor)) if is_reduced else None
    giver = None if by is None else project.layer_of(by)
    return by is not None and (giver is None or giver.identity != producer.identity)


def _same_name(project: Project, producer: Layer, consumer: Layer) -> bool:
    """Return whether the consumer is built, by name, for what the producer takes in: its output was meant."""
    places = [argument_expression(project, layer, _input_parameter(layer)) for layer in (producer, consumer)]
    names = [place.text for place in places if place is not None and not isinstance(place.node, ast.Constant)]
    return len(names) == 2 and names[0] == names[1]


def _input_parameter(layer: Layer) -> str:
    return next((name for name in INPUTS if layer.setting(name) is not None), "")


def joined_parts(project: Project, tensor: Tensor, dimension: int, expected: int) -> tuple[PartOfJoin, ...]:
    """Return the layers that could each make joined tensors as wide as ``expected``."""
    tensors = joined(project, tensor, dimension)
    sizes = [part.shape[dimension] for part in tensors]
    missing = expected - sum(sizes)
    gains: list[tuple[int, Layer, int]] = []
    for index, (part, size) in enumerate(zip(tensors, sizes, strict=True)):
        producer = producing_layer(project, part)
        current_width = width(producer[1], (output_parameter(producer[1]),)) if producer is not None else None
        # Both directions of a recurrent layer, or maps that were flattened, are a multiple of the width.
        factor = size // current_width if current_width and size % current_width == 0 else 0
        if producer is None or current_width is None or not factor or size + missing <= 0 or missing % factor:
            continue
        others = sizes[:index] + sizes[index + 1 :]
        needed_width = current_width + missing // factor
        prior = _width_prior(project, *producer, None, flattened=False)
        gain = prior.kept(needed_width) - prior.kept(current_width)
        gain += AS_OTHERS * ((size + missing in others) - (size in others))
        gains.append((gain, producer[1], needed_width))
    best = max((gain for gain, _, _ in gains), default=0)
    return tuple(PartOfJoin(layer, part_width, gain == best > 0) for gain, layer, part_width in gains)


def _dimension(layer: Layer, tensor: Tensor) -> int:
    """Return the dimension of ``tensor`` that holds the features of ``layer``."""
    first = layer.kind.startswith(("Conv", "BatchNorm", "InstanceNorm", "GroupNorm")) and tensor.rank > 1
    return 1 if first else tensor.rank - 1


def _width_prior(
    project: Project, operation: Operation, producer: Layer, consumer: Layer | None, flattened: bool
) -> _WidthPrior:
    before, after = width(producer, INPUTS), None
    if consumer is not None and not flattened:
        after = width(consumer, (output_parameter(consumer),))
    earlier = producing_layer(project, operation.tensors[0]) if operation.tensors else None
    others = [layer for layer in project.trace.layers if layer not in (producer, consumer)]
    pairs = {(width(layer, INPUTS), width(layer, (output_parameter(layer),))) for layer in others}
    between = {size for _, size in pairs if size is not None} - {before, after}
    repeated = {x for x in between if {(before, x), (x, after)} <= pairs or {(after, x), (x, before)} <= pairs}
    if consumer is not None and not flattened:
        repeated |= widths_between(project, producer, consumer)
    return _WidthPrior(None if earlier is None else width(earlier[1], INPUTS), before, after, frozenset(repeated))
