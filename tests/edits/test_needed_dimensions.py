"""A reduction whose dimension is needed by what is done with the result: it is divided into, or squeezed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str, str, tuple[str, str]], None]
HEAD = "import torch\nfrom torch import nn\n\n\n"
ROWS = """def spread(rows, columns):
    rows = rows / rows.mean(dim=-1)
    return rows.rsqrt() + columns.mean(dim=-2)


print(spread(torch.rand(5, 4), torch.rand(5, 4)).shape)
"""
SCALES = """class Scale(nn.Module):
    def __init__(self, keeps=False):
        super().__init__()
        self.keeps = keeps

    def forward(self, series, observed):
        scale = (series.abs() * observed).mean(dim=1)
        return scale if self.keeps else scale.squeeze(dim=1)


print(Scale()(torch.randn(3, 7), torch.ones(3, 7)).shape)
"""
VOLUMES = """def centred(volume):
    peak = volume.amax(dim=(2, 3))
    return volume - volume.mean(dim=(2, 3)), peak


print(centred(torch.randn(2, 3, 6, 6))[0].shape)
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "program, change",
    [
        (ROWS, ("rows.mean(dim=-1)", "rows.mean(dim=-1, keepdim=True)")),
        (SCALES, (".mean(dim=1)", ".mean(dim=1, keepdim=True)")),
        (VOLUMES, ("volume.mean(dim=(2, 3))", "volume.mean(dim=(2, 3), keepdim=True)")),
    ],
)
def test_the_dimension_is_kept(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEAD, program, change)
