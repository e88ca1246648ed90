"""A constructor that a method of a base class calls with what that class keeps: a repair in it is never safe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

BASE = """import torch


class Normal:
    def __init__(self, mean):
        self.mean = mean

    def expand(self, size):
        return self.__class__(self.mean.expand(size, *self.mean.shape))


class Normals(Normal):
    def __init__(self, means):
        super().__init__(means.view(*means.shape[:-2], -1))


"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "line, label",
    [
        ("print(Normals(torch.randn(5, 3)).expand(4).mean.shape)", Applicability.UNSAFE),
        ("print(Normals(torch.randn(5, 3).expand(4, 5, 3).transpose(1, 2)).mean.shape)", Applicability.SAFE),
    ],
)
def test_what_a_base_class_builds_is_doubted(line: str, label: Applicability, repaired: Callable[..., Report]) -> None:
    report = repaired(f"{BASE}{line}\n")
    assert report.plan is not None
    assert report.plan.applicability is label
