"""What nobody means to type, as strategies: texts, bytes, Python around a model with a fault, tables, JSON, words.

How it is run and judged stands in ``fuzzing.py``.
"""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
FIXTURES = sorted(path for path in ROOT.glob("fixtures/*/before.py"))
CORPUS = sorted((ROOT / "tests" / "data" / "hostile").glob("*.py"))

# -- texts -------------------------------------------------------------------------------------------------------------

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
    """Whether a file can hold the text."""
    try:
        return bool(text.encode()) or True
    except UnicodeEncodeError:
        return False


file_texts = odd_texts.filter(encodable)


def typed(word: str) -> str:
    """A text as a word of a command line: bytes but null, told as Python tells them."""
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

# -- Python ------------------------------------------------------------------------------------------------------------

HEAD = "import torch\nfrom torch import nn\n\n\n"
FAULTY = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 5)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.body(x))
"""
SAMPLE = "4,6"

# Valid where a statement may stand; none may change what the model computes.
STATEMENTS = (
    "\x0c",
    "# größe \U0001f600 \x0c \x1b[31m",
    "#" * 200,
    "long = [" + "0, " * 4000 + "]",
    "text = '''\n\n\x0c trailing   \n'''",
    "größe, ﬁ, 数 = 1, 2, 3",
    "if (walrus := 3) > 2: pass; walrus = walrus",
    "huge = 0x" + "f" * 6000,
    "nested = f\"{f'{1!r:>{4}}'} {{}} {'a'!s}\"",
    "joined = 'a' \\\n    'b'",
    "match [1, (2, {'a': 3})]:\n    case [int(one), (_, {'a': 3, **rest})] if one: pass\n    case _: pass",
    "async def waits(x):\n    async with x as y: await y\n    return [z async for z in x]",
    "def typed(a, /, b: 'int' = 1, *c, d: int | None = None, **e) -> 'str': ...",
    "@(lambda f: f)\n@staticmethod\ndef decorated(): return lambda *a, **k: (yield)",
    "class Meta(type):\n    def __new__(mcs, *a, **k): return super().__new__(mcs, *a)",
    "class Slotted(metaclass=type):\n    __slots__ = ('a', 'b')",
    "try:\n    pass\nexcept* ValueError: pass",
    "exec('class Made: pass')",
    "with open(__file__, 'rb') as mine, open(__file__, 'rb') as again: mine.read(0)",
    "deep = " + "(" * 80 + "1" + ")" * 80,
    "long_sum = " + "+".join(["1"] * 300),
    "matrix = [[x for x in range(y) if x] for y in range(3)]; del matrix",
    "global_value: 'int' = 1; assert global_value, 'no'",
    "while False:\n\tcontinue\nelse:\n\tpass",
)


def _indented(text: str, depth: int) -> str:
    return "".join(f"{'    ' * depth}{line}" for line in text.splitlines(keepends=True))


@st.composite
def faulty_texts(draw: st.DrawFn) -> str:
    """A model with one fault, with other things before, in and after it; valid Python that runs."""
    pieces = st.lists(st.sampled_from(STATEMENTS), max_size=3)
    head, init, forward = FAULTY.partition("        self.head")[0], FAULTY.partition("        self.head")[2], ""
    init, _, forward = init.partition("    def forward(self, x):\n")
    inside = "".join(f"{_indented(one, 2)}\n" for one in draw(pieces) if "async" not in one)
    between = "".join(f"{_indented(one, 1)}\n" for one in draw(pieces))
    before = "".join(f"{one}\n" for one in draw(pieces))
    after = "".join(f"{one}\n" for one in draw(pieces))
    text = f"{HEAD}{before}{head}        self.head{init}{between}    def forward(self, x):\n{inside}{forward}{after}"
    return draw(st.sampled_from((text, text.removesuffix("\n"), text + "\n\n  \n", text.replace("    ", "\t"))))


@st.composite
def encoded(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> bytes:
    """A text as the bytes of a file, in a way that Python reads: a mark, an encoding of its own, other line ends."""
    text = draw(texts)
    ends = draw(st.sampled_from(("\n", "\r\n", "mixed", "\r")))
    parts = text.split("\n")
    if ends == "mixed":
        marks = draw(st.lists(st.sampled_from(("\n", "\r\n")), min_size=len(parts), max_size=len(parts)))
        text = "".join(part + mark for part, mark in zip(parts, marks, strict=True)).removesuffix(marks[-1])
    else:
        text = ends.join(parts)
    how = draw(st.sampled_from(("utf-8", "mark", "latin-1", "cp1252")))
    if how == "mark":
        return codecs.BOM_UTF8 + text.encode()
    if how == "utf-8":
        return text.encode()
    declared = f"# -*- coding: {how} -*-\n{text}"
    return declared.encode(how, "replace").replace(b"?", b"_") if "\r" not in text else text.encode()


@st.composite
def broken_bytes(draw: st.DrawFn) -> bytes:
    """A file of the fixtures with bytes cut out, put in and exchanged; hardly ever Python."""
    data = bytearray(draw(st.sampled_from(FIXTURES)).read_bytes())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        data[start:end] = draw(st.one_of(st.binary(max_size=8), st.sampled_from(BAD_BYTES)))
    return bytes(data)


BAD_BYTES = (
    b"\0",
    b"\xff\xfe",
    codecs.BOM_UTF8,
    codecs.BOM_UTF16,
    b"\xed\xa0\x80",
    b"\r",
    b"\x0c",
    b"\n# coding: utf-7\n",
    b"# coding: no-such\n",
    b"# coding: rot13\n",
    b"(" * 300,
    b"-" * 20000 + b"1",
    b"a" + b".b" * 5000,
    b"1" * 6000,
    b"1" + b"+1" * 20000,
    b"[" * 95 + b"]" * 95,
    b"if 1:\n" + b"".join(b" " * depth + b"if 1:\n" for depth in range(1, 101)),
    b"'\\N{no such}'",
    b"lambda: " * 2000 + b"0",
    b"not " * 5000 + b"0",
)


@st.composite
def disturbed_texts(draw: st.DrawFn, text: str) -> str:
    """A text with whole lines put in and, sometimes, a word, a number or a mark exchanged for another of its own."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines.insert(at, indent + draw(st.sampled_from(LINES)))
    parts = _TOKEN.split("\n".join(lines))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        at, other = (2 * draw(st.integers(0, len(parts) // 2 - 1)) + 1 for _ in range(2))
        parts[at] = draw(st.sampled_from((parts[other], "", "größe", "0", "-1", "1" * 30, "\x0c")))
    return "".join(parts)


_TOKEN = re.compile(r"(\w+|[-+*/=.,:()\[\]])")
LINES = (
    "",
    "\x0c",
    "# größe \U0001f600",
    "#" + " " * 10_000 + "autofix: ignore",
    "# autofix: ignore[",
    "# autofix: sample-shape=@",
    "ﬁn = größe = 数 = 1",
    '\'\x0c\'; """\n\n"""',
    "[(lambda *a, **k: {**k})() for _ in ()]",
    "match 1:\n            case _: pass",
    "\\\n",
    "f\"{'a':>{2}}\"",
    "pass;",
    "raise ValueError('größe')",
    "return",
)

# -- programs that a grammar makes -------------------------------------------------------------------------------------

_names_of_values = st.sampled_from(("x", "self", "nn", "torch", "größe", "_", "Net", "match", "type", "print"))
_atoms = st.one_of(
    _names_of_values,
    st.integers(-1, 9).map(str),
    st.sampled_from(
        ("1.5", "None", "...", "'größe'", "b'\\xff'", "f'{x!r:>{1}}'", "1j", "0x" + "f" * 5000, "()", "{}")
    ),
)
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("+", "*", "@", "<", " and ", " if x else ", " in ", "//", "<<")), inner).map(
            lambda parts: f"({''.join(parts)})"
        ),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}({pair[1]}, *[{pair[1]}], **{{}})"),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]} for x in [{pair[1]}] if (y := x)]"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]})[{pair[1]}:]"),
        inner.map(lambda one: f"(lambda x=1, /, *, y: {one})"),
        inner.map(lambda one: f"({one}).shape"),
        inner.map(lambda one: f"nn.Linear({one}, 2)"),
        inner.map(lambda one: f"{{{one}: {one}, **{{}}}}"),
        inner.map(lambda one: f"(yield {one})"),
    ),
    max_leaves=8,
)


