"""Odd texts around a model: none ends a search for samples, and none hides the use that stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.loading import find_target
from autofix.records.samples import SampleOrigin

HEAD = "import torch\nfrom torch import nn\n"
NET = """

class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.a = nn.Linear(8, width)
        self.b = nn.Linear(width, 2)

    def forward(self, x):
        return self.b(self.a(x))


"""
LAB = """

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(first, second)
        self.b = nn.Linear(second, third)
        self.c = nn.Linear(second, 2)

    def forward(self, x):
        return self.c(self.b(self.a(x)))
"""

# what stands before a call of the model on (4, 8)
ODD = {
    "operators without a result": """\
def use(rows):
    a, b = 1 / 0, 2 ** -1 ** 99999
    c, d = 'x' * 10 ** 20
    e, f = [1] * -3
    g, h = 1 << 10 ** 9, ~'x'
    i, j = {1, 2} - {[1]}
    k = sorted([1, 'a', None])
    l, m = max(()), min(3)
    n = [1, 2, 3][::0]
    o, p = slice(1), ...
    q, r = divmod(1, 0)
    s = range(0, 5, 0)
    t, u = round('x'), int('q')
    net = Net()
    return net(torch.randn(4, 8))
""",
    "asynchronous loops": """\
async def g():
    async for a, b in g():
        yield a
    async with g() as (c, d):
        x, y = await g()
async def use(rows):
    a, b = await g()
    c, d = [i async for i, j in g()]
    net = Net()
    return net(torch.randn(4, 8))
""",
    "classes": """\
class Box:
    a, b = 1
    c: int = [1][2]
    __slots__ = ('a', *'bc')
    def __init__(self, *a, b, **c): self.x, self.y = a
    def __getitem__(self, k): a, b, c = k
    @property
    def p(self): return self.p
def use(rows):
    box = Box(1, 2, 3)
    x, y = box[1, 2]
    q, r = box.p
    box.z, box[0], rows[1:2] = 1, 2
    net = Net()
    return net(torch.randn(4, 8))
""",
    "comprehensions over tuples": """\
PAIRS = ((1, 2), (3,), 4)
def use(rows):
    z = [a + b for a, b in PAIRS]
    w = {k: v for k, v in PAIRS}
    s = {k for (k, v) in PAIRS if (q := k)}
    a, b = (p for p, in PAIRS)
    t = [y for x in PAIRS for y in x]
    net = Net()
    return net(torch.randn(4, 8))
""",
    "unpacked dicts": """\
def use(rows):
    d = {**rows, **[1, 2], 'a': 1, [1]: 2}
    a, b = {**{'x': 1}}
    f(**rows, **d, **'x')
    net = Net(**d)
    a, = d.items()
    (k, v), = {'x': 1, 'y': 2}.items()
    net = Net()
    return net(torch.randn(4, 8))
""",
    "generators": """\
def gen():
    a, b = yield 1
    yield from (c for c, d in gen())
    x, = yield
def use(rows):
    a, b, c = gen()
    d, e = [i for i in gen()]
    g = sum(x for x, y in zip(*gen()))
    h, i = (lambda *a, **k: (yield))(1)
    net = Net()
    return net(torch.randn(4, 8))
""",
    "names of the module": """\
SIZES = [8]
for n in range(3):
    SIZES.append(n)
P, Q = SIZES
with open('x') as H, open('y') as (I, J):
    K, L = H
try:
    M, N = SIZES[9]
except* ValueError as V:
    O, R = V
def use(rows):
    a, b = P, Q
    c, d = M + K
    e, f = SIZES
    net = Net()
    return net(torch.randn(4, 8))
""",
    "lambdas with defaults": """\
F = lambda a, b=(1, 2), *c, d={}, **e: [x for x, in b]
G = lambda x=(lambda y=1: y / 0)(): x
def use(rows):
    a, b = F(1), F(1, 2, 3, z=1)
    c, d = F()
    e = G(G)(G)
    f, g = (lambda: (1, 2, 3))()
    h, = map(lambda p, q: p, rows, rows)
    net = Net()
    return net(torch.randn(4, 8))
""",
    "patterns": """\
def use(rows):
    match rows:
        case [a, b, *rest]:
            x, y = a
        case {'k': v, **kw}:
            p, q = v
        case Net(width=w):
            c, d = w
        case _:
            e, f = 1
    a, b = rows, *[]
    net = Net()
    return net(torch.randn(4, 8))
""",
    "nested zips": """\
def use(rows):
    (a, b), (c, d) = zip(*(zip(*p) for p in zip(rows, rows)))
    for (i, j), k in zip(zip([1], [2]), [3]):
        m, n, o = k
    e, f = zip(*[])
    net = Net()
    return net(torch.randn(4, 8))
""",
    "values of themselves": """\
def f(x=None, y=lambda: f()):
    return f(f, y=f(x))
