"""Texts that a newer parser refuses: what of them is old, on which lines, and what is no question of age."""

from __future__ import annotations

import ast

import pytest

from autofix.syntax import older_python

OLD = {
    "print": ("import torch\nprint 'a', 1\nx = 1\nif x: print x\n", "Python 2: print statements (lines 2, 4)"),
    "except": ("try:\n    f()\nexcept ValueError, e:\n    pass\n", "`except E, e` (line 3), today `except E as e`"),
    "raise": ("raise ValueError, 'a'\n", "`raise E, text` (line 1)"),
    "numbers": ("a = 0777\nb = 10L\n", "octal numbers (line 1), today `0o777`; long numbers (line 2)"),
    "unequal": ("a = b <> c\n", "`<>` (line 1)"),
    "async": ("x.cuda(0, async=True)\ny.cuda(async = 1)\n", "Python before 3.7: `async=` (lines 1, 2)"),
}
NEW = {
    "an open bracket": "print('a'\nx = 1\n",
    "a text about it": "x = 'print 1'\ny = (\n",
    "a number": "x = 1 2\n",
}


def refused(text: str) -> str:
    with pytest.raises(SyntaxError) as caught:
        ast.parse(text)
    return older_python.why(text, caught.value.lineno or 0)


@pytest.mark.parametrize("text, words", OLD.values(), ids=OLD)
def test_old_forms_are_named_with_their_lines(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize("text", NEW.values(), ids=NEW)
def test_other_errors_are_no_question_of_age(text: str) -> None:
    assert refused(text) == ""
