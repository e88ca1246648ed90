"""Which end of a target is left out where the model reads it without its last entries, in a function of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n"
PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "the next note": (
        """
class Player(nn.Module):
    def __init__(self):
        super().__init__()
        self.notes = nn.Embedding(12, 6)
        self.rnn = nn.GRU(6, 12, batch_first=True)

    def forward(self, tune):
        return self.rnn(self.notes(tune[:, :-1]))[0]


torch.manual_seed(0)
tune = torch.randint(12, (4, 9))
scores = Player()(tune)
print(F.cross_entropy(scores.reshape(-1, 12), tune.reshape(-1)).item())
""",
        ("tune.reshape(-1))", "tune[:, 1:].reshape(-1))"),
    ),
    "the next reading of a meter": (
        """
class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 3, batch_first=True)

    def forward(self, readings):
        return self.rnn(readings[:, :-1])[0]


torch.manual_seed(0)
readings = torch.randn(5, 12, 3)
print((Forecast()(readings) - readings).pow(2).mean().item())
""",
        ("- readings)", "- readings[:, 1:])"),
    ),
}


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_what_each_entry_is_to_tell_is_the_next_one(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)
