"""What torch's functions and tensor methods make of shapes, by bare name.

A function that is not listed gives an unknown result.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from autofix.operators import table
from autofix.sample_inputs.abstract_interpreter import layers, tensor_factories, view_shapes
from autofix.sample_inputs.abstract_interpreter.arithmetic import MAX_ITEMS, combined
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Interpretation,
    ShapeMismatch,
    words,
)

_SAME = words(
    """
    relu relu_ relu6 leaky_relu elu selu celu gelu silu mish sigmoid sigmoid_ logsigmoid tanh tanh_ hardtanh
    hardswish hardsigmoid softplus softsign softmax log_softmax dropout dropout1d dropout2d dropout3d alpha_dropout
    normalize contiguous clone detach to cuda cpu requires_grad_ exp log log1p sqrt rsqrt abs neg pow square sin cos
    clamp clamp_min clamp_max clip cumsum flip roll type_as add_ mul_ sub_ div_ nan_to_num
    round floor ceil sign triu tril instance_norm layer_norm batch_norm checkpoint tensor as_tensor Parameter
    Variable normal_ uniform_ zero_ fill_ share_memory_ pin_memory pack_padded_sequence
    """
)
_LIKE = {"zeros_like", "ones_like", "randn_like", "rand_like", "empty_like", "full_like"}
_REDUCTIONS = {"mean", "sum", "amax", "amin", "std", "var", "logsumexp", "prod", "all", "any", "argmax", "argmin"}
_ELEMENTWISE = {"add", "sub", "mul", "multiply", "div", "maximum", "minimum"}
_PAIRS = {"add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "where", "masked_fill", "masked_fill_"}


def is_known(name: str) -> bool:
    """Return whether a bare name is a function of tensors that this file knows."""
    return (
        name in _RULES
        or name in _SAME
        or name in tensor_factories.TYPES
        or name in tensor_factories.MAKERS
        or name in _LIKE
        or layers.pooling(name) != ""
    )


def apply(name: str, inputs: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    """Return the result of ``torch.<name>(*inputs)`` or ``inputs[0].<name>(*inputs[1:])``."""
    if name in tensor_factories.MAKERS:
        return tensor_factories.made_of(name, inputs, keywords)
    if name.startswith("new_") and name[4:] in tensor_factories.MAKERS:
        return tensor_factories.made_of(name[4:], inputs[1:], keywords)
    if name == "randint":
        return tensor_factories.randint(inputs, keywords)
    if name == "arange":
        return tensor_factories.arange(inputs)
    tensor = inputs[0] if inputs else keywords.get("input", UNKNOWN)
    if name in {"cat", "concat", "stack"}:
        return tensor_factories.joined(name, tensor, keywords.get("dim", [*inputs, 0, 0][1]), run.joined)
    if not isinstance(tensor, AbstractTensor):
        return UNKNOWN
    if name in tensor_factories.TYPES:
        return replace(tensor, dtype=tensor_factories.TYPES[name])
    if name in {"to", "type"}:
        return tensor_factories.retyped(tensor, [*inputs[1:], *keywords.values()])
    if name in _SAME:
        return tensor
    if name in _LIKE:
        return replace(tensor, source=None)
    return _shaped(name, tensor, inputs, keywords, run)


def _shaped(name: str, tensor: AbstractTensor, inputs: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    if tensor.shape is None:
        return _unshaped(name, tensor, inputs, run)
    kind = layers.pooling(name)
    if kind:
        names = table.layer_parameters(kind)
        return layers.apply(AbstractLayer(kind, dict(zip(names, inputs[1:], strict=False)) | keywords), [tensor], run)
    rule = _RULES.get(name)
    if rule is None:
        return UNKNOWN
    named = dict(zip(table.function_parameters(name)[1:], inputs[1:], strict=False)) | keywords
    result = rule(_Use(tensor, inputs[1:], named, run))
    return (
        replace(tensor, shape=result, source=tensor.source)
        if isinstance(result, tuple) and tensor_factories.are_sizes(result)
        else result
    )


def _unshaped(name: str, tensor: AbstractTensor, inputs: list[Any], run: Interpretation) -> Any:
    """Return the result for an input of unknown shape: it may still be that input; its sizes are not known."""
    if name in {"size", "dim", "numel", "ndimension", "__len__"}:
        return UNKNOWN
    other = inputs[1] if len(inputs) > 1 else None
    shape = other.shape if isinstance(other, AbstractTensor) else None
    if name in {"matmul", "mm", "spmm"} and shape and tensor.source is not None:
        run.needs.setdefault(tensor.source, AbstractLayer("Linear", {"in_features": shape[-2:][0]}))
        return AbstractTensor(None)
    if name in _ELEMENTWISE and isinstance(other, AbstractTensor):
        return combined(ast.Mult(), tensor, other, run)
    if name in {"max", "min", "topk", "sort"} and len(inputs) > 1 and isinstance(inputs[1], int):
        return (AbstractTensor(None), AbstractTensor(None))
    return tensor if name in _RULES or layers.pooling(name) else AbstractTensor(None)


# -- rules: a shape, or another value ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Use:
    """A function applied to ``input``; its other arguments by position, and those it names."""

    input: AbstractTensor
    rest: list[Any]
    named: dict[str, Any]
    run: Interpretation


def _view(use: _Use) -> Any:
    assert use.input.shape is not None
    sizes = tensor_factories.flat([use.named["shape"]] if "shape" in use.named else use.rest)
    if sizes is None:
        return AbstractTensor(None, use.input.dtype)
    shape = view_shapes.view(use.input.shape, sizes)
    use.run.batch_folds += shape[:1] != use.input.shape[:1]
    return shape


def _reduced(use: _Use) -> Any:
    assert use.input.shape is not None
    dimension = use.named.get("dim", use.named.get("axis", use.rest[0] if use.rest else None))
    keep = use.named.get("keepdim", use.named.get("keepdims", False)) is True
    if dimension is None or isinstance(dimension, int):
        return view_shapes.reduce(use.input.shape, None if dimension is None else (dimension,), keep)
    if isinstance(dimension, (tuple, list)) and tensor_factories.are_sizes(dimension):
        return view_shapes.reduce(use.input.shape, dimension, keep)
    return AbstractTensor(None)


def _extreme(use: _Use) -> Any:
    """Return values and places for ``max`` and ``min`` along a dimension, and one tensor for those of two tensors."""
    if use.rest and isinstance(use.rest[0], AbstractTensor):
        return _pair(use)
    if not isinstance(use.named.get("dim"), int):
        return ()
    shape = _reduced(use)
    return (
        (AbstractTensor(shape, use.input.dtype), AbstractTensor(shape, "int64"))
        if isinstance(shape, tuple)
        else UNKNOWN
    )


def _pair(use: _Use) -> Any:
    other = use.rest[0] if use.rest else None
    if not isinstance(other, AbstractTensor):
        return use.input
    if other.shape is None or use.input.shape is None:
        return AbstractTensor(None)
    return view_shapes.broadcast(use.input.shape, other.shape)


def _matmul(use: _Use) -> Any:
    other = use.rest[0] if use.rest else None
    if not isinstance(other, AbstractTensor) or other.shape is None or use.input.shape is None:
        return AbstractTensor(None)
    return AbstractTensor(view_shapes.product(use.input.shape, other.shape))


def _of_rank(use: _Use, rank: int) -> _Use:
    if any(
        len(tensor.shape) != rank
        for tensor in (use.input, *use.rest)
        if isinstance(tensor, AbstractTensor) and tensor.shape is not None
    ):
        raise ShapeMismatch(f"{rank} dimensions wanted")
    return use


def _pieces(name: str) -> Callable[[_Use], Any]:
    def cut(use: _Use) -> Any:
        assert use.input.shape is not None
        dimension = use.named.get("dim", use.rest[1] if len(use.rest) > 1 else 0)
        amount = use.rest[0] if use.rest else use.named.get("chunks", use.named.get("split_size_or_sections", 1))
        if name == "unbind":
            dimension = use.rest[0] if use.rest else use.named.get("dim", 0)
            amount = 1
        if not isinstance(dimension, int) or not isinstance(amount, (int, list, tuple)):
            return UNKNOWN
        at = view_shapes.place(dimension, len(use.input.shape))
        size = use.input.shape[at]
        if isinstance(amount, int):
            each = max(1, math.ceil(size / amount) if name == "chunk" else amount)
            if size > MAX_ITEMS * each:
                return UNKNOWN
            amount = [min(each, size - start) for start in range(0, size, each)]
        if not tensor_factories.are_sizes(amount) or sum(amount) != size:
            raise ShapeMismatch("the pieces are not the whole")
        pieces = [replace(use.input, shape=(*use.input.shape[:at], n, *use.input.shape[at + 1 :])) for n in amount]
        if name == "unbind":
            return [replace(piece, shape=view_shapes.squeeze(piece.shape or (), at)) for piece in pieces]
        return pieces

    return cut


def _expanded(use: _Use) -> Any:
    sizes, shape = tensor_factories.flat(use.rest), use.input.shape or ()
    if sizes is None or len(sizes) < len(shape):
        return AbstractTensor(None)
    old = (1,) * (len(sizes) - len(shape)) + shape
    if any(o not in (1, n) and n != -1 for o, n in zip(old, sizes, strict=True)):
        raise ShapeMismatch(f"{shape} does not expand to {sizes}")
    return tuple(o if n == -1 else n for o, n in zip(old, sizes, strict=True))


def _repeated(use: _Use) -> Any:
    times, shape = tensor_factories.flat(use.rest), use.input.shape or ()
    if times is None or len(times) < len(shape):
        return AbstractTensor(None)
    return tuple(o * n for o, n in zip((1,) * (len(times) - len(shape)) + shape, times, strict=True))


def _padded(use: _Use) -> Any:
    sides, shape = use.named.get("pad"), list(use.input.shape or ())
    if not isinstance(sides, (tuple, list)) or not tensor_factories.are_sizes(sides) or len(sides) > 2 * len(shape):
        return AbstractTensor(None)
    for index in range(len(sides) // 2):
        shape[-1 - index] += sides[2 * index] + sides[2 * index + 1]
    return tuple(shape)


def _one_hot(use: _Use) -> Any:
    classes = use.rest[0] if use.rest else use.named.get("num_classes")
    return (
        AbstractTensor((*(use.input.shape or ()), classes), "int64")
        if isinstance(classes, int)
        else AbstractTensor(None)
    )


def _turned(use: _Use) -> Any:
    order = tensor_factories.flat([use.named["dims"]] if "dims" in use.named else use.rest)
    return AbstractTensor(None) if order is None else view_shapes.permute(use.input.shape or (), order)


def _swapped(use: _Use) -> Any:
    first, second, *_ = (*use.rest, None, None)
    pair = (use.named.get("dim0", first), use.named.get("dim1", second))
    if not tensor_factories.are_sizes(pair):
        return AbstractTensor(None)
    return view_shapes.transpose(use.input.shape or (), *pair)  # type: ignore[arg-type]


def _size(use: _Use) -> Any:
    shape = use.input.shape or ()
    dimension = use.named.get("dim", use.rest[0] if use.rest else None)
    if dimension is None:
        return list(shape)
    return shape[view_shapes.place(dimension, len(shape))] if isinstance(dimension, int) else UNKNOWN


_RULES: dict[str, Callable[[_Use], Any]] = {
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(_REDUCTIONS, _reduced),
    **dict.fromkeys(_PAIRS, _pair),
    **dict.fromkeys(("max", "min"), _extreme),
    "matmul": _matmul,
    "bmm": lambda use: _matmul(_of_rank(use, 3)),
    **dict.fromkeys(("mm", "spmm"), lambda use: _matmul(_of_rank(use, 2))),
    **{name: _pieces(name) for name in ("chunk", "split", "unbind")},
    "permute": _turned,
    **dict.fromkeys(("transpose", "swapaxes"), _swapped),
    "t": lambda use: tuple(reversed(use.input.shape or ())),
    "flatten": lambda use: view_shapes.flatten(
        use.input.shape or (), use.named.get("start_dim", 0), use.named.get("end_dim", -1)
    ),
    "unsqueeze": lambda use: view_shapes.unsqueeze(use.input.shape or (), use.named.get("dim", 0)),
    "squeeze": lambda use: view_shapes.squeeze(use.input.shape or (), use.named.get("dim")),
    "interpolate": lambda use: view_shapes.resized(use.input, use.named.get("size"), use.named.get("scale_factor")),
    "expand": _expanded,
    "repeat": _repeated,
    "pad": _padded,
    "one_hot": _one_hot,
    "size": _size,
    "dim": lambda use: len(use.input.shape or ()),
    "ndimension": lambda use: len(use.input.shape or ()),
    "numel": lambda use: math.prod(use.input.shape or ()),
}
