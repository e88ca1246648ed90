"""What torch's operators do with values and storage, as far as running without them has to know.

Tables by the operators' own names, and the checks that an operator with storage makes and one without leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Signature:
    """``writes``: position, name and alias of each operand that is written; ``returns``: the alias of each result, ''
    where it is a new tensor; ``views``: a result shares storage with an operand; ``makes``: it takes a device;
    ``fresh``: all that it gives are tensors of its own.
    """

    name: str
    writes: tuple[tuple[int, str, str], ...]
    returns: tuple[str, ...]
    views: bool
    makes: bool
    fresh: bool


# Operators whose result depends on values, in its shape or because it leaves torch.
VALUES = frozenset(
    f"aten::{name}"
    for name in (
        "_local_scalar_dense",
        "item",
        "nonzero",
        "masked_select",
        "_unique",
        "_unique2",
        "unique_dim",
        "unique_consecutive",
        "unique_dim_consecutive",
        "bincount",
        "repeat_interleave",
        "equal",
        "is_nonzero",
        "allclose",
        "histc",
        "combinations",
        "_ctc_loss",
        "_use_cudnn_ctc_loss",
    )
)
# Of questions that guard against broken numbers, the answer of numbers that are not.
ASSUMED = {"aten::any": False, "aten::all": True, "aten::isinf_any": False}
# Operators that fill a new tensor with values that do not depend on their operand's.
FILLED = frozenset(
    f"aten::{name}"
    for name in ("new_zeros", "new_ones", "new_full", "new_empty", "zeros_like", "ones_like", "full_like")
)
# Positions of operands that have to keep their values: lengths, from which shapes are computed.
KEEP_VALUES = {"aten::_pack_padded_sequence": (1,), "aten::_pad_packed_sequence": (1,)}
INDEXED = frozenset({"aten::index", "aten::index_put", "aten::index_put_", "aten::_unsafe_index"})
# What operators give that have no form without storage in every torch: the positions of the operands it is sized like.
SIZED_LIKE = {"aten::_weight_norm_interface": (0, 1), "aten::_weight_norm_interface_backward": (1, 2)}
# Names of operators that a reader knows by another.
SPOKEN = {"_local_scalar_dense": "item", "_unique2": "unique", "_unique": "unique", "_ctc_loss": "ctc_loss"}

_SIGNATURES: dict[Any, Signature] = {}


def signature(func: Any) -> Signature:
    """Return what the schema of an operator says, kept for the next time."""
    known = _SIGNATURES.get(func)
    if known is None:
        known = _SIGNATURES[func] = _read(func._schema)
    return known


def _read(schema: Any) -> Signature:
    writes = tuple(
        (position, argument.name, _alias(argument))
        for position, argument in enumerate(schema.arguments)
        if argument.alias_info is not None and argument.alias_info.is_write
    )
    returns = tuple(_alias(result) for result in schema.returns)
    shared = any(returns) and not writes
    makes = any(argument.name == "device" for argument in schema.arguments)
    views = shared or schema.name in _SHARED
    tensors = all(str(result.type) == "Tensor" for result in schema.returns)
    fresh = tensors and bool(returns) and not views and not writes and schema.name not in KEEP_VALUES
    return Signature(schema.name, writes, returns, views, makes, fresh)


def _alias(argument: Any) -> str:
    return "" if argument.alias_info is None else ",".join(sorted(argument.alias_info.before_set))


# Fresh tensors that come from nowhere: running them on a copy would lose what they hold.
_SHARED = frozenset({"aten::lift_fresh", "aten::lift"})

IsKnown = Callable[[torch.Tensor], bool]


def check(name: str, args: Any, kwargs: dict[str, Any], is_known: IsKnown) -> None:
    """Raise IndexError or RuntimeError where an operator with storage would."""
    if name in _LEFT_OUT:
        _LEFT_OUT[name](args)
    find = _INDICES.get(name)
    if find is None:
        return
    for index, size, least, error in find(args, kwargs):
        if not isinstance(index, torch.Tensor) or not is_known(index) or not index.numel():
            continue
        low, high = int(index.min()), int(index.max())
        if low < least or high >= size:
            value = high if high >= size else low
            raise error(f"index {value} is out of range of a dimension of size {size}")


def _transposed_channels(args: Any) -> None:
    images, weight, transposed = args[0], args[1], args[6]
    if transposed and images.dim() > 1 and images.shape[1] != weight.shape[0]:
        raise RuntimeError(f"a weight of {tuple(weight.shape)} takes other channels than {tuple(images.shape)} has")


def _dimension(args: Any) -> None:
    rank = max(1, args[0].dim())
    if not -rank <= args[1] < rank:
        raise IndexError(f"dimension {args[1]} is out of range of a tensor of {rank}")


def _whole_numbers(args: Any) -> None:
    """Refuse indices that are no whole numbers, which torch up to 2.9 does not check without storage."""
    if args[1].dtype not in (torch.int64, torch.int32):
        raise RuntimeError(f"Expected the indices to be Long or Int; but got {args[1].dtype}")


def _fractions(args: Any) -> None:
    """Refuse an operand that is no floating-point tensor, which torch up to 2.9 does not check without storage."""
    if not (args[1].is_floating_point() or args[1].is_complex()):
        raise RuntimeError(f"result type Float can't be cast to the desired output type {args[1].dtype}")


_LEFT_OUT: dict[str, Callable[[Any], None]] = {
    "aten::embedding": _whole_numbers,
    "aten::_embedding_bag": _whole_numbers,
    "aten::binary_cross_entropy_with_logits": _fractions,
    "aten::convolution": _transposed_channels,
    "aten::_softmax": _dimension,
    "aten::_log_softmax": _dimension,
}


def _embedding(args: Any, kwargs: dict[str, Any]) -> Any:
    yield args[1], args[0].shape[0], 0, IndexError


def _target(args: Any, kwargs: dict[str, Any]) -> Any:
    logits, target = args[0], args[1]
    ignored = args[4] if len(args) > 4 else kwargs.get("ignore_index", -100)
    classes = logits.shape[1] if logits.dim() > 1 else logits.shape[0]
    if target.is_meta:
        return
    yield target[target != ignored], classes, 0, IndexError


def _along(args: Any, kwargs: dict[str, Any]) -> Any:
    tensor, dimension, index = args[0], args[1], args[2]
    if tensor.dim():
        yield index, tensor.shape[dimension], 0, RuntimeError


def _selected(args: Any, kwargs: dict[str, Any]) -> Any:
    tensor, dimension, index = args[0], args[1], args[2]
    if tensor.dim():
        yield index, tensor.shape[dimension], 0, IndexError


def _indexed(args: Any, kwargs: dict[str, Any]) -> Any:
    for dimension, index in enumerate(args[1]):
        if isinstance(index, torch.Tensor) and dimension < args[0].dim():
            size = args[0].shape[dimension]
            yield index, size, -size, IndexError


_INDICES: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "aten::embedding": _embedding,
    "aten::_embedding_bag": _embedding,
    "aten::nll_loss_forward": _target,
    "aten::nll_loss2d_forward": _target,
    "aten::gather": _along,
    "aten::scatter": _along,
    "aten::scatter_": _along,
    "aten::scatter_add": _along,
    "aten::scatter_add_": _along,
    "aten::index_select": _selected,
    **dict.fromkeys(INDEXED, _indexed),
}
