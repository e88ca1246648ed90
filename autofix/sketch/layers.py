"""What torch's layers make of a shape: one entry for each kind of layer.

Kinds that are not listed give an unknown result; nothing is guessed for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autofix import shapes, signatures
from autofix.sketch import forms
from autofix.sketch.values import INTEGERS, UNKNOWN, Layer, Misfit, Run, Tensor

Shape = tuple[int, ...]
_SAME = frozenset(
    "ReLU ReLU6 LeakyReLU ELU SELU CELU GELU SiLU Mish Sigmoid Tanh Softmax LogSoftmax Softmax2d Softplus Softsign "
    "Hardtanh Hardswish Hardsigmoid PReLU RReLU LogSigmoid Tanhshrink Threshold Identity Dropout Dropout1d Dropout2d "
    "Dropout3d AlphaDropout FeatureAlphaDropout LocalResponseNorm ChannelShuffle".split()
)
# The first of these that an input meets says what the input must be.
_TELLING = frozenset(
    "Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d BatchNorm1d BatchNorm2d "
    "BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d GroupNorm LayerNorm LSTM GRU RNN LSTMCell GRUCell RNNCell "
    "Embedding EmbeddingBag MultiheadAttention TransformerEncoder TransformerEncoderLayer TransformerDecoder "
    "TransformerDecoderLayer Transformer Backbone".split()
)
_DEFAULTS: dict[str, Any] = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}


def build(kind: str, positional: list[Any], keywords: dict[str, Any]) -> Layer:
    """A layer of torch from the arguments of its constructor."""
    settings = dict(zip(signatures.layer_parameters(kind), positional, strict=False)) | keywords
    if kind.endswith(("Pad1d", "Pad2d", "Pad3d")) and positional:
        settings["padding"] = positional[0]
    return Layer(kind, settings)


def is_known(kind: str) -> bool:
    return kind in _SAME or kind in _TELLING or kind in _RULES or bool(signatures.layer_parameters(kind))


def apply(layer: Layer, inputs: list[Any], run: Run) -> Any:
    """What the layer gives for its inputs; raises Misfit where it would raise."""
    if layer.kind == "Sequential":
        value = inputs[0] if inputs else UNKNOWN
        for part in layer.parts:
            value = run.call(part, [value], {}, run)
        return value
    if layer.kind in _TELLING:
        _note(layer, inputs, run)
    given = inputs[0] if inputs else UNKNOWN
    if not isinstance(given, Tensor) or given.shape is None:
        return _unshaped(layer, given)
    if layer.kind in _SAME:
        return given
    rule = _RULES.get(layer.kind)
    if rule is None:
        return UNKNOWN
    try:
        result = rule(layer, given.shape, [one for one in inputs[1:] if isinstance(one, Tensor)], given)
    except _Open:
        return UNKNOWN
    except (shapes.ShapeError, IndexError) as error:
        raise Misfit(str(error)) from error
    run.applied += 1
    return result


def _note(layer: Layer, inputs: list[Any], run: Run) -> None:
    if layer.kind == "Bilinear":
        for index, one in enumerate(inputs[:2]):
            _note(Layer("Linear", {"in_features": layer.size(f"in{index + 1}_features")}), [one], run)
        return
    for one in inputs:
        if isinstance(one, Tensor) and one.source >= 0:
            run.needs.setdefault(one.source, layer)


def _unshaped(layer: Layer, given: Any) -> Any:
    """The shape of the input is not known: what is applied may still be the input in another form."""
    if layer.kind in {"LSTM", "GRU", "RNN", "MultiheadAttention"}:
        return (Tensor(None), Tensor(None) if layer.kind != "LSTM" else (Tensor(None), Tensor(None)))
    if layer.kind == "LSTMCell":
        return (Tensor(None), Tensor(None))
    through = isinstance(given, Tensor) and layer.kind not in _TELLING
    return given if through else Tensor(None)


# -- rules: (layer, shape of the first input, the other tensors, the first input) -> result ------------------------------


def _numbers(layer: Layer, name: str, count: int) -> Shape:
    value = layer.settings.get(name, _DEFAULTS.get(name))
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * count
    if isinstance(value, (tuple, list)) and all(isinstance(one, int) for one in value) and len(value) in (1, count):
        return tuple(value) * (count // len(value))
    raise _Open


class _Open(Exception):
    """A setting is not known."""


def _flatten(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    start, end = layer.settings.get("start_dim", 1), layer.settings.get("end_dim", -1)
    return replace(given, shape=forms.flatten(shape, start, end))


def _unflatten(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    dimension, sizes = layer.settings.get("dim"), layer.settings.get("unflattened_size")
    if not isinstance(dimension, int) or not isinstance(sizes, (tuple, list)):
        raise _Open
    return replace(given, shape=forms.unflatten(shape, dimension, tuple(sizes)))


def _upsample(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    return forms.resized(given, layer.settings.get("size"), layer.settings.get("scale_factor"))


def _shuffle(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    factor = layer.size("upscale_factor")
    if factor is None or len(shape) != 4 or shape[1] % factor**2:
        raise Misfit("the channels do not divide")
    return Tensor((shape[0], shape[1] // factor**2, shape[2] * factor, shape[3] * factor))


def _agree(wanted: int | None, found: int) -> None:
    if wanted is not None and wanted != found:
        raise Misfit(f"{wanted} wanted, {found} there")


def _linear(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    _agree(layer.size("in_features"), shape[-1])
    if given.dtype in INTEGERS:
        raise Misfit("a Linear takes no integers")
    out = layer.size("out_features")
    return UNKNOWN if out is None else Tensor((*shape[:-1], out))


def _bilinear(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    _agree(layer.size("in1_features"), shape[-1])
    if others and others[0].shape is not None:
        _agree(layer.size("in2_features"), others[0].shape[-1])
    out = layer.size("out_features")
    return UNKNOWN if out is None else Tensor((*shape[:-1], out))


def _spatial(layer: Layer, shape: Shape) -> tuple[int, Shape]:
    count = int(layer.kind[-2])
    if len(shape) != count + 2:
        raise Misfit(f"{layer.kind} takes {count + 2} dimensions")
    return count, shape[2:]


def _conv(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    count, sizes = _spatial(layer, shape)
    _agree(layer.size("in_channels"), shape[1])
    if given.dtype in INTEGERS:
        raise Misfit("a convolution takes no integers")
    kernel, stride, dilation = (_numbers(layer, name, count) for name in ("kernel_size", "stride", "dilation"))
    if layer.settings.get("padding") == "same":
        result = sizes
    else:
        padding = (0,) * count if layer.settings.get("padding") == "valid" else _numbers(layer, "padding", count)
        result = tuple(map(shapes.conv_size, sizes, kernel, stride, padding, dilation))
    return _with_channels(layer, "out_channels", shape, result)


def _conv_transpose(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    count, sizes = _spatial(layer, shape)
    _agree(layer.size("in_channels"), shape[1])
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    columns = zip(sizes, *(_numbers(layer, name, count) for name in names), strict=True)
    return _with_channels(
        layer, "out_channels", shape, tuple((n - 1) * s - 2 * p + d * (k - 1) + o + 1 for n, k, s, p, o, d in columns)
    )


def _with_channels(layer: Layer, name: str, shape: Shape, sizes: Shape) -> Any:
    if min(sizes) < 1:
        raise Misfit("nothing is left")
    out = layer.size(name)
    return UNKNOWN if out is None else Tensor((shape[0], out, *sizes))


def _pool(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    count = int(layer.kind[-2])
    if len(shape) not in (count + 1, count + 2):
        raise Misfit(f"{layer.kind} takes {count + 2} dimensions")
    kernel, dilation, padding = (_numbers(layer, name, count) for name in ("kernel_size", "dilation", "padding"))
    stride = kernel if layer.settings.get("stride") is None else _numbers(layer, "stride", count)
    ceil = layer.flag("ceil_mode")
    columns = zip(shape[-count:], kernel, stride, padding, dilation, strict=True)
    result = tuple(shapes.pool_size(n, k, s, p, d, ceil) for n, k, s, p, d in columns)
    if min(result) < 1:
        raise Misfit("nothing is left")
    pooled = Tensor((*shape[:-count], *result), given.dtype)
    return (pooled, pooled) if layer.flag("return_indices") else pooled


def _adaptive(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    count = int(layer.kind[-2])
    wanted = layer.settings.get("output_size")
    sizes = wanted if isinstance(wanted, (tuple, list)) else (wanted,) * count
    if len(shape) not in (count + 1, count + 2) or len(sizes) != count:
        raise Misfit(f"{layer.kind} takes {count + 2} dimensions")
    if any(not isinstance(one, int) and one is not None for one in sizes):
        return UNKNOWN
    result = (old if new is None else new for old, new in zip(shape[-count:], sizes, strict=True))
    return Tensor((*shape[:-count], *result))


def _pad(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    count = int(layer.kind[-2])
    value = layer.settings.get("padding")
    sides = (value,) * (2 * count) if isinstance(value, int) else tuple(value or ())
    if len(sides) != 2 * count:
        return UNKNOWN
    grown = (size + sides[2 * i] + sides[2 * i + 1] for i, size in enumerate(reversed(shape[-count:])))
    return Tensor((*shape[:-count], *reversed(list(grown))))


def _batch_norm(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    if len(shape) not in {"1": (2, 3), "2": (4,), "3": (5,)}.get(layer.kind[-2], (2, 3, 4, 5)):
        raise Misfit(f"{layer.kind} does not take {len(shape)} dimensions")
    _agree(layer.size("num_features"), shape[1])
    return given


def _group_norm(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    if len(shape) < 2:
        raise Misfit("no channels")
    _agree(layer.size("num_channels"), shape[1])
    return given


def _layer_norm(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    wanted = layer.settings.get("normalized_shape")
    sizes = (wanted,) if isinstance(wanted, int) else tuple(wanted) if isinstance(wanted, (tuple, list)) else ()
    if all(isinstance(size, int) for size in sizes) and shape[len(shape) - len(sizes) :] != sizes:
        raise Misfit(f"{sizes} wanted")
    return given


def _embedding(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    if given.dtype not in INTEGERS:
        raise Misfit("an Embedding takes integers")
    width = layer.size("embedding_dim")
    if width is None:
        return UNKNOWN
    return Tensor((shape[0], width) if layer.kind == "EmbeddingBag" else (*shape, width))


def _recurrent(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    if len(shape) != 3:
        raise Misfit(f"{layer.kind} takes 3 dimensions")
    _agree(layer.size("input_size"), shape[2])
    hidden, count = layer.size("hidden_size"), layer.settings.get("num_layers", 1)
    if hidden is None or not isinstance(count, int):
        return UNKNOWN
    ways = 2 if layer.flag("bidirectional") else 1
    batch = shape[0] if layer.flag("batch_first") else shape[1]
    state = Tensor((ways * count, batch, hidden))
    if others and others[0].shape is not None and others[0].shape != state.shape:
        raise Misfit(f"a state of {state.shape} is wanted")
    return Tensor((*shape[:2], ways * hidden)), (state, state) if layer.kind == "LSTM" else state


def _cell(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    _agree(layer.size("input_size"), shape[-1])
    hidden = layer.size("hidden_size")
    if hidden is None:
        return UNKNOWN
    state = Tensor((*shape[:-1], hidden))
    return (state, state) if layer.kind == "LSTMCell" else state


def _attention(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    _agree(layer.size("embed_dim"), shape[-1])
    return given, Tensor(None)


def _transformer(layer: Layer, shape: Shape, others: list[Tensor], given: Tensor) -> Any:
    """Encoders give what they take; decoders and the whole give what their target has."""
    inner = layer.settings.get("encoder_layer", layer.settings.get("decoder_layer"))
    width = inner.size("d_model") if isinstance(inner, Layer) else layer.size("d_model")
    for one in (given, *others[:1]):
        if one.shape is not None and len(one.shape) == 3:
            _agree(width, one.shape[-1])
    if len(shape) not in (2, 3):
        raise Misfit(f"{layer.kind} takes 3 dimensions")
    return others[0] if layer.kind == "Transformer" and others else given


_RULES: dict[str, Callable[[Layer, Shape, list[Tensor], Tensor], Any]] = {
    "Linear": _linear,
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
    **{
        f"Transformer{part}": _transformer for part in ("", "Encoder", "EncoderLayer", "Decoder", "DecoderLayer")
    },
}
