"""A machine without a GPU runs models that ask for one: CUDA calls land on the CPU.

Only where CUDA is really absent; nothing here changes what a model computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

MOST_DEVICES = 32
_ABSENT = ("cuda", "xpu", "mps", "hpu")


def _is_absent(value: Any) -> bool:
    if isinstance(value, torch.device):
        return value.type in _ABSENT
    return isinstance(value, str) and value.partition(":")[0] in _ABSENT


def _is_number_of_device(value: Any) -> bool:
    """Return whether a number may be that of a GPU: no machine has a hundred, a width of a layer is more."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_DEVICES


def on_cpu(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return arguments with every absent device replaced by the CPU."""
    if func is torch.device:  # ``torch.device("cuda", 0)``: the CPU has no number.
        kind = args[0] if args else kwargs.get("type")
        return (("cpu",), {}) if _is_absent(kind) or _is_number_of_device(kind) else (args, kwargs)
    if any(_is_absent(value) for value in args):
        args = tuple(torch.device("cpu") if _is_absent(value) else value for value in args)
    if func is torch.Tensor.to and len(args) > 1 and _is_number_of_device(args[1]):
        args = (args[0], torch.device("cpu"), *args[2:])
    if "device" in kwargs and (_is_absent(kwargs["device"]) or _is_number_of_device(kwargs["device"])):
        kwargs = {**kwargs, "device": torch.device("cpu")}
    if kwargs.get("pin_memory"):
        kwargs = {**kwargs, "pin_memory": False}
    return args, kwargs


def _same() -> Callable[..., Any]:
    """Return a new function for each name: torch's compiler keeps rules by function, and refuses one with two."""

    def same(value: Any, *args: Any, **kwargs: Any) -> Any:
        return value

    return same


def _nothing() -> Callable[..., None]:
    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    return nothing


def _zero(*args: Any, **kwargs: Any) -> int:
    return 0


@contextmanager
def tolerated() -> Iterator[None]:
    """Let CUDA calls do nothing where there is no GPU."""
    if torch.cuda.is_available():
        yield
        return
    load, module_to = torch.load, torch.nn.Module.to

    def load_on_cpu(*args: Any, **kwargs: Any) -> Any:
        kwargs["map_location"] = "cpu"
        return load(*args[:1], **kwargs)

    def to(module: torch.nn.Module, *args: Any, **kwargs: Any) -> torch.nn.Module:
        if args and _is_number_of_device(args[0]):
            args = (torch.device("cpu"), *args[1:])
        new_args, new_kwargs = on_cpu(module_to, args, kwargs)
        return module_to(module, *new_args, **new_kwargs)

    replaced: list[tuple[Any, str, Any]] = [
        (torch.Tensor, "cuda", _same()),
        (torch.nn.Module, "cuda", _same()),
        (torch.Tensor, "pin_memory", _same()),
        (torch.nn.Module, "to", to),
        (torch, "load", load_on_cpu),
    ]
    names = ("synchronize", "empty_cache", "set_device", "manual_seed", "manual_seed_all", "reset_peak_memory_stats")
    replaced += [(torch.cuda, name, _nothing()) for name in names]
    replaced.append((torch.cuda, "current_device", _zero))
    with ExitStack() as stack:
        for owner, name, stand_in in replaced:
            stack.enter_context(replacing(owner, name, stand_in))
        yield


@contextmanager
def replacing(owner: Any, name: str, stand_in: Any) -> Iterator[None]:
    """Replace ``owner.name`` by ``stand_in`` inside the block, and restore exactly what it was afterwards."""
    missing = object()
    before = vars(owner).get(name, missing)
    setattr(owner, name, stand_in)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
