"""Calls of what the file does not define: Python's builtins, torch's layers and functions, methods of containers.

A name that is not known gives an unknown result.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from typing import Any

from autofix.sample_inputs import environment_spaces
from autofix.sample_inputs.abstract_interpreter import function_shapes, layers, tensor_factories
from autofix.sample_inputs.abstract_interpreter.arithmetic import MAX_ITEMS, is_long, is_wide, items_of, truth
from autofix.sample_inputs.abstract_interpreter.attributes import attribute, inherited
from autofix.sample_inputs.abstract_interpreter.values import (
    NAMESPACE,
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Method,
    Parent,
    Partial,
    Scope,
    words,
)

MAX_DIGITS = 400  # A float has no more in front of its point.
_CONTAINERS = frozenset(("ModuleList", "ParameterList"))
# A loop over these sets initial values, which are no concern of shapes.
_INITIALISED = words("modules named_modules parameters named_parameters buffers named_buffers")
_OF_NUMBERS = words("LongTensor IntTensor FloatTensor Tensor tensor as_tensor")
_ITSELF = words(
    """
    to cuda cpu eval train float double half apply requires_grad_ compile
    """
)


def call_method(method: Method, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    owner, name = method.owner, method.name
    match owner:
        case Parent():
            return _parent(owner, name, positional, keywords, run)
        case AbstractTensor():
            return function_shapes.apply(name, [owner, *positional], keywords, run)
        case AbstractLayer() if name == "forward":
            return run.call(owner, positional, keywords, run)
        case AbstractLayer() if name in {"append", "add_module"} and positional:
            owner.parts.append(positional[-1])
            return None
        case Instance() if name in {"add_module", "register_module", "register_buffer", "register_parameter"}:
            if len(positional) > 1 and isinstance(positional[0], str):
                owner.attributes[positional[0]] = positional[1]
            return None
        case Instance() | AbstractLayer() if name in _INITIALISED:
            return []
        case Instance() | AbstractLayer() if name in _ITSELF:
            return owner
        case str() if is_long(owner) or (name == "format" and is_wide(owner)):
            return UNKNOWN
        case list() if name == "extend":
            owner.extend(_room(owner, positional[0]))
            return None
        case list() if name in _ADDING:
            return getattr(owner, name)(*positional)
        case list() | dict() | str() if name in _OF_CONTAINERS:
            inputs = (*positional, *keywords.values())
            is_open = any(value is UNKNOWN for value in inputs)
            if is_open and name == "update" and isinstance(owner, dict):
                owner[UNKNOWN] = UNKNOWN  # It has entries that the text does not tell.
            if is_open or any(map(is_long, inputs)):
                return UNKNOWN
            result = getattr(owner, name)(*positional, **keywords)
            return list(result) if isinstance(owner, dict) and name in _VIEWS else result
    return UNKNOWN


_TYPES: dict[str, type] = {
    **{type_.__name__: type_ for type_ in (bool, int, float, str, list, tuple, dict)},
    "functools.partial": Partial,
    "type": Foreign,
}
_ADDING = frozenset(("append", "insert"))
_OF_CONTAINERS = words(
    """
    items keys values get pop update copy index format split lower
    """
)


_VIEWS = frozenset(("items", "keys", "values"))


def _room(owner: list[Any], more: Any) -> list[Any]:
    """Return the items to extend a list by; none where it would grow too long, as one that is extended
    by itself does.
    """
    items = items_of(more)
    if items is None:
        return [UNKNOWN]
    return items if len(owner) + len(items) <= MAX_ITEMS else []


def _parent(parent: Parent, name: str, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    for base in parent.class_.bases:
        known = run.evaluate(base, Scope(run.home_of(parent.class_)))
        if isinstance(known, ast.ClassDef):
            method = inherited(parent.instance, known, name, run)
            if isinstance(method, Function):
                return run.call(method, positional, keywords, run)
        elif isinstance(known, Foreign) and known.bare == "Sequential" and name == "__init__":
            is_named = len(positional) == 1 and isinstance(positional[0], dict)
            parent.instance.attributes.update(
                positional[0] if is_named else {str(at): part for at, part in enumerate(positional)}
            )
        elif isinstance(known, Foreign) and name == "forward" and positional:
            if known.bare == "Sequential":
                return run.call(layers.of_sequential(parent.instance), positional, keywords, run)
            return positional[0] if "Norm" in known.bare else AbstractTensor(None)
    return None


def call_foreign(function: Foreign, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    name = function.bare
    if function.name in _BUILTINS:
        return _BUILTINS[function.name](*positional, **keywords)
    if function.name in _OF_ALL:
        return UNKNOWN if any(map(is_long, positional)) else _OF_ALL[function.name](*positional, **keywords)
    if name in _OF_NUMBERS and (written := tensor_factories.of_numbers(name, positional)) is not None:
        return tensor_factories.retyped(written, [keywords["dtype"]]) if "dtype" in keywords else written
    if name in {"Namespace", "SimpleNamespace"}:
        return Instance(NAMESPACE, dict(keywords))
    if function.name in {"functools.partial", "partial"} and positional:
        return Partial(positional[0], positional[1:], dict(keywords))
    if function.name == "json.loads":
        return json.loads(positional[0])
    if function.name in {"gym.make", "gymnasium.make"}:
        return environment_spaces.of_name(keywords.get("id", positional[0] if positional else UNKNOWN))
    if name == "pad_packed_sequence":
        return (*positional[:1], AbstractTensor(None))
    if function.name == "map" and positional:
        rows = _zipped(*positional[1:])
        return UNKNOWN if rows is UNKNOWN else [run.call(positional[0], list(row), {}, run) for row in rows]
    if name in {"getattr", "hasattr", "setattr", "isinstance"}:
        return _reflected(name, positional, run)
    if function.name == "type" and len(positional) == 1:
        return _type_of(positional[0])
    if name in {"Sequential", "ModuleDict", "OrderedDict"} or name in _CONTAINERS:
        return _container(name, positional, keywords)
    if function.name.startswith(("math.", "np.", "numpy.")) and hasattr(math, name):
        return UNKNOWN if name in _GROWING or any(map(is_long, positional)) else getattr(math, name)(*positional)
    if function.name.startswith(("torchvision.models.", "timm.")) or ".models." in f".{function.name}":
        return AbstractLayer("Backbone", {})
    if (
        function.name.startswith("torch.nn.utils.")
        and positional
        and isinstance(positional[0], (AbstractLayer, Instance))
    ):
        return positional[0]  # It changes how the parameters come about, not what the layer takes and gives.
    if function.name.startswith("torch_geometric.nn.") and name.endswith("Conv"):
        return layers.message_passing(positional, keywords)
    if name[:1].isupper() and layers.is_known(name):
        return layers.build(name, positional, keywords)
    if function_shapes.is_known(name) or name in {"cat", "concat", "stack", "randint", "arange"}:
        return function_shapes.apply(name, positional, keywords, run)
    return UNKNOWN


def _container(name: str, positional: list[Any], keywords: dict[str, Any]) -> Any:
    first = positional[0] if positional else []
    if name in {"ModuleDict", "OrderedDict"}:
        return UNKNOWN if is_long(first) else dict(first) | keywords
    if name in _CONTAINERS:
        return items_of(first) or []
    parts = list(first.values()) if len(positional) == 1 and isinstance(first, dict) else positional
    return AbstractLayer("Sequential", {}, list(parts))


def _type_of(value: Any) -> Any:
    """Return the class of a value, of another module or of the file."""
    if isinstance(value, Instance):
        return value.class_
    return next((Foreign(name) for name, type_ in _TYPES.items() if type(value) is type_), UNKNOWN)


def _reflected(name: str, positional: list[Any], run: Interpretation) -> Any:
    if name == "isinstance":
        kinds = positional[1] if isinstance(positional[1], tuple) else (positional[1],)
        known = tuple(_TYPES[class_.name] for class_ in kinds if isinstance(class_, Foreign) and class_.name in _TYPES)
        return (
            isinstance(positional[0], known) if len(known) == len(kinds) and positional[0] is not UNKNOWN else UNKNOWN
        )
    owner, key = positional[0], positional[1]
    if not isinstance(key, str):
        return UNKNOWN
    if name == "setattr":
        if isinstance(owner, Instance):
            owner.attributes[key] = positional[2]
        return None
    value = attribute(owner, key, run)
    if name == "hasattr":
        return value is not UNKNOWN
    return positional[2] if value is UNKNOWN and len(positional) > 2 else value


def _length(value: Any) -> Any:
    if isinstance(value, AbstractTensor):
        return value.shape[0] if value.shape else UNKNOWN
    return len(value.parts if isinstance(value, AbstractLayer) else value)


def _items(value: Any, container: Callable[[list[Any]], Any]) -> Any:
    items = items_of(value)
    return UNKNOWN if items is None else container(items)


def _numbered(value: Any, start: int = 0) -> Any:
    items = items_of(value)
    return UNKNOWN if items is None else list(enumerate(items, start))


def _zipped(*values: Any) -> Any:
    columns = [items_of(value) for value in values]
    return UNKNOWN if any(column is None for column in columns) else list(zip(*filter(None, columns), strict=False))


def _callable(value: Any) -> Any:
    if isinstance(value, (Foreign, Function, Partial, Instance, AbstractLayer, ast.ClassDef)):
        return True
    return False if value is None or isinstance(value, (int, float, str, list, tuple, dict)) else UNKNOWN


def _printed(*_values: Any, **_options: Any) -> None:
    """Print nothing: a call of ``print`` has no effect on shapes."""


_BUILTINS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": lambda value="": str(value) if isinstance(value, (str, int, float)) else UNKNOWN,
    "bool": lambda value=False: UNKNOWN if truth(value) is None else truth(value),
    "abs": abs,
    "round": lambda value, digits=None: round(value, digits if digits is None else max(digits, -MAX_DIGITS)),
    "range": range,
    "list": lambda value=(): _items(value, list),
    "tuple": lambda value=(): _items(value, tuple),
    "reversed": lambda value: _items(value, lambda items: list(reversed(items))),
    "len": _length,
    "enumerate": _numbered,
    "zip": _zipped,
    "print": _printed,
    "callable": _callable,
    "ModuleList": lambda value=(): items_of(value) or [],
}
# Those that look at all that they are given.
_OF_ALL: dict[str, Callable[..., Any]] = {"dict": dict, "max": max, "min": min, "sum": sum, "sorted": sorted}
# Their results have as many digits as their arguments say.
_GROWING = frozenset(("factorial", "comb", "perm", "ldexp"))
