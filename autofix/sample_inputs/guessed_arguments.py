"""Small values for constructor arguments that no program shows: by annotation, else by what the name says.

They are guesses, so nothing that fails with them is a fault of the model, and what runs is not confirmed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, Final

from autofix.sample_inputs.abstract_interpreter.values import NAMESPACE, Instance
from autofix.syntax.source import dotted

NOTHING: Final = object()
WIDTH = 32
# The first pattern that a name matches says its value; widths that meet each other are alike.
_BY_NAME: tuple[tuple[str, Any], ...] = (
    (r"^dropouts$", [0.1, 0.1]),
    (r"drop|(^|_)(p|prob|rate|momentum|eps|alpha|slope|ratio_drop)$", 0.1),
    (r"^(is|use|with|has|do|no)_|bias$|bidirectional|batch_first|pretrained|^distil|output_attention|verbose", False),
    (r"device$", "cpu"),
    (r"gpu_?ids?$|^gpus$|device_ids$", []),
    (r"gpu", 0),
    (r"^bits$|_bits$|^n_?bits?$", 8),
    (r"(dims|sizes|channels_list|widths|hiddens|units)$", [WIDTH, WIDTH]),
    (r"^(layers|blocks|depths|num_blocks|repeats|layer_sizes)$", [2, 2, 2, 2]),
    (r"(kernel|filter)(_?size)?$|^(k|ks|ksize)$", 3),
    (r"stride|dilation|groups|cardinality|expansion|padding|factor|multiplier", 1),
    (r"reduction|ratio", 4),
    (r"head", 4),
    (r"layer|depth|block|stage|stack|^n$|repeat|steps$|order", 2),
    (r"class|label|categor|action|n_out$|num_out|target|^c_out", 10),
    (
        r"vocab|n_?tokens?$|num_?(words|embeddings|chars|users|items|entities)|dict(ionary)?_?size|ntoken|voc|max_?len|n_position",
        100,
    ),
    (r"^(in_|input_|n_|num_|c_)?(channels?|chans?)(_in)?$|^(n_|num_)?in_?(channels?|ch)$|^c_in$|^nc$", 3),
    (r"(img|image|input)_?(size|shape|res)$|^(size|resolution|h|w|height|width_in)$", 32),
    (r"patch", 4),
    (r"len|window|frames|history|horizon|lag|seq|time|period", 12),
    (r"shape$", (3, 32, 32)),
    (
        r"dim|hidden|feat|size|width|channel|(^|_)ch(_|$|ans)|emb|unit|plane|filter|input|output|(^|_)(in|out|nf|ndf|ngf|d)(_|$)|^(d|c|dh|nhid|ninp|nfeat|latent|z|n_z)$",
        WIDTH,
    ),
    (r"^(n|num)_", 4),
)
_BY_TYPE = {"int": 4, "float": 0.5, "bool": False}
DEPTHS = (20, 28, 29, 11, 18, 40, 3, 4)


def of_parameter(class_: ast.ClassDef, parameter: ast.arg) -> Any:
    """Return a value for a parameter of a constructor; NOTHING where nothing suggests one."""
    if next(_attributes(class_, parameter.arg), None) is not None:
        return settings(class_, parameter.arg)
    if re.search(rf"\b{re.escape(parameter.arg)}\s*-\s*\d", ast.unparse(class_)):  # A depth of so many blocks.
        return DEPTHS[0]
    return guessed(parameter)


def guessed(parameter: ast.arg) -> Any:
    """Return a small value for a parameter; NOTHING where neither its annotation nor its name says of what kind."""
    kind, optional = _kind(parameter.annotation)
    if optional:
        return None
    by_name = next((value for pattern, value in _BY_NAME if re.search(pattern, parameter.arg.lower())), NOTHING)
    if kind == "":
        return by_name
    if kind in {"list", "tuple", "sequence"}:
        return by_name if isinstance(by_name, (list, tuple)) else [WIDTH, WIDTH]
    if kind not in _BY_TYPE:
        return NOTHING
    return by_name if type(by_name).__name__ == kind else _BY_TYPE[kind]


def _kind(annotation: ast.expr | None) -> tuple[str, bool]:
    """Return the name of an annotated type in small letters, and whether None will do."""
    if annotation is None:
        return "", False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.lower(), False
    if isinstance(annotation, ast.BinOp):
        return _kind(annotation.left)[0], "None" in ast.unparse(annotation)
    if isinstance(annotation, ast.Subscript):
        name = dotted(annotation.value).rpartition(".")[2].lower()
        return (_kind(annotation.slice)[0], True) if name == "optional" else (name, False)
    return dotted(annotation).rpartition(".")[2].lower(), False


def settings(class_: ast.ClassDef, parameter: str) -> Any:
    """Return an object with a value for each attribute of a parameter that the class reads; NOTHING if one has none."""
    read = dict.fromkeys(_attributes(class_, parameter))
    values = {name: guessed(ast.arg(name)) for name in read}
    return Instance(NAMESPACE, values) if values and NOTHING not in values.values() else NOTHING


def _attributes(class_: ast.ClassDef, parameter: str) -> Iterator[str]:
    for node in ast.walk(class_):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == parameter:
            yield node.attr
