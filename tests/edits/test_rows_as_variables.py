"""A covariance of rows where the variables stand in columns: its operand is laid out the other way round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = "import torch\n\ntorch.manual_seed(0)\n"
PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "the components of a cloud": (
        """
cloud = torch.randn(50, 8)
_, axes = torch.linalg.eigh(torch.cov(cloud))
print((cloud @ axes[:, -2:]).shape)
""",
        ("torch.cov(cloud)", "torch.cov(cloud.t())"),
    ),
    "how alike electrodes are, beside what is known of them": (
        """
record, known = torch.randn(64, 5), torch.eye(5)
print((torch.corrcoef(record) + known).sum())
""",
        ("torch.corrcoef(record)", "torch.corrcoef(record.t())"),
    ),
    "the variance of a mixture, made of what was drawn in pairs": (
        """
drawn = torch.randn(40, 1) * torch.rand(6)
parts = torch.full((6,), 1 / 6)
print(parts @ torch.cov(drawn) @ parts)
""",
        ("torch.cov(drawn)", "torch.cov(drawn.t())"),
    ),
}


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_the_variables_stand_in_rows(
    program: str, change: tuple[str, str], check_change: Callable[[str, str, tuple[str, str]], None]
) -> None:
    check_change(HEADER, program, change)
