"""Conclusions about layers over sequences: recurrent nets, attention, transformers.

Sizes of inputs, states and masks against the layer's own.
"""

from __future__ import annotations

from autofix.diagnosis.cause import Cause, show, tensor_at, wrong_mask, wrong_rank, wrong_width
from autofix.diagnosis.layers import number
from autofix.operators.families import Family
from autofix.operators.table import layer as find_layer
from autofix.records.finding import Detail, Mismatch
from autofix.records.trace import Layer, Operation, Trace
from autofix.records.values import Sequence, Tensor, Value


def conclude(operation: Operation, layer: Layer, subject: str, trace: Trace) -> Cause | None:
    row = find_layer(layer.kind)
    match None if row is None else row.family:
        case Family.RECURRENT:
            return _recurrent(operation, layer, subject)
        case Family.RECURRENT_CELL:
            return _cell(operation, layer, subject)
        case Family.ATTENTION:
            return _attention(operation, layer, subject)
        case Family.TRANSFORMER:
            return _transformer(operation, layer, subject, trace)
    return None


def _recurrent(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor = tensor_at(operation, 0)
    if tensor is None:
        return None
    packed = bool(operation.arguments) and isinstance(operation.arguments[0], Sequence)
    words = ("(batch, time, features) or (time, features)", "features a step")
    wrong = _input(tensor, layer, subject, () if packed else (2, 3), words)
    return wrong or _state(operation, layer, tensor, packed, subject)


def _input(tensor: Tensor, layer: Layer, subject: str, ranks: tuple[int, ...], words: tuple[str, str]) -> Cause | None:
    """Return the cause where a recurrent layer takes other dimensions, or steps of another width."""
    expected = number(layer.setting("input_size"))
    if expected is None:
        return None
    if ranks and tensor.rank not in ranks:
        return wrong_rank(Mismatch.RNN_RANK, subject, tensor, ranks, words[0])
    if tensor.shape[-1] != expected:
        message = f"{subject} takes {expected} {words[1]} but receives {tensor.shape[-1]} in {show(tensor.shape)}"
        return wrong_width(Mismatch.RNN_INPUT_SIZE, message, expected, tensor, "input_size")
    return None


def _state(operation: Operation, layer: Layer, tensor: Tensor, packed: bool, subject: str) -> Cause | None:
    """Return the cause where the initial state is not (layers * directions, batch, hidden)."""
    state = operation.argument(1, "hx")
    if state is None:
        return None
    layers, hidden = number(layer.setting("num_layers")) or 1, number(layer.setting("hidden_size")) or 0
    directions = 2 if layer.setting("bidirectional") else 1
    batch = _packed_batch(operation) if packed else None
    if tensor.rank == 3 and not packed:
        batch = tensor.shape[0 if layer.setting("batch_first") else 1]
    state_shape = (layers * directions, *(() if batch is None else (batch,)), hidden)
    if layer.kind != "LSTM" and isinstance(state, Sequence):
        message = f"{subject} takes one state but receives {len(state.items)}"
        return Cause(Mismatch.RNN_HIDDEN, message, state_shape, (len(state.items),), "", 1, detail=Detail.SINGLE)
    kind = "an LSTM" if layer.kind == "LSTM" else ""
    return _other_state(state, subject, kind, state_shape, any_batch=packed and batch is None)


def _other_state(
    state: Value, subject: str, kind: str, shape: tuple[int, ...], *, any_batch: bool = False
) -> Cause | None:
    """Return the cause where a state is not of the shape that the layer takes, or is not the pair that ``kind`` needs.

    ``any_batch``: the shape is that for one sample, and there may be any number of them.
    """
    if kind and isinstance(state, Tensor):
        message = f"{subject} is {kind} and takes a pair (h, c) but receives one state {show(state.shape)}"
        return Cause(Mismatch.RNN_HIDDEN, message, shape, state.shape, "", 1, detail=Detail.PAIR)
    states = [item for item in (state.items if isinstance(state, Sequence) else (state,)) if isinstance(item, Tensor)]
    for index, own in enumerate(tensor.shape for tensor in states):
        if own != shape and not (any_batch and len(own) == 3 and (own[0], own[2]) == shape):
            message = f"{subject} takes a state of {show(shape)} but receives {show(own)}"
            return Cause(Mismatch.RNN_HIDDEN, message, shape, own, "", 1 + index, detail=Detail.STATE)
    return None


def _packed_batch(operation: Operation) -> int | None:
    """Return the number of rows in the first step of a packed sequence: the batch."""
    packed = operation.arguments[0]
    sizes = packed.items[1] if isinstance(packed, Sequence) and len(packed.items) > 1 else None
    return sizes.values[1] if isinstance(sizes, Tensor) and sizes.values is not None else None


def _cell(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, hidden = tensor_at(operation, 0), number(layer.setting("hidden_size")) or 0
    if tensor is None:
        return None
    wrong = _input(tensor, layer, subject, (1, 2), ("(batch, features)", "features"))
    kind = "an LSTM cell" if layer.kind == "LSTMCell" else ""
    return wrong or _other_state(operation.argument(1, "hx"), subject, kind, (*tensor.shape[:-1], hidden))


def _attention(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    width = number(layer.setting("embed_dim"))
    query, key, value = (tensor_at(operation, i, name) for i, name in enumerate(("query", "key", "value")))
    if query is None or key is None or value is None or width is None:
        return None
    if query.rank not in (2, 3):
        return wrong_rank(Mismatch.RANK, subject, query, (2, 3))
    expected = (width, number(layer.setting("kdim")) or width, number(layer.setting("vdim")) or width)
    for position, (tensor, operand_width, name) in enumerate(
        zip((query, key, value), expected, ("embed_dim", "kdim", "vdim"), strict=True)
    ):
        if tensor.shape[-1] != operand_width:
            role = ("query", "key", "value")[position]
            message = (
                f"{subject} takes a {role} of width {operand_width} but receives {tensor.shape[-1]} "
                f"in {show(tensor.shape)}"
            )
            parameter = name if position == 0 or number(layer.setting(name)) not in (None, width) else "embed_dim"
            return wrong_width(Mismatch.ATTENTION_WIDTH, message, operand_width, tensor, parameter, position)
    return _mask(operation, layer, query, key, subject)


def _mask(operation: Operation, layer: Layer, query: Tensor, key: Tensor, subject: str) -> Cause | None:
    batch_first = bool(layer.setting("batch_first"))
    time, batch = (1, 0) if batch_first and query.rank == 3 else (0, 1)
    mask = tensor_at(operation, 5, "attn_mask")
    if mask is not None:
        mask_shape = (query.shape[time], key.shape[time])
        if mask.shape[-2:] != mask_shape:
            return wrong_mask(operation, subject, "an attention mask", mask, mask_shape, "attn_mask")
    padding = tensor_at(operation, 3, "key_padding_mask")
    if padding is not None and key.rank == 3:
        mask_shape = (key.shape[batch], key.shape[time])
        if padding.shape != mask_shape:
            return wrong_mask(operation, subject, "a padding mask", padding, mask_shape, "key_padding_mask")
    return None


def _transformer(operation: Operation, layer: Layer, subject: str, trace: Trace) -> Cause | None:
    width = model_width(layer, trace)
    tensors = [
        tensor_at(operation, 0, "src"),
        tensor_at(operation, 1, "tgt" if layer.kind == "Transformer" else "memory"),
    ]
    inputs = [t for t in tensors[: 2 if "Decoder" in layer.kind or layer.kind == "Transformer" else 1] if t is not None]
    if width is None or not inputs:
        return None
    for position, tensor in enumerate(inputs):
        if tensor.rank not in (2, 3):
            return wrong_rank(Mismatch.RANK, subject, tensor, (2, 3), operand=position)
        if tensor.shape[-1] != width:
            message = f"{subject} has the width {width} but receives {tensor.shape[-1]} in {show(tensor.shape)}"
            return wrong_width(Mismatch.ATTENTION_WIDTH, message, width, tensor, "d_model", position)
    return _transformer_mask(operation, bool(_first_setting(layer, "batch_first", trace)), layer, inputs, subject)


def _transformer_mask(
    operation: Operation, batch_first: bool, layer: Layer, inputs: list[Tensor], subject: str
) -> Cause | None:
    own = inputs[-1] if layer.kind == "Transformer" else inputs[0]
    time, batch = (1, 0) if batch_first and own.rank == 3 else (0, 1)
    for position, value in enumerate((*operation.arguments, *(item for _, item in operation.keywords))):
        if not isinstance(value, Tensor) or any(value is tensor for tensor in inputs) or value.rank != 2:
            continue
        square = (own.shape[time], own.shape[time])
        pad = (own.shape[batch], own.shape[time]) if own.rank == 3 else square
        if value.shape not in (square, pad):
            name = (
                operation.keywords[position - len(operation.arguments)][0]
                if position >= len(operation.arguments)
                else "mask"
            )
            mask_shape = pad if "padding" in name else square
            return wrong_mask(operation, subject, "a mask", value, mask_shape, name)
    return None


def model_width(layer: Layer, trace: Trace) -> int | None:
    """Return ``d_model`` of a transformer layer or stack, read from the attention inside it."""
    own = number(layer.setting("d_model"))
    return own if own is not None else number(_first_setting(layer, "embed_dim", trace))


def _first_setting(layer: Layer, name: str, trace: Trace) -> Value:
    """Return a setting of the layer, or of the first layer inside it that has one."""
    own = layer.setting(name)
    if own is not None or layer.path is None:
        return own
    inside = (
        inner
        for inner in trace.layers
        if inner.path is not None and inner.path.startswith(f"{layer.path}." if layer.path else "")
    )
    return next((value for inner in inside for value in (inner.setting(name),) if value is not None), None)
