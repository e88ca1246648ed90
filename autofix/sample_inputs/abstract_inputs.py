"""From a tensor that was read off a text to the sample input that it tells."""

from __future__ import annotations

import math
from typing import Any

from autofix.records.samples import SampleInput
from autofix.sample_inputs.abstract_interpreter.values import INTEGERS, AbstractTensor
from autofix.sample_inputs.grammar import MAX_ELEMENTS


def sample_input(value: Any) -> SampleInput | None:
    """Return the shape, dtype and, of integers, the range of a tensor; None for anything else, and for one that is
    empty, has no value in its bounds or is too large to be meant.
    """
    if not isinstance(value, AbstractTensor) or not value.shape or min(value.shape) < 1:
        return None
    if math.prod(value.shape) > MAX_ELEMENTS:
        return None
    if value.dtype not in INTEGERS:
        return SampleInput(value.shape, value.dtype)
    if value.high is not None and value.high <= (value.low or 0):
        return None
    return SampleInput(value.shape, value.dtype, value.low, value.high)
