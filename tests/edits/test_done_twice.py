"""What is done to a tensor that has it already, or asked of a shape as if that were a number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.frontends.cli import main

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "frames that are counted with their channels": (
        """def spoiled(x):
    if x.shape == 4:
        x = x.flatten(0, 1)
    batch, time, bands = x.shape
    return x * torch.ones(batch, time, bands)

print(spoiled(torch.randn(2, 3, 20, 10)).shape)
""",
        ("x.shape == 4", "x.dim() == 4"),
    ),
    "an image that comes alone": (
        """conv = nn.Conv2d(3, 4, 3)

def seen(image):
    if image.size() == 3:
        image = image.unsqueeze(0)
    n, c, h, w = image.shape
    return conv(image).view(n, -1)

print(seen(torch.randn(3, 8, 8)).shape)
""",
        ("image.size() == 3", "image.dim() == 3"),
    ),
    "a query that is turned before its layer": (
        """query_of, key_of, score = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 1)

def attend(query, key):
    weights = score(torch.tanh(key_of(key) + query_of(query.transpose(0, 1)))).softmax(1)
    return torch.bmm(weights.transpose(1, 2), key)

print(attend(torch.randn(3, 1, 8), torch.randn(3, 5, 8)).shape)
""",
        ("query.transpose(0, 1)", "query"),
    ),
    "a list that grows": (
        """values = torch.zeros(1)
for row in torch.randn(4, 6):
    values = torch.cat((values.view(1), row.mean().view(1)))
print(values.shape)
""",
        ("values.view(1)", "values.view(-1)"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_done_once(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])


MASKED = """import torch
from einops import rearrange
from torch import nn


class Scores(nn.Module):
    def forward(self, scores, mask):
        mask = rearrange(mask, 'b j -> b 1 1 j')
        return self.hidden(scores, mask)

    def hidden(self, scores, mask):
        if mask is not None:
            mask = rearrange(mask, 'b j -> b 1 1 j')
            scores = scores.masked_fill(~mask, -1e9)
        return scores.softmax(-1)
"""


@pytest.mark.torch
def test_a_pattern_is_not_applied_to_its_result(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("einops", reason="einops is not installed here")
    (tmp_path / "net.py").write_text(MASKED)
    assert main.main([str(tmp_path / "net.py"), "-s", "2,3,5,5", "-s", "bool:2,5"]) == 1
    assert "\n-            mask = rearrange(mask, 'b j -> b 1 1 j')\n" in capfd.readouterr().out
