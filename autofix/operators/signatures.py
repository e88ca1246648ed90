"""The parameters of torch's layers and functions in order, as their documentation gives them.

Plain tables: which argument of a call sets which size. No torch is imported.
Source: the class and function signatures in the documentation of torch.nn and torch.nn.functional.
"""

from __future__ import annotations

_CONV = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "bias",
    "padding_mode",
)
_CONV_TRANSPOSE = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "output_padding",
    "groups",
    "bias",
    "dilation",
)
_BATCH_NORM = ("num_features", "eps", "momentum", "affine", "track_running_stats")
_RNN = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
_CELL = ("input_size", "hidden_size", "bias")
_POOL = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_AVG_POOL = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
_ENCODER_LAYER = (
    "d_model",
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "batch_first",
    "norm_first",
)

_LAYERS: dict[str, tuple[str, ...]] = {
    "Linear": ("in_features", "out_features", "bias"),
    "LazyLinear": ("out_features", "bias"),
    "Bilinear": ("in1_features", "in2_features", "out_features", "bias"),
    **{f"Conv{n}d": _CONV for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": _CONV_TRANSPOSE for n in (1, 2, 3)},
    **{f"BatchNorm{n}d": _BATCH_NORM for n in (1, 2, 3)},
    **{f"InstanceNorm{n}d": _BATCH_NORM for n in (1, 2, 3)},
    "SyncBatchNorm": _BATCH_NORM,
    "GroupNorm": ("num_groups", "num_channels", "eps", "affine"),
    "LayerNorm": ("normalized_shape", "eps", "elementwise_affine", "bias"),
    "RMSNorm": ("normalized_shape", "eps", "elementwise_affine"),
    **dict.fromkeys(("LSTM", "GRU"), _RNN),
    "RNN": (
        "input_size",
        "hidden_size",
        "num_layers",
        "nonlinearity",
        "bias",
        "batch_first",
        "dropout",
        "bidirectional",
    ),
    **dict.fromkeys(("LSTMCell", "GRUCell", "RNNCell"), _CELL),
    "Embedding": ("num_embeddings", "embedding_dim", "padding_idx"),
    "EmbeddingBag": ("num_embeddings", "embedding_dim", "max_norm"),
    "MultiheadAttention": (
        "embed_dim",
        "num_heads",
        "dropout",
        "bias",
        "add_bias_kv",
        "add_zero_attn",
        "kdim",
        "vdim",
        "batch_first",
    ),
    **dict.fromkeys(("TransformerEncoderLayer", "TransformerDecoderLayer"), _ENCODER_LAYER),
    "TransformerEncoder": ("encoder_layer", "num_layers", "norm"),
    "TransformerDecoder": ("decoder_layer", "num_layers", "norm"),
    "Transformer": ("d_model", "nhead", "num_encoder_layers", "num_decoder_layers", "dim_feedforward", "dropout"),
    **{f"MaxPool{n}d": _POOL for n in (1, 2, 3)},
    "AvgPool1d": _AVG_POOL,
    "AvgPool2d": _AVG_POOL,
    "AvgPool3d": _AVG_POOL,
    **{f"Adaptive{kind}Pool{n}d": ("output_size",) for kind in ("Avg", "Max") for n in (1, 2, 3)},
    "Flatten": ("start_dim", "end_dim"),
    "Unflatten": ("dim", "unflattened_size"),
    "Upsample": ("size", "scale_factor", "mode", "align_corners"),
    "PixelShuffle": ("upscale_factor",),
    "Softmax": ("dim",),
    "LogSoftmax": ("dim",),
    "PReLU": ("num_parameters", "init"),
}

_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "cat": ("tensors", "dim"),
    "concat": ("tensors", "dim"),
    "stack": ("tensors", "dim"),
    "flatten": ("input", "start_dim", "end_dim"),
    "squeeze": ("input", "dim"),
    "unsqueeze": ("input", "dim"),
    "transpose": ("input", "dim0", "dim1"),
    "softmax": ("input", "dim"),
    "mean": ("input", "dim", "keepdim"),
    "sum": ("input", "dim", "keepdim"),
    "amax": ("input", "dim", "keepdim"),
    "max": ("input", "dim", "keepdim"),
    "min": ("input", "dim", "keepdim"),
    "norm": ("input", "p", "dim", "keepdim"),
    "argmax": ("input", "dim", "keepdim"),
    "std": ("input", "dim", "unbiased", "keepdim"),
    "var": ("input", "dim", "unbiased", "keepdim"),
    "logsumexp": ("input", "dim", "keepdim"),
    "linear": ("input", "weight", "bias"),
    "max_pool1d": ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "max_pool2d": ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "max_pool3d": ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "avg_pool1d": ("input", "kernel_size", "stride", "padding", "ceil_mode"),
    "avg_pool2d": ("input", "kernel_size", "stride", "padding", "ceil_mode"),
    "avg_pool3d": ("input", "kernel_size", "stride", "padding", "ceil_mode"),
    "pad": ("input", "pad", "mode", "value"),
    "interpolate": ("input", "size", "scale_factor", "mode", "align_corners"),
}


def layer_parameters(kind: str) -> tuple[str, ...]:
    """Return the parameter names of a layer class by its bare name; empty for one that is not torch's."""
    return _LAYERS.get(kind, ())


def function_parameters(name: str) -> tuple[str, ...]:
    """Return the parameter names of a function by its bare name, the input first."""
    return _FUNCTIONS.get(name, ())


def position(kind: str, parameter: str) -> int:
    """Return the position at which a layer takes ``parameter``, -1 if it does not."""
    names = layer_parameters(kind)
    return names.index(parameter) if parameter in names else -1
