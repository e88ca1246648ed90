"""Attention and transformers.

Source: torch.nn.functional.scaled_dot_product_attention, torch.nn.MultiheadAttention, torch.nn.Transformer.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, divides, equal, expands_to, one_of
from autofix.operators.families import Family
from autofix.operators.notation import broadcast
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Term, sizes

_NAMES = ("query", "key", "value")


def _attended_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: queries ``(..., L, E)``, keys ``(..., S, E)`` and values ``(..., S, V)``.

    A mask expands to ``(..., L, S)``.
    """
    query, key, value = (sizes(call, name) for name in _NAMES)
    yield from (at_least(Rank(name), 2) for name in _NAMES)
    if min(map(len, (query, key, value))) < 2:
        return
    yield equal(key[-1], query[-1])
    yield equal(value[-2], key[-2])
    if call.get("enable_gqa") is not True:
        yield from broadcast(call, [query[:-2], key[:-2], value[:-2]])[0]
    elif len(query) > 2 and len(query) == len(key):
        yield divides(key[-3], query[-3])
    mask = sizes(call, "attn_mask")
    for size, target_size in zip(reversed(mask), (key[-2], query[-2]), strict=False):
        yield expands_to(size, target_size)


def _attended(call: Call) -> Iterator[Dimensions]:
    query, key, value = (sizes(call, name) for name in _NAMES)
    batch = broadcast(call, [query[:-2], key[:-2], value[:-2]])[1] if call.get("enable_gqa") is not True else query[:-2]
    yield (*batch, query[-2], value[-1])


def _axes(call: Call, rank: int) -> tuple[int, int | None]:
    """Return the dimension of the steps and that of the samples in ``(L, N, E)``, or ``(N, L, E)``."""
    if rank == 2:
        return 0, None
    return (1, 0) if call.get("batch_first") is True else (0, 1)


def _width(call: Call, name: str) -> Term:
    return Argument("embed_dim") if call.get(name) is None else Argument(name)


def _multihead_requires(call: Call) -> Iterator[Requirement]:
    query, key, value = (sizes(call, name) for name in _NAMES)
    yield divides(Argument("num_heads"), Argument("embed_dim"))
    yield one_of(Rank("query"), 3, 2)
    yield from (equal(Rank(name), Rank("query")) for name in _NAMES[1:])
    if len(query) not in (2, 3) or {len(key), len(value)} != {len(query)}:
        return
    yield equal(query[-1], Argument("embed_dim"))
    yield equal(key[-1], _width(call, "kdim"))
    yield equal(value[-1], _width(call, "vdim"))
    steps, samples = _axes(call, len(query))
    yield equal(value[steps], key[steps])
    if samples is not None:
        yield from (equal(shape[samples], query[samples]) for shape in (key, value))
    yield from _masks(call, query, key)


def _masks(call: Call, query: Dimensions, key: Dimensions) -> Iterator[Requirement]:
    steps, samples = _axes(call, len(query))
    padding, mask = sizes(call, "key_padding_mask"), sizes(call, "attn_mask")
    if call.tensor("key_padding_mask") is not None:
        expected = (key[steps],) if samples is None else (key[samples], key[steps])
        yield equal(Rank("key_padding_mask"), len(expected))
        yield from map(equal, padding, expected) if len(padding) == len(expected) else ()
    if call.tensor("attn_mask") is not None:
        yield one_of(Rank("attn_mask"), 2, 3)
        if len(mask) in (2, 3):
            yield equal(mask[-2], query[steps])
            yield equal(mask[-1], key[steps])
        if len(mask) == 3:
            batch: Term = Number(1) if samples is None else query[samples]
            yield equal(mask[0], batch * Argument("num_heads"))


def _multihead(call: Call) -> Iterator[Dimensions | None]:
    query, key = sizes(call, "query"), sizes(call, "key")
    steps, samples = _axes(call, len(query))
    yield query
    if call.get("need_weights") is not False:
        batch = () if samples is None else (query[samples],)
        heads = () if call.get("average_attn_weights") is not False else (Argument("num_heads"),)
        yield (*batch, *heads, query[steps], key[steps])


# -- transformers ------------------------------------------------------------------------------------------------------


