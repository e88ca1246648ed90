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
MAKERS = {"randn", "rand", "zeros", "ones", "empty", "full", "normal"}


def are_sizes(values: Sequence[Any]) -> bool:
    return all(is_integer(one) for one in values)


def flat(values: Sequence[Any]) -> tuple[int, ...] | None:
    sizes = tuple(values[0]) if len(values) == 1 and isinstance(values[0], (tuple, list)) else tuple(values)
    return sizes if are_sizes(sizes) else None


def made_of(name: str, inputs: list[Any], keywords: dict[str, Any]) -> AbstractTensor:
    given = [keywords["size"]] if "size" in keywords else inputs
    if name in {"full", "normal"}:
        given = given[:1] if name == "full" else given[2:3]
    made = AbstractTensor(flat(given) if given else None)
    made = retyped(made, [keywords["dtype"]]) if "dtype" in keywords else made
    bounds = {"ones": (1, 2), "zeros": (0, 1)}.get(name)
    return made if bounds is None else replace(made, low=bounds[0], high=bounds[1])


def randint(inputs: list[Any], keywords: dict[str, Any]) -> AbstractTensor:
    size = keywords.get("size", next((one for one in inputs if isinstance(one, (tuple, list))), None))
    bounds = [one for one in inputs if isinstance(one, int)]
    low = keywords.get("low", bounds[0] if len(bounds) > 1 else 0)
    high = keywords.get("high", bounds[-1] if bounds else None)
    shape = flat([size]) if size is not None else None
    if not isinstance(low, int) or not isinstance(high, int):
        return AbstractTensor(None, "int64")
    made = AbstractTensor(shape, "int64", low=low, high=high)
    return retyped(made, [keywords["dtype"]]) if "dtype" in keywords else made


def arange(inputs: list[Any]) -> AbstractTensor:
    if not inputs or not are_sizes(inputs[:3]):
        return AbstractTensor(None, "int64")
    numbers = range(*inputs[:3])
    ends = (numbers[0], numbers[-1]) if numbers else (0,)
    return AbstractTensor((len(numbers),), "int64", low=min(ends), high=max(ends) + 1)


def retyped(given: AbstractTensor, words: Sequence[Any]) -> AbstractTensor:
    for word in words:
        name = getattr(word, "bare", "")
        if name in TYPES or name in TYPES.values() or name in INTEGERS:
            return replace(given, dtype=TYPES.get(name, name))
    return given


def joined(name: str, given: Any, dimension: Any) -> Any:
    parts = list(given) if isinstance(given, (tuple, list)) else []
    tensors = [one for one in parts if isinstance(one, AbstractTensor)]
    known = [one.shape for one in tensors if one.shape is not None]
    if not parts or len(known) < len(parts) or not isinstance(dimension, int):
        # Inputs that are joined before any layer are not told apart: the first stands for them.
        return next((one for one in tensors if one.source is not None), AbstractTensor(None))
    joined = view_shapes.stacked(known, dimension) if name == "stack" else view_shapes.joined(known, dimension)
    return replace(tensors[0], shape=joined)
