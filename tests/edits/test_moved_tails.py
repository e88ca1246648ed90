"""Several statements at the end of a condition that belong behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

HEADER = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n"
PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "pictures that are small already are to be normalised as well": (
        """
class Pictures(nn.Module):
    def __init__(self, most=32):
        super().__init__()
        self.most = most
        self.first = nn.Conv2d(3, 4, 3)

    def forward(self, picture):
        if picture.shape[0] > self.most:
            picture = F.interpolate(picture.permute(2, 0, 1)[None], size=self.most)[0].permute(1, 2, 0)
            # Bytes to numbers around zero, channels first.
            picture = picture / 255.0 - 0.5
            picture = picture.permute(2, 0, 1)
            picture = picture.unsqueeze(0)
        _, _, height, width = picture.shape
        return self.first(picture).mean((2, 3)) / (height * width)


print(Pictures()(torch.rand(24, 24, 3)).shape)
""",
        (
            """            # Bytes to numbers around zero, channels first.
            picture = picture / 255.0 - 0.5
            picture = picture.permute(2, 0, 1)
            picture = picture.unsqueeze(0)
""",
            """        # Bytes to numbers around zero, channels first.
        picture = picture / 255.0 - 0.5
        picture = picture.permute(2, 0, 1)
        picture = picture.unsqueeze(0)
""",
        ),
    ),
    "words that are long enough are to be embedded as well": (
        """
class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)

    def forward(self, tokens, least):
        if tokens.size(1) < least:
            missing = least - tokens.size(1)
            tokens = F.pad(tokens, (0, missing))
            tokens = self.words(tokens)
            tokens = F.relu(tokens)
        return self.rnn(tokens)[0]


print(Words()(torch.randint(20, (2, 9)), 6).shape)
""",
        (
            "            tokens = self.words(tokens)\n            tokens = F.relu(tokens)\n",
            "        tokens = self.words(tokens)\n        tokens = F.relu(tokens)\n",
        ),
    ),
    "what is seen is to be scaled in every round": (
        """
class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.Linear(6, 2)

    def forward(self, seen, most):
        if len(seen) > most:
            seen = seen[-most:]
            seen = (seen - seen.mean(0)) / 10
            seen = seen.reshape(-1, 2, 6)
        steps, agents, _ = seen.shape
        return self.act(seen).reshape(steps, agents * 2)


print(Policy()(torch.rand(5, 12), 8).shape)
""",
        (
            "            seen = (seen - seen.mean(0)) / 10\n            seen = seen.reshape(-1, 2, 6)\n",
            "        seen = (seen - seen.mean(0)) / 10\n        seen = seen.reshape(-1, 2, 6)\n",
        ),
    ),
}
HEALTHY = """
class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.lift = nn.Linear(3, 8)
        self.rest = nn.Linear(8, 8)

    def forward(self, x, width):
        if x.size(-1) != width:
            more = width - x.size(-1)
            x = F.pad(x, (0, more))
            x = x * 2
            x = self.rest(x)
        return self.rest(x)


print(Steps()(torch.rand(2, 8), 8).shape)
"""


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_what_does_not_ask_for_the_condition_goes_behind_it(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)


def test_what_is_for_some_sizes_alone_stays(repaired: Callable[..., Report]) -> None:
    assert repaired(HEADER + HEALTHY).ending is RepairEnding.HEALTHY
