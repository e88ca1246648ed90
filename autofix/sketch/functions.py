"""What torch's functions and tensor methods make of shapes, by bare name.

A function that is not listed gives an unknown result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autofix import signatures
from autofix.sketch import forms, layers
from autofix.sketch.values import INTEGERS, UNKNOWN, Layer, Misfit, Run, Tensor

_SAME = frozenset(
    "relu relu_ relu6 leaky_relu elu selu celu gelu silu mish sigmoid sigmoid_ logsigmoid tanh tanh_ hardtanh hardswish "
    "hardsigmoid softplus softsign softmax log_softmax dropout dropout1d dropout2d dropout3d alpha_dropout normalize "
    "contiguous clone detach to cuda cpu requires_grad_ exp log log1p sqrt rsqrt abs neg pow square sin cos clamp "
    "clamp_min clamp_max clip cumsum flip roll masked_fill masked_fill_ type_as add_ mul_ sub_ div_ nan_to_num round "
    "floor ceil sign triu tril instance_norm layer_norm batch_norm checkpoint tensor as_tensor Parameter Variable "
    "normal_ uniform_ zero_ fill_ share_memory_ pin_memory".split()
)
_TYPES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "long": "int64",
    "int": "int32",
    "bool": "bool",
}
MAKERS = {"randn", "rand", "zeros", "ones", "empty", "full", "normal"}
_LIKE = {"zeros_like", "ones_like", "randn_like", "rand_like", "empty_like", "full_like"}
_REDUCTIONS = {"mean", "sum", "amax", "amin", "std", "var", "logsumexp", "prod", "all", "any", "argmax", "argmin"}
_PAIRS = {"add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "where"}


def is_known(name: str) -> bool:
    """Whether a bare name is a function of tensors that this file knows."""
    return name in _RULES or name in _SAME or name in _TYPES or name in MAKERS or name in _LIKE or _pooled(name) != ""


def apply(name: str, inputs: list[Any], keywords: dict[str, Any], run: Run) -> Any:
    """The result of ``torch.<name>(*inputs)`` or ``inputs[0].<name>(*inputs[1:])``."""
    if name in MAKERS:
        return _made(name, inputs, keywords)
    if name == "randint":
        return _randint(inputs, keywords)
    if name == "arange":
        return _arange(inputs)
    given = inputs[0] if inputs else keywords.get("input", UNKNOWN)
    if name in {"cat", "concat", "stack"}:
        return _joined(name, given, keywords.get("dim", inputs[1] if len(inputs) > 1 else 0))
    if not isinstance(given, Tensor):
        return UNKNOWN
    if name in _TYPES:
        return replace(given, dtype=_TYPES[name])
    if name == "to" or name == "type":
        return _retyped(given, [*inputs[1:], *keywords.values()])
    if name in _SAME:
        return given
    if name in _LIKE:
        return replace(given, source=-1)
    return _shaped(name, given, inputs, keywords, run)


def _shaped(name: str, given: Tensor, inputs: list[Any], keywords: dict[str, Any], run: Run) -> Any:
    if given.shape is None:
        return _unshaped(name, given, inputs, run)
    kind = _pooled(name)
    if kind:
        names = signatures.layer_parameters(kind)
        return layers.apply(Layer(kind, dict(zip(names, inputs[1:], strict=False)) | keywords), [given], run)
    rule = _RULES.get(name)
    if rule is None:
        return UNKNOWN
    named = dict(zip(signatures.function_parameters(name)[1:], inputs[1:], strict=False)) | keywords
    result = rule(given, inputs[1:], named, run)
    return replace(given, shape=result, source=given.source) if isinstance(result, tuple) and _sizes(result) else result


def _sizes(values: Sequence[Any]) -> bool:
    return all(isinstance(one, int) and not isinstance(one, bool) for one in values)


def _pooled(name: str) -> str:
    """``MaxPool2d`` of ``max_pool2d``."""
    head, _, tail = name.partition("_pool")
    known = head in {"max", "avg", "adaptive_avg", "adaptive_max"} and tail in {"1d", "2d", "3d"}
    return f"{head.title().replace('_', '')}Pool{tail}" if known else ""


def _unshaped(name: str, given: Tensor, inputs: list[Any], run: Run) -> Any:
    """Another form of an input is still that input; sizes of it are not known."""
    if name in {"size", "dim", "numel", "ndimension", "__len__"}:
        return UNKNOWN
    other = inputs[1] if len(inputs) > 1 else None
    if name in {"matmul", "mm"} and isinstance(other, Tensor) and other.shape and given.source >= 0:
        run.needs.setdefault(given.source, Layer("Linear", {"in_features": other.shape[-2:][0]}))
        return Tensor(None)
    if name in {"max", "min", "topk", "sort"} and len(inputs) > 1 and isinstance(inputs[1], int):
        return (Tensor(None), Tensor(None))
    return given if name in _RULES or _pooled(name) else Tensor(None)


# -- tensors that the program makes --------------------------------------------------------------------------------------


def _flat(values: Sequence[Any]) -> tuple[int, ...] | None:
    sizes = tuple(values[0]) if len(values) == 1 and isinstance(values[0], (tuple, list)) else tuple(values)
    return sizes if _sizes(sizes) else None


def _made(name: str, inputs: list[Any], keywords: dict[str, Any]) -> Tensor:
    given = [keywords["size"]] if "size" in keywords else inputs
    if name in {"full", "normal"}:
        given = given[:1] if name == "full" else given[2:3]
    made = Tensor(_flat(given) if given else None)
    made = _retyped(made, [keywords["dtype"]]) if "dtype" in keywords else made
    bounds = {"ones": (1, 2), "zeros": (0, 1)}.get(name)
    return made if bounds is None else replace(made, low=bounds[0], high=bounds[1])


def _randint(inputs: list[Any], keywords: dict[str, Any]) -> Tensor:
    size = keywords.get("size", next((one for one in inputs if isinstance(one, (tuple, list))), None))
    bounds = [one for one in inputs if isinstance(one, int)]
    low = keywords.get("low", bounds[0] if len(bounds) > 1 else 0)
    high = keywords.get("high", bounds[-1] if bounds else None)
    shape = _flat([size]) if size is not None else None
    if not isinstance(low, int) or not isinstance(high, int):
        return Tensor(None, "int64")
    made = Tensor(shape, "int64", low=low, high=high)
    return _retyped(made, [keywords["dtype"]]) if "dtype" in keywords else made


def _arange(inputs: list[Any]) -> Tensor:
    if not inputs or not _sizes(inputs[:3]):
        return Tensor(None, "int64")
    numbers = range(*inputs[:3])
    return Tensor((len(numbers),), "int64", low=min(numbers, default=0), high=max(numbers, default=0) + 1)


def _retyped(given: Tensor, words: Sequence[Any]) -> Tensor:
    for word in words:
        name = getattr(word, "bare", "")
        if name in _TYPES or name in _TYPES.values() or name in INTEGERS:
            return replace(given, dtype=_TYPES.get(name, name))
    return given


def _joined(name: str, given: Any, dimension: Any) -> Any:
    parts = list(given) if isinstance(given, (tuple, list)) else []
    tensors = [one for one in parts if isinstance(one, Tensor)]
    known = [one.shape for one in tensors if one.shape is not None]
    if not parts or len(known) < len(parts) or not isinstance(dimension, int):
        # Inputs that are joined before any layer are not told apart: the first stands for them.
        return next((one for one in tensors if one.source >= 0), Tensor(None))
    joined = forms.stacked(known, dimension) if name == "stack" else forms.joined(known, dimension)
    return replace(tensors[0], shape=joined)


# -- rules: (the tensor, the other arguments by position, the arguments by name) -> a shape or a value -------------------


def _view(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    assert given.shape is not None
    sizes = _flat([named["shape"]] if "shape" in named else rest)
    if sizes is None:
        return Tensor(None, given.dtype)
    shape = forms.view(given.shape, sizes)
    run.folds += shape[:1] != given.shape[:1]
    return shape


def _dimension(name: str, default: Any = None) -> Callable[[dict[str, Any]], Any]:
    return lambda named: named.get(name, default)


def _reduced(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    assert given.shape is not None
    dimension = named.get("dim", named.get("axis"))
    keep = named.get("keepdim", named.get("keepdims", False)) is True
    if dimension is None or isinstance(dimension, int):
        return forms.reduce(given.shape, None if dimension is None else (dimension,), keep)
    if isinstance(dimension, (tuple, list)) and _sizes(dimension):
        return forms.reduce(given.shape, dimension, keep)
    return Tensor(None)


def _extreme(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    """``max`` and ``min`` along a dimension give values and places; of two tensors they give one."""
    if rest and isinstance(rest[0], Tensor):
        return _pair(given, rest, named, run)
    if not isinstance(named.get("dim"), int):
        return ()
    shape = _reduced(given, rest, named, run)
    return (Tensor(shape, given.dtype), Tensor(shape, "int64")) if isinstance(shape, tuple) else UNKNOWN


def _pair(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    other = rest[0] if rest else None
    if not isinstance(other, Tensor):
        return given
    if other.shape is None or given.shape is None:
        return Tensor(None)
    return forms.broadcast(given.shape, other.shape)


def _matmul(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    other = rest[0] if rest else None
    if not isinstance(other, Tensor) or other.shape is None or given.shape is None:
        return Tensor(None)
    return Tensor(forms.product(given.shape, other.shape))


def _pieces(name: str) -> Callable[[Tensor, list[Any], dict[str, Any], Run], Any]:
    def cut(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
        assert given.shape is not None
        dimension = named.get("dim", rest[1] if len(rest) > 1 else 0)
        amount = rest[0] if rest else named.get("chunks", named.get("split_size_or_sections", 1))
        if name == "unbind":
            dimension = rest[0] if rest else named.get("dim", 0)
            amount = 1
        if not isinstance(dimension, int) or not isinstance(amount, (int, list, tuple)):
            return UNKNOWN
        at = forms.place(dimension, len(given.shape))
        size = given.shape[at]
        if isinstance(amount, int):
            each = max(1, math.ceil(size / amount) if name == "chunk" else amount)
            amount = [min(each, size - start) for start in range(0, size, each)]
        if not _sizes(amount) or sum(amount) != size:
            raise Misfit("the pieces are not the whole")
        made = [replace(given, shape=(*given.shape[:at], one, *given.shape[at + 1 :])) for one in amount]
        return [replace(one, shape=forms.squeeze(one.shape or (), at)) for one in made] if name == "unbind" else made

    return cut


def _expanded(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    sizes, shape = _flat(rest), given.shape or ()
    if sizes is None or len(sizes) < len(shape):
        return Tensor(None)
    old = (1,) * (len(sizes) - len(shape)) + shape
    if any(o not in (1, n) and n != -1 for o, n in zip(old, sizes, strict=True)):
        raise Misfit(f"{shape} does not expand to {sizes}")
    return tuple(o if n == -1 else n for o, n in zip(old, sizes, strict=True))


def _repeated(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    times, shape = _flat(rest), given.shape or ()
    if times is None or len(times) < len(shape):
        return Tensor(None)
    return tuple(o * n for o, n in zip((1,) * (len(times) - len(shape)) + shape, times, strict=True))


def _padded(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    sides, shape = named.get("pad"), list(given.shape or ())
    if not isinstance(sides, (tuple, list)) or not _sizes(sides) or len(sides) > 2 * len(shape):
        return Tensor(None)
    for index in range(len(sides) // 2):
        shape[-1 - index] += sides[2 * index] + sides[2 * index + 1]
    return tuple(shape)


def _one_hot(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    classes = rest[0] if rest else named.get("num_classes")
    return Tensor((*(given.shape or ()), classes), "int64") if isinstance(classes, int) else Tensor(None)


def _turned(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    order = _flat([named["dims"]] if "dims" in named else rest)
    return Tensor(None) if order is None else forms.permute(given.shape or (), order)


def _swapped(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    pair = (named.get("dim0", rest[0] if rest else None), named.get("dim1", rest[1] if len(rest) > 1 else None))
    return forms.transpose(given.shape or (), *pair) if _sizes(pair) else Tensor(None)  # type: ignore[arg-type]


def _size(given: Tensor, rest: list[Any], named: dict[str, Any], run: Run) -> Any:
    shape = given.shape or ()
    dimension = named.get("dim", rest[0] if rest else None)
    if dimension is None:
        return list(shape)
    return shape[forms.place(dimension, len(shape))] if isinstance(dimension, int) else UNKNOWN


_RULES: dict[str, Callable[[Tensor, list[Any], dict[str, Any], Run], Any]] = {
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(_REDUCTIONS, _reduced),
    **dict.fromkeys(_PAIRS, _pair),
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("matmul", "bmm", "mm"), _matmul),
    **{name: _pieces(name) for name in ("chunk", "split", "unbind")},
    "permute": _turned,
    **dict.fromkeys(("transpose", "swapaxes"), _swapped),
    "t": lambda given, rest, named, run: tuple(reversed(given.shape or ())),
    "flatten": lambda given, rest, named, run: forms.flatten(
        given.shape or (), named.get("start_dim", 0), named.get("end_dim", -1)
    ),
    "unsqueeze": lambda given, rest, named, run: forms.unsqueeze(given.shape or (), named.get("dim", 0)),
    "squeeze": lambda given, rest, named, run: forms.squeeze(given.shape or (), named.get("dim")),
    "interpolate": lambda given, rest, named, run: forms.resized(given, named.get("size"), named.get("scale_factor")),
    "expand": _expanded,
    "repeat": _repeated,
    "pad": _padded,
    "one_hot": _one_hot,
    "size": _size,
    "dim": lambda given, rest, named, run: len(given.shape or ()),
    "ndimension": lambda given, rest, named, run: len(given.shape or ()),
    "numel": lambda given, rest, named, run: math.prod(given.shape or ()),
}
