"""Failures on a sample that was chosen to fit: other samples tell those of the model from those of the sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report
from autofix.session.session import Session

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"

# a model that fails on every sample -> what its repair writes
FAULTS: dict[str, tuple[str, str]] = {
    "norm of another rank": (
        """\
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 16, 9, padding=4)
        self.norm = nn.BatchNorm2d(16)
        self.head = nn.Linear(16, 5)

    def forward(self, wave):
        h = F.relu(self.norm(self.conv(wave)))
        return self.head(h.mean(-1))
""",
        "nn.BatchNorm1d(16)",
    ),
    "tuple of a recurrent layer": (
        """\
class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(6, 24, batch_first=True)
        self.head = nn.Linear(24, 1)

    def forward(self, prices):
        h = self.rnn(prices)
        return self.head(h)
""",
        "self.rnn(prices)",
    ),
    "embeddings of two widths": (
        """\
class Mol(nn.Module):
    def __init__(self):
        super().__init__()
        self.atoms = nn.Embedding(120, 48)
        self.kinds = nn.Embedding(9, 32)
        self.out = nn.Linear(48, 1)

    def forward(self, atom, kind):
        h = self.atoms(atom) + self.kinds(kind)
        return self.out(h.mean(1))
""",
        "nn.Embedding(9, 48)",
    ),
    "softmax over a dimension that is not there": (
        """\
class Cls(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return F.softmax(self.fc(self.f(x)), dim=2)
""",
        "dim=",
    ),
    "tuple of an attention": (
        """\
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(500, 32)
        self.att = nn.MultiheadAttention(32, 4, batch_first=True)
        self.norm = nn.LayerNorm(32)
        self.out = nn.Linear(32, 500)

    def forward(self, ids):
        x = self.emb(ids)
        x = self.norm(x + self.att(x, x, x))
        return self.out(x)
""",
        "self.att(x, x, x)[0]",
    ),
    "mean over a dimension that is not there": (
        """\
class Act(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv1d(9, 32, 5), nn.ReLU())
        self.fc = nn.Linear(32, 6)

    def forward(self, x):
        h = self.net(x).mean(dim=3)
        return self.fc(h)
""",
        "mean(dim=",
    ),
    "queries and keys of two widths": (
        """\
class S(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(16, 8)
        self.k = nn.Linear(16, 12)
        self.v = nn.Linear(16, 8)

    def forward(self, x):
        w = (self.q(x) @ self.k(x).transpose(-2, -1)).softmax(-1)
        return w @ self.v(x)
""",
        "nn.Linear(16, ",
    ),
    "pair of a maximum": (
        """\
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(4, 8, 3)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.c(x).max(2))
""",
        "self.c(x)",
    ),
}

# a model that fails on the sample that was chosen, and runs on its own
SOUND = {
    "a norm of maps behind a linear layer": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 16)
        self.bn = nn.BatchNorm2d(3)

    def forward(self, x):
        return self.bn(self.fc(x))
""",
    "windows that are permuted": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x).permute(0, 3, 1, 2)
""",
    "a mean over windows": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x).mean(dim=3)
""",
    "signals of a certain length": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 8, 3)
        self.out = nn.Linear(8 * 17 + 3, 2)

    def forward(self, x, y):
        h = self.conv(x).flatten(1)
        return self.out(torch.cat([h, y], 1))
""",
    "a table of ids": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(9, 4)
        self.c = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.c(self.emb(x).permute(0, 3, 1, 2))
""",
}


def _report(body: str, written: Callable[..., Path], session: Session) -> Report:
    return engine.repair(engine.Request(find_target.target(written(HEAD + body))), session)


@pytest.mark.parametrize("body, text", FAULTS.values(), ids=FAULTS)
def test_what_no_sample_avoids_is_repaired(
    body: str, text: str, written: Callable[..., Path], session: Session
) -> None:
    report = _report(body, written, session)
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert any(text in new and new != HEAD + body for _, new in report.plan.texts)


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_what_another_sample_may_avoid_is_not_blamed(body: str, written: Callable[..., Path], session: Session) -> None:
    assert _report(body, written, session).ending is RepairEnding.NOT_RUN


def test_a_model_with_a_batch_norm_gets_a_batch(written: Callable[..., Path]) -> None:
    body = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return self.norm(self.conv(x[None]))
"""
    assert str(find_target.target(written(HEAD + body)).samples).startswith("2,")
