"""How much memory a run may take before it is first made without storage, and what of it is taken.

Sizes are counted as they are asked for, before the memory is.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from ..contain import limits
from ..main import wire

MEBIBYTE = 1 << 20
UNKNOWN_MACHINE = 8 * 1024 * MEBIBYTE
PARAMETERS_SOUNDED = 768 * MEBIBYTE
ACTIVATIONS_SOUNDED = 1024 * MEBIBYTE
SHARE = 6  # Three runs at once, of which the system is to keep half of its memory.
SMALLEST_COUNTED = 1 << 16  # Elements: smaller tensors are not worth counting.

_FACTORIES = frozenset(
    {torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.randint, torch.eye}
)


class TooLargeError(BaseException):
    """The run would hold more than is allocated unasked. No error of the model: its own ``except`` must not see it."""


class NeedsValuesError(BaseException):
    """A run without storage came to an operation that has no form without."""


class Meter:
    """What one run has asked for, in bytes; raises TooLargeError before it gets more than is usual."""

    def __init__(self) -> None:
        self.parameter_bytes = 0
        self.activation_bytes = 0

    @property
    def exceeded(self) -> bool:
        return self.parameter_bytes > PARAMETERS_SOUNDED or self.activation_bytes > ACTIVATIONS_SOUNDED

    def asked(self, func: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Count a torch function that is about to be called, if it makes a tensor of a given size."""
        if func not in _FACTORIES:
            return
        self.parameter_bytes += 4 * _elements(args, kwargs)
        if self.exceeded:
            raise TooLargeError

    def released(self) -> None:
        """Note that a backward pass is over: the results of its step are no longer held."""
        self.activation_bytes = 0

    def gave(self, result: Any) -> None:
        """Count the result of an operation, which is in wire form."""
        if type(result) is not dict:
            return
        tensor = result.get(wire.TENSOR)
        if tensor is None:
            for item in result.get(wire.SEQUENCE, ("", ()))[1]:
                self.gave(item)
            return
        elements = math.prod(tensor[0])
        if elements >= SMALLEST_COUNTED:
            self.activation_bytes += 4 * elements
            if self.exceeded:
                raise TooLargeError


def _elements(args: Any, kwargs: dict[str, Any]) -> int:
    """Return the elements of the size that a factory was given, as one argument or as several; 0 for anything else."""
    sizes = kwargs.get("size", args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args)
    elements = 1
    for size in sizes if isinstance(sizes, (tuple, list)) else ():
        if isinstance(size, (tuple, list)):  # ``full`` and ``randint`` take more than the size.
            return _elements((size,), {})
        if not isinstance(size, int):
            return 0
        elements *= size
    return elements if elements >= SMALLEST_COUNTED else 0


def need(parameter_bytes: int, activation_bytes: int) -> int:
    """Return the bytes that a run with its checks holds at most: weights with gradients, and
    activations of two forwards.
    """
    return 2 * (parameter_bytes + activation_bytes)


def allowed(memory_mib: int | None) -> int:
    """Return the bytes that one run may hold; ``memory_mib`` is the limit of the user, if there is one."""
    share = (limits.machine_bytes() or UNKNOWN_MACHINE) // SHARE
    return min(share, memory_mib * MEBIBYTE * 4 // 5) if memory_mib else share
