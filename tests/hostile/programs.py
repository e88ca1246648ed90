"""Python around a model with a fault, as strategies: what may stand in a file, and bytes that hardly are a file."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
FIXTURES = sorted(path for path in ROOT.glob("fixtures/*/before.py"))

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
    """Draw a model with one fault, with other things before, in and after it; valid Python that runs."""
    pieces = st.lists(st.sampled_from(STATEMENTS), max_size=3)
    head, init, forward = FAULTY.partition("        self.head")[0], FAULTY.partition("        self.head")[2], ""
    init, _, forward = init.partition("    def forward(self, x):\n")
    inside = "".join(f"{_indented(statement, 2)}\n" for statement in draw(pieces) if "async" not in statement)
    between = "".join(f"{_indented(statement, 1)}\n" for statement in draw(pieces))
    before = "".join(f"{statement}\n" for statement in draw(pieces))
    after = "".join(f"{statement}\n" for statement in draw(pieces))
    text = f"{HEAD}{before}{head}        self.head{init}{between}    def forward(self, x):\n{inside}{forward}{after}"
    return draw(st.sampled_from((text, text.removesuffix("\n"), text + "\n\n  \n", text.replace("    ", "\t"))))


@st.composite
def encoded(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> bytes:
    """Draw a text as the bytes of a file, in a way that Python reads: a mark, an encoding of its own,
    other line ends.
    """
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
    """Draw a file of the fixtures with bytes cut out, put in and exchanged; hardly ever Python."""
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
    """Draw the text with whole lines put in and, sometimes, a word, a number or a mark exchanged for
    another of its own.
    """
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
        inner.map(lambda expression: f"(lambda x=1, /, *, y: {expression})"),
        inner.map(lambda expression: f"({expression}).shape"),
        inner.map(lambda expression: f"nn.Linear({expression}, 2)"),
        inner.map(lambda expression: f"{{{expression}: {expression}, **{{}}}}"),
        inner.map(lambda expression: f"(yield {expression})"),
    ),
    max_leaves=8,
)


def _block(statements: list[str]) -> str:
    return "\n".join(_indented(statement, 1) for statement in statements)


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
    """Draw the model with a fault among generated statements."""
    some = st.lists(statements, max_size=2).map("\n".join)
    guarded = draw(st.sampled_from(("", "if False:\n", "try:\n")))
    before = draw(some)
    if guarded and before:
        before = guarded + _indented(before, 1) + ("\nexcept BaseException:\n    pass" if guarded == "try:\n" else "")
    start, end = FAULTY.split("        return")
    inside = draw(
        st.one_of(
            st.just(""), some.map(lambda block: f"        if not self:\n            pass\n{_indented(block, 3)}\n")
        )
    )
    return f"{HEAD}{before}\n{start}{inside}        return{end}{draw(st.one_of(st.just(''), some))}\n"
