"""The call of a model that an error came through, while its objects are there: the model and what it was called with.

Nothing is called or computed but the bounds of integer inputs; a sample holds shapes, never values.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from autofix.records.samples import SampleInput, SampleOrigin, Samples

_CALL = "_call_impl"  # The method of torch's layers that has the arguments as the caller passed them.
_MODULE = "torch.nn.modules.module"
PLACE = "the call that failed"


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A model, and the arguments of one call of it."""

    model: object
    positional: Sequence[Any] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def samples(self) -> Samples | None:
        """The arguments as a sample, None where something among them cannot be written as one."""
        arguments = [*((None, value) for value in self.positional), *self.named.items()]
        if arguments and all(_is_tensor(value) for _, value in arguments):
            inputs = tuple(_input(value, name) for name, value in arguments)
            return Samples(inputs, origin=SampleOrigin.GIVEN, place=PLACE)
        try:
            bound = inspect.signature(self.model.forward).bind(*self.positional, **self.named)  # type: ignore[attr-defined]
        except (TypeError, ValueError, AttributeError):
            return None
        texts = {name: spelled(value) for name, value in bound.arguments.items()}
        if "" in texts.values() or len(bound.args) + len(bound.kwargs) != len(texts):
            return None
        return Samples(expression=f"dict({', '.join(f'{name}={text}' for name, text in texts.items())})", place=PLACE)


def outermost(error: BaseException) -> LiveCall | None:
    """Return the first call of a layer that the error came through."""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == _CALL and frame.f_globals.get("__name__") == _MODULE:
            values = frame.f_locals
            return LiveCall(values["self"], values["args"], values["kwargs"])
        traceback = traceback.tb_next
    return None


def spelled(value: object) -> str:
    """Return an expression for a value: of a tensor one of its shape and type; empty where there is none."""
    if _is_tensor(value):
        return _spelled_tensor(_input(value, None))
    if value is None or type(value) in (bool, int, float, str):
        return repr(value)
    if type(value) in (tuple, list, dict):
        items = [*value.items()] if isinstance(value, dict) else [(None, item) for item in value]  # type: ignore[attr-defined]
        texts = [(key, spelled(item)) for key, item in items]
        if any(not text or type(key) not in (str, int, type(None)) for key, text in texts):
            return ""
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {text}" for key, text in texts) + "}"
        inside = ", ".join(text for _, text in texts)
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(texts) == 1)})"
    return ""


def is_model(value: object) -> bool:
    """Return whether a value is a layer of torch; torch is there where there is one."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _input(tensor: Any, name: str | None) -> SampleInput:
    dtype = str(tensor.dtype).removeprefix("torch.")
    is_counted = not (tensor.is_floating_point() or tensor.is_complex() or dtype == "bool")
    low, high = (int(tensor.min()), int(tensor.max()) + 1) if is_counted and tensor.numel() else (None, None)
    return SampleInput(tuple(tensor.shape), dtype, low, high, name)


def _spelled_tensor(sample: SampleInput) -> str:
    if sample.high is not None:
        return f"torch.randint({sample.low}, {sample.high}, {sample.shape}, dtype=torch.{sample.dtype})"
    function = "rand" if sample.dtype == "float32" else "ones"
    dtype = "" if function == "rand" else f", dtype=torch.{sample.dtype}"
    return f"torch.{function}({sample.shape}{dtype})"
