"""Calls of ``layer.forward(x)``, which pass by ``nn.Module.__call__``: seen as the calls they are meant to be.

While a run is recorded, ``forward`` of each class that was built is read through a descriptor. User code that asks an
instance for it is handed the recorded call; torch, the compiler of TorchScript and whoever asks the class get the
function itself.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import torch

from .frames import USER, Stack

# Runs ``forward`` of a module with its arguments, as ``nn.Module.__call__`` would be run.
Call = Callable[[torch.nn.Module, Callable[..., Any], Any, dict[str, Any]], Any]


class DirectCalls:
    """The classes whose ``forward`` is read through a descriptor, until ``restore``."""

    def __init__(self, stack: Stack, call: Call) -> None:
        self._stack = stack
        self._call = call
        self._watched: dict[type, _Forward] = {}

    def watch(self, module: torch.nn.Module) -> None:
        """Put the descriptor on the classes of ``module`` that define ``forward``."""
        cls = type(module)
        if cls in self._watched:
            return
        for owner in cls.__mro__:
            function = vars(owner).get("forward")
            if owner is torch.nn.Module or not callable(function) or owner in self._watched:
                continue
            self._watched[owner] = _Forward(function, self._stack, self._call)
            owner.forward = self._watched[owner]  # type: ignore[attr-defined]

    def restore(self) -> None:
        """Give every class its function back, but where the program has set another since."""
        for owner, descriptor in self._watched.items():
            if vars(owner).get("forward") is descriptor:
                owner.forward = descriptor.function  # type: ignore[attr-defined]


class _Forward:
    """``forward`` of one class."""

    def __init__(self, function: Callable[..., Any], stack: Stack, call: Call) -> None:
        self.function = function
        self._stack = stack
        self._call = call

    def __get__(self, instance: torch.nn.Module | None, owner: type) -> Any:
        bound = self.function.__get__(instance, owner)
        if instance is None:
            return bound
        if self._stack.kind(sys._getframe(1).f_code.co_filename) != USER:
            return bound

        @functools.wraps(self.function)
        def forward(*args: Any, **kwargs: Any) -> Any:
            return self._call(instance, bound, args, kwargs)

        return forward
