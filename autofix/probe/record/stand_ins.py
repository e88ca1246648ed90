"""What stands in for the result of an operation that raised, where a run is to go on past it.

It makes tensors of shapes that it is given; which shapes those are, the contract of the operator says.
"""

from __future__ import annotations

from typing import Any

import torch

from ..main.wire import Nested


def stand_in(nested: Nested, *, without_storage: bool) -> Any:
    """Return zeros of the shapes in ``nested``, in tuples as the operator gives them.

    They take part in a backward pass, as results do. Zeros are in the range of whatever is indexed by them.
    """
    first, *rest = nested
    if not isinstance(first, str):
        return tuple(stand_in(item, without_storage=without_storage) for item in nested)
    dtype = getattr(torch, first, torch.float32)
    zeros = torch.zeros(tuple(rest), dtype=dtype, device="meta" if without_storage else None)
    if torch.is_grad_enabled() and (dtype.is_floating_point or dtype.is_complex):
        return zeros.requires_grad_().clone()  # A leaf could not be changed in place.
    return zeros
