"""Sample inputs from what a user typed or a file says: shapes and dtypes, never values.

It reads words and trees; nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from autofix.errors import UsageError
from autofix.records import SampleInput, SampleOrigin, Samples
from autofix.source import Source, dotted
from autofix.suppressions import sample_comment

_ALIASES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "long": "int64",
    "int": "int32",
    "short": "int16",
}
DTYPES = frozenset(
    (
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "int8",
        "uint8",
        "int16",
        "int32",
        "int64",
        "bool",
        "complex64",
        "complex128",
    )
)
_INPUT = re.compile(
    r"\s*(?:(?P<name>[^\W\d]\w*)\s*=)?\s*(?:(?P<dtype>[A-Za-z]\w*)\s*:)?\s*(?P<shape>[^@=:]*?)\s*(?:@\s*(?P<low>-?\d+)\s*\.\.\s*(?P<high>-?\d+)\s*)?"
)
FORM = "the form is [NAME=][DTYPE:]D,D,...[@LOW..HIGH], for example 64,3,32,32 or int64:2,128@0..30522"
MAX_ELEMENTS = 1 << 40


def parse_samples(texts: Sequence[str], origin: SampleOrigin = SampleOrigin.GIVEN, place: str = "") -> Samples:
    """One text per input of ``forward``, in order.

    Raises UsageError that names the text and the form it should have.
    """
    return Samples(tuple(_input(text) for text in texts), None, origin, place)


def parse_also(text: str) -> Samples:
    """A further sample; its inputs are joined by ``;``."""
    return parse_samples([part for part in text.split(";") if part.strip()] or [text])


def _input(text: str) -> SampleInput:
    match = _INPUT.fullmatch(text)
    if match is None:
        raise UsageError(f"cannot read the sample shape {text!r}; {FORM}")
    dtype = _dtype(match["dtype"], text)
    low, high = (None if match[key] is None else int(match[key]) for key in ("low", "high"))
    if high is not None and dtype.startswith(("float", "bfloat", "complex", "bool")):
        raise UsageError(f"the bounds in {text!r} are for integer inputs; write int64: before the shape")
    if low is not None and high is not None and high <= low:
        raise UsageError(f"the bounds in {text!r} are empty: {low} is not below {high}")
    return SampleInput(_shape(match["shape"], text), dtype, low, high, match["name"])


def _dtype(word: str | None, text: str) -> str:
    dtype = _ALIASES.get(word or "float32", word or "float32")
    if dtype not in DTYPES:
        raise UsageError(f"unknown dtype `{word}` in {text!r}; known are {', '.join(sorted(DTYPES))}")
    return dtype


def _shape(words: str, text: str) -> tuple[int, ...]:
    sizes: list[int] = []
    bare = words[1:-1] if words[:1] + words[-1:] == "()" else words
    for word in re.sub(r"(?<=\d)\s*x\s*(?=\d)", ",", bare).rstrip(",").split(","):
        if not re.fullmatch(r"\s*[+-]?\d{1,15}\s*", word, re.ASCII):
            raise UsageError(f"cannot read the sample shape {text!r}: {word.strip()!r} is not a whole number; {FORM}")
        sizes.append(int(word))
    if min(sizes) <= 0:
        raise UsageError(f"the sample shape {text!r} has the size {min(sizes)}; sizes start at 1")
    elements = 1
    for size in sizes:
        elements *= size
    if elements > MAX_ELEMENTS:
        raise UsageError(f"the sample shape {text!r} has {elements} elements; that does not fit into memory")
    return tuple(sizes)


# -- from the file -----------------------------------------------------------------------------------------------------


def infer(source: Source, model: str) -> Samples | None:
    """Sample inputs that the file itself names: its comment, then the first use of a model on a shape."""
    comment = sample_comment(source.text)
    if comment is not None:
        return parse_samples(
            [part for part in comment.split(";") if part.strip()], SampleOrigin.COMMENT, source.path.name
        )
    return _first_use(source, model)


def _first_use(source: Source, model: str) -> Samples | None:
    names = _model_names(source, model)
    for node in sorted((n for n in ast.walk(source.tree) if isinstance(n, ast.Call)), key=lambda n: n.lineno):
        function = dotted(node.func)
        place = f"{source.path.name}:{node.lineno}"
        if function.rpartition(".")[2] == "summary" and len(node.args) >= 2 and dotted(node.args[0]) in names:
            size = _sizes(source, node.args[1])
            if size:
                return Samples((SampleInput((2, *size)),), None, SampleOrigin.USE, place)
        if function in names or (isinstance(node.func, ast.Call) and dotted(node.func.func) in names):
            inputs = [_made(source, argument) for argument in node.args]
            if inputs and all(one is not None for one in inputs):
                return Samples(tuple(one for one in inputs if one is not None), None, SampleOrigin.USE, place)
    return None


def _model_names(source: Source, model: str) -> set[str]:
    """The model's class and the variables that hold one."""
    class_name = model.partition("(")[0].strip()
    names = {class_name}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and dotted(node.value.func) == class_name:
            names.update(dotted(target) for target in node.targets)
    return names


def _made(source: Source, node: ast.expr) -> SampleInput | None:
    """The shape of ``torch.randn(64, 3, 32, 32)``, written there or assigned to the name passed."""
    if isinstance(node, ast.Name):
        values = [
            n.value
            for n in ast.walk(source.tree)
            if isinstance(n, ast.Assign) and any(dotted(t) == node.id for t in n.targets)
        ]
        return _made(source, values[-1]) if values and not isinstance(values[-1], ast.Name) else None
    if not isinstance(node, ast.Call):
        return None
    name = dotted(node.func).rpartition(".")[2]
    if name in {"randn", "rand", "zeros", "ones", "empty"}:
        size = (
            _sizes(source, *node.args)
            if node.args
            else _sizes(source, *(k.value for k in node.keywords if k.arg == "size"))
        )
        return SampleInput(size) if size else None
    if name == "randint" and node.args:
        bounds = list(_numbers(node.args[:-1]))
        size = _sizes(source, node.args[-1])
        if size and bounds and len(bounds) == len(node.args) - 1:
            return SampleInput(size, "int64", 0 if len(bounds) == 1 else bounds[0], bounds[-1])
    return None


def _sizes(source: Source, *nodes: ast.expr) -> tuple[int, ...]:
    """Sizes written out, or named by constants of the module; empty where one is neither."""
    flat = [e for node in nodes for e in (node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node])]
    sizes: list[int] = []
    for node in flat:
        value = _constant(source, node)
        if value is None or value <= 0:
            return ()
        sizes.append(value)
    return tuple(sizes)


def _constant(source: Source, node: ast.expr) -> int | None:
    if isinstance(node, ast.Name):
        values = [
            s.value
            for s in source.tree.body
            if isinstance(s, ast.Assign) and any(dotted(t) == node.id for t in s.targets)
        ]
        return _constant(source, values[-1]) if values and not isinstance(values[-1], ast.Name) else None
    return next(_numbers([node]), None)


def _numbers(nodes: Sequence[ast.expr]) -> Iterator[int]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            yield node.value
