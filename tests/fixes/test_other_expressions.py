"""Another dimension, operator or size on the way to a fault: the first plan, over models of different fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.fixes.examples import shown
from autofix.fixes.rule import Example, model
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
        n = self.n = 3; self.score = nn.Conv2d(8, n * 2, 1); self.box = nn.Conv2d(8, <4 => n * 4>, 1)
        s, b = self.score(x).view(2, self.n, -1, 5, 5), self.box(x).view(2, self.n, -1, 5, 5)
        torch.cat([s, b], 2)
    two angles for each joint of a map: 3,6,4,4
        j = self.j = 5; self.mask = nn.Conv2d(6, j * 3, 1); self.angle = nn.Conv2d(6, <2 => j * 2>, 1)
        m, a = (t.view(t.size(0), self.j, -1, 4, 4) for t in (self.mask(x), self.angle(x))); torch.cat([m, a], 2)
    shifts of each head: 2,6,9
        h = self.h = 3; self.scale = nn.Conv1d(6, h * 4, 1); self.shift = nn.Conv1d(6, <4 => h * 4>, 1)
        self.scale(x).view(x.size(0), self.h, -1, 9) + self.shift(x).view(x.size(0), self.h, -1, 9)
    bins of each depth: 2,4,3,3
        d = self.d = 4; self.mean = nn.Conv2d(4, d * 2, 1); self.bins = nn.Conv2d(4, <3 => d * 3>, 1)
        torch.cat([self.mean(x).view(x.size(0), self.d, -1, 3, 3), self.bins(x).view(x.size(0), self.d, -1, 3, 3)], 2)
""")
_BEHIND = "self.behind(torch.cat([self.w(x), self.p(x)], -1))"
_JOINED = """{whole}, {part} = {sizes}
self.p = nn.Linear(5, {part})
self.w = nn.Linear(5, <{whole} => {whole} - {part}>)
self.behind = {layer}"""
DIFFERENCES = tuple(
    Example(name, ((3, 7, 5),), model(_JOINED.format(whole=whole, part=part, sizes=sizes, layer=layer), _BEHIND))
    for name, whole, part, sizes, layer in (
        ("a part that all columns share", "dim", "shared_dim", "32, 4", "nn.TransformerEncoderLayer(dim, 4, 16)"),
        ("frames beside a place", "hidden", "hidden_place", "20, 4", "nn.TransformerEncoderLayer(hidden, 2, 8)"),
        ("words beside kinds", "width", "kind_width", "24, 6", "nn.TransformerEncoderLayer(width, 3, 8)"),
        ("values beside angles", "size", "angle_size", "16, 3", "nn.TransformerEncoderLayer(size, 2, 8)"),
    )
)
VIEWS = shown("""
    the maps of a latent vector: 6,10
        self.widen = nn.Linear(10, 128); self.up = nn.Conv2d(32, 8, 3, padding=1)
        h = self.widen(x).view(<-1, 64 => x.size(0), -1>, 2, 2); self.up(F.interpolate(h, scale_factor=2))
    the steps of a sound: 4,12
        self.a = nn.Linear(12, 60); self.b = nn.Conv1d(6, 3, 1)
        self.b(self.a(x).view(<-1, 12 => x.size(0), -1>, 10))
    the marks of a page: 8,18
        self.a = nn.Linear(18, 36); self.n = nn.Conv2d(4, 2, 1)
        self.n(self.a(x).view(<-1, 8 => x.size(0), -1>, 3, 3).relu())
    the scans of a volume: 6,5,8,8
        self.a = nn.Conv2d(5, 2, 1)
        self.a(x.view(<-1, 10 => x.size(0), -1>, 8, 8))
""")
NEXT = shown("""
    the next word: int64:4,9@0..20
        self.e = nn.Embedding(20, 8); self.h = nn.Linear(8, 20)
        z = self.h(self.e(x[:, :-1])); F.cross_entropy(z.transpose(1, 2), x< => [:, 1:]>)
    the next value of a series: 5,12,3
        self.rnn = nn.GRU(3, 3, batch_first=True)
        y, _ = self.rnn(x[:, :-1]); F.mse_loss(y, x< => [:, 1:]>)
    the next frame: 2,9,16
        self.a = nn.Linear(16, 16)
        (self.a(x[:, :-1]) - x< => [:, 1:]>).abs().mean()
    the next place: 3,8,2
        self.a = nn.Linear(2, 2)
        self.a(x[:, :-1]) * x< => [:, 1:]>
""")
DILATED = shown("""
    a series seen with gaps: 2,4,40
        self.a = nn.Conv1d(4, 4, 3, padding=<1 => 4>, dilation=4)
        x + self.a(x)
    maps seen with gaps: 2,4,20,20
        self.a = nn.Conv2d(4, 4, 3, padding=<1 => 2>, dilation=2); self.b = nn.Conv2d(4, 4, 3, padding=1)
        x + self.b(torch.relu(self.a(x)))
    two rates beside each other: 2,3,24,24
        self.a = nn.Conv2d(3, 4, 3, padding=6, dilation=6); self.b = nn.Conv2d(3, 4, 3, padding=<6 => 8>, dilation=8)
        torch.cat([self.a(x), self.b(x)], 1)
    a wide kernel: 2,4,50
        self.a = nn.Conv1d(4, 8, 5, padding=<2 => 6>, dilation=3); self.b = nn.Conv1d(8, 4, 1)
        x * self.b(self.a(x)).sigmoid()
""")
HALVES = shown("""
    what is left of an odd number of features: 4,5
        features = 5; self.half = features // 2; self.net = nn.Linear(<self.half => features - self.half>, self.half)
        a, b = x.chunk(2, dim=1); torch.cat([a, b + self.net(a)], dim=1)
    the larger part of the channels: 2,7,6,6
        c = 7; half = c // 2; self.net = nn.Conv2d(<half => c - half>, half, 1)
        a, b = x.chunk(2, dim=1); torch.cat([a, b * self.net(a)], dim=1)
    the first steps of a series: 3,9
        n = 9; past = n // 2; self.net = nn.Linear(<past => n - past>, past)
        a, b = x.chunk(2, dim=1); b - self.net(a)
    the moved angles: 6,11
        n = 11; self.h = n // 2; self.net = nn.Sequential(nn.Linear(<self.h => n - self.h>, 8), nn.Linear(8, self.h))
        a, b = x.chunk(2, dim=-1); torch.cat([a, b + self.net(a).tanh()], dim=-1)
""")


