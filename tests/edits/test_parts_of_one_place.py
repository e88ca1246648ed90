"""What is the same for all places of a map, or steps of a sequence, beside which it is joined."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "a label at every place of a picture": (
        """label, conv = nn.Embedding(10, 4), nn.Conv2d(7, 2, 3)

def judge(x, y):
    e = label(y)[:, :, None, None]
    return conv(torch.cat([x, e], dim=1))

print(judge(torch.randn(2, 3, 8, 9), torch.tensor([1, 5])).shape)
""",
        ("[x, e]", "[x, e.expand(-1, -1, *x.shape[2:])]"),
    ),
    "a label that has no sides yet": (
        """label, conv = nn.Embedding(10, 4), nn.Conv2d(7, 2, 3)

def judge(x, y):
    e = label(y)
    return conv(torch.cat([x, e], dim=1))

print(judge(torch.randn(2, 3, 8, 9), torch.tensor([1, 5])).shape)
""",
        ("[x, e]", "[x, e[:, :, None, None].expand(-1, -1, *x.shape[2:])]"),
    ),
    "how far the samples of a batch differ": (
        """conv = nn.Conv2d(4, 2, 3)

def judge(x):
    spread = x.std(0).mean().view(1, 1, 1, 1)
    return conv(torch.cat([x, spread], dim=1))

print(judge(torch.randn(5, 3, 8, 9)).shape)
""",
        ("[x, spread]", "[x, spread.expand(x.shape[0], -1, x.shape[2], x.shape[3])]"),
    ),
    "one centre for all that are turned, which the project checks": (
        """def turned(center, angle, scale):
    if not (center.shape[0] == angle.shape[0] == scale.shape[0]):
        raise ValueError("as many centers as angles and scales")
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(-1, 2, 2)
    return torch.cat([turn * scale[:, None, None], center.unsqueeze(2)], dim=2)

def drawn(batch, width, height):
    angle, scale = torch.rand(batch), torch.ones(batch)
    center = torch.tensor([width, height]).view(1, 2) / 2
    return turned(center, angle, scale)

print(drawn(5, 32, 24).shape)
""",
        ("return turned(center,", "return turned(center.expand(angle.shape[0], -1),"),
    ),
    "a speaker at every step": (
        """head = nn.Linear(12, 2)

def speak(steps, speaker):
    return head(torch.cat([steps, speaker.unsqueeze(1)], dim=-1))

print(speak(torch.randn(2, 7, 8), torch.randn(2, 4)).shape)
""",
        ("speaker.unsqueeze(1)]", "speaker.unsqueeze(1).expand(-1, steps.shape[1], -1)]"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_place_is_expanded_to_all(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
