"""Whole files: those of the folder ``data/hostile``, such as are repaired byte for byte, and such as are no Python."""

from __future__ import annotations

import codecs

from programs import FAULTY, HEAD, ROOT

CORPUS = sorted((ROOT / "tests" / "data" / "hostile").glob("*.py"))

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
