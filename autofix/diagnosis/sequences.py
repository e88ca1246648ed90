"""Conclusions about layers over sequences: recurrent nets, attention, transformers.

Sizes of inputs, states and masks against the layer's own.
"""

from __future__ import annotations

from autofix.diagnosis.cause import Cause, show, tensor_at
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
    tensor, expected = tensor_at(operation, 0), number(layer.setting("input_size"))
    if tensor is None or expected is None:
        return None
    packed = bool(operation.arguments) and isinstance(operation.arguments[0], Sequence)
    if not packed and tensor.rank not in (2, 3):
        message = f"{subject} takes (batch, time, features) or (time, features) but receives {show(tensor.shape)}"
        return Cause(Mismatch.RNN_RANK, message, (2, 3), tensor.shape, "", 0)
    if tensor.shape[-1] != expected:
        message = f"{subject} takes {expected} features a step but receives {tensor.shape[-1]} in {show(tensor.shape)}"
        return Cause(
            Mismatch.RNN_INPUT_SIZE, message, (expected,), (tensor.shape[-1],), "input_size", 0, tensor.rank - 1
        )
    return _state(operation, layer, tensor, packed, subject)


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
    if layer.kind == "LSTM" and isinstance(state, Tensor):
        message = f"{subject} is an LSTM and takes a pair (h, c) but receives one state {show(state.shape)}"
        return Cause(Mismatch.RNN_HIDDEN, message, state_shape, state.shape, "", 1, detail=Detail.PAIR)
    if layer.kind != "LSTM" and isinstance(state, Sequence):
        message = f"{subject} takes one state but receives {len(state.items)}"
        return Cause(Mismatch.RNN_HIDDEN, message, state_shape, (len(state.items),), "", 1, detail=Detail.SINGLE)
    states = [item for item in (state.items if isinstance(state, Sequence) else (state,)) if isinstance(item, Tensor)]
    for index, state_tensor in enumerate(states):
        fits = state_tensor.shape == state_shape or (
            packed
            and batch is None
            and state_tensor.rank == 3
            and (state_tensor.shape[0], state_tensor.shape[2]) == (state_shape[0], hidden)
        )
        if not fits:
            message = f"{subject} takes a state of {show(state_shape)} but receives {show(state_tensor.shape)}"
            return Cause(
                Mismatch.RNN_HIDDEN, message, state_shape, state_tensor.shape, "", 1 + index, detail=Detail.STATE
            )
    return None


def _packed_batch(operation: Operation) -> int | None:
    """Return the number of rows in the first step of a packed sequence: the batch."""
    packed = operation.arguments[0]
    sizes = packed.items[1] if isinstance(packed, Sequence) and len(packed.items) > 1 else None
    return sizes.values[1] if isinstance(sizes, Tensor) and sizes.values is not None else None


def _cell(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    tensor, expected = tensor_at(operation, 0), number(layer.setting("input_size"))
    if tensor is None or expected is None:
        return None
    if tensor.rank not in (1, 2):
        message = f"{subject} takes (batch, features) but receives {show(tensor.shape)}"
        return Cause(Mismatch.RNN_RANK, message, (1, 2), tensor.shape, "", 0)
    if tensor.shape[-1] != expected:
        message = f"{subject} takes {expected} features but receives {tensor.shape[-1]} in {show(tensor.shape)}"
        return Cause(
            Mismatch.RNN_INPUT_SIZE, message, (expected,), (tensor.shape[-1],), "input_size", 0, tensor.rank - 1
        )
    state = operation.argument(1, "hx")
    hidden = number(layer.setting("hidden_size")) or 0
    state_shape = (*tensor.shape[:-1], hidden)
    states = [item for item in (state.items if isinstance(state, Sequence) else (state,)) if isinstance(item, Tensor)]
    if layer.kind == "LSTMCell" and isinstance(state, Tensor):
        message = f"{subject} is an LSTM cell and takes a pair (h, c) but receives one state {show(state.shape)}"
        return Cause(Mismatch.RNN_HIDDEN, message, state_shape, state.shape, "", 1, detail=Detail.PAIR)
    for index, state_tensor in enumerate(states):
        if state_tensor.shape != state_shape:
            message = f"{subject} takes a state of {show(state_shape)} but receives {show(state_tensor.shape)}"
            return Cause(
                Mismatch.RNN_HIDDEN,
                message,
                state_shape,
                state_tensor.shape,
                "",
                1 + index,
                detail=Detail.STATE,
            )
    return None


def _attention(operation: Operation, layer: Layer, subject: str) -> Cause | None:
    width = number(layer.setting("embed_dim"))
    query, key, value = (tensor_at(operation, i, name) for i, name in enumerate(("query", "key", "value")))
    if query is None or key is None or value is None or width is None:
        return None
    if query.rank not in (2, 3):
        return Cause(
            Mismatch.RANK,
            f"{subject} takes 2 or 3 dimensions but receives {show(query.shape)}",
            (2, 3),
            query.shape,
            "",
            0,
        )
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
            return Cause(
                Mismatch.ATTENTION_WIDTH,
                message,
                (operand_width,),
                (tensor.shape[-1],),
                parameter,
                position,
                tensor.rank - 1,
            )
    return _mask(operation, layer, query, key, subject)


def _mask(operation: Operation, layer: Layer, query: Tensor, key: Tensor, subject: str) -> Cause | None:
    batch_first = bool(layer.setting("batch_first"))
    time, batch = (1, 0) if batch_first and query.rank == 3 else (0, 1)
    mask = tensor_at(operation, 5, "attn_mask")
    if mask is not None:
        mask_shape = (query.shape[time], key.shape[time])
        if mask.shape[-2:] != mask_shape:
            message = f"{subject} takes an attention mask of {show(mask_shape)} but receives {show(mask.shape)}"
            return Cause(
                Mismatch.ATTENTION_MASK, message, mask_shape, mask.shape, "attn_mask", _index_of(operation, mask)
            )
    padding = tensor_at(operation, 3, "key_padding_mask")
    if padding is not None and key.rank == 3:
        mask_shape = (key.shape[batch], key.shape[time])
        if padding.shape != mask_shape:
            message = f"{subject} takes a padding mask of {show(mask_shape)} but receives {show(padding.shape)}"
            return Cause(
                Mismatch.ATTENTION_MASK,
                message,
                mask_shape,
                padding.shape,
                "key_padding_mask",
                _index_of(operation, padding),
            )
    return None


def _index_of(operation: Operation, tensor: Tensor) -> int | None:
    return next((i for i, operand in enumerate(operation.tensors) if operand is tensor), None)


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
            message = f"{subject} takes 2 or 3 dimensions but receives {show(tensor.shape)}"
            return Cause(Mismatch.RANK, message, (2, 3), tensor.shape, "", position)
        if tensor.shape[-1] != width:
            message = f"{subject} has the width {width} but receives {tensor.shape[-1]} in {show(tensor.shape)}"
            return Cause(
                Mismatch.ATTENTION_WIDTH, message, (width,), (tensor.shape[-1],), "d_model", position, tensor.rank - 1
            )
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
            message = f"{subject} takes a mask of {show(mask_shape)} but receives {show(value.shape)}"
            return Cause(Mismatch.ATTENTION_MASK, message, mask_shape, value.shape, name, _index_of(operation, value))
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
