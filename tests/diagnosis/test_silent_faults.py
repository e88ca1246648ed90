"""Faults that raise nothing: what is found, what is said of it, and what looks like one and is meant so.

Whole repairs stand in ``fixtures/silent-*``, models to be left alone in ``fixtures/healthy-*``.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch

from autofix.facts.dataflow import outer
from autofix.fixes.rule import model
from autofix.probe.run import batch_leakage
from autofix.records.finding import Mismatch
from autofix.records.report import RepairEnding, Report
from autofix.report import json as json_report
from autofix.report import phrases, sarif, text

Repaired = Callable[..., Report]
_ARGUMENTS = ("(self, x)", "(self, x, y)")


def _with_y(init: str, forward: str) -> str:
    return model(init, forward).replace(*_ARGUMENTS)


def _program(loss: str, setup: str = "loss = nn.MSELoss()") -> str:
    lines = ["import torch", "import torch.nn.functional as F", "from torch import nn", ""]
    lines += ["net = nn.Linear(6, 1)", "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)", setup]
    lines += ["x, y = torch.randn(8, 6), torch.randn(8)", "for step in range(2):", f"    value = {loss}"]
    return "\n".join([*lines, "    optimizer.zero_grad()", "    value.backward()", "    optimizer.step()", ""])


COLLECTED = """import torch
from torch import nn

net = nn.Linear(3, 2)


def features(signals):
    rows, energies = [], []
    for signal in signals:
        row = [min(signal), max(signal), sum(signal)]
        rows.append(row)
        energies.append(sum(value * value for value in signal))
    return torch.tensor({row}), torch.tensor(energies){rest}


