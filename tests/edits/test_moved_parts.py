"""Parts of one tensor that are cut along the wrong dimension, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

HEAD = "import torch\nfrom torch import nn\n\n\n"
GATED = """class Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.both = nn.Linear(width, 2 * width)

    def forward(self, x):
        h = self.both(x)
        return x + h[:, : self.width] * torch.sigmoid(h[:, self.width :])


print(Gated(6)(torch.randn(2, 5, 6)).shape)
"""
LATENT = """encoder = nn.Sequential(nn.Conv1d(1, 16, 5, padding=2), nn.Flatten(2))
code = encoder(torch.randn(3, 1, 40)).transpose(1, 2)
mean, spread = code[:, 0:8], code[:, 8:16]
sample = mean + torch.randn(3, 40, 8) * spread.exp()
print(sample.shape)
"""
GATES = """cell, step = nn.Linear(9, 24), nn.Linear(8, 24)
x, h = torch.randn(4, 7, 9), torch.randn(4, 7, 8)
gates = cell(x) + step(h)
reset = gates[:, :8].sigmoid()
update = gates[:, 8:16].sigmoid()
new = gates[:, 16:].tanh()
print(((1 - update) * new + update * reset * h).shape)
"""
# Cuts the steps, as it is meant; what does not fit is something else.
STEPS = """both = nn.Linear(6, 10)
h = both(torch.randn(2, 10, 6))
past, future = h[:, :4], h[:, 4:]
print(past * torch.randn(2, 4, 10) + nn.Linear(9, 10)(future).mean(1, keepdim=True))
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "program, cuts",
    [
        (GATED, {"h[:, : self.width]": "h[..., : self.width]", "h[:, self.width :]": "h[..., self.width :]"}),
        (LATENT, {"code[:, 0:8]": "code[..., 0:8]", "code[:, 8:16]": "code[..., 8:16]"}),
        (GATES, {"[:, :8]": "[..., :8]", "[:, 8:16]": "[..., 8:16]", "[:, 16:]": "[..., 16:]"}),
        (STEPS, {}),
    ],
)
def test_parts_are_cut_where_all_of_them_are(
    program: str, cuts: dict[str, str], repaired: Callable[..., Report]
) -> None:
    report = repaired(HEAD + program)
    assert report.plan is not None
    text = report.plan.texts[0][1]
    expected = HEAD + program
    for old, new in cuts.items():
        expected = expected.replace(old, new)
    assert text == expected if cuts else "h[:, :4], h[:, 4:]" in text
