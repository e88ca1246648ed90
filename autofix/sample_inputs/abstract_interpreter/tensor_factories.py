"""Tensors that a program makes abstractly: ``randn``, ``randint``, ``arange``, joined ones, other dtypes.

Shapes, dtypes and the bounds of integers; never values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autofix.records.values import is_integer
from autofix.sample_inputs.abstract_interpreter import view_shapes
from autofix.sample_inputs.abstract_interpreter.values import INTEGERS, AbstractTensor

TYPES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "long": "int64",
    "int": "int32",
    "bool": "bool",
}
_WHOLE = frozenset(("LongTensor", "IntTensor"))
MAKERS = {"randn", "rand", "zeros", "ones", "empty", "full", "normal"}


def are_sizes(values: Sequence[Any]) -> bool:
    return all(is_integer(value) for value in values)


def flat(values: Sequence[Any]) -> tuple[int, ...] | None:
    sizes = tuple(values[0]) if len(values) == 1 and isinstance(values[0], (tuple, list)) else tuple(values)
    return sizes if are_sizes(sizes) else None


def made_of(name: str, inputs: list[Any], keywords: dict[str, Any]) -> AbstractTensor:
    sizes = [keywords["size"]] if "size" in keywords else inputs
    if name in {"full", "normal"}:
        sizes = sizes[:1] if name == "full" else sizes[2:3]
    tensor = AbstractTensor(flat(sizes) if sizes else None)
    tensor = retyped(tensor, [keywords["dtype"]]) if "dtype" in keywords else tensor
    bounds = {"ones": (1, 2), "zeros": (0, 1)}.get(name)
    return tensor if bounds is None else replace(tensor, low=bounds[0], high=bounds[1])


def randint(inputs: list[Any], keywords: dict[str, Any]) -> AbstractTensor:
    size = keywords.get("size", next((argument for argument in inputs if isinstance(argument, (tuple, list))), None))
    bounds = [argument for argument in inputs if isinstance(argument, int)]
    low = keywords.get("low", bounds[0] if len(bounds) > 1 else 0)
    high = keywords.get("high", bounds[-1] if bounds else None)
    shape = flat([size]) if size is not None else None
    if not isinstance(low, int) or not isinstance(high, int):
        return AbstractTensor(None, "int64")
    tensor = AbstractTensor(shape, "int64", low=low, high=high)
    return retyped(tensor, [keywords["dtype"]]) if "dtype" in keywords else tensor


def of_numbers(name: str, inputs: list[Any]) -> AbstractTensor | None:
    """Return the tensor of a written list of numbers, or of sizes as old types take them (``FloatTensor(3, 4)``); None
    for a call that has neither.
    """
    if name.endswith("Tensor") and inputs and are_sizes(inputs):
        return AbstractTensor(tuple(inputs), "int64" if name in _WHOLE else "float32")
    shape, numbers = _shape_of(inputs[0]) if inputs and isinstance(inputs[0], (list, tuple)) else ((), [])
    if not shape or not numbers:
        return None
    is_integer_type = name in _WHOLE or (name in {"tensor", "as_tensor"} and are_sizes(numbers))
    if not is_integer_type:
        return AbstractTensor(shape)
    return AbstractTensor(shape, "int64", low=int(min(numbers)), high=int(max(numbers)) + 1)


def _shape_of(value: Any) -> tuple[tuple[int, ...], list[Any]]:
    if not isinstance(value, (list, tuple)):
        known = isinstance(value, (int, float)) and not isinstance(value, bool)
        return (), [value] if known else []
    inner = [_shape_of(item) for item in value]
    if not inner or any(shape != inner[0][0] for shape, _ in inner) or not all(numbers for _, numbers in inner):
        return (), []
    return (len(inner), *inner[0][0]), [number for _, numbers in inner for number in numbers]


def arange(inputs: list[Any]) -> AbstractTensor:
    if not inputs or not are_sizes(inputs[:3]):
        return AbstractTensor(None, "int64")
    numbers = range(*inputs[:3])
    ends = (numbers[0], numbers[-1]) if numbers else (0,)
    return AbstractTensor((len(numbers),), "int64", low=min(ends), high=max(ends) + 1)


def retyped(tensor: AbstractTensor, words: Sequence[Any]) -> AbstractTensor:
    for word in words:
        name = getattr(word, "bare", "")
        if name in TYPES or name in TYPES.values() or name in INTEGERS:
            return replace(tensor, dtype=TYPES.get(name, name))
    return tensor


def joined(name: str, operands: Any, dimension: Any, noted: list[set[int]]) -> Any:
    """Return what joining gives; ``noted`` gets the inputs that are joined before any layer."""
    parts = list(operands) if isinstance(operands, (tuple, list)) else []
    tensors = [part for part in parts if isinstance(part, AbstractTensor)]
    known = [tensor.shape for tensor in tensors if tensor.shape is not None]
    if not parts or len(known) < len(parts) or not isinstance(dimension, int):
        # Inputs that are joined before any layer are not told apart: the first stands for them.
        noted.append({tensor.source for tensor in tensors if tensor.source is not None})
        return next((tensor for tensor in tensors if tensor.source is not None), AbstractTensor(None))
    joined = view_shapes.stacked(known, dimension) if name == "stack" else view_shapes.joined(known, dimension)
    return replace(tensors[0], shape=joined)
