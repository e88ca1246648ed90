"""What the run alone speaks for, and after which a layer is not called any more, is no repair."""

from __future__ import annotations

from collections.abc import Callable

from autofix.loading.settings import Settings
from autofix.records.report import Limits, Report

TEXT = """\
from torch import nn


class Net(nn.Module):
    def __init__(self, width=8, pool=True):
        super().__init__()
        self.pool = nn.AvgPool1d(2) if pool else None
        self.norm = nn.GroupNorm(1, {size})

    def forward(self, x):
        if self.pool is not None:
            x = self.pool(x)
        x = self.norm(x)
        return x
"""


def test_a_line_that_is_moved_so_that_a_layer_is_left_out_repairs_nothing(repaired: Callable[..., Report]) -> None:
    report = repaired(TEXT.format(size="2"), "4,8,6", settings=Settings(limits=Limits(run_seconds=20.0, others=True)))
    assert report.plan is not None
    assert "`else`" not in report.plan.title
    assert not [plan for plan in report.alternatives if "`else`" in plan.title]
