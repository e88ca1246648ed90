"""Parts that were made once for each sample of a full batch, before one that has fewer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "a goal for each state": (
        """policy, BATCH = nn.Bilinear(4, 2, 3), 8


def step(states):
    goals = torch.stack([torch.rand(2) for _ in range(BATCH)])
    return policy(states, goals).mean()


for states in torch.rand(21, 4).split(BATCH):
    print(step(states))
""",
        ("range(BATCH)", "range(states.size(0))"),
    ),
    "others of the batch, for each sentence": (
        """def loss(sentences, count):
    others = torch.stack(tuple(sentences[torch.randperm(len(sentences))[:3]] for _ in range(count)))
    return torch.bmm(others, sentences.unsqueeze(2)).mean()


for sentences in torch.rand(11, 6).split(4):
    print(loss(sentences, 4))
""",
        ("range(count)", "range(sentences.size(0))"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_there_are_as_many_as_samples(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
