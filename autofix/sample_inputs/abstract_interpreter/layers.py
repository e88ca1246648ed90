"""Build torch's layers from the arguments of their constructors, and apply them to shapes.

What each kind makes of a shape stands in ``layer_shapes``; a kind that is not listed there gives an unknown result.
"""

from __future__ import annotations

from typing import Any

from autofix.operators import shape_functions, table
from autofix.records.values import is_integer
from autofix.sample_inputs.abstract_interpreter.layer_shapes import RULES, UnknownSetting, Use
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Instance,
    Interpretation,
    ShapeMismatch,
    words,
)

_SAME = words(
    """
    ReLU ReLU6 LeakyReLU ELU SELU CELU GELU SiLU Mish Sigmoid Tanh Softmax LogSoftmax Softmax2d Softplus Softsign
    Hardtanh Hardswish Hardsigmoid PReLU RReLU LogSigmoid Tanhshrink Threshold Identity Dropout Dropout1d Dropout2d
    Dropout3d AlphaDropout FeatureAlphaDropout LocalResponseNorm ChannelShuffle
    """
)
# The first of these that an input meets says what the input must be.
_TELLING = words(
    """
    Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d BatchNorm1d BatchNorm2d
    BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d GroupNorm LayerNorm LSTM GRU RNN LSTMCell GRUCell
    RNNCell Embedding EmbeddingBag MultiheadAttention TransformerEncoder TransformerEncoderLayer TransformerDecoder
    TransformerDecoderLayer Transformer Backbone MessagePassing
    """
)


def build(kind: str, positional: list[Any], keywords: dict[str, Any]) -> AbstractLayer:
    """Build a layer of torch from the arguments of its constructor."""
    settings = dict(zip(table.layer_parameters(kind), positional, strict=False)) | keywords
    if kind.endswith(("Pad1d", "Pad2d", "Pad3d")) and positional:
        settings["padding"] = positional[0]
    return AbstractLayer(kind, settings)


def message_passing(positional: list[Any], keywords: dict[str, Any]) -> AbstractLayer:
    """Build a layer over the nodes of a graph, as torch_geometric has them: rows in, rows of all heads out."""
    settings = dict(zip(("in_channels", "out_channels", "heads"), positional, strict=False)) | keywords
    width, out, heads = (settings.get(name, 1) for name in ("in_channels", "out_channels", "heads"))
    heads = heads if is_integer(heads) and settings.get("concat", True) is True else 1
    return AbstractLayer(
        "MessagePassing", {"in_features": width, "out_features": out * heads if is_integer(out) else out}
    )


def is_known(kind: str) -> bool:
    return kind in _SAME or kind in _TELLING or kind in RULES or bool(table.layer_parameters(kind))


def apply(layer: AbstractLayer, inputs: list[Any], run: Interpretation) -> Any:
    """Return what the layer gives for its inputs; raise ShapeMismatch where it would raise."""
    if layer.kind == "Sequential":
        value = inputs[0] if inputs else UNKNOWN
        for part in layer.parts:
            value = run.call(part, [value], {}, run)
        return value
    if layer.kind in _TELLING:
        _note(layer, inputs, run)
    tensor = inputs[0] if inputs else UNKNOWN
    if not isinstance(tensor, AbstractTensor) or tensor.shape is None:
        return _unshaped(layer, tensor)
    if layer.kind in _SAME:
        return tensor
    rule = RULES.get(layer.kind)
    if rule is None:
        return UNKNOWN
    try:
        result = rule(
            Use(layer, tensor.shape, [other for other in inputs[1:] if isinstance(other, AbstractTensor)], tensor, run)
        )
    except UnknownSetting:
        return UNKNOWN
    except (shape_functions.ShapeError, IndexError) as error:
        raise ShapeMismatch(str(error)) from error
    run.layers_applied += 1
    return result


def _note(layer: AbstractLayer, inputs: list[Any], run: Interpretation) -> None:
    if layer.kind == "Bilinear":
        for index, tensor in enumerate(inputs[:2]):
            _note(AbstractLayer("Linear", {"in_features": layer.size(f"in{index + 1}_features")}), [tensor], run)
        return
    state = _state(layer)
    for at, tensor in enumerate(inputs[:1] if layer.kind == "MessagePassing" else inputs):
        if isinstance(tensor, AbstractTensor) and tensor.source is not None:
            run.needs.setdefault(tensor.source, state if at == 1 and state is not None else layer)


def _state(layer: AbstractLayer) -> AbstractLayer | None:
    """Return what stands for the state that a recurrent layer is given beside its input; None for other layers."""
    hidden = layer.size("hidden_size")
    if layer.kind not in {"GRU", "RNN", "GRUCell", "RNNCell"} or hidden is None:
        return None
    count = (layer.size("num_layers") or 1) * (2 if layer.flag("bidirectional") else 1)
    return AbstractLayer("State", {"count": 0 if layer.kind.endswith("Cell") else count, "hidden_size": hidden})


def _unshaped(layer: AbstractLayer, tensor: Any) -> Any:
    """Return the result for an input of unknown shape, which may still be the input in another form."""
    if layer.kind in {"LSTM", "GRU", "RNN", "MultiheadAttention"}:
        return (
            AbstractTensor(None),
            AbstractTensor(None) if layer.kind != "LSTM" else (AbstractTensor(None), AbstractTensor(None)),
        )
    if layer.kind == "LSTMCell":
        return (AbstractTensor(None), AbstractTensor(None))
    through = isinstance(tensor, AbstractTensor) and layer.kind not in _TELLING
    return tensor if through else AbstractTensor(None)


def of_sequential(instance: Instance) -> AbstractLayer:
    """Return the layers that an object of a class derived from ``Sequential`` applies in turn."""
    parts = [part for part in instance.attributes.values() if isinstance(part, (AbstractLayer, Instance))]
    return AbstractLayer("Sequential", {}, parts)


def pooling(name: str) -> str:
    """Return the name of the layer for a pooling function: ``MaxPool2d`` for ``max_pool2d``."""
    head, _, tail = name.partition("_pool")
    known = head in {"max", "avg", "adaptive_avg", "adaptive_max"} and tail in {"1d", "2d", "3d"}
    return f"{head.title().replace('_', '')}Pool{tail}" if known else ""
