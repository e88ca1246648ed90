"""What each kind of torch's layers makes of a shape, in the order torch checks it.

Nothing is guessed: a setting that is not known raises UnknownSetting. Source: torch.nn, the sections Shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from autofix.operators import shape_functions
from autofix.records.values import is_integer
from autofix.sample_inputs.abstract_interpreter import view_shapes
from autofix.sample_inputs.abstract_interpreter.values import (
    INTEGERS,
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Interpretation,
    ShapeMismatch,
)

Shape = tuple[int, ...]
_DEFAULTS: dict[str, Any] = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}


@dataclass(frozen=True, slots=True)
class Use:
    """A layer applied: to ``input``, whose shape is ``shape``, and to other tensors."""

    layer: AbstractLayer
    shape: Shape
    others: list[AbstractTensor]
    input: AbstractTensor
    run: Interpretation


def _numbers(layer: AbstractLayer, name: str, count: int) -> Shape:
    value = layer.settings.get(name, _DEFAULTS.get(name))
    if is_integer(value):
        return (value,) * count
    if isinstance(value, (tuple, list)) and all(isinstance(item, int) for item in value) and len(value) in (1, count):
        return tuple(value) * (count // len(value))
    raise UnknownSetting


class UnknownSetting(Exception):
    """A setting is not known."""


def _flatten(use: Use) -> Any:
    start, end = use.layer.settings.get("start_dim", 1), use.layer.settings.get("end_dim", -1)
    return replace(use.input, shape=view_shapes.flatten(use.shape, start, end))


def _unflatten(use: Use) -> Any:
    dimension, sizes = use.layer.settings.get("dim"), use.layer.settings.get("unflattened_size")
    if not isinstance(dimension, int) or not isinstance(sizes, (tuple, list)):
        raise UnknownSetting
    return replace(use.input, shape=view_shapes.unflatten(use.shape, dimension, tuple(sizes)))


def _upsample(use: Use) -> Any:
    return view_shapes.resized(use.input, use.layer.settings.get("size"), use.layer.settings.get("scale_factor"))


def _shuffle(use: Use) -> Any:
    factor = use.layer.size("upscale_factor")
    if factor is None or len(use.shape) != 4 or use.shape[1] % factor**2:
        raise ShapeMismatch("the channels do not divide")
    return AbstractTensor((use.shape[0], use.shape[1] // factor**2, use.shape[2] * factor, use.shape[3] * factor))


def _agree(run: Interpretation, expected: int | None, actual: int) -> None:
    """Count a layer for another width and go on: the model may be wrong there, and what follows still tells."""
    if expected is not None and expected != actual:
        run.misfits += 1


def _linear(use: Use) -> Any:
    in_features, out = use.layer.size("in_features"), use.layer.size("out_features")
    if len(use.shape) > 3 and out is not None and in_features == math.prod(use.shape[1:]) != use.shape[-1]:
        # The flatten before it is missing, so the size is right and the model is wrong.
        use.run.batch_folds += 1
        return AbstractTensor((use.shape[0], out))
    _agree(use.run, use.layer.size("in_features"), use.shape[-1])
    if use.input.dtype in INTEGERS:
        raise ShapeMismatch("a Linear takes no integers")
    out = use.layer.size("out_features")
    return UNKNOWN if out is None else AbstractTensor((*use.shape[:-1], out))


def _bilinear(use: Use) -> Any:
    _agree(use.run, use.layer.size("in1_features"), use.shape[-1])
    if use.others and use.others[0].shape is not None:
        _agree(use.run, use.layer.size("in2_features"), use.others[0].shape[-1])
    out = use.layer.size("out_features")
    return UNKNOWN if out is None else AbstractTensor((*use.shape[:-1], out))


def _spatial(layer: AbstractLayer, shape: Shape) -> tuple[int, Shape]:
    count = int(layer.kind[-2])
    if len(shape) != count + 2:
        raise ShapeMismatch(f"{layer.kind} takes {count + 2} dimensions")
    return count, shape[2:]


def _conv(use: Use) -> Any:
    count, sizes = _spatial(use.layer, use.shape)
    _agree(use.run, use.layer.size("in_channels"), use.shape[1])
    if use.input.dtype in INTEGERS:
        raise ShapeMismatch("a convolution takes no integers")
    kernel, stride, dilation = (_numbers(use.layer, name, count) for name in ("kernel_size", "stride", "dilation"))
    if use.layer.settings.get("padding") == "same":
        result = sizes
    else:
        padding = (
            (0,) * count if use.layer.settings.get("padding") == "valid" else _numbers(use.layer, "padding", count)
        )
        result = tuple(map(shape_functions.conv_size, sizes, kernel, stride, padding, dilation))
    return _with_channels(use.layer, "out_channels", use.shape, result)


def _conv_transpose(use: Use) -> Any:
    count, sizes = _spatial(use.layer, use.shape)
    _agree(use.run, use.layer.size("in_channels"), use.shape[1])
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    columns = zip(sizes, *(_numbers(use.layer, name, count) for name in names), strict=True)
    return _with_channels(
        use.layer,
        "out_channels",
        use.shape,
        tuple((n - 1) * s - 2 * p + d * (k - 1) + o + 1 for n, k, s, p, o, d in columns),
    )


def _with_channels(layer: AbstractLayer, name: str, shape: Shape, sizes: Shape) -> Any:
    if min(sizes) < 1:
        raise ShapeMismatch("nothing is left")
    out = layer.size(name)
    return UNKNOWN if out is None else AbstractTensor((shape[0], out, *sizes))


def _pool(use: Use) -> Any:
    count = int(use.layer.kind[-2])
    if len(use.shape) not in (count + 1, count + 2):
        raise ShapeMismatch(f"{use.layer.kind} takes {count + 2} dimensions")
    kernel, dilation, padding = (_numbers(use.layer, name, count) for name in ("kernel_size", "dilation", "padding"))
    stride = kernel if use.layer.settings.get("stride") is None else _numbers(use.layer, "stride", count)
    ceil = use.layer.flag("ceil_mode")
    columns = zip(use.shape[-count:], kernel, stride, padding, dilation, strict=True)
    result = tuple(shape_functions.pool_size(n, k, s, p, d, ceil) for n, k, s, p, d in columns)
    if min(result) < 1:
        raise ShapeMismatch("nothing is left")
    pooled = AbstractTensor((*use.shape[:-count], *result), use.input.dtype)
    return (pooled, pooled) if use.layer.flag("return_indices") else pooled


def _adaptive(use: Use) -> Any:
    count = int(use.layer.kind[-2])
    output_size = use.layer.settings.get("output_size")
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * count
    if len(use.shape) not in (count + 1, count + 2) or len(sizes) != count:
        raise ShapeMismatch(f"{use.layer.kind} takes {count + 2} dimensions")
    if any(not isinstance(size, int) and size is not None for size in sizes):
        return UNKNOWN
    result = (old if new is None else new for old, new in zip(use.shape[-count:], sizes, strict=True))
    return AbstractTensor((*use.shape[:-count], *result))


def _pad(use: Use) -> Any:
    count = int(use.layer.kind[-2])
    value = use.layer.settings.get("padding")
    sides = (value,) * (2 * count) if isinstance(value, int) else tuple(value or ())
    if len(sides) != 2 * count:
        return UNKNOWN
    grown = (size + sides[2 * i] + sides[2 * i + 1] for i, size in enumerate(reversed(use.shape[-count:])))
    return AbstractTensor((*use.shape[:-count], *reversed(list(grown))))


def _batch_norm(use: Use) -> Any:
    if len(use.shape) not in {"1": (2, 3), "2": (4,), "3": (5,)}.get(use.layer.kind[-2], (2, 3, 4, 5)):
        raise ShapeMismatch(f"{use.layer.kind} does not take {len(use.shape)} dimensions")
    _agree(use.run, use.layer.size("num_features"), use.shape[1])
    return use.input


def _group_norm(use: Use) -> Any:
    if len(use.shape) < 2:
        raise ShapeMismatch("no channels")
    _agree(use.run, use.layer.size("num_channels"), use.shape[1])
    return use.input


def _layer_norm(use: Use) -> Any:
    normalized_shape = use.layer.settings.get("normalized_shape")
    sizes = (
        (normalized_shape,)
        if isinstance(normalized_shape, int)
        else tuple(normalized_shape)
        if isinstance(normalized_shape, (tuple, list))
        else ()
    )
    if all(isinstance(size, int) for size in sizes) and use.shape[len(use.shape) - len(sizes) :] != sizes:
        raise ShapeMismatch(f"{sizes} wanted")
    return use.input


def _embedding(use: Use) -> Any:
    if use.input.dtype not in INTEGERS:
        raise ShapeMismatch("an Embedding takes integers")
    width = use.layer.size("embedding_dim")
    if width is None:
        return UNKNOWN
    return AbstractTensor((use.shape[0], width) if use.layer.kind == "EmbeddingBag" else (*use.shape, width))


def _recurrent(use: Use) -> Any:
    if len(use.shape) != 3:
        raise ShapeMismatch(f"{use.layer.kind} takes 3 dimensions")
    _agree(use.run, use.layer.size("input_size"), use.shape[2])
    hidden, count = use.layer.size("hidden_size"), use.layer.settings.get("num_layers", 1)
    if hidden is None or not isinstance(count, int):
        return UNKNOWN
    ways = 2 if use.layer.flag("bidirectional") else 1
    batch = use.shape[0] if use.layer.flag("batch_first") else use.shape[1]
    state = AbstractTensor((ways * count, batch, hidden))
    if use.others and use.others[0].shape is not None and use.others[0].shape != state.shape:
        raise ShapeMismatch(f"a state of {state.shape} is wanted")
    return AbstractTensor((*use.shape[:2], ways * hidden)), (state, state) if use.layer.kind == "LSTM" else state


def _cell(use: Use) -> Any:
    _agree(use.run, use.layer.size("input_size"), use.shape[-1])
    hidden = use.layer.size("hidden_size")
    if hidden is None:
        return UNKNOWN
    state = AbstractTensor((*use.shape[:-1], hidden))
    return (state, state) if use.layer.kind == "LSTMCell" else state


def _attention(use: Use) -> Any:
    if len(use.shape) not in (2, 3):
        raise ShapeMismatch("attention takes 3 dimensions")
    _agree(use.run, use.layer.size("embed_dim"), use.shape[-1])
    return use.input, AbstractTensor(None)


def _transformer(use: Use) -> Any:
    """Return what a transformer gives: an encoder the shape it takes, a decoder or the whole that of its target."""
    inner = use.layer.settings.get("encoder_layer", use.layer.settings.get("decoder_layer"))
    width = inner.size("d_model") if isinstance(inner, AbstractLayer) else use.layer.size("d_model")
    for tensor in (use.input, *use.others[:1]):
        if tensor.shape:
            _agree(use.run, width, tensor.shape[-1])
    if len(use.shape) not in (2, 3):
        raise ShapeMismatch(f"{use.layer.kind} takes 3 dimensions")
    return use.others[0] if use.layer.kind == "Transformer" and use.others else use.input


RULES: dict[str, Callable[[Use], Any]] = {
    "Linear": _linear,
    "MessagePassing": _linear,
    "Bilinear": _bilinear,
    **{f"Conv{n}d": _conv for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": _conv_transpose for n in (1, 2, 3)},
    **{f"{kind}Pool{n}d": _pool for n in (1, 2, 3) for kind in ("Max", "Avg")},
    **{f"Adaptive{kind}Pool{n}d": _adaptive for n in (1, 2, 3) for kind in ("Max", "Avg")},
    **{f"{kind}Pad{n}d": _pad for n in (1, 2, 3) for kind in ("Zero", "Reflection", "Replication", "Constant")},
    **{f"{kind}Norm{n}d": _batch_norm for n in (1, 2, 3) for kind in ("Batch", "Instance")},
    "SyncBatchNorm": _batch_norm,
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    **dict.fromkeys(("Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d"), _upsample),
    "PixelShuffle": _shuffle,
    "GroupNorm": _group_norm,
    "LayerNorm": _layer_norm,
    "RMSNorm": _layer_norm,
    **dict.fromkeys(("Embedding", "EmbeddingBag"), _embedding),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    **dict.fromkeys(("LSTMCell", "GRUCell", "RNNCell"), _cell),
    "MultiheadAttention": _attention,
    **{f"Transformer{part}": _transformer for part in ("", "Encoder", "EncoderLayer", "Decoder", "DecoderLayer")},
}
