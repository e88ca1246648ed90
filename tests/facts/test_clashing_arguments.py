"""Arguments that Python refuses before a call begins."""

from __future__ import annotations

import ast

import pytest

from autofix.facts.clashing_arguments import clashing_arguments

HEAD = """
import torch.nn as nn
from torch.nn import Conv1d
def pool(x, size, *, mode=1): ...
def open_ended(x, **more): ...
@wraps(pool)
def wrapped(x): ...
class Block:
    def __init__(self, width, depth=1): ...
class Derived(Block): ...
"""


@pytest.mark.parametrize(
    "call",
    [
        "nn.Conv2d(3, 8, 3, padding=1)",
        "nn.Conv2d(3, 8, new_in_another_torch=1)",
        "Conv1d(*sizes, kernel_size=3)",
        "pool(1, size=2, mode=3)",
        "pool(1, **more)",
        "open_ended(1, y=2)",
        "wrapped(1, x=2)",
        "Block(1, depth=2)",
        "Derived(1, width=2, anything=3)",
        "sum([1], start=2)",
        "unknown(1, x=2)",
        "self.pool(1, x=2)",
    ],
)
def test_an_argument_that_may_be_passed(call: str) -> None:
    assert not clashing_arguments(ast.parse(HEAD + call))


@pytest.mark.parametrize(
    "call, name",
    [
        ("nn.Conv2d(3, 8, 3, kernel_size=1)", "kernel_size"),
        ("Conv1d(3, 8, in_channels=3)", "in_channels"),
        ("pool(1, 2, size=3)", "size"),
        ("pool(1, 2, dim=3)", "dim"),
        ("open_ended(1, x=2)", "x"),
        ("Block(1, width=2)", "width"),
        ("sum([1], dim=1)", "dim"),
    ],
)
def test_an_argument_that_may_not(call: str, name: str) -> None:
    assert [clash for _, clash in clashing_arguments(ast.parse(HEAD + call))] == [name]
