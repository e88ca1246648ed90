"""Another dimension, operator or size on the way to a fault: the first plan, over models of different fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.fixes.examples import shown
from autofix.fixes.rule import Example
from autofix.records.report import Report

Repaired = Callable[..., Report]

DIMENSIONS = shown("""
    the words of a sentence averaged: 4,10,6
        self.fc = nn.Linear(6, 3)
        self.fc(x.mean(<2 => 1>))
    maps pooled over their rows and columns: 4,12,5,5
        self.fc = nn.Linear(12, 3)
        self.fc(x.mean(dim=<(1, 2) => (2, 3)>))
    a filter and a gate of channels: 2,8,10
        self.a = nn.Conv1d(8, 16, 1)
        u, v = self.a(x).chunk(2, <2 => 1>); x + u * v.sigmoid()
    the strongest of ten moments: 4,16,10
        self.fc = nn.Linear(16, 3)
        self.fc(x.amax(dim=<1 => 2>))
    the first column of a table: 5,24,9
        self.fc = nn.Linear(24, 3)
        self.fc(x.select(<1 => 2>, 0))
""")
OPERATORS = shown("""
    a gate that is multiplied as a matrix: 4,6
        self.g = nn.Linear(6, 6)
        torch.sigmoid(self.g(x)) <@ => *> x
    a matrix that is multiplied entry by entry: 4,7,6
        self.w = nn.Parameter(torch.ones(6, 5))
        x <* => @> self.w
    maps of two convolutions: 2,3,8,8
        self.a = nn.Conv2d(3, 4, 1); self.b = nn.Conv2d(3, 4, 1); self.c = nn.Conv2d(8, 2, 1)
        self.c(torch.<stack => cat>([self.a(x), self.b(x)], 1))
    weights in front of a sum: 5,9
        self.w = nn.Linear(9, 9)
        w = self.w(x).softmax(1); (w <@ => *> x).sum(1)
""")
PARTS = shown("""
    four numbers for each anchor: 2,8,5,5
        self.anchors = 3; self.score = nn.Conv2d(8, self.anchors * 2, 1); self.box = nn.Conv2d(8, <4 => self.anchors * 4>, 1)
        s, b = self.score(x).view(2, self.anchors, -1, 5, 5), self.box(x).view(2, self.anchors, -1, 5, 5)
        torch.cat([s, b], 2)
    two angles for each joint of a map: 3,6,4,4
        self.joints = 5; self.mask = nn.Conv2d(6, self.joints * 3, 1); self.angle = nn.Conv2d(6, <2 => self.joints * 2>, 1)
        m, a = (t.view(t.size(0), self.joints, -1, 4, 4) for t in (self.mask(x), self.angle(x))); torch.cat([m, a], 2)
""")
DIFFERENCES = shown("""
    a part of a vector that all columns share: 3,7,5
        dim, heads = 32, 4; shared_dim = dim // 8; self.s = nn.Linear(5, shared_dim); self.o = nn.Linear(5, <dim => dim - shared_dim>); self.t = nn.TransformerEncoderLayer(dim, heads, 16)
        self.t(torch.cat([self.s(x), self.o(x)], -1))
    words beside the kinds of their characters: int64:3,7@0..9
        width = 24; kind_width = 6; self.k = nn.Embedding(9, kind_width); self.w = nn.Embedding(9, <width => width - kind_width>); self.a = nn.MultiheadAttention(width, 3)
        h = torch.cat([self.w(x), self.k(x)], -1); self.a(h, h, h)[0]
    frames beside what is known of the place: 2,7,5
        hidden = 20; hidden_place = 4; self.p = nn.Linear(5, hidden_place); self.f = nn.Linear(5, <hidden => hidden - hidden_place>); self.g = nn.TransformerEncoderLayer(hidden, 2, 16)
        self.g(torch.cat([self.f(x), self.p(x)], -1))
""")


@pytest.mark.parametrize("example", [*DIMENSIONS, *OPERATORS, *PARTS], ids=lambda example: example.name)
def test_the_first_plan(example: Example, repaired: Repaired) -> None:
    inputs = (sample if isinstance(sample, str) else ",".join(map(str, sample)) for sample in example.inputs)
    report = repaired(example.before, *inputs, model="Net()")
    assert report.plan is not None, report.message
    assert [text for _, text in report.plan.texts] == [example.repaired]
    assert report.plan.applicability.value == "unsafe"


@pytest.mark.parametrize("example", DIFFERENCES, ids=lambda example: example.name)
def test_a_size_less_another(example: Example, repaired: Repaired) -> None:
    """Whether the part is too wide or the whole too narrow no shape tells: it is one of the plans."""
    inputs = (sample if isinstance(sample, str) else ",".join(map(str, sample)) for sample in example.inputs)
    report = repaired(example.before, *inputs, model="Net()")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert example.repaired in [text for plan in plans for _, text in plan.texts]
    assert {plan.applicability.value for plan in plans} == {"unsafe"}
