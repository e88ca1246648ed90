"""Which of two layers that disagree on a width is the odd one: the width that fits the layers around both is meant.

People let widths double, halve or stay from layer to layer, and grow or shrink all the way. It reads the trace and
prices; where both widths fit as well, the layer that receives is taken to be wrong, since it is changed more often.
"""

from __future__ import annotations

from dataclasses import dataclass

from autofix.project import Project
from autofix.records import Layer, Tensor
from autofix_rules._joins import joined
from autofix_rules._sizes import GIVER_EXTRA, output_parameter, producing_layer, width

# What is added to the cost of the layer that receives, and of the layer that gives. Both stay near enough for the
# other to be shown, so that neither is called safe where both run.
RECEIVER_IS_ODD = (0, GIVER_EXTRA)
GIVER_IS_ODD = (4, -1)
PART_EXTRA = 4
AS_OTHERS = 2  # To be as wide as another part tells more than to be twice as wide as the layer before.
FEWEST = 5  # Colours of an image, or two classes, are no width that others follow.
_INPUTS = ("in_channels", "in_features", "input_size")


@dataclass(frozen=True, slots=True)
class Part:
    """A layer whose output was joined, and the width it would give out for the sum to come right."""

    layer: Layer
    width: int
    is_odd: bool


def extras(project: Project, tensor: Tensor, layer: Layer, expected: int, actual: int) -> tuple[int, int]:
    """The prices where ``layer`` takes ``expected`` features and ``tensor`` brings ``actual``."""
    if parts := joined_parts(project, tensor, _dimension(layer, tensor), expected):
        return GIVER_IS_ODD if any(part.is_odd for part in parts) else RECEIVER_IS_ODD
    found = producing_layer(project, tensor)
    if found is None:
        return RECEIVER_IS_ODD
    before, after = width(found[1], _INPUTS), width(layer, (output_parameter(layer),))
    return GIVER_IS_ODD if _fit(before, expected, after) > _fit(before, actual, after) else RECEIVER_IS_ODD


def joined_parts(project: Project, tensor: Tensor, dimension: int, expected: int) -> tuple[Part, ...]:
    """The layers that could each make joined tensors as wide as ``expected``."""
    tensors = joined(project, tensor, dimension)
    sizes = [one.shape[dimension] for one in tensors]
    missing = expected - sum(sizes)
    found: list[tuple[int, Layer, int]] = []
    for index, (one, size) in enumerate(zip(tensors, sizes, strict=True)):
        producer = producing_layer(project, one)
        given = width(producer[1], (output_parameter(producer[1]),)) if producer is not None else None
        # Both directions of a recurrent layer, or maps that were flattened, are a multiple of the width.
        factor = size // given if given and size % given == 0 else 0
        if producer is None or given is None or not factor or size + missing <= 0 or missing % factor:
            continue
        before, others = width(producer[1], _INPUTS), sizes[:index] + sizes[index + 1 :]
        want = given + missing // factor
        gain = _fit(before, want, None) - _fit(before, given, None)
        gain += AS_OTHERS * ((size + missing in others) - (size in others))
        found.append((gain, producer[1], want))
    best = max((gain for gain, _, _ in found), default=0)
    return tuple(Part(layer, want, gain == best > 0) for gain, layer, want in found)


def _dimension(layer: Layer, tensor: Tensor) -> int:
    """The dimension of ``tensor`` that holds the features of ``layer``."""
    first = layer.kind.startswith(("Conv", "BatchNorm", "InstanceNorm", "GroupNorm")) and tensor.rank > 1
    return 1 if first else tensor.rank - 1


def _fit(before: int | None, between: int, after: int | None) -> int:
    """How many habits a width keeps to, between those of the layer before and the layer after."""
    sides = [side for side in (before, after) if side is not None and side >= FEWEST]
    steps = sum(1 for side in sides if between in (side, 2 * side) or side == 2 * between)
    one_way = len(sides) == 2 and (sides[0] - between) * (between - sides[1]) >= 0
    return steps + one_way
