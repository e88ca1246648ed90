"""Comments that speak to autofix: found in good and in broken source, and nowhere else."""

from __future__ import annotations

import pytest

from autofix.syntax.suppressions import Suppression, matches, sample_comment, suppressions

FOUND = {
    "no comment": ("x = 1\n", ()),
    "one code": ("x = 1  # autofix: ignore[AF101] old weights\n", (Suppression(1, ("AF101",), "old weights", False),)),
    "several codes": ("x = 1  # autofix: ignore[AF101, af2]\n", (Suppression(1, ("AF101", "AF2"), "", False),)),
    "every code": ("\nx = 1  # autofix: ignore\n", (Suppression(2, (), "", False),)),
    "every code with a reason": ("x = 1  # autofix: ignore - on purpose\n", (Suppression(1, (), "on purpose", False),)),
    "empty brackets": ("x = 1  # autofix: ignore[]\n", (Suppression(1, (), "", False),)),
    "whole file": ("# autofix: ignore-file[AF3] generated\nx = 1\n", (Suppression(1, ("AF3",), "generated", True),)),
    "no blanks": ("x = 1#autofix:ignore[AF101]\n", (Suppression(1, ("AF101",), "", False),)),
    "after another comment": ("x = 1  # noqa # autofix: ignore[AF1]\n", (Suppression(1, ("AF1",), "", False),)),
    "before another comment": ("x = 1  # autofix: ignore[AF1] why # noqa\n", (Suppression(1, ("AF1",), "why", False),)),
    "carriage returns end lines": ("x = 1\r# a\rx = 2  # autofix: ignore\r\n", (Suppression(3, (), "", False),)),
    "in a string": ('x = "# autofix: ignore[AF101]"\n', ()),
    "in a docstring": ('"""\n# autofix: ignore[AF101]\n"""\n', ()),
    "another word": ("x = 1  # autofix: ignored\ny = 1  # autofix: ignore-files\n", ()),
    "another tool": ("x = 1  # fix: ignore[AF101]\n", ()),
    "broken source": ("def f(:\n  x = (1  # autofix: ignore[AF1]\n", (Suppression(2, ("AF1",), "", False),)),
    "broken source with a string": (
        "x = ('# autofix: ignore'  # autofix: ignore[AF2]\n",
        (Suppression(1, ("AF2",), "", False),),
    ),
    "two lines": (
        "a = 1  # autofix: ignore[AF1]\nb = 2  # autofix: ignore[AF2]\n",
        (Suppression(1, ("AF1",), "", False), Suppression(2, ("AF2",), "", False)),
    ),
}


@pytest.mark.parametrize("text, expected", FOUND.values(), ids=FOUND)
def test_suppressions(text: str, expected: tuple[Suppression, ...]) -> None:
    assert suppressions(text) == expected


MATCHES = {
    "the code on the line": (Suppression(3, ("AF101",), "", False), "AF101", 3, True),
    "another line": (Suppression(3, ("AF101",), "", False), "AF101", 4, False),
    "another code": (Suppression(3, ("AF101",), "", False), "AF102", 3, False),
    "one of several": (Suppression(3, ("AF2", "AF102"), "", False), "AF102", 3, True),
    "the family": (Suppression(3, ("AF1",), "", False), "AF102", 3, True),
    "small letters": (Suppression(3, ("AF102",), "", False), "af102", 3, True),
    "every code on the line": (Suppression(3, (), "", False), "AF102", 3, True),
    "every code on another line": (Suppression(3, (), "", False), "AF102", 2, False),
    "the whole file": (Suppression(1, ("AF1",), "", True), "AF102", 99, True),
    "the whole file, another code": (Suppression(1, ("AF1",), "", True), "AF201", 99, False),
}


@pytest.mark.parametrize("suppression, code, line, expected", MATCHES.values(), ids=MATCHES)
def test_matches(suppression: Suppression, code: str, line: int, expected: bool) -> None:
    assert matches(suppression, code, line) is expected


SAMPLES = {
    "none": ("x = 1\n", None),
    "one": ("# autofix: sample-shape=64,3,32,32\n", "64,3,32,32"),
    "the first of two": ("# autofix: sample-shape=1,2\n# autofix: sample-shape=3,4\n", "1,2"),
    "behind code, with blanks": (
        "class Net:  #  autofix:  sample-shape = int64:2,128@0..9 \n    pass\n",
        "int64:2,128@0..9",
    ),
    "several inputs": ("# autofix: sample-shape=8,16;mask=bool:8,16\n", "8,16;mask=bool:8,16"),
    "in a string": ('x = "# autofix: sample-shape=1,2"\n', None),
    "broken source": ("def (\n# autofix: sample-shape=1,2\n", "1,2"),
}


@pytest.mark.parametrize("text, expected", SAMPLES.values(), ids=SAMPLES)
def test_sample_comment(text: str, expected: str | None) -> None:
    assert sample_comment(text) == expected
