"""Plain copies of Python values, small enough to travel: numbers, short texts, containers of them, shapes of tensors.

It never keeps a reference to a user's object and never calls a user's ``__repr__`` or property.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import torch

from ..main import wire

MAX_ITEMS = 96
MAX_TEXT = 4000
MAX_DEPTH = 3
MAX_NAMES = 400
MAX_BITS = 256
_KEPT = (int, float, bool, str, list, tuple, dict)
_LISTS = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
_CONTAINERS = (*_LISTS, torch.nn.ParameterList, torch.nn.ParameterDict)
_SKIPPED_TYPES = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)

Producer = Callable[[torch.Tensor], int | None]


def plain(value: Any, producer: Producer, depth: int = 0, values: bool = False) -> Any:
    """Return ``value`` in the wire form; ``values`` adds the lowest and highest element of integer tensors.

    An object that raises when it is looked at (a proxy without anything behind it) is one of which nothing is known.
    """
    if value is None or type(value) is bool:
        return value
    try:
        return _plain(value, producer, depth, values)
    except Exception:
        return {wire.OPAQUE: type(value).__name__}


def _plain(value: Any, producer: Producer, depth: int, values: bool) -> Any:
    kind = type(value)
    if kind is float or kind is int:
        return _number(value)
    if kind is str:
        return value if len(value) <= MAX_TEXT else {wire.OPAQUE: "str"}
    if isinstance(value, torch.Tensor):
        return tensor(value, producer, values)
    if isinstance(value, (int, float)) and not isinstance(value, (torch.SymInt, torch.SymFloat)):
        # The user's own subclasses may convert themselves in ways of their own.
        return _number(float.__float__(value) if isinstance(value, float) else int.__int__(value))
    if depth >= MAX_DEPTH:
        return {wire.OPAQUE: kind.__name__}
    if isinstance(value, (list, tuple)) or kind.__name__ in {"dict_values", "dict_keys"}:
        return _sequence(value, producer, depth, values)
    if isinstance(value, slice):
        return {
            wire.SEQUENCE: ["slice", [plain(v, producer, depth + 1) for v in (value.start, value.stop, value.step)]]
        }
    if isinstance(value, range):
        return {wire.SEQUENCE: ["range", [plain(v, producer, depth) for v in (value.start, value.stop, value.step)]]}
    if isinstance(value, dict):
        return _mapping("dict", value, producer, depth)
    if isinstance(value, torch.nn.Module):
        return _mapping(type_name(kind), settings(value, crowded=MAX_ITEMS), producer, depth)
    if isinstance(value, type):
        return _class(value, producer, depth)
    if isinstance(value, (torch.dtype, torch.device)):
        return {wire.OPAQUE: str(value)}
    if (kind.__module__, kind.__name__) == ("numpy", "ndarray"):
        return {wire.OPAQUE: f"ndarray[{value.dtype}]"}
    if isinstance(value, Mapping):  # A config of some library, with entries that attributes read as well.
        return _mapping(kind.__name__, dict(islice(value.items(), MAX_ITEMS)), producer, depth)
    attributes = _attributes(value)
    if attributes:
        return _mapping(kind.__name__, attributes, producer, depth)
    return {wire.OPAQUE: kind.__name__}


def _number(value: float) -> Any:
    """Return a number in wire form: JSON has none that are not finite, and readers refuse whole ones of any length."""
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_BITS else {wire.OPAQUE: "int"}
    return value if math.isfinite(value) else {wire.OPAQUE: "float"}


def tensor(value: torch.Tensor, producer: Producer, values: bool = False) -> Any:
    """Return the wire form of a tensor: [shape, dtype, producer, contiguous, bounds]."""
    with torch._C.DisableTorchFunction():
        shape = [int(size) for size in value.shape]
        contiguous = value.layout is torch.strided and value.is_contiguous()
        bounds = None
        if values and not value.is_floating_point() and not value.is_complex() and value.numel() and not value.is_meta:
            bounds = [int(value.min()), int(value.max())]
        return {wire.TENSOR: [shape, str(value.dtype).removeprefix("torch."), producer(value), contiguous, bounds]}


def _sequence(value: Any, producer: Producer, depth: int, values: bool) -> Any:
    name = type(value).__name__
    if len(value) > MAX_ITEMS:
        return {wire.OPAQUE: name}
    return {wire.SEQUENCE: [name, [plain(item, producer, depth + 1, values) for item in value]]}


def _mapping(name: str, items: dict[Any, Any], producer: Producer, depth: int) -> Any:
    pairs = [(key, value) for key, value in islice(items.items(), MAX_ITEMS) if isinstance(key, (str, int))]
    return {wire.MAPPING: [name, [[str(key), plain(value, producer, depth + 1)] for key, value in pairs]]}


def _class(value: type, producer: Producer, depth: int) -> Any:
    attributes = {k: v for k, v in vars(value).items() if not k.startswith("_") and type(v) in _KEPT}
    return _mapping("type", attributes, producer, depth) if attributes else {wire.OPAQUE: "type"}


def _attributes(value: Any) -> dict[str, Any]:
    """Return the attributes stored on a plain object (a config, a namespace); empty for anything that computes them."""
    if isinstance(value, _SKIPPED_TYPES):
        return {}
    stored = getattr(value, "__dict__", None)
    attributes = dict(stored) if isinstance(stored, dict) else {}
    for name in getattr(type(value), "__slots__", ()) or ():
        if isinstance(name, str) and isinstance(vars(type(value)).get(name), types.MemberDescriptorType):
            try:
                attributes[name] = object.__getattribute__(value, name)
            except AttributeError:
                continue
    return {key: item for key, item in attributes.items() if isinstance(key, str) and not key.startswith("__")}


def of_module(module: types.ModuleType, producer: Producer) -> Any:
    """Return the plain values among a Python module's names, in wire form."""
    items = [[k, plain(v, producer, depth=1)] for k, v in list(vars(module).items())[:MAX_NAMES] if k[:2] != "__"]
    plain_items = [[k, v] for k, v in items if not (isinstance(v, dict) and wire.OPAQUE in v)]
    return {wire.MAPPING: ["module", plain_items]}


