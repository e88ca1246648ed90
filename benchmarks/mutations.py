"""Ways to break a working model file by one edit, each what people do by mistake.

A mutation looks at the syntax tree and gives back texts; whether a text is really broken is found by running it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from autofix.patch.edits_to_text import apply_edits
from autofix.records.locations import Edit
from autofix.syntax.source import Source, dotted

Mutation = Callable[[Source], Iterator[tuple[Edit, ...]]]
_SIZED = frozenset(
    ["Linear", "Bilinear", "Embedding", "EmbeddingBag", "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"]
    + [
        "MultiheadAttention",
        "TransformerEncoderLayer",
        "TransformerDecoderLayer",
        "Transformer",
        "LayerNorm",
        "GroupNorm",
    ]
    + [f"{kind}{n}d" for kind in ("Conv", "ConvTranspose", "BatchNorm", "InstanceNorm") for n in (1, 2, 3)]
)
_SHAPING = frozenset(["flatten", "unsqueeze", "squeeze", "permute", "transpose", "contiguous", "mT"])


def _layer_calls(source: Source) -> Iterator[ast.Call]:
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    return (call for call in calls if dotted(call.func).rpartition(".")[2] in _SIZED)


def _is_size(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1


def _changed(value: int) -> int:
    """Return another plausible size: half of an even one, else one more."""
    return value // 2 if value % 2 == 0 and value > 2 else value + 1


def literal_size(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that change the first size argument of a layer, written as a number."""
    for call in _layer_calls(source):
        for node in (
            *call.args[:1],
            *(k.value for k in call.keywords if k.arg and k.arg.startswith(("in_", "num_", "input"))),
        ):
            if isinstance(node, ast.Constant) and _is_size(node):
                yield (source.replace(node, str(_changed(int(str(node.value))))),)


def expression_size(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that change a number inside a computed size argument: ``16 * 5 * 5`` becomes ``16 * 6 * 5``."""
    for call in _layer_calls(source):
        for argument in call.args[:1]:
            if isinstance(argument, ast.BinOp):
                for node in ast.walk(argument):
                    if isinstance(node, ast.Constant) and _is_size(node):
                        yield (source.replace(node, str(int(str(node.value)) + 1)),)


def output_size(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that change the second size argument of a layer: what it gives out."""
    for call in _layer_calls(source):
        for node in call.args[1:2]:
            if isinstance(node, ast.Constant) and _is_size(node):
                yield (source.replace(node, str(_changed(int(str(node.value))))),)


def constant(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that change a named constant or a default that sets a size."""
    for node in ast.walk(source.tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Module):
            values = [s.value for s in node.body if isinstance(s, ast.Assign)]
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            values = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        for value in values:
            if isinstance(value, ast.Constant) and _is_size(value):
                yield (source.replace(value, str(_changed(int(str(value.value))))),)


def dropped_shaping(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that remove a flatten, unsqueeze, permute or transpose."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in _SHAPING and dotted(node.func.value) != "torch":
            yield (source.replace(node, source.text_of(node.func.value)),)
        elif dotted(node.func) in {f"torch.{name}" for name in _SHAPING} and node.args:
            yield (source.replace(node, source.text_of(node.args[0])),)


def joined_dimension(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that join along another dimension in ``torch.cat``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func) in {"torch.cat", "torch.stack"}:
            for value in (*node.args[1:2], *(k.value for k in node.keywords if k.arg == "dim")):
                yield (source.replace(value, "0" if source.text_of(value) != "0" else "1"),)


def swapped_sizes(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that swap the two sizes of a layer."""
    for call in _layer_calls(source):
        if len(call.args) >= 2 and source.text_of(call.args[0]) != source.text_of(call.args[1]):
            first, second = call.args[0], call.args[1]
            yield (source.replace(first, source.text_of(second)), source.replace(second, source.text_of(first)))


def padding(source: Source) -> Iterator[tuple[Edit, ...]]:
    """Yield edits that leave out the padding of a convolution."""
    for call in _layer_calls(source):
        for keyword in call.keywords:
            if keyword.arg == "padding" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                yield (source.replace(keyword.value, "0"),)


MUTATIONS: dict[str, Mutation] = {
    "literal size": literal_size,
    "size in an expression": expression_size,
    "output size": output_size,
    "constant or default": constant,
    "dropped shape change": dropped_shaping,
    "dimension of a join": joined_dimension,
    "swapped sizes": swapped_sizes,
    "padding": padding,
}


def mutants(source: Source, name: str) -> list[str]:
    """Return every text that the mutation makes of the file, in order, without duplicates."""
    texts = (apply_edits(source.text, edits) for edits in MUTATIONS[name](source))
    return [text for text in dict.fromkeys(texts) if text != source.text]
