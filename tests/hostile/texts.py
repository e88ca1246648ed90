"""What nobody means to type, as strategies: texts, numbers, samples and words, JSON, tables.

How it is run and judged stands in ``fuzzing.py``.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

# Characters that end a line for somebody, that terminals obey, that look like digits, that no encoding of texts has.
ODD = "\0\t\n\r\x0b\x0c\x1b\x1c\x7f\x85\xa0\u0661\u200b\u2028\u202e\ufeff\uff11\U0001f600\udc80\udfff"
odd_texts = st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=20)
numbers = st.one_of(
    st.integers(-3, 70).map(str),
    st.sampled_from(("0", "-1", "1e9", "1.5", "2_0", str(2**31), str(2**63), "9" * 15, "1" + "0" * 5000, "١", "²", "")),
)
line_ends = st.sampled_from(("\n", "\r\n", "\r", "\n\r", "\x0c\n"))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd_texts, st.just(10**400)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(odd_texts, inner, max_size=4)),
    max_leaves=12,
)


def encodable(text: str) -> bool:
    """Return whether a file can hold the text."""
    try:
        return bool(text.encode()) or True
    except UnicodeEncodeError:
        return False


file_texts = odd_texts.filter(encodable)


def typed(word: str) -> str:
    """Return a text as a word of a command line: bytes but null, decoded as Python decodes them."""
    return word.replace("\0", "").encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


# -- samples and words -------------------------------------------------------------------------------------------------

_names = st.sampled_from(("", "x=", "größe=", "1=", "x =", "=", "x==", "class=", "\udc80="))
_dtypes = st.sampled_from(("", "int64:", "bool:", "float:", "int65:", ":", "INT64:", "object:", "float32 :", "ｉnt64:"))
_bounds = st.one_of(
    st.just(""),
    st.tuples(numbers, st.sampled_from(("..", ".", "...", "-")), numbers).map(lambda parts: f"@{''.join(parts)}"),
)
shapes = st.one_of(
    st.tuples(
        _names,
        _dtypes,
        st.lists(numbers, max_size=6).flatmap(
            lambda sizes: st.sampled_from((",", "x", " , ", "×", ";", "")).map(lambda mark: mark.join(sizes))
        ),
        _bounds,
    ).map("".join),
    odd_texts,
)

# -- tables ------------------------------------------------------------------------------------------------------------


def toml(value: Any) -> str:
    """Return a value as TOML; what TOML lacks becomes a text."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < 2**63 else f'"{value % 1000}"'
        case float():
            return repr(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{toml(str(key))} = {toml(item)}' for key, item in value.items())}}}"
    return json.dumps("" if value is None else value, ensure_ascii=True) if encodable(str(value)) else '"?"'