def _block(statements: list[str]) -> str:
    return "\n".join(_indented(one, 1) for one in statements)


statements = st.recursive(
    st.one_of(
        _expressions,
        st.tuples(_expressions, _expressions).map(lambda pair: f"x: {pair[0]} = {pair[1]}"),
        st.tuples(st.sampled_from(("x", "x.y", "x[0]", "x, *y", "x = y")), _expressions).map(" = ".join),
        st.tuples(st.sampled_from(("return ", "raise ", "assert ", "del x, ", "x += ")), _expressions).map("".join),
        st.sampled_from(
            ("pass", "break", "continue", "import torch as x", "from . import y", "global x", "nonlocal x")
        ),
    ),
    lambda inner: st.tuples(
        st.sampled_from(
            (
                "if x:",
                "for x in y:",
                "with x as (y, z):",
                "try:",
                "def f(x, /, y=1, *, z=2, **k):",
                "async def f(x):",
                "class C(nn.Module, metaclass=type):",
                "match x:\n    case {'a': [1, *y]} | C(z=1) if x:",
                "@x\ndef forward(self, x):",
            )
        ),
        st.lists(inner, min_size=1, max_size=2),
    ).map(lambda parts: _compound(*parts)),
    max_leaves=4,
)


def _compound(head: str, body: list[str]) -> str:
    if head.startswith("match"):
        return f"{head}\n{_indented(_block(body), 1)}"
    return f"{head}\n{_block(body)}" + ("\nexcept (x, y) as z:\n    raise" if head == "try:" else "")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """The model with a fault among generated statements."""
    some = st.lists(statements, max_size=2).map("\n".join)
    guarded = draw(st.sampled_from(("", "if False:\n", "try:\n")))
    before = draw(some)
    if guarded and before:
        before = guarded + _indented(before, 1) + ("\nexcept BaseException:\n    pass" if guarded == "try:\n" else "")
    start, end = FAULTY.split("        return")
    inside = draw(
        st.one_of(st.just(""), some.map(lambda one: f"        if not self:\n            pass\n{_indented(one, 3)}\n"))
    )
    return f"{HEAD}{before}\n{start}{inside}        return{end}{draw(st.one_of(st.just(''), some))}\n"


