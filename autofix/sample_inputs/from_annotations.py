"""Samples from shape annotations of ``forward``: ``x: Float[AbstractTensor, "batch 3 32 32"]``.

Literal sizes are taken as they are; a named size is one that the layers ask for, or a small default.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.records.samples import SampleInput, SampleOrigin, Samples
from autofix.records.values import is_integer
from autofix.sample_inputs import from_layers
from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import Function, Instance
from autofix.syntax import subscripts
from autofix.syntax.source import Source, dotted

_DTYPES = {
    "Float": "float32",
    "Real": "float32",
    "Num": "float32",
    "Shaped": "float32",
    "Inexact": "float32",
    "TensorType": "float32",
    "Annotated": "float32",
    "Float16": "float16",
    "BFloat16": "bfloat16",
    "Float32": "float32",
    "Float64": "float64",
    "Int": "int64",
    "Integer": "int64",
    "UInt8": "uint8",
    "Int8": "int8",
    "Int16": "int16",
    "Int32": "int32",
    "Int64": "int64",
    "Bool": "bool",
    "Complex": "complex64",
    "Complex64": "complex64",
    "Complex128": "complex128",
}
_BATCHES = frozenset(("b", "n", "bs", "batch", "batch_size", "batchsize", "nbatch"))
_DEFAULTS = (8, 9, 10, 11, 12, 13, 14, 15)
_BATCH = 2
STEPS = 200_000
MAX_DIGITS = 12
Pattern = from_layers.Pattern


def find(source: Source, expression: str) -> Samples | None:
    """Return a sample if every input that ``forward`` must be given has an annotation with its shape."""
    run = execution.start(source, STEPS)
    model = execution.value(ast.parse(expression, mode="eval").body, run)
    forward = execution.forward_of(model, run) if isinstance(model, Instance) else None
    if not isinstance(model, Instance) or not isinstance(forward, Function) or isinstance(forward.node, ast.Lambda):
        return None
    read = [_read(parameter.annotation) for parameter in _required(forward.node)]
    known = [annotation for annotation in read if annotation is not None]
    if not known or len(known) < len(read):
        return None
    place = f"{source.path.name}:{forward.node.lineno}"
    sizes = {name: value for name, value in model.attributes.items() if _is_size(value)}
    patterns = [
        tuple(sizes.get(size, size) if isinstance(size, str) else size for size in pattern) for _, pattern in known
    ]
    solved = from_layers.solve(source, expression, patterns)
    inputs = _solved(known, solved) or _defaulted(known, patterns)
    return Samples(inputs, None, SampleOrigin.ANNOTATION, place)


def _is_size(value: object) -> bool:
    return is_integer(value) and value > 0


def _required(function: ast.FunctionDef) -> list[ast.arg]:
    arguments = [*function.args.posonlyargs, *function.args.args][1:]
    return arguments[: max(0, len(arguments) - len(function.args.defaults))]


def _read(annotation: ast.expr | None) -> tuple[str, Pattern] | None:
    """Return the dtype and the sizes of ``Float[AbstractTensor, "b 3 32 32"]`` or ``TensorType["b", 3, 32, 32]``."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(annotation, ast.Subscript):
        return None
    kind = dotted(annotation.value).rpartition(".")[2]
    parts = subscripts.parts(annotation)
    words: list[object] = [part.value for part in parts if isinstance(part, ast.Constant)]
    if kind not in _DTYPES or not words:
        return None
    if kind != "TensorType":
        words = [*words[0].split()] if isinstance(words[0], str) else []
    pattern = tuple(_sizes(words))
    if not pattern or (kind == "Annotated" and not any(isinstance(size, int) for size in pattern)):
        return None
    return None if any(size == "" for size in pattern) else (_DTYPES[kind], pattern)


def _sizes(words: list[object]) -> Iterator[int | str]:
    """Yield numbers and names; an empty name for what is neither."""
    for at, word in enumerate(words):
        text = str(word).lstrip("#*")
        named, _, default = text.rpartition("=")
        text = default if named else text
        if text.isdecimal() and len(text) <= MAX_DIGITS and int(text) > 0:
            yield int(text)
        elif text in {"_", "...", ""}:
            yield "batch" if at == 0 else f"_{at}"
        else:
            yield text if text.isidentifier() else ""


def _solved(known: list[tuple[str, Pattern]], solved: Samples | None) -> tuple[SampleInput, ...]:
    """Return the sizes that the layers ask for, if they agree with every annotation."""
    if solved is None or len(solved.inputs) != len(known):
        return ()
    inputs: list[SampleInput] = []
    for sample, (dtype, _) in zip(solved.inputs, known, strict=True):
        inputs.append(sample if sample.dtype == dtype else replace(sample, dtype=dtype, low=None, high=None))
    return tuple(inputs)


def _defaulted(known: list[tuple[str, Pattern]], patterns: list[Pattern]) -> tuple[SampleInput, ...]:
    sizes = dict.fromkeys(_BATCHES, _BATCH)
    unused = iter(_DEFAULTS)
    inputs: list[SampleInput] = []
    for (dtype, _), pattern in zip(known, patterns, strict=True):
        for size in pattern:
            if isinstance(size, str) and size not in sizes:
                sizes[size] = next(unused, _DEFAULTS[-1])
        inputs.append(SampleInput(tuple(size if isinstance(size, int) else sizes[size] for size in pattern), dtype))
    return tuple(inputs)
