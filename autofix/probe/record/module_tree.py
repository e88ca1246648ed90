"""The layers of a model and what they hold, told apart by identity: a class of the user's may compare, and not hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch


class _Identities(set[torch.nn.Module]):
    """A set for ``named_modules`` that asks no layer for its hash."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[int, torch.nn.Module] = {}

    def __contains__(self, module: Any) -> bool:
        return id(module) in self._seen

    def add(self, module: torch.nn.Module) -> None:
        self._seen[id(module)] = module


def named_modules(model: torch.nn.Module, *, each_once: bool = True) -> Iterator[tuple[str, torch.nn.Module]]:
    """Yield the path and layer of all in ``model``, itself first; a shared one at its first path, if ``each_once``."""
    yield from torch.nn.Module.named_modules(model, _Identities(), remove_duplicate=each_once)


def modules(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    return (module for _, module in named_modules(model))


def children(module: torch.nn.Module) -> Iterable[torch.nn.Module]:
    return [child for _, child in own_parts(module)]


def own_parts(module: torch.nn.Module) -> list[tuple[str, torch.nn.Module]]:
    """Return the layers that a layer holds itself, by name; one whose constructor has not run has none."""
    return [(name, child) for name, child in vars(module).get("_modules", {}).items() if child is not None]


def named_tensors(model: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the path and value of every parameter, then of every buffer; a shared one at each of its paths."""
    tree = list(named_modules(model, each_once=False))
    for own in ("named_parameters", "named_buffers"):
        for path, module in tree:
            yield from getattr(module, own)(path, recurse=False, remove_duplicate=False)


def parameters(model: torch.nn.Module) -> Iterator[torch.nn.Parameter]:
    for module in modules(model):
        yield from module.parameters(recurse=False)