@pytest.mark.parametrize(
    "example", [*DIMENSIONS, *OPERATORS, *PARTS, *HALVES, *VIEWS, *NEXT], ids=lambda example: example.name
)
def test_the_first_plan(example: Example, repaired: Repaired) -> None:
    inputs = (sample if isinstance(sample, str) else ",".join(map(str, sample)) for sample in example.inputs)
    report = repaired(example.before, *inputs, model="Net()")
    assert report.plan is not None, report.message
    assert [text for _, text in report.plan.texts] == [example.repaired]
    assert report.plan.applicability.value == "unsafe"


@pytest.mark.parametrize("example", DILATED, ids=lambda example: example.name)
def test_the_padding_of_a_dilated_kernel(example: Example, repaired: Repaired) -> None:
    report = repaired(example.before, str(example.inputs[0]), model="Net()")
    assert report.plan is not None, report.message
    assert [text for _, text in report.plan.texts] == [example.repaired]


@pytest.mark.parametrize("example", DIFFERENCES, ids=lambda example: example.name)
def test_a_size_less_another(example: Example, repaired: Repaired) -> None:
    """Whether the part is too wide or the whole too narrow no shape tells: it is one of the plans."""
    inputs = (sample if isinstance(sample, str) else ",".join(map(str, sample)) for sample in example.inputs)
    report = repaired(example.before, *inputs, model="Net()")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert example.repaired in [text for plan in plans for _, text in plan.texts]
    assert {plan.applicability.value for plan in plans} == {"unsafe"}