def settings(module: torch.nn.Module, crowded: int | None = None) -> dict[str, Any]:
    """Return the public plain attributes of a layer, class attributes of its user-defined classes included.

    A list or sequence of more than ``crowded`` layers is told without them: a loop that builds a deep model would
    copy all of them for each.
    """
    attributes: dict[str, Any] = {}
    for base in _user_bases(type(module)):
        attributes.update({key: value for key, value in vars(base).items() if type(value) in _KEPT and key[:1] != "_"})
    own = vars(module)
    attributes.update({key: value for key, value in own.items() if key[:1] != "_"})
    attributes.update(own.get("_parameters", ()))
    attributes.update(own.get("_buffers", ()))
    children = own.get("_modules", {})
    if crowded is None or len(children) <= crowded or not isinstance(module, _LISTS):
        attributes.update(children)
    return {key: value for key, value in attributes.items() if key[:1] != "_" and not isinstance(value, _SKIPPED_TYPES)}


def _user_bases(kind: type) -> tuple[type, ...]:
    """Return the classes of a layer that are not torch's, the most general first."""
    return tuple(
        base for base in reversed(kind.__mro__) if base is not object and not base.__module__.startswith("torch.")
    )


def spelled(value: object) -> str:
    """Return a plain value as Python writes it; the type of any other, since its own text may be anything."""
    return repr(value)[:200] if type(value) in (int, str, bool, type(None)) else type(value).__name__


def type_name(kind: type) -> str:
    """Return ``torch.nn.Linear`` for torch's layers, the qualified name for the user's."""
    kind = _as_built(kind)
    module = kind.__module__
    if module.startswith("torch.nn.modules"):
        return f"torch.nn.{kind.__qualname__}"
    return f"{module}.{kind.__qualname__}"


def _as_built(kind: type) -> type:
    """Return the class that a layer was built as: torch gives one whose weight is computed a class of its own."""
    return kind.__base__ or kind if kind.__module__ == "torch.nn.utils.parametrize" else kind


def base_name(kind: type) -> str:
    """Return the name of the layer of torch that a class of the user's extends; empty for torch's own layers, and for
    containers, which have no sizes.
    """
    kind = _as_built(kind)
    if kind.__module__.startswith("torch.") or not issubclass(kind, torch.nn.Module):
        return ""
    bases = (base for base in kind.__mro__ if base.__module__.startswith("torch.nn.modules"))
    nearest = next(bases, torch.nn.Module)
    return "" if nearest is torch.nn.Module or issubclass(nearest, _CONTAINERS) else type_name(nearest)


def is_lazy(tensor: torch.Tensor) -> bool:
    return isinstance(tensor, (torch.nn.UninitializedParameter, torch.nn.UninitializedBuffer))


def has_tensor(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return True
    return isinstance(value, (list, tuple)) and any(has_tensor(item) for item in value)
