"""Sample inputs from shapes and dtypes, equal for equal requests.

Values are noise from a seeded generator of its own, so that the model's own random numbers do not depend on them.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch

from ..main.samples_request import InputRequest, SamplesRequest

DEFAULT_HIGH = 2


class SampleError(Exception):
    """The sample cannot be built; the message says which input and why."""


def build(samples: SamplesRequest, namespace: dict[str, Any], seed: int = 0) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and keyword inputs of ``forward``."""
    if samples.expression is not None:
        return _evaluated(samples.expression, namespace)
    generator = torch.Generator().manual_seed(seed)
    positional = tuple(_tensor(sample, generator) for sample in samples.inputs if sample.name is None)
    named = {sample.name: _tensor(sample, generator) for sample in samples.inputs if sample.name is not None}
    return positional, named


def check(model: torch.nn.Module, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Raise SampleError where ``forward`` cannot be called with as many inputs, or with inputs of these names."""
    if type(model).__call__ is not torch.nn.Module.__call__ or model._forward_pre_hooks:
        return
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*positional, **named)
    except TypeError as error:
        names = f"{len(positional) + len(named)} input{'s' if len(positional) + len(named) != 1 else ''}"
        takes = f"`{type(model).__name__}.forward` takes {signature.replace(return_annotation=signature.empty)}"
        raise SampleError(f"the sample has {names} but {takes}: {error}") from None


def with_other_values(value: Any, bounds: InputRequest | None, places: tuple[Any, ...]) -> Any:
    """Return a copy of an input with other values at ``places``, within the bounds of its kind; booleans stay."""
    if not isinstance(value, torch.Tensor) or value.dim() == 0 or value.dtype is torch.bool:
        return value
    value = value.clone()
    if value.is_floating_point() or value.is_complex():
        value[places] = value[places] * -1.5 + 0.5
        return value
    if bounds is None:
        low, high = int(value.min()), int(value.max()) + 1
    else:
        low = bounds.low or 0
        high = bounds.high if bounds.high is not None else low + DEFAULT_HIGH
    value[places] = low + (value[places] - low + 1) % max(1, high - low)
    return value


def _evaluated(expression: str, namespace: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    scope = {"torch": torch, **namespace}
    try:
        value = eval(expression, scope)
    except Exception as error:
        raise SampleError(f"the sample expression raised {type(error).__name__}: {error}") from error
    if isinstance(value, dict):
        return (), value
    return (value if isinstance(value, tuple) else (value,)), {}


def _tensor(sample: InputRequest, generator: torch.Generator) -> torch.Tensor:
    dtype = getattr(torch, sample.dtype, None)
    if not isinstance(dtype, torch.dtype):
        raise SampleError(f"`{sample.dtype}` is not a torch dtype")
    try:
        if dtype is torch.bool:
            return torch.randint(0, 2, sample.shape, generator=generator).bool()
        if dtype.is_floating_point or dtype.is_complex:
            base = torch.complex64 if dtype.is_complex else torch.float32
            return torch.randn(sample.shape, generator=generator, dtype=base).to(dtype)
        low = sample.low or 0
        high = sample.high if sample.high is not None else low + DEFAULT_HIGH
        return _integers(sample.shape, low, high, generator).to(dtype)
    except (RuntimeError, OverflowError) as error:
        raise SampleError(f"cannot build an input of shape {sample.shape}: {error}") from error


def _integers(shape: tuple[int, ...], low: int, high: int, generator: torch.Generator) -> torch.Tensor:
    """Return random integers that contain both ends of the range, so that a table that is too short shows."""
    values = torch.randint(low, high, shape, generator=generator)
    if values.numel() >= 2:
        flat = values.view(-1)
        flat[0], flat[-1] = low, high - 1
    elif values.numel() == 1:
        values.fill_(high - 1)
    return values