def _stack(*operands: str) -> Contract:
    """Return the contract of layers and stacks over ``(L, N, E)`` operands that share batch and width.

    The width of a stack is that of the layer it is made of, which is no argument of its own.
    """

    def requires(call: Call) -> Iterator[Requirement]:
        shapes_of = [sizes(call, name) for name in operands]
        yield from (one_of(Rank(name), 3, 2) for name in operands)
        yield from (equal(Rank(name), Rank(operands[0])) for name in operands[1:])
        if len({len(shape) for shape in shapes_of}) > 1 or len(shapes_of[0]) not in (2, 3):
            return
        if call.integer("nhead") is not None:
            yield divides(Argument("nhead"), Argument("d_model"))
        width = shapes_of[0][-1] if "d_model" not in call.values else Argument("d_model")
        yield from (equal(shape[-1], width) for shape in shapes_of if shape[-1] is not width)
        # The layer of a stack, which is no argument of the stack, says which dimension is that of the samples.
        samples = _axes(call, len(shapes_of[0]))[1] if "batch_first" in call.values else None
        if samples is not None:
            yield from (equal(shape[samples], shapes_of[0][samples]) for shape in shapes_of[1:])

    return Contract(requires, lambda call: (sizes(call, "tgt" if "tgt" in operands else operands[0]),))


_LAYER = (
    "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=None, layer_norm_eps=1e-05, "
    "batch_first=False, norm_first=False, bias=True"
)
_ENCODED = "Tensor src, Tensor? mask=None, Tensor? src_key_padding_mask=None, is_causal=None"
_ENCODED_LAYER = "Tensor src, Tensor? src_mask=None, Tensor? src_key_padding_mask=None, is_causal=False"
_DECODED = (
    "Tensor tgt, Tensor memory, Tensor? tgt_mask=None, Tensor? memory_mask=None, "
    "Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None"
)


def _transformer(layer: str, operands: tuple[str, ...], parameters: str, settings: str, *examples: str) -> Operator:
    return Operator(Family.TRANSFORMER, _stack(*operands), parameters, examples, (), (layer,), settings)


ROWS = (
    Operator(
        Family.ATTENTION,
        Contract(_attended_requires, _attended),
        "Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, dropout_p=0.0, is_causal=False, "
        "scale=None, enable_gqa=False",
        (
            "scaled_dot_product_attention((2, 3, 4, 8), (2, 3, 5, 8), (2, 3, 5, 6))",
            "scaled_dot_product_attention((2, 3, 4, 8), (2, 3, 5, 8), (2, 3, 5, 6), bool(4, 5))",
        ),
        ("scaled_dot_product_attention",),
    ),
    Operator(
        Family.ATTENTION,
        Contract(_multihead_requires, _multihead),
        "Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask=None, need_weights=True, "
        "Tensor? attn_mask=None, average_attn_weights=True",
        (
            "MultiheadAttention(8, 2)((4, 3, 8), (5, 3, 8), (5, 3, 8))",
            "MultiheadAttention(8, 2, batch_first=True)((3, 4, 8), (3, 5, 8), (3, 5, 8), bool(3, 5))",
            "MultiheadAttention(8, 2)((4, 8), (5, 8), (5, 8), attn_mask=bool(4, 5))",
        ),
        (),
        ("MultiheadAttention",),
        "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, "
        "vdim=None, batch_first=False",
    ),
    _transformer(
        "TransformerEncoderLayer", ("src",), _ENCODED_LAYER, _LAYER, "TransformerEncoderLayer(8, 2, 16)((4, 3, 8))"
    ),
    _transformer(
        "TransformerDecoderLayer",
        ("tgt", "memory"),
        _DECODED,
        _LAYER,
        "TransformerDecoderLayer(8, 2, 16)((4, 3, 8), (5, 3, 8))",
    ),
    _transformer(
        "TransformerEncoder",
        ("src",),
        _ENCODED,
        "encoder_layer, num_layers, norm=None",
        "TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 1)((4, 3, 8))",
    ),
    _transformer(
        "TransformerDecoder",
        ("tgt", "memory"),
        _DECODED,
        "decoder_layer, num_layers, norm=None",
        "TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 1)((4, 3, 8), (5, 3, 8))",
    ),
    _transformer(
        "Transformer",
        ("src", "tgt"),
        "Tensor src, Tensor tgt",
        "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, "
        "activation=None, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False",
        "Transformer(8, 2, 1, 1, 16)((5, 3, 8), (4, 3, 8))",
    ),
)
