"""Initial values of very large parameters at the price of a copy, and none where there is no storage.

A candidate run needs weights that are random enough to tell whether samples mix; drawing hundreds of millions of
numbers for it would cost seconds. Fresh runs draw them as the model says.
"""

from __future__ import annotations

import math
from typing import Any

import torch

LARGE = 1 << 20
_BLOCK = 1 << 16
_FANS = frozenset(f"{name}_{kind}_" for name in ("kaiming", "xavier") for kind in ("uniform", "normal"))
_PLAIN = frozenset(("uniform_", "normal_"))
# What torch's own layers ask for; other words may be wrong ones, which are refused.
_KNOWN = {"mode": ("fan_in", "fan_out"), "nonlinearity": ("leaky_relu",), "generator": (None,)}


def is_for_nothing(func: Any, args: Any, kwargs: dict[str, Any]) -> bool:
    """Return whether ``func`` would draw values for a tensor that cannot hold them, and would refuse nothing."""
    if getattr(func, "__module__", "") != "torch.nn.init" or len(args) > 1:
        return False
    tensor = tensor_of(args, kwargs)
    fits = func.__name__ in _PLAIN or (func.__name__ in _FANS and isinstance(tensor, torch.Tensor) and tensor.dim() > 1)
    known = all(kwargs[name] in values for name, values in _KNOWN.items() if name in kwargs)
    return fits and known and isinstance(tensor, torch.Tensor) and tensor.is_meta


def tensor_of(args: Any, kwargs: dict[str, Any]) -> Any:
    """Return the tensor that an initialisation is to fill."""
    return args[0] if args else kwargs.get("tensor")


def is_large_initialisation(func: Any, args: Any, kwargs: dict[str, Any]) -> bool:
    """Return whether ``func`` draws random values for a tensor of a million elements or more."""
    if getattr(func, "__module__", "") != "torch.nn.init" or "constant" in func.__name__ or "eye" in func.__name__:
        return False
    tensor = tensor_of(args, kwargs)
    return (
        isinstance(tensor, torch.Tensor) and tensor.numel() >= LARGE and tensor.is_contiguous() and not tensor.is_meta
    )


def tile(args: Any, kwargs: dict[str, Any]) -> torch.Tensor:
    """Fill the tensor with one block of random values over and over, scaled to the width of its rows."""
    tensor: torch.Tensor = tensor_of(args, kwargs)
    with torch.no_grad(), torch._C.DisableTorchFunction():
        scale = 1 / math.sqrt(max(1, tensor[0].numel()))
        block = torch.empty(_BLOCK).uniform_(-scale, scale, generator=torch.Generator().manual_seed(1)).to(tensor.dtype)
        flat = tensor.view(-1)
        whole = flat.numel() // _BLOCK * _BLOCK
        flat[:whole].view(-1, _BLOCK).copy_(block)
        flat[whole:].copy_(block[: flat.numel() - whole])
    return tensor
