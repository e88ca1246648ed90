"""Expressions that a careless evaluator never finishes, and the places of a model where they may stand."""

from __future__ import annotations

# What takes all time or memory where it is worked out, what is too deep for functions that recurse, what raises.
EXPRESSIONS = (
    "10**10**9",
    "2**10**8",
    "1<<10**10",
    "[0]*10**9",
    "'a'*10**10",
    "(1,)*10**9",
    "range(10**12)",
    "range(10**12) in range(10**12)",
    "round(5, -10**9)",
    "list(range(10**10))",
    "[x for x in range(10**9)]",
    "sum(range(10**11))",
    "10**5000",
    "str(10**5000)",
    "int('9'*5000)",
    "float('1e400')",
    "int(float('inf'))",
    "int(float('nan'))",
    "round(1e400)",
    "1//0",
    "1%0",
    "2**-1",
    "(-8)**0.5",
    "1e308*10",
    "'%d' % 10**5000",
    "f'{10**5000}'",
    "'%999999999d' % 1",
    "f'{1:999999999}'",
    "len(3)",
    "max()",
    "min([])",
    "[][0]",
    "{}['a']",
    "(1).bit_length()",
    "math.sqrt(-1)",
    "math.floor(1e400)",
    "math.prod([10**4000]*100)",
    "chr(55555)",
    "abs('a')",
    "-'a'",
    "~1.5",
    "[*1]",
    "{**1}",
    "lambda: x",
    "(yield)",
    "a.b.c",
    "None.x",
    "(lambda x: x(x))(lambda x: x(x))",
    "x if x else 1",
    "1 if 1 < 'a' else 2",
    "0x" + "f" * 6000,
    "0x" + "f" * 6000 + "+1.0",
    "1e999",
    "True**10000000000",
    "+".join(["1"] * 900),
    "-" * 900 + "1",
    "[" * 90 + "]" * 90,
    ".".join(["a"] * 900),
    "a" + ".b" * 1500,
    "+".join(["1"] * 1500),
    "not " * 1500 + "1",
    "a" + "[0]" * 1500,
    "a" + "()" * 1500,
    "f(" * 80 + ")" * 80,
    "{[]: 1}",
    "hash({})",
    "sorted([1,'a'])",
    "reversed(3)",
    "zip(1)",
    "enumerate(1)",
    "map(1,1)",
    "int('x')",
    "int([])",
    "isinstance(1,1)",
    "getattr(1,'')",
    "slice(1)[0]",
    "'a'[10**30]",
    "[1][10**30]",
    "[1,2][::0]",
    "range(1,2,0)",
    "range(0,10,10**30)",
    "1j",
    "b'a'",
    "...",
    "nn.Linear",
    "nn.Linear()",
    "nn.Linear(*[])",
    "nn.Linear(1,2,3,4,5,6)",
    "nn.Conv2d(0,0,0,0)",
    "nn.Conv2d(1,1,10**30)",
    "nn.Conv2d(1,1,1,stride=0)",
    "torch.zeros(0).shape[5]",
    "'{:>999999999}'.format(1)",
    "'a'.join(['b']*10**8)",
    "'x'.ljust(10**10)",
    "'abc'.zfill(10**10)",
)
# Where an expression may stand in a file of a model; none is ever run here.
PLACES = (
    """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(@, 2)

    def forward(self, x):
        return self.head(x)
""",
    """\
W = @


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(W, 2)
        self.kept = [W, str(W), W + W, f"{W}{W}"]
        for _ in range(300):
            self.kept = self.kept + self.kept
            self.kept += self.kept
            self.kept.extend(self.kept)

    def forward(self, x):
        y = @
        return self.head(x.view(x.size(0), @))
""",
    """\
class Net(nn.Module):
    def __init__(self, w=@):
        super().__init__()
        for i in range(2):
            self.head = nn.Sequential(*[nn.Linear(w, w) for _ in range(3)])
        if w:
            self.w = w

    def forward(self, x: Float[Tensor, "b @"]):
        x = x.reshape(@, -1) if @ else x[@]
        return self.head(x).split(@)
""",
    """\
class Net(nn.Module):
    def forward(self, x):
        return x


net = Net()
net(torch.randn(@, @))
sums = [sum(@), sorted(@), max(@), list(@), [x for x in @], torch.arange(@)]
""",
    """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        left, right, pair, text, body = [@], [@], (@,), "a", nn.Identity()
        for _ in range(300):
            left, right, pair, text = [left, left], [right, right], (pair, pair), "{0}{0}".format(text)
            body = nn.Sequential(body, body)
        self.kept = [left == right, left < right, left in [right], [left, 1].index(right), sorted([left, right])]
        self.table = {pair: 1, **{one: 2 for one in [pair]}}
        self.table[pair] = self.table.get(pair, 3)
        self.names = ["%s" % pair, "{}".format(left), f"{left}"]
        self.body = body
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.body(x))
""",
)
