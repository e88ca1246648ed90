"""Which of two layers that disagree on a width is the odd one: the width that fits the layers around both is meant.

People let widths double, halve or stay from layer to layer, and grow or shrink all the way. It reads the trace and
prices; where both widths fit as well, the layer that receives is taken to be wrong, since it is changed more often.
"""

from __future__ import annotations

from autofix.project import Project
from autofix.records import Layer, Tensor
from autofix_rules._sizes import GIVER_EXTRA, output_parameter, producing_layer, width

# What is added to the cost of the layer that receives, and of the layer that gives. Both stay near enough for the
# other to be shown, so that neither is called safe where both run.
RECEIVER_IS_ODD = (0, GIVER_EXTRA)
GIVER_IS_ODD = (4, -1)
FEWEST = 5  # Colours of an image, or two classes, are no width that others follow.
_INPUTS = ("in_channels", "in_features", "input_size")


def extras(project: Project, tensor: Tensor, layer: Layer, expected: int, actual: int) -> tuple[int, int]:
    """The prices where ``layer`` takes ``expected`` features and ``tensor`` brings ``actual``."""
    found = producing_layer(project, tensor)
    if found is None:
        return RECEIVER_IS_ODD
    before, after = width(found[1], _INPUTS), width(layer, (output_parameter(layer),))
    return GIVER_IS_ODD if _fit(before, expected, after) > _fit(before, actual, after) else RECEIVER_IS_ODD


def _fit(before: int | None, between: int, after: int | None) -> int:
    """How many habits a width keeps to, between those of the layer before and the layer after."""
    sides = [side for side in (before, after) if side is not None and side >= FEWEST]
    steps = sum(1 for side in sides if between in (side, 2 * side) or side == 2 * between)
    one_way = len(sides) == 2 and (sides[0] - between) * (between - sides[1]) >= 0
    return steps + one_way