# -- the corpus --------------------------------------------------------------------------------------------------------

_PLAIN = HEAD + FAULTY
# Files that are repaired and that an editor or a checkout might change on the way.
STORED = {
    "CR LF": _PLAIN.replace("\n", "\r\n").encode(),
    "lone CR": _PLAIN.replace("\n", "\r").encode(),
    "all line ends": _PLAIN.replace("\n", "\r\n", 3).replace("):\n", "):\r").encode(),
    "byte order mark": codecs.BOM_UTF8 + _PLAIN.encode(),
    "byte order mark and coding": codecs.BOM_UTF8 + b"# coding: utf-8\r\n" + _PLAIN.replace("\n", "\r\n").encode(),
    "no last newline": _PLAIN.removesuffix("\n").encode(),
    "blanks at the end": f"{_PLAIN}\n \t\n\x0c".encode(),
    "form feeds": _PLAIN.replace("class", "\x0cclass").replace("    def", "\x0c    def").encode(),
    "tabs": _PLAIN.replace("    ", "\t").encode(),
    "latin-1": ("# coding: latin-1\n" + _PLAIN + "größe = 'ÿ'\n").encode("latin-1"),
    "shift-jis": ("# coding: shift_jis\n" + _PLAIN + "name = '表'\n").encode("shift_jis"),
    "koi8-r in the second line": ("#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\n" + _PLAIN + "s = 'я'").encode(
        "koi8-r"
    ),
    "separators that end no line": (_PLAIN + "s = '\x1c\x1d\x85\u2028\u2029'\n").encode(),
    "right to left": (_PLAIN + "# \u202e\u2066 x\u2069\n").encode(),
    "10,000 columns": _PLAIN.replace("nn.Linear(8, 2)", "nn.Linear(" + " " * 10_000 + "8, 2)").encode(),
    "10,000 columns before": _PLAIN.replace("self.head = ", "self.x = '" + "ü" * 10_000 + "'; self.head = ").encode(),
    "20,000 lines": (_PLAIN + "x = 1\n" * 20_000).encode(),
    "a number of 5,000 digits": (_PLAIN + f"x = 0x{'f' * 5000}\n").encode(),
    "a chain of 1,000 names": (_PLAIN + f"def f(a): return a{'.b' * 1000}\n").encode(),
    "composed and decomposed": _PLAIN.replace("self.head", "self.he\u0301ad", 1)
    .replace("self.head(", "self.h\u00e9ad(")
    .encode(),
    "compatible letters": _PLAIN.replace("self.head =", "self.\uff48\uff45\uff41\uff44 =").encode(),
}
NOT_PYTHON = {
    "nothing of a model": b"",
    "null bytes": _PLAIN.encode() + b"\0",
    "UTF-16": _PLAIN.encode("utf-16"),
    "UTF-16 without a mark": _PLAIN.encode("utf-16-le"),
    "UTF-32": _PLAIN.encode("utf-32"),
    "two byte order marks": codecs.BOM_UTF8 * 2 + _PLAIN.encode(),
    "a mark and another coding": codecs.BOM_UTF8 + b"# coding: latin-1\n" + _PLAIN.encode(),
    "surrogates": _PLAIN.encode() + b"# \xed\xa0\x80\n",
    "latin-1 that says nothing": _PLAIN.encode() + b"# \xe4\n",
    "a coding that there is not": b"# coding: no-such\n" + _PLAIN.encode(),
    "a coding of bytes": b"# coding: hex\n" + _PLAIN.encode(),
    "a coding of text": b"# coding: rot13\n" + _PLAIN.encode(),
    "a coding with a null byte": b"# coding: utf-8\0\n" + _PLAIN.encode(),
    "a coding of 10,000 letters": b"# coding: " + b"a" * 10_000 + b"\n" + _PLAIN.encode(),
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "compiled": b"\xa7\r\r\n\0\0\0\0" + bytes(range(256)),
    "gzip": b"\x1f\x8b\x08\0" + bytes(range(256)),
    **{
        f"deep {number}": _PLAIN.encode() + b"x = " + data + b"\n"
        for number, data in enumerate(
            (
                b"(" * 300,
                b"-" * 20_000 + b"1",
                b"a" + b".b" * 20_000,
                b"1" + b"+1" * 20_000,
                b"1" * 6000,
                b"not " * 20_000 + b"0",
            )
        )
    },
}

