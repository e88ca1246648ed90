"""A row that meets columns in several places: it gets its dimension where it was bound to its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "gains of frames, in a loop": (
        """
torch.manual_seed(0)
frames, loudness = torch.randn(4, 7, 1), torch.rand(4, 7)
gains = loudness
smooth, out = 0, torch.zeros(4, 7, 1)
for t in range(7):
    change = frames[:, t] * gains[:, t]
    smooth = change + 0.5 * gains[:, t] * smooth
    out[:, t] = smooth + frames[:, t].view(smooth.shape)
print(out.mean().item())
""",
        ("gains = loudness", "gains = loudness.unsqueeze(-1)"),
    ),
    "weights of pixels, read twice": (
        """
torch.manual_seed(0)


def weighted(maps, inside):
    weight = inside
    near = maps * weight
    return (near + maps.sqrt() * weight).reshape_as(maps)


print(weighted(torch.rand(6, 1), torch.rand(6)).sum().item())
""",
        ("weight = inside", "weight = inside.unsqueeze(-1)"),
    ),
    "what is known of each node, written into a room": (
        """
torch.manual_seed(0)
features, room = torch.rand(5, 1), torch.zeros(3, 5, 1)
scale = torch.arange(1.0, 6.0)
for layer in range(3):
    mixed = features * scale
    room[layer] = mixed + features.sqrt() * scale
print(room.sum().item())
""",
        ("scale = torch.arange(1.0, 6.0)", "scale = torch.arange(1.0, 6.0).unsqueeze(-1)"),
    ),
}


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_a_row_is_made_a_column_where_it_is_bound(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change("import torch\n", program, change)
