"""An argument of a line that runs several times on the way to a fault is changed for all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "maps that are gathered part by part": (
        """
mix = nn.Conv2d(12, 5, 1)
whole = torch.randn(2, 12, 6, 6)
parts = whole.split(3, 1)
out = parts[-1]
for part in parts[:-1]:
    out = torch.cat((out, part.relu()), 0)
print(mix(whole).shape, mix(out).shape)
""",
        ("part.relu()), 0)", "part.relu()), 1)"),
    ),
    "a signal that is rolled out and joined along time": (
        """
voice = nn.Conv1d(4, 2, 3)
signal = torch.randn(3, 4, 8)
print(voice(signal).shape)
for _ in range(2):
    signal = torch.cat([signal, signal.flip(2)], dim=1)
print(voice(signal).shape)
""",
        ("dim=1)", "dim=2)"),
    ),
    "rows of a board that are put behind each other": (
        """
value = nn.Linear(9, 1)
row = torch.randn(4, 3)
board = row
for _ in range(2):
    board = torch.cat([board, -row])
print(value(torch.zeros(4, 9)).shape, value(board).shape)
""",
        ("torch.cat([board, -row])", "torch.cat([board, -row], dim=1)"),
    ),
    "layers of one line that read other numbers": (
        """
scales = (4, 5)
ups = nn.ModuleList(
    nn.ConvTranspose1d(4, 4, 2 * s, s, padding=s // 2 + s % 2) for s in scales
)
x = torch.randn(2, 4, 6)
held = x.repeat_interleave(20, 2)
for up in ups:
    x = up(x)
print((x + held).shape)
""",
        ("s // 2 + s % 2)", "s // 2 + s % 2, output_padding=s % 2)"),
    ),
}


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_the_argument_of_every_round_is_another(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change("import torch\nfrom torch import nn\n", program, change)