# -- expressions -------------------------------------------------------------------------------------------------------

# What takes all time or memory where it is worked out, what is too deep for functions that recurse, what raises.
EXPRESSIONS = (
    "10**10**9",
    "2**10**8",
    "1<<10**10",
    "[0]*10**9",
    "'a'*10**10",
    "(1,)*10**9",
    "range(10**12)",
    "list(range(10**10))",
    "[x for x in range(10**9)]",
    "sum(range(10**11))",
    "10**5000",
    "str(10**5000)",
    "int('9'*5000)",
    "float('1e400')",
    "int(float('inf'))",
    "int(float('nan'))",
    "round(1e400)",
    "1//0",
    "1%0",
    "2**-1",
    "(-8)**0.5",
    "1e308*10",
    "'%d' % 10**5000",
    "f'{10**5000}'",
    "'%999999999d' % 1",
    "f'{1:999999999}'",
    "len(3)",
    "max()",
    "min([])",
    "[][0]",
    "{}['a']",
    "(1).bit_length()",
    "math.sqrt(-1)",
    "math.floor(1e400)",
    "math.prod([10**4000]*100)",
    "chr(55555)",
    "abs('a')",
    "-'a'",
    "~1.5",
    "[*1]",
    "{**1}",
    "lambda: x",
    "(yield)",
    "a.b.c",
    "None.x",
    "(lambda x: x(x))(lambda x: x(x))",
    "x if x else 1",
    "1 if 1 < 'a' else 2",
    "0x" + "f" * 6000,
    "0x" + "f" * 6000 + "+1.0",
    "1e999",
    "True**10000000000",
    "+".join(["1"] * 900),
    "-" * 900 + "1",
    "[" * 90 + "]" * 90,
    ".".join(["a"] * 900),
    "a" + ".b" * 1500,
    "+".join(["1"] * 1500),
    "not " * 1500 + "1",
    "a" + "[0]" * 1500,
    "a" + "()" * 1500,
    "f(" * 80 + ")" * 80,
    "{[]: 1}",
    "hash({})",
    "sorted([1,'a'])",
    "reversed(3)",
    "zip(1)",
    "enumerate(1)",
    "map(1,1)",
    "int('x')",
    "int([])",
    "isinstance(1,1)",
    "getattr(1,'')",
    "slice(1)[0]",
    "'a'[10**30]",
    "[1][10**30]",
    "[1,2][::0]",
    "range(1,2,0)",
    "range(0,10,10**30)",
    "1j",
    "b'a'",
    "...",
    "nn.Linear",
    "nn.Linear()",
    "nn.Linear(*[])",
    "nn.Linear(1,2,3,4,5,6)",
    "nn.Conv2d(0,0,0,0)",
    "nn.Conv2d(1,1,10**30)",
    "nn.Conv2d(1,1,1,stride=0)",
    "torch.zeros(0).shape[5]",
    "'{:>999999999}'.format(1)",
    "'a'.join(['b']*10**8)",
    "'x'.ljust(10**10)",
    "'abc'.zfill(10**10)",
)
# Where an expression may stand in a file of a model; none is ever run here.
PLACES = (
    """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(@, 2)

    def forward(self, x):
        return self.head(x)
""",
    """\
W = @


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(W, 2)
        self.kept = [W, str(W), W + W, f"{W}{W}"]
        for _ in range(3000):
            self.kept = self.kept + self.kept
            self.kept += self.kept
            self.kept.extend(self.kept)

    def forward(self, x):
        y = @
        return self.head(x.view(x.size(0), @))
""",
    """\
class Net(nn.Module):
    def __init__(self, w=@):
        super().__init__()
        for i in range(2):
            self.head = nn.Sequential(*[nn.Linear(w, w) for _ in range(3)])
        if w:
            self.w = w

    def forward(self, x: Float[Tensor, "b @"]):
        x = x.reshape(@, -1) if @ else x[@]
        return self.head(x).split(@)
""",
    """\
class Net(nn.Module):
    def forward(self, x):
        return x


net = Net()
net(torch.randn(@, @))
sums = [sum(@), sorted(@), max(@), list(@), [x for x in @], torch.arange(@)]
""",
)

# -- tables ------------------------------------------------------------------------------------------------------------


def toml(value: Any) -> str:
    """A value as TOML; what TOML lacks becomes a text."""
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
            return f"{{{', '.join(f'{toml(str(key))} = {toml(one)}' for key, one in value.items())}}}"
    return json.dumps("" if value is None else value, ensure_ascii=True) if encodable(str(value)) else '"?"'
