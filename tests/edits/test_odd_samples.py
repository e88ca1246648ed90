"""Samples that have an axis more or less than the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = "import numpy as np\nimport torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
MASKS = """def labels(i):
    if i == 3:
        return torch.full((4, 5, 4), i).long()
    return torch.full((4, 5), i).long()
class Labels(torch.utils.data.Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return {"x": torch.ones(1, 4, 5), "y": labels(i)}
for batch in torch.utils.data.DataLoader(Labels(), batch_size=4):
    print(batch["y"].shape)
"""
PICTURES = """net = nn.Conv2d(3, 4, 3)
def prepare(image):
    rgb = image[:, :, ::-1].copy()
    return torch.from_numpy(rgb).permute(2, 0, 1)[None]
for shape in ((8, 8, 3), (8, 8)):
    print(net(prepare(np.ones(shape, dtype=np.float32))).shape)
"""
TILES = """net = nn.Conv2d(1, 4, 3)
def crop(tile):
    channels, height, width = tile.shape
    return torch.from_numpy(tile[:, : height // 2, : width // 2])[None]
for shape in ((1, 12, 12), (12, 12)):
    print(net(crop(np.ones(shape, dtype=np.float32))).shape)
"""
CONDITION = "    if {0}.ndim == 2:\n        {0} = {0}{1}\n"


@pytest.mark.parametrize(
    "program, change",
    [
        pytest.param(MASKS, ("(4, 5, 4), i).long()", "(4, 5, 4), i).long()[..., 0]"), id="a mask in colours"),
        pytest.param(
            PICTURES,
            ("    rgb =", CONDITION.format("image", "[..., None].repeat(3, axis=-1)") + "    rgb ="),
            id="a grey picture",
        ),
        pytest.param(
            TILES,
            ("    channels,", CONDITION.format("tile", "[None]") + "    channels,"),
            id="a tile without its channel",
        ),
    ],
)
def test_sample_gets_the_axes_of_the_others(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)