x, energy = features([[0.1, 0.4, 0.2], [0.3, 0.9, 0.5], [0.2, 0.1, 0.7]])
loss = ((net(x) - 1) ** 2).sum() + energy.sum()
loss.backward()
"""

# name: (text, inputs, mismatch, code, a line of the repaired text)
FAULTS: dict[str, tuple[str, tuple[str, ...], Mismatch, str, str]] = {
    "huber loss of a program": (
        _program("F.huber_loss(net(x), y)"),
        (),
        Mismatch.SILENT_BROADCAST,
        "AF311",
        "value = F.huber_loss(net(x).squeeze(1), y)",
    ),
    "absolute error by hand in a program": (
        _program("torch.abs(y - net(x)).sum()"),
        (),
        Mismatch.SILENT_BROADCAST,
        "AF320",
        "value = torch.abs(y - net(x).squeeze(1)).sum()",
    ),
    "loss layer inside a model": (
        _with_y("self.fc = nn.Linear(6, 1)\nself.loss = nn.L1Loss()", "self.loss(self.fc(x), y)"),
        ("5,6", "5"),
        Mismatch.SILENT_BROADCAST,
        "AF311",
        "return self.loss(self.fc(x).squeeze(1), y)",
    ),
    "weights of patches that sum to one over the slides": (
        model(
            "self.score = nn.Linear(6, 1)\nself.fc = nn.Linear(6, 3)",
            "w = self.score(x).softmax(dim=0)\nself.fc((w * x).sum(dim=1))",
        ),
        ("4,5,6",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "w = self.score(x).softmax(dim=1)",
    ),
    "wide and deep parts of other ranks": (
        model("self.wide = nn.Linear(6, 1)\nself.deep = nn.Linear(6, 4)", "self.wide(x) + self.deep(x).sum(1)"),
        ("5,6",),
        Mismatch.SILENT_BROADCAST,
        "AF320",
        "return self.wide(x).squeeze(1) + self.deep(x).sum(1)",
    ),
    "states of two layers side by side": (
        model(
            "self.rnn = nn.GRU(6, 7, num_layers=2, batch_first=True)\nself.fc = nn.Linear(14, 2)",
            "_, h = self.rnn(x)\nself.fc(h.reshape(len(x), -1))",
        ),
        ("4,5,6",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return self.fc(h.transpose(0, 1).reshape(len(x), -1))",
    ),
    "steps relabelled as samples": (
        model(
            "self.rnn = nn.GRU(6, 7)", "out, _ = self.rnn(x.transpose(0, 1))\nout.reshape(x.shape[0], x.shape[1], 7)"
        ),
        ("4,5,6",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return out.transpose(0, 1)",
    ),
    "steps of maps behind their channels": (
        model(
            "self.conv = nn.Conv2d(1, 4, 3, padding=1)\nself.rnn = nn.GRU(24, 5, batch_first=True)",
            "y = self.conv(x)\nb, _, t, _ = y.shape\nself.rnn(y.view(b, t, -1))[0]",
        ),
        ("2,1,7,6",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return self.rnn(y.transpose(1, 2).reshape(b, t, -1))[0]",
    ),
    "channels behind the rows of a map": (
        model(
            "self.conv = nn.Conv2d(3, 4, 1)\nself.fc = nn.Linear(4, 2)",
            "y = self.conv(x)\nself.fc(y.reshape(y.size(0), -1, y.size(1)))",
        ),
        ("2,3,5,6",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return self.fc(y.movedim(1, 3).reshape(y.size(0), -1, y.size(1)))",
    ),
    "the last row in place of all that were collected": (
        COLLECTED.format(row="row", rest=""),
        (),
        Mismatch.SILENT_UNUSED,
        "AF706",
        "return torch.tensor(rows), torch.tensor(energies)",
    ),
    "log-probabilities over the batch": (
        model("self.fc = nn.Linear(6, 3)", "self.fc(x).log_softmax(0)"),
        ("4,6",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "return self.fc(x).log_softmax(1)",
    ),
    "channels after a convolution": (
        model("self.conv = nn.Conv2d(3, 5, 1)\nself.soft = nn.Softmax(dim=0)", "self.soft(self.conv(x))"),
        ("4,3,6,6",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "self.soft = nn.Softmax(dim=1)",
    ),
    "squeeze of a single channel": (
        model("self.conv = nn.Conv2d(3, 1, 1)", "torch.sigmoid(self.conv(x)).squeeze()"),
        ("4,3,6,6",),
        Mismatch.SILENT_SQUEEZE,
        "AF409",
        "return torch.sigmoid(self.conv(x)).squeeze(1)",
    ),
    "batch size in a reshape of images": (
        model("self.fc = nn.Linear(6, 32)", "x = self.fc(x)\nx.view(8, 2, 4, 4)"),
        ("8,6",),
        Mismatch.SILENT_BATCH,
        "AF202",
        "return x.view(x.size(0), 2, 4, 4)",
    ),
    "noise for one batch size": (
        model("self.fc = nn.Linear(6, 3)", "noise = torch.zeros(8, 3)\nself.fc(x) + noise"),
        ("8,6",),
        Mismatch.SILENT_BATCH,
        "AF304",
        "noise = torch.zeros(x.size(0), 3)",
    ),
    "a softmax layer without a dimension": (
        model("self.fc = nn.Linear(6, 5)\nself.soft = nn.Softmax()", "self.soft(self.fc(x))"),
        ("4,7,6",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "self.soft = nn.Softmax(dim=2)",
    ),
    "classes of averaged words": (
        model(
            "self.emb = nn.Embedding(9, 5)\nself.fc = nn.Linear(5, 3)", "self.fc(self.emb(x).mean(1)).log_softmax(0)"
        ),
        ("int64:4,6@0..9",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "return self.fc(self.emb(x).mean(1)).log_softmax(1)",
    ),
    "the last step of a layer that takes steps first": (
        model("self.rnn = nn.LSTM(6, 5)\nself.fc = nn.Linear(5, 3)", "out, _ = self.rnn(x)\nself.fc(out[:, -1])"),
        ("4,7,6",),
        Mismatch.SILENT_STEPS,
        "AF402",
        "self.rnn = nn.LSTM(6, 5, batch_first=True)",
    ),
    "the class token of an encoder that takes steps first": (
        model(
            "self.body = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)\nself.fc = nn.Linear(8, 3)",
            "x = self.body(x)\nself.fc(torch.relu(x)[:, 0, :])",
        ),
        ("4,7,8",),
        Mismatch.SILENT_STEPS,
        "AF402",
        "self.body = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)",
    ),
    "a clamp whose result is dropped": (
        model("self.fc = nn.Linear(6, 3)", "y = self.fc(x)\ny.clamp(0, 1)\ny"),
        ("4,6",),
        Mismatch.SILENT_UNUSED,
        "AF604",
        "y = y.clamp(0, 1)",
    ),
}
# name: (text, inputs, mismatch, what is said)
UNREPAIRED = {
    "weights of one number for each sample, normalised over the last dimension": (
        model(
            "self.gate = nn.Linear(6, 4)\nself.fc = nn.Linear(6, 3)",
            "w = self.gate(x).amax(-1)\nw = w / w.norm(p=1, dim=-1, keepdim=True)\nself.fc(x) * w.unsqueeze(-1)",
        ),
        ("5,6",),
        Mismatch.SILENT_REDUCTION,
        "`norm` runs over the samples, dimension 0 of (5,)",
    ),
    "attention whose only axis is the batch": (
        model(
            "self.score = nn.Linear(6, 1)\nself.fc = nn.Linear(6, 3)",
            "a = F.softmax(self.score(x).squeeze(-1), dim=-1)\nself.fc(x * a.unsqueeze(-1))",
        ),
        ("5,6",),
        Mismatch.SILENT_REDUCTION,
        "`softmax` runs over the samples, dimension 0 of (5,)",
    ),
    "a gate scaled by its sum": (
        model(
            "self.fc = nn.Linear(6, 3)",
            "g = x.sigmoid().mean(-1)\ng = g / g.sum(-1, keepdim=True)\nself.fc(x * g[:, None])",
        ),
        ("5,6",),
        Mismatch.SILENT_REDUCTION,
        "`sum` runs over the samples, dimension 0 of (5,)",
    ),
    "a transpose of three dimensions": (
        model("self.fc = nn.Linear(6, 3)", "self.fc(x).T.sum(0).T"),
        ("5,4,6",),
        Mismatch.SILENT_WARNING,
        "`T` of (5, 4, 3): torch warns that the use of `x.T` on tensors of dimension other than 2",
    ),
    "a dropout of channels that there are not": (
        model("self.fc = nn.Linear(6, 3)\nself.drop = nn.Dropout2d()", "self.drop(self.fc(x))"),
        ("5,6",),
        Mismatch.SILENT_WARNING,
        "`Dropout2d` of (5, 3): torch warns that dropout2d: Received a 2-D input",
    ),
    "a deviation of one value": (
        model("self.fc = nn.Linear(6, 1)", "y = self.fc(x)\ny / (1 + y.std(1, keepdim=True))"),
        ("5,6",),
        Mismatch.SILENT_WARNING,
        "`std` of (5, 1): torch warns that degrees of freedom is <= 0",
    ),
}
MEANT = {
    "activations in place, and a sum that is only looked at": (
        model(
            "self.fc = nn.Linear(6, 3)\nself.act = nn.ReLU(inplace=True)",
            "y = self.fc(x)\nself.act(y)\ny.clamp_(0, 1)\nF.relu(y, inplace=True)\ny.sum()\ny * 2",
        ),
        ("5,6",),
    ),
    "a deviation over the samples": (
        model("self.fc = nn.Linear(6, 3)", "y = self.fc(x)\n(y - y.mean(0, keepdim=True)) / y.std(0, keepdim=True)"),
        ("5,6",),
    ),
    "similarities of all pairs": (
        model("self.fc = nn.Linear(6, 3)", "z = F.normalize(self.fc(x), dim=-1)\nF.log_softmax(z @ z.t(), dim=-1)"),
        ("5,6",),
    ),
    "ranks among the rows": (model("self.fc = nn.Linear(6, 1)", "F.log_softmax(self.fc(x)[:, 0], dim=-1)"), ("5,6",)),
    "assignments balanced over rows and columns": (
        model(
            "self.fc = nn.Linear(6, 3)",
            "q = self.fc(x).exp()\nq = q / q.sum(0, keepdim=True)\nq / q.sum(1, keepdim=True)",
        ),
        ("5,6",),
    ),
    "instances of one bag": (
        model(
            "self.score = nn.Linear(6, 1)\nself.fc = nn.Linear(6, 3)",
            "w = torch.softmax(self.score(x).squeeze(-1), dim=-1)\nself.fc(torch.einsum('n,nd->d', w, x))",
        ),
        ("5,6",),
    ),
    "advantages scaled over a rollout": (
        model("self.fc = nn.Linear(6, 1)", "a = self.fc(x).squeeze(-1)\n(a - a.mean()) / (a.std() + 1e-8)"),
        ("5,6",),
    ),
    "one environment whose dimension goes": (
        model("self.rnn = nn.GRU(6, 4)\nself.fc = nn.Linear(4, 2)", "out, _ = self.rnn(x)\nself.fc(out[:, 0])"),
        ("7,1,6",),
    ),
    "the last step of a layer that is fed steps first": (
        model(
            "self.rnn = nn.GRU(6, 4)\nself.fc = nn.Linear(4, 2)",
            "out, _ = self.rnn(x.transpose(0, 1))\nself.fc(out[-1])",
        ),
        ("5,7,6",),
    ),
    "a table of every pair": (
        _with_y("self.fc = nn.Linear(6, 1)", "(self.fc(x) - y[None]).abs().mean()"),
        ("5,6", "5"),
    ),
    "thresholds": (
        model("self.fc = nn.Linear(6, 1)\nself.cut = nn.Parameter(torch.ones(5))", "(self.fc(x) - self.cut).mean()"),
        ("5,6",),
    ),
    "weights of tokens that are summed": (
        model("self.fc = nn.Linear(6, 3)", "w = self.fc(x).softmax(0)\n(w.unsqueeze(2) * x.unsqueeze(1)).sum(0)"),
        ("3,6",),
    ),
    "capsules that compete for what they sum up": (
        "import torch\n\nvotes = torch.randn(4, 9, 6)\nroutes = torch.zeros(4, 9, 1)\nfor _ in range(3):\n"
        "    out = (routes.softmax(dim=0) * votes).sum(dim=1, keepdim=True)\n"
        "    routes = routes + (votes * out).sum(-1, keepdim=True)\nprint(out.shape)\n",
        (),
    ),
    "steps first, and weighed over the steps": (
        model(
            "self.score = nn.Linear(6, 1)\nself.rnn = nn.GRU(6, 6)",
            "h, _ = self.rnn(x.transpose(0, 1))\n(self.score(h).softmax(dim=0) * h).sum(dim=0)",
        ),
        ("4,5,6",),
    ),
    "two dimensions of a table exchanged on purpose": (
        model("self.fc = nn.Linear(6, 20)", "x = self.fc(x).view(-1, 4, 5)\nx.view(-1, 5, 4)"),
        ("3,6",),
    ),
    "the last row, where all are read as well": (COLLECTED.format(row="row", rest=" + len(rows)"), ()),
    "channels split into groups and shuffled": (
        model(
            "self.conv = nn.Conv2d(3, 4, 1)",
            "y = self.conv(x)\nb, c, h, w = y.shape\n"
            "y = y.view(b, 2, c // 2, h, w).transpose(1, 2)\ny.reshape(b, c, h, w)",
        ),
        ("2,3,5,6",),
    ),
    "maps flattened, windows and heads": (
        model(
            "self.conv = nn.Conv2d(3, 4, 1)",
            "y = self.conv(x)\nb, c, h, w = y.shape\nz = y.view(b, c, h // 2, 2, w).sum(3)\n"
            "z.mean() + y.view(b, c, h * w).sum() + y.view(b, 2, c // 2, h * w).mean()",
        ),
        ("2,3,4,6",),
    ),
    "a squeeze of what is one for every batch": (
        model("self.conv = nn.Conv2d(3, 4, (6, 1))", "self.conv(x).squeeze(2)"),
        ("4,3,6,6",),
    ),
    "a batch of one": (model("self.fc = nn.Linear(6, 3)", "self.fc(x).squeeze()"), ("1,6",)),
    "a table that is as long as the sample": (
        model("self.rows = nn.Parameter(torch.zeros(8, 3))\nself.fc = nn.Linear(6, 3)", "self.fc(x) + self.rows"),
        ("8,6",),
    ),
    "rows that depend on their neighbours": (
        model("self.fc = nn.Linear(6, 3)", "self.fc(x) + self.fc(x.roll(1, 0))"),
        ("4,6",),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_and_repaired(name: str, repaired: Repaired) -> None:
    before, inputs, mismatch, code, line = FAULTS[name]
    report = repaired(before, *inputs)
    assert report.plan is not None, report.message
    assert [(d.finding.mismatch, d.code, d.finding.silent) for d in report.diagnostics] == [(mismatch, code, True)]
    assert line in [repaired_line.strip() for repaired_line in report.plan.texts[0][1].splitlines()]
    assert repaired(report.plan.texts[0][1], *inputs).ending is RepairEnding.HEALTHY


@pytest.mark.parametrize("name", UNREPAIRED)
def test_what_is_certain_is_said_without_a_repair(name: str, repaired: Repaired) -> None:
    before, inputs, mismatch, words = UNREPAIRED[name]
    report = repaired(before, *inputs)
    (diagnostic,) = report.diagnostics
    assert (report.plan, diagnostic.finding.mismatch, diagnostic.finding.silent) == (None, mismatch, True)
    assert diagnostic.finding.message.startswith(words)
    assert phrases.exit_code(report) == 1


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_left_alone(name: str, repaired: Repaired) -> None:
    before, inputs = MEANT[name]
    report = repaired(before, *inputs)
    assert (report.ending, report.plan, report.diagnostics) == (RepairEnding.HEALTHY, None, ())


def test_several_faults_are_repaired_in_one_plan(repaired: Repaired) -> None:
    before = model(
        "self.conv = nn.Conv2d(3, 7, 1)\nself.pool = nn.AdaptiveAvgPool2d(1)",
        "x = x.view(6, 3, 4, 4)\nx = self.pool(self.conv(x)).squeeze()\ntorch.softmax(x, dim=0)",
    )
    report = repaired(before, "6,3,4,4")
    assert report.plan is not None
    assert {d.finding.mismatch for d in report.diagnostics} == {
        Mismatch.SILENT_BATCH,
        Mismatch.SILENT_SQUEEZE,
        Mismatch.SILENT_REDUCTION,
    }
    assert report.plan.proof.output == "(6, 7)"


@pytest.mark.parametrize("comment, ending", [("AF321", RepairEnding.SUPPRESSED), ("AF101", RepairEnding.REPAIRED)])
def test_a_comment_hides_it(comment: str, ending: RepairEnding, repaired: Repaired) -> None:
    hidden = f"self.fc(x).softmax(dim=0)  # autofix: ignore[{comment}] weights of samples"
    assert repaired(model("self.fc = nn.Linear(6, 3)", hidden), "4,6").ending is ending


def test_reports_call_it_a_warning(repaired: Repaired) -> None:
    report = repaired(FAULTS["log-probabilities over the batch"][0], "4,6")
    heading = ["warning[AF321]: `log_softmax` runs over the samples, dimension 0 of (4, 3)", "  --> model.py:12:16"]
    assert text.render(report).splitlines()[:2] == heading
    assert json.loads(json_report.render(report))["diagnostics"][0]["silent"] is True
    run = json.loads(sarif.render(report))["runs"][0]
    assert run["results"][0]["level"] == "warning"
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "warning"
    assert phrases.exit_code(report) == 1


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ((4, 1), (4,), (4, 4)),
        ((4,), (4, 1), (4, 4)),
        ((4, 1, 1), (4, 1), (4, 4, 1)),
        ((4, 1), (1, 4), (4, 4)),
        ((4, 1), (4, 1), None),
        ((4, 1), (5,), None),
        ((1, 1), (1,), None),
        ((4, 3), (3,), None),
        ((1, 4), (4,), None),
    ],
)
def test_outer(a: tuple[int, ...], b: tuple[int, ...], expected: tuple[int, ...] | None) -> None:
    assert outer(a, b) == expected


@pytest.mark.torch
@pytest.mark.parametrize(
    "shape, seen_as, expected",
    [
        ((3, 5), (3, 5), 0),
        ((5, 3, 2), (5, 3, 2), 1),
        ((3, 4, 5), (12, 5), 0),
        ((4, 3, 5), (12, 5), 0),
        ((4, 3, 5), (3, 20), None),
        ((3, 2, 7), (7, 6), None),
    ],
)
def test_where_samples_lie(shape: tuple[int, ...], seen_as: tuple[int, ...], expected: int | None) -> None:
    changed = torch.zeros(shape, dtype=torch.bool)
    changed.select(shape.index(3), 1).fill_(True)
    assert batch_leakage.dimension_of(changed.view(seen_as), 3, 1) == expected


@pytest.mark.parametrize("loss", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("sizes", ["3, 6", "1", "3"])
def test_what_torch_warns_of_is_a_warning_at_least(repaired: Repaired, loss: str, sizes: str) -> None:
    """Sizes that differ are broadcast: whether that is meant, the run cannot tell, and torch says so too."""
    program = (
        "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\n"
        f"loss = F.{loss}(net(torch.rand(3, 4)), torch.rand({sizes}))\nloss.backward()\n"
    )
    report = repaired(program)
    assert report.ending in (RepairEnding.NO_FIX, RepairEnding.REPAIRED)
    assert [diagnostic.finding.silent for diagnostic in report.diagnostics] == [True]


def test_a_loss_of_equal_sizes_is_none(repaired: Repaired) -> None:
    program = (
        "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\n"
        "loss = F.mse_loss(net(torch.rand(3, 4)), torch.rand(3, 1))\nloss.backward()\n"
    )
    assert repaired(program).ending is RepairEnding.HEALTHY


@pytest.mark.parametrize("sizes, ending", [("2, -1, 3", RepairEnding.HEALTHY), ("4, 3", RepairEnding.REPAIRED)])
def test_samples_that_are_taken_by_groups_are_no_batch_in_numbers(
    repaired: Repaired, sizes: str, ending: RepairEnding
) -> None:
    """Five samples make no pairs, but eight do; a number that is only four is another matter."""
    text = (
        "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.fc = nn.Linear(3, 3)\n\n    def forward(self, x):\n"
        f"        return self.fc(x).view({sizes}).reshape(-1, 3)\n"
    )
    assert repaired(text, "4,3").ending is ending


@pytest.mark.parametrize(
    "values, truth, is_fault",
    [
        ("net(torch.rand(1, 4))[0, 0]", "torch.rand(1)", False),  # A number, and a vector of one.
        ("net(torch.rand(1, 4)).squeeze()", "torch.rand(1, 1)", False),
        ("net(torch.rand(5, 4))[:, 0]", "torch.rand(1, 5)", False),  # A row as long as the vector.
        ("net(torch.rand(5, 4))[None]", "torch.rand(5, 1)", False),
        ("net(torch.rand(1, 4))", "torch.rand(1)", True),  # All pairs as soon as there are two.
        ("net(torch.rand(5, 4))", "torch.rand(1, 5)", True),
    ],
)
def test_a_loss_whose_elements_have_their_own_partners_is_none(
    repaired: Repaired, values: str, truth: str, is_fault: bool
) -> None:
    program = (
        "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\n"
        f"loss = F.mse_loss({values}, {truth})\nloss.backward()\n"
    )
    assert [diagnostic.finding.silent for diagnostic in repaired(program).diagnostics] == [True] * is_fault
