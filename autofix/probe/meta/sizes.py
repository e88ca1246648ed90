"""Tensors by their sizes alone: torch's meta device, and operands as operators see them where values do not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

META = torch.device("meta")


def key_of(values: Any) -> Any:
    """Return a key that is equal for operands that an operator cannot tell apart by anything but values."""
    return tuple(
        [
            metadata(value)
            if isinstance(value, torch.Tensor)
            else key_of(value)
            if isinstance(value, (tuple, list))
            else (type(value), value)
            for value in values
        ]
    )


def metadata(value: Any) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    return value.shape, value.stride(), value.dtype, value.is_conj()


def of_size(shape: Any, stride: Any, dtype: torch.dtype, conjugate: bool) -> torch.Tensor:
    del conjugate
    return torch.empty_strided(shape, stride, dtype=dtype, device=META)


def is_activation(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())


def emptied(value: Any) -> Any:
    return empty_like(value) if isinstance(value, torch.Tensor) and not value.is_meta else value


def empty_like(tensor: Any) -> Any:
    """Return an empty tensor with the shape, strides and type of ``tensor``, without storage; any other
    value as it is.
    """
    if not isinstance(tensor, torch.Tensor):
        return tensor
    if tensor.layout is not torch.strided:
        return tensor.to(META)
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=META)


def onto_meta(kwargs: dict[str, Any]) -> dict[str, Any]:
    options = {key: mapped(emptied, value) for key, value in kwargs.items()}
    if options.get("device") is not None:
        options["device"] = META
    if options.get("pin_memory"):
        options["pin_memory"] = False
    return options


def asks_for_meta(device: Any) -> bool:
    return device is not None and torch.device(device).type == "meta"


def storage_of(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def flat(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from flat(value)
        else:
            yield value


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        items = [mapped(change, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return change(value)
