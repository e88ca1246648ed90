"""Axes that a pattern of einops leaves out, or names otherwise on its two sides."""

from pathlib import Path

import pytest

from autofix.frontends.cli import main

MODEL = """import torch
from einops import {function}
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        h = self.fc(x)
        power = h.abs().mean(dim=-1)
        return {call}
"""
CASES: dict[str, tuple[str, str, str, str]] = {
    "a scale for each step": (
        "rearrange",
        "h * rearrange(power, 'n -> n 1')",
        "2,6,8",
        "'... n -> ... n 1'",
    ),
    "a sum over time": ("reduce", "reduce(h, 't c -> c', 'mean') * power.sum()", "3,5,8", "'... t c -> ... c'"),
    "a letter twice": ("reduce", "reduce(h, 'b t t -> b c', 'mean')", "3,5,8", "'b t c -> b c'"),
    "heads and their width": (
        "rearrange",
        "rearrange(h, 'b n (h n) -> b h n d', h=4).softmax(-1)",
        "2,6,8",
        "'b n (h d) -> b h n d'",
    ),
    "a size that only one side names": (
        "repeat",
        "repeat(h, 'b n d -> b k m d', k=3)",
        "2,6,8",
        "'b n d -> b k n d'",
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("function, call, sample, expected", CASES.values(), ids=CASES)
def test_a_pattern_is_written_otherwise(
    function: str, call: str, sample: str, expected: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("einops", reason="einops is not installed here")
    (tmp_path / "net.py").write_text(MODEL.format(function=function, call=call))
    assert main.main([str(tmp_path / "net.py"), "-m", "Net()", "-s", sample]) == 1
    assert expected in capfd.readouterr().out
