"""Complex numbers where both parts are expected on an axis of their own, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "echoes of a scanner": (
        """net = nn.Conv2d(2, 3, 3, padding=1)


def channels(echo):
    kept = torch.fft.fft2(echo)
    return kept.permute(0, 3, 1, 2)


print(net(channels(torch.randn(4, 6, 5))).shape)
""",
        ("= torch.fft.fft2(echo)", "= torch.view_as_real(torch.fft.fft2(echo))"),
    ),
    "frames of a series": (
        """lin = nn.Linear(9, 3)
waves = torch.randn(4, 64)
spectrum = torch.stft(waves, 16, 8, window=torch.ones(16), return_complex=True)
parts = torch.stack([spectrum[..., 0], spectrum[..., 1]], 1)
print(lin(parts.permute(0, 1, 3, 2)).shape)
""",
        (
            "torch.stft(waves, 16, 8, window=torch.ones(16), return_complex=True)",
            "torch.view_as_real(torch.stft(waves, 16, 8, window=torch.ones(16), return_complex=True))",
        ),
    ),
}
HEALTHY = """spectrum = torch.fft.fft2(torch.randn(4, 6, 5))
print(spectrum.permute(0, 2, 1)[..., 0].abs().sum())
"""


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES.keys())
def test_complex_numbers_are_taken_apart(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)


def test_what_works_with_complex_numbers_is_left_alone(repaired: Callable[..., Report]) -> None:
    assert repaired(HEADER + HEALTHY).ending is RepairEnding.HEALTHY
