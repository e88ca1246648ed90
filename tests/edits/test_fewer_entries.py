"""The best of fewer than are asked for, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "the nearest points of a small cloud": (
        """def neighbours(points, k):
    distance = torch.cdist(points, points)
    near = distance.topk(k, dim=-1, largest=False).indices
    return points[near].view(len(points), k, 3)


for count in (20, 5):
    print(neighbours(torch.rand(count, 3), 8).mean())
""",
        ("    near =", "    k = min(k, distance.size(1))\n    near ="),
    ),
    "the best of few words": (
        """class Decoder(nn.Module):
    def __init__(self, beams):
        super().__init__()
        self.beams, self.out = beams, nn.Linear(4, 6)

    def forward(self, h):
        scores = self.out(h).log_softmax(-1)
        return scores.topk(self.beams, dim=-1)


print(Decoder(8)(torch.rand(2, 4))[0].shape)
""",
        ("topk(self.beams,", "topk(min(self.beams, scores.shape[1]),"),
    ),
    "the best five of two classes": (
        """def accuracy(scores, labels, ks):
    best = max(ks)
    guesses = scores.topk(best, 1).indices
    return [(guesses[:, :k] == labels[:, None]).any(1).float().mean() for k in ks]


print(accuracy(torch.rand(6, 2), torch.randint(0, 2, (6,)), (1, 5)))
""",
        ("max(ks)", "min(max(ks), scores.size(1))"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_all_that_there_are_are_taken(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
