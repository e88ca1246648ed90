"""Names that are read before anything binds them."""

from __future__ import annotations

import ast

import pytest

from autofix.syntax.unbound_names import unbound_names

BOUND = {
    "a parameter": "def f(x):\n    return x",
    "bound above": "def f():\n    x = 1\n    return x",
    "a branch may have bound it": "def f(y):\n    if y:\n        x = 1\n    return x",
    "of the module, below": "def f():\n    return x\nx = 1",
    "of an enclosing function": "def f():\n    def g():\n        return x\n    x = 1\n    return g",
    "of a loop": "for i in range(3):\n    print(i)",
    "of a comprehension": "print([x * y for x in range(3) for y in range(x) if y])",
    "of a walrus behind it": "print([y for x in range(3) if (y := x)])",
    "of an import": "import torch.nn as nn\nfrom os import path as p\nprint(nn, p)",
    "of a handler": "try:\n    pass\nexcept ValueError as error:\n    print(error)",
    "of a pattern": "match 1:\n    case [x, *rest] | {'a': x, **rest}:\n        print(x, rest)",
    "declared global": "def f():\n    global x\n    x = 1\ndef g():\n    return x",
    "whatever a star brings": "from torch import *\nprint(zeros)",
    "of the class's own body": "class A:\n    x = 1\n    y = x",
    "a builtin": "print(len, __file__)",
}
UNBOUND = {
    "bound below": ("def f():\n    y = x\n    x = 1\n    return y", "x"),
    "read to bind it": ("def f():\n    x = x + 1", "x"),
    "added to before it is there": ("def f():\n    x += 1", "x"),
    "only of a comprehension": ("def f():\n    print([i for i in range(3)])\n    return i", "i"),
    "in a comprehension, bound below": ("def f(n):\n    y = [x for _ in n]\n    x = 1\n    return y", "x"),
    "nowhere": ("def f():\n    return x", "x"),
    "only of the class": ("class A:\n    x = 1\n    def f(self):\n        return x", "x"),
    "of a loop further down": ("def f(n):\n    print(i)\n    for i in n:\n        pass", "i"),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in BOUND.items()])
def test_a_name_that_something_binds(text: str) -> None:
    assert not unbound_names(ast.parse(text))


@pytest.mark.parametrize("text, name", [pytest.param(*pair, id=name) for name, pair in UNBOUND.items()])
def test_a_name_that_nothing_has_bound(text: str, name: str) -> None:
    assert [unbound for _, unbound in unbound_names(ast.parse(text))] == [name]
