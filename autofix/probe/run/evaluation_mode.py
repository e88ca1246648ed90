"""The mode in which a model is used and not trained: whether it runs other lines then, and running it so.

It changes no mode for longer than the block that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..record import module_tree


def has_modes(model: torch.nn.Module) -> bool:
    """Return whether a class of the user's reads in which mode it is: another line runs in the other."""
    own = {type(module) for module in module_tree.modules(model) if not type(module).__module__.startswith("torch.")}
    functions = (vars(base).values() for kind in own for base in kind.__mro__ if base is not torch.nn.Module)
    codes = (getattr(value, "__code__", None) for values in functions for value in values)
    return any(code is not None and "training" in code.co_names for code in codes)


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in module_tree.modules(model)]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