A, B = f(), f
C = D = E, F = f(f)
X = X + 1
Y, Z = Z, Y
def use(rows):
    a, b = A(B(C))
    c, d, e = Y
    net = Net()
    return net(torch.randn(4, 8))
""",
    "too few values": """\
def use(rows):
    *a, b, c = 'q'
    a, (b, c), *d = rows, 1
    [x, y] = 7
    for (i, (j, k)) in enumerate([3, 4]):
        pass
    net = Net()
    return net(torch.randn(4, 8))
""",
    "starred unpackings": """\
def use(rows):
    first, *middle, last = [1]
    *head, (a, *b) = [(1, 2)], 5
    (x, y), *rest = zip(*rows)
    net = Net()
    return net(torch.randn(4, 8))
""",
    "tensors and layers": """\
def use(rows):
    a, b = torch.randn(3, 8)
    c, d, e = torch.randn(4, 8).shape
    f, (g, h) = nn.LSTM(3, 4)(a, b, c)
    i, j = torch.randn(*rows, **rows)
    k, l = nn.Linear(1), nn.Conv2d('a', None)
    m, n = torch.randn(-1, 'x')
    o, p = torch.cat(1), torch.stack([])
    q, = nn.Sequential(*[nn.Linear(1, 2)])
    r, s = torch.zeros(2, 3).view(-1, -1, 7)
    t, u = torch.randint((2, 3)), torch.arange()
    v, w = Net()(torch.randn(a, b))
    net = Net()
    return net(torch.randn(4, 8))
""",
    "assignment expressions": """\
def use(rows):
    if (n := len(rows)) > (m := [1, 2][5]):
        a, b = (c := 1)
    while (chunk := next(iter(rows), None)):
        x, y, z = chunk
    print(f'{(w := 3):{w}}', (lambda: (v := 1))())
    net = Net()
    return net(torch.randn(4, 8))
""",
}

# how `first`, `second`, `third` become 8, 16 and 32
SIZES = {
    "class attributes": """\
class C:
    sizes = [8, 16]
    third = 32
first, second = C.sizes
third = C.third
""",
    "a comprehension": """\
first, second, third = [8 * 2 ** i for i in range(3)]
""",
    "a condition": """\
import sys
first, second = 8, 16
if sys.version_info > (3,):
    third = 32
else:
    third = 32
""",
    "a dataclass": """\
from dataclasses import dataclass
@dataclass
class C:
    a: int = 8
    b: int = 16
    c: int = 32
cfg = C()
first, second, third = cfg.a, cfg.b, cfg.c
""",
    "values of a dict": """\
CFG = {'a': 8}
CFG['b'] = 16
CFG.update(c=32)
first, second, third = CFG.values()
""",
    "a function": """\
def sizes(n):
    out = []
    for i in range(3):
        out.append(n * 2 ** i)
    return out
first, second, third = sizes(8)
""",
    "a generator": """\
first, second, third = (2 ** i for i in range(3, 6))
""",
    "mapped": """\
first, second, third = map(int, '8 16 32'.split())
""",
    "assigned again": """\
first = 4
first = first * 2
second = first
second *= 2
third = 2 * second
""",
    "nested": """\
(first, second), third = (8, 16), 32
""",
    "starred": """\
first, *rest = [8, 16, 32]
second, third = rest
""",
    "a try": """\
try:
    first, second, third = 8, 16, 32
except ValueError:
    raise
""",
    "one loop over two lists": """\
A, B = [], []
for i in (8, 16, 32):
    A.append(i)
    B.insert(0, i)
first, second = A[:2]
third = B[0]
""",
    "an assignment expression": """\
first = (second := 16) // 2
third = second * 2
""",
    "a while loop": """\
SIZES = []
n = 8
while n < 33:
    SIZES += [n]
    n *= 2
first, second, third = SIZES
""",
    "zipped": """\
names, (first, second, third) = zip(*[('a', 8), ('b', 16), ('c', 32)])
""",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_no_text_before_a_use_hides_it(body: str, written: Callable[..., Path]) -> None:
    samples = find_target.target(written(HEAD + NET + body), model="Net").samples
    assert (str(samples), samples.origin) == ("4,8", SampleOrigin.USE)


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_no_text_of_a_test_hides_a_use(body: str, written: Callable[..., Path]) -> None:
    files = {"net.py": HEAD + NET, "tests/test_net.py": f"{HEAD}from net import Net\n{body}"}
    samples = find_target.target(written(files, "net.py"), model="Net").samples
    assert (str(samples), samples.origin) == ("4,8", SampleOrigin.USE)


@pytest.mark.parametrize("body", SIZES.values(), ids=SIZES)
def test_sizes_of_the_module_are_those_that_its_statements_make(body: str, written: Callable[..., Path]) -> None:
    assert str(find_target.target(written(HEAD + body + LAB), model="Net").samples) == "2,8"
