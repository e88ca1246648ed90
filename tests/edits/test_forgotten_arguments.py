"""Arguments that were passed to the wrong parameter, forgotten, or left out by right, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

HEADER = "import torch\nfrom torch import nn\n\n"
SCORES = """def scores(q, k, mask=None):
    s = q @ k.transpose(1, 2)
    s = s.masked_fill(mask == 0, -1e9)
    return s.softmax(-1)


print(scores(torch.randn(2, 5, 8), torch.randn(2, 5, 8)).shape)
"""
POOLED = """def pooled(x, weights=None):
    if weights is not None:
        x = x * weights
    w = weights.unsqueeze(-1)
    x = x + w
    return x.sum(1)


print(pooled(torch.randn(2, 5, 8)).shape)
"""
NEEDED = """net = nn.Linear(8, 4)


def read(x, memory=None):
    seen = net(memory)
    return net(x) + seen


print(read(torch.randn(2, 8)).shape)
"""
FRAMES = """def frames(signal, size=16, hop=8, padded=True, window=None, scale=None):
    out = signal.unfold(-1, size, hop) if padded else signal[None]
    return out * window / scale


scale, window = torch.ones(16), torch.hann_window(16)
print(frames(torch.randn(2, 160), 16, 8, window, scale).shape)
"""
POLICY = """def network(observations, actions, hidden=64, activation=nn.Tanh):
    return nn.Sequential(nn.Linear(observations, hidden), activation(), nn.Linear(hidden, actions))


activation = nn.ReLU
actor = network(6, 3, activation)
critic = network(6, 1, activation)
print(actor(torch.randn(5, 6)), critic(torch.randn(5, 6)))
"""
BLOCKS = """class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1, norm=None):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.norm = norm(outputs)

    def forward(self, x):
        return self.norm(self.conv(x)).relu()


def build(norm):
    return nn.Sequential(Block(3, 8, stride=2), Block(8, 8))


print(build(nn.BatchNorm2d)(torch.randn(2, 3, 8, 8)).shape)
"""
FORECAST = """class Forecast(nn.Module):
    def __init__(self, features, horizon, dropout=0.1):
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(features, horizon))


class Recurrent(Forecast):
    def __init__(self, channels, features, horizon):
        super().__init__()
        self.rnn = nn.GRU(channels, features, batch_first=True)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


print(Recurrent(5, 12, 3)(torch.randn(2, 9, 5)).shape)
"""
UNIT = """class Unit(nn.Module):
    def __init__(self, width, out, act=None):
        super().__init__()
        self.fc, self.act = nn.Linear(width, out), act

    def forward(self, x):
        return self.act(self.fc(x)) * 2


print(nn.Sequential(Unit(6, 8, nn.ReLU()), Unit(8, 3))(torch.randn(4, 6)).shape)
"""
LAYERS = """class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm, self.fc = nn.LayerNorm(width), nn.Linear(width, width)

    def forward(self, x):
        gate = self.fc(self.norm(x)).sigmoid()
        x = x * gate
        return x, gate


def run(layers, x):
    for layer in layers:
        x = layer(x)
    return x.sum()


print(run([Layer(6), Layer(6)], torch.randn(4, 6)))
"""
CASES = {
    "an activation that nobody passed": (
        UNIT,
        (("self.act(self.fc(x)) * 2", "(self.fc(x) if self.act is None else self.act(self.fc(x))) * 2"),),
        False,
    ),
    "what each layer of a loop gives beside": (LAYERS, (("        x = layer(x)", "        x, _ = layer(x)"),), False),
    "a mask that nobody passed": (
        SCORES,
        (("    s = s.masked", "    if mask is not None:\n        s = s.masked"),),
        False,
    ),
    "weights that the function asks for": (
        POOLED,
        (
            (
                "    w = weights.unsqueeze(-1)\n    x = x + w\n",
                "    if weights is not None:\n        w = weights.unsqueeze(-1)\n        x = x + w\n",
            ),
        ),
        True,
    ),
    "a window and its scale": (FRAMES, (("8, window, scale)", "8, window=window, scale=scale)"),), True),
    "networks of two policies": (
        POLICY,
        (("3, activation)", "3, activation=activation)"), ("1, activation)", "1, activation=activation)")),
        True,
    ),
    "a norm for all blocks": (
        BLOCKS,
        (("8, stride=2)", "8, stride=2, norm=norm)"), ("Block(8, 8)", "Block(8, 8, norm=norm)")),
        False,
    ),
    "what a parent is made of": (
        FORECAST,
        (
            (
                "        super().__init__()\n        self.rnn",
                "        super().__init__(features, horizon)\n        self.rnn",
            ),
        ),
        True,
    ),
}


@pytest.mark.parametrize("program, changes, is_safe", CASES.values(), ids=CASES)
def test_what_a_call_passes(
    program: str, changes: tuple[tuple[str, str], ...], is_safe: bool, repaired: Callable[..., Report]
) -> None:
    report = repaired(HEADER + program)
    assert report.ending is RepairEnding.REPAIRED, report.message
    for change in changes:
        assert program.count(change[0]) == 1
        program = program.replace(*change)
    assert report.plan is not None
    assert [text for _, text in report.plan.texts] == [HEADER + program]
    assert (report.plan.applicability is Applicability.SAFE) is is_safe


def test_an_argument_that_is_needed(repaired: Callable[..., Report]) -> None:
    assert repaired(HEADER + NEEDED).ending is not RepairEnding.REPAIRED


def test_a_fault_further_in_is_none_of_what_is_absent(repaired: Callable[..., Report]) -> None:
    """Under a condition on the argument that nobody passed the block would not run at all."""
    program = """class Mix(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.part, self.fc = nn.Linear(width, 2), nn.Linear(width + 2, width)

    def forward(self, x, condition=None):
        x = self.fc(torch.cat([x, self.part(x)], 0))
        return x if condition is None else x + condition


def run(blocks, x, condition=None):
    for block in blocks:
        x = block(x, condition)
    return x


print(run([Mix(6), Mix(6)], torch.randn(4, 6)).shape)
"""
    report = repaired(HEADER + program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert plans
    assert all("if condition is not None" not in text for plan in plans for _, text in plan.texts)
