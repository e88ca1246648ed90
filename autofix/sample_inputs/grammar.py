"""The grammar of samples: what a user typed, or a comment declares, as shapes and dtypes, never values.

It reads words; what the code of a file says of its inputs is for ``inference``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from autofix.records.errors import UsageError
from autofix.records.samples import SampleInput, SampleOrigin, Samples
from autofix.syntax.source import Source
from autofix.syntax.suppressions import sample_comment

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
    r"\s*(?:(?P<name>[^\W\d]\w*)\s*=)?\s*(?:(?P<dtype>[A-Za-z]\w*)\s*:)?\s*(?P<shape>[^@=:]*?)\s*(?:@\s*(?P<low>-?\d{1,19})\s*\.\.\s*(?P<high>-?\d{1,19})\s*)?"
)
FORM = "the form is [NAME=][DTYPE:]D,D,...[@LOW..HIGH], for example 64,3,32,32 or int64:2,128@0..30522"
MAX_ELEMENTS = 1 << 40


def parse_samples(texts: Sequence[str], origin: SampleOrigin = SampleOrigin.GIVEN, place: str = "") -> Samples:
    """Parse one text per input of ``forward``, in order.

    Raises UsageError that names the text and the form it should have, or an input that has two.
    """
    inputs = tuple(_input(text) for text in texts)
    names = [sample.name for sample in inputs if sample.name]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"the input `{twice}` has two sample shapes; leave one out")
    return Samples(inputs, None, origin, place)


def parse_also(text: str) -> Samples:
    """Parse a further sample; its inputs are joined by ``;``."""
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
    if low is not None and high is not None and not _holds(dtype, low, high):
        raise UsageError(f"the bounds in {text!r} are more than {dtype} holds")
    return SampleInput(_shape(match["shape"], text), dtype, low, high, match["name"])


def _holds(dtype: str, low: int, high: int) -> bool:
    """Return whether an integer type has every number from ``low`` to below ``high``, which itself is
    an int64 to torch.
    """
    bits = int(dtype.removeprefix("u").removeprefix("int"))
    least, beyond = (0, 1 << bits) if dtype.startswith("u") else (-(1 << bits - 1), 1 << bits - 1)
    return least <= low and high <= min(beyond, (1 << 63) - 1)


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
    elements = math.prod(sizes)
    if elements > MAX_ELEMENTS:
        raise UsageError(f"the sample shape {text!r} has {elements} elements; that does not fit into memory")
    return tuple(sizes)


def from_comment(source: Source) -> Samples | None:
    """Return the sample that a ``# autofix: sample-shape=...`` comment of the file declares."""
    words = sample_comment(source.text)
    if words is None:
        return None
    line = next((at for at, text in enumerate(source.lines, 1) if "autofix:" in text and words in text), 1)
    parts = [part for part in words.split(";") if part.strip()]
    return parse_samples(parts, SampleOrigin.COMMENT, f"{source.path.name}:{line}")
