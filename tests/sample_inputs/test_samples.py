"""Samples that nobody gave: found in annotations and uses, chosen to fit the layers, and how far each is trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.records.errors import UsageError
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location, Position, Range
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import SampleOrigin, Samples
from autofix.records.trace import Ending, Failure, Operation, OperationKind, Phase, Stage, Trace
from autofix.records.values import Tensor
from autofix.report import json as json_report
from autofix.report import text
from autofix.sample_inputs import inferred_sample_trust
from autofix.session.session import Session

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\nWIDTH = 3\n\n\n"
OPEN = "    def forward(self, x):\n        return mystery(x)\n\n\n"


def model(init: str, forward: str, inputs: str = "x", parameters: str = "") -> str:
    """Return a class ``Net`` from the statements of its two methods, separated by ``;``."""
    body = "".join(f"        {statement.strip()}\n" for statement in init.split(";"))
    steps = "".join(f"        {statement.strip()}\n" for statement in forward.split(";"))
    return (
        f"class Net(nn.Module):\n    def __init__(self{parameters}):\n        super().__init__()\n{body}\n"
        f"    def forward(self, {inputs}):\n{steps}\n\n"
    )


def found(written: Callable[..., Path], files: object) -> Samples:
    return find_target.target(written(files), model="Net").samples


CONVOLUTIONS = "self.a = nn.Conv2d(3, 6, 5); self.b = nn.Conv2d(6, 16, 5); self.fc = nn.Linear({}, 10)"
LENET = "x = F.max_pool2d(F.relu(self.a(x)), 2); x = F.max_pool2d(F.relu(self.b(x)), 2); return self.fc(x.flatten(1))"

# text of the class -> the sample that its layers ask for
SOLVED: dict[str, tuple[str, str]] = {
    "linear": (model("self.a = nn.Linear(20, 5)", "return self.a(x)"), "2,20"),
    "linear on a sequence": (
        model("self.a = nn.Linear(20, 5)", "b, t, c = x.shape; return self.a(x).mean(1)"),
        "2,12,20",
    ),
    "fixed head": (model(CONVOLUTIONS.format("16 * 5 * 5"), LENET), "2,3,32,32"),
    "fixed head of an unusual size": (model(CONVOLUTIONS.format("16 * 6 * 6"), LENET), "2,3,36,36"),
    "any size": (model("self.a = nn.Conv2d(4, 6, 3)", "return self.a(x).mean((2, 3))"), "2,4,64,64"),
    "volumes": (model("self.a = nn.Conv3d(1, 6, 3)", "return self.a(x)"), "2,1,32,32,32"),
    "signals": (model("self.a = nn.Conv1d(7, 6, 3)", "return self.a(x)"), "2,7,64"),
    "sequential": (
        model(
            "self.net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 26 * 26, 2))",
            "return self.net(x)",
        ),
        "2,1,28,28",
    ),
    "token ids": (model("self.a = nn.Embedding(70, 8)", "return self.a(x)"), "int64:2,12@0..70"),
    "batch first": (model("self.a = nn.LSTM(6, 8, batch_first=True)", "return self.a(x)[0]"), "2,12,6"),
    "time first": (model("self.a = nn.LSTM(6, 8)", "return self.a(x)[0]"), "12,2,6"),
    "channels last": (model("self.a = nn.Conv2d(3, 6, 3)", "return self.a(x.permute(0, 3, 1, 2))"), "2,64,64,3"),
    "flat images": (model("self.a = nn.Linear(784, 5)", "return self.a(x.view(-1, 784))"), "2,784"),
    "channel added": (model("self.a = nn.Conv2d(1, 6, 3)", "return self.a(x.unsqueeze(1))"), "2,64,64"),
    "two inputs": (
        model("self.a = nn.Linear(9, 4); self.b = nn.Embedding(5, 4)", "return self.a(x) + self.b(y)", "x, y"),
        "2,9;int64:2@0..5",
    ),
    "inputs that are joined": (
        model(
            "self.a = nn.Conv2d(1, 4, 3); self.b = nn.Linear(11, 2)",
            "x = self.a(x).mean((2, 3)); return self.b(torch.cat([x, y], 1))",
            "x, y",
        ),
        "2,1,64,64;2,7",
    ),
    "several inputs that one layer takes joined": (
        model(
            "self.noise, self.classes, self.codes = 20, 10, 2; self.a = nn.Linear(32, 2)",
            "return self.a(torch.cat([x, y, z], -1))",
            "x, y, z",
        ),
        "2,20;2,10;2,2",
    ),
    "maps that a convolution takes joined": (
        model(
            "self.classes = 10; self.a = nn.Conv2d(11, 4, 3); self.b = nn.Linear(4 * 62 * 62, 2)",
            "x = self.a(torch.cat([x, y], 1)); return self.b(x.flatten(1))",
            "x, y",
        ),
        "2,1,64,64;2,10,64,64",
    ),
    "a signal that is folded": (
        model(
            "self.a = nn.utils.weight_norm(nn.Conv2d(1, 4, (5, 1)))",
            "b, c, t = x.shape; return self.a(x.view(b, c, t // 2, 2))",
        ),
        "2,1,64",
    ),
    "a loop over sizes": (
        model(
            "sizes = [WIDTH * 5, 8, 2]; self.a = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])])",
            "return self.a[1](self.a[0](x))",
        ),
        "2,15",
    ),
    "a parameter used by hand": (
        model("self.w = nn.Parameter(torch.randn(12, 7))", "return x @ self.w"),
        "2,12",
    ),
    "an image that is flattened": (
        model("self.a = nn.Linear(784, 5)", "b, w, h = x.size(); return self.a(x.view(b, -1))"),
        "2,28,28",
    ),
    "an image whose sizes are asked for": (
        model("self.a = nn.Linear(12288, 1)", "return self.a(x.view(x.size(0), x.size(1) * x.size(2) * x.size(3)))"),
        "2,3,64,64",
    ),
    "a function of an input and an embedding": (
        model(
            "self.a = nn.Linear(9, 4); self.b = nn.Embedding(5, 9)", "return self.a(torch.mul(self.b(y), x))", "x, y"
        ),
        "2,9;int64:2@0..5",
    ),
    "a report on the way that is not followed": (
        "import os\n\n\nclass Log:\n    def show(self, text):\n        while os.path.exists(text):\n"
        "            pass\n\n\nshow = Log().show\n\n\n"
        + model("self.a = nn.Linear(6, 5); show(self.a)", "return self.a(x)"),
        "2,6",
    ),
    "a part of layers made by a partial function": (
        "from functools import partial\n\n\n"
        + model(
            "norm = partial(nn.BatchNorm2d, eps=1e-6); self.a = nn.Sequential(nn.Conv2d(4, 6, 3), norm(6))\n"
            "        self.a.append(nn.ReLU() if callable(norm) else None)",
            "return self.a(x)",
        ),
        "2,4,64,64",
    ),
    "a sequence of named layers with a forward of its own": (
        "class Net(nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(dict([('a', nn.Conv2d(4, 6, 3)), ('b', nn.ReLU())]))\n        self.scale = 2\n\n"
        "    def forward(self, x):\n        return super().forward(x) * self.scale\n",
        "2,4,64,64",
    ),
    "a sequence of named layers": (
        "class Net(nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(dict(a=nn.Linear(4, 6), b=nn.ReLU()))\n        self.scale = 2\n",
        "2,4",
    ),
    "a loop that only gives the parts other values": (
        model(
            "self.a = nn.Conv2d(3, 6, 5)\n        for part in self.modules():\n"
            "            if isinstance(part, nn.Conv2d):\n                nn.init.ones_(part.weight)",
            "return self.a(x)",
        ),
        "2,3,64,64",
    ),
    "a choice by the kind of what builds a layer": (
        model(
            "partial = type(norm) == functools.partial; kind = norm.func if partial else norm\n"
            "        self.a = nn.Conv2d(3, 6, 5, bias=kind == nn.InstanceNorm2d)\n        self.b = norm(6)",
            "return self.b(self.a(x))",
            parameters=", norm=nn.BatchNorm2d",
        ),
        "2,3,64,64",
    ),
    "a weight of an old type, and the neighbours of a graph": (
        model(
            "self.weight = nn.Parameter(torch.FloatTensor(7, 4))",
            "return torch.spmm(adj, torch.mm(x, self.weight))",
            "x, adj",
        ),
        "6,7;6,6",
    ),
    "no layer at all": (model("self.p = 0.5", "a, b = x; return torch.stack([a * self.p, b])"), "2,3,32,32"),
    "the sizes that the constructor is given": (
        model("self.a = nn.Linear(width, 5)", "return self.a(x)", parameters=", width=6"),
        "2,6",
    ),
}


@pytest.mark.parametrize("body, sample", SOLVED.values(), ids=SOLVED)
def test_solved_for_from_the_layers(body: str, sample: str, written: Callable[..., Path]) -> None:
    samples = found(written, HEAD + body)
    assert (str(samples), samples.origin) == (sample, SampleOrigin.SOLVED)


UNSOLVED: dict[str, str] = {
    "nothing known of the input": "class Net(nn.Module):\n" + OPEN,
    "an input that meets no layer": model("self.a = nn.Linear(3, 4)", "return self.a(x), y", "x, y"),
    "a width that is not told": model("self.a = nn.Linear(read(), 4)", "return self.a(x)"),
    "a constructor that does not end": model("while True: pass", "return x"),
    "a loop that calls the parts": model(
        "self.a = nn.Linear(3, 4)", "for part in self.children():\n            x = part(x)\n        return x"
    ),
    "a function that calls itself": model("self.a = nn.ReLU()", "return self.forward(x)"),
}


@pytest.mark.parametrize("body", UNSOLVED.values(), ids=UNSOLVED)
def test_what_is_not_told_is_not_guessed(body: str, written: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="no sample input for"):
        found(written, HEAD + body)


def annotated(annotation: str, init: str = "pass", rest: str = "") -> str:
    return (
        f"from jaxtyping import Float\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        {init}\n\n    def forward(self, x: {annotation}{rest}):\n        return self.a(x)\n"
    )


ANNOTATED: dict[str, tuple[str, str]] = {
    "literal sizes": (annotated('Float[Tensor, "4 3 32 32"]'), "4,3,32,32"),
    "a named batch": (annotated('Float[Tensor, "batch 3 32 32"]'), "2,3,32,32"),
    "named sizes": (annotated('Float[torch.Tensor, "b t d"]'), "2,8,9"),
    "a name is one size": (annotated('Float[Tensor, "b d d"]', rest=', y: Float[Tensor, "b d 5"]'), "2,8,8;2,8,5"),
    "integers": (annotated('Int[Tensor, "b t"]'), "int64:2,8"),
    "integers below the table's end": (
        annotated('Int[Tensor, "b t"]', "self.a = nn.Embedding(30, 4)"),
        "int64:2,12@0..30",
    ),
    "other dtypes": (annotated('Bool[Tensor, "b 7"]'), "bool:2,7"),
    "a name that the layers size": (annotated('Float[Tensor, "b dim"]', "self.a = nn.Linear(11, 4)"), "2,11"),
    "a name that the model sizes": (annotated('Float[Tensor, "b dim"]', "self.dim = 13"), "2,13"),
    "a text": (annotated("'Float[Tensor, \"b 3\"]'"), "2,3"),
    "torchtyping": (annotated('TensorType["batch", 3, 9]'), "2,3,9"),
    "plain Annotated": (annotated('Annotated[Tensor, "batch 3 9"]'), "2,3,9"),
    "an input with a default": (annotated('Float[Tensor, "b 6"]', rest=", y=None"), "2,6"),
}


@pytest.mark.parametrize("body, sample", ANNOTATED.values(), ids=ANNOTATED)
def test_annotations_of_forward(body: str, sample: str, written: Callable[..., Path]) -> None:
    samples = found(written, HEAD + body)
    line = (HEAD + body)[: (HEAD + body).index("def forward")].count("\n") + 1
    assert (str(samples), samples.origin) == (sample, SampleOrigin.ANNOTATION)
    assert samples.place == f"model.py:{line}"


NET = "class Net(nn.Module):\n" + OPEN
# what else stands in the file -> the sample, and the line of the use counted from the end of the class
USES: dict[str, tuple[str, str]] = {
    "a call": ("net = Net()\nnet(torch.randn(8, 3))\n", "8,3"),
    "constants": ("SIZE = WIDTH * 4\nnet = Net()\nnet(torch.rand(5, SIZE))\n", "5,12"),
    "moved and made elsewhere": (
        "def main():\n    device = 'cpu'\n    net = Net().to(device).eval()\n    x = torch.randn(5, WIDTH).to(device)\n"
        "    return net(x)\n",
        "5,3",
    ),
    "in the main guard": (
        "if __name__ == '__main__':\n    net = Net()\n    print(net(torch.ones(2, 4)).shape)\n",
        "2,4",
    ),
    "ids of another dtype": ("Net()(torch.ones(2, 4).long())\n", "int64:2,4@1..2"),
    "ids": ("Net()(torch.randint(0, 100, (2, 7)))\n", "int64:2,7@0..100"),
    "dtype": ("Net()(torch.zeros(2, 7, dtype=torch.float64))\n", "float64:2,7"),
    "reshaped": ("Net()(torch.arange(12).view(3, 4).unsqueeze(0))\n", "int64:1,3,4@0..12"),
    "by keyword": ("Net()(torch.rand(2, 3), mask=torch.ones(2, 9))\n", "2,3;mask=2,9"),
    "torchsummary": ("from torchsummary import summary\nsummary(Net(), (3, 32, 32))\n", "2,3,32,32"),
    "torchinfo": ("from torchinfo import summary\nsummary(Net(), input_size=(64, 3, 32))\n", "64,3,32"),
    "several sizes": ("from torchinfo import summary\nsummary(Net(), [(4, 3), (4, 5)])\n", "4,3;4,5"),
    "export": ("net = Net()\ndummy = torch.empty(1, 3, 9, 9)\ntorch.onnx.export(net, dummy, 'x.onnx')\n", "1,3,9,9"),
    "trace of two": ("torch.jit.trace(Net(), (torch.rand(1, 3), torch.rand(1, 4)))\n", "1,3;1,4"),
    "a use that tells nothing is passed over": ("net = Net()\nnet(load())\nnet(torch.rand(6, 6))\n", "6,6"),
}


@pytest.mark.parametrize("rest, sample", USES.values(), ids=USES)
def test_uses_in_the_file(rest: str, sample: str, written: Callable[..., Path]) -> None:
    samples = found(written, HEAD + NET + rest)
    assert (str(samples), samples.origin) == (sample, SampleOrigin.USE)


IN_THE_CLASS: dict[str, tuple[str, str]] = {
    "of the class": ("    example_input_array = torch.zeros(4, 3, 9, 9)\n\n" + OPEN, "4,3,9,9"),
    "of the instance": (
        "    def __init__(self):\n        self.example_input_array = torch.zeros(4, 5)\n\n" + OPEN,
        "4,5",
    ),
    "an example": (
        '    """A model.\n\n    >>> net = Net()\n    >>> net(torch.randn(1, 3, 24, 24)).shape\n    """\n' + OPEN,
        "1,3,24,24",
    ),
    "a description": ('    """A model.\n\n    input: (N, 3, 16, 16)\n    """\n' + OPEN, "2,3,16,16"),
}


@pytest.mark.parametrize("body, sample", IN_THE_CLASS.values(), ids=IN_THE_CLASS)
def test_what_the_class_says(body: str, sample: str, written: Callable[..., Path]) -> None:
    samples = found(written, HEAD + "class Net(nn.Module):\n" + body)
    assert (str(samples), samples.origin) == (sample, SampleOrigin.USE)


UNREADABLE = {
    "pairs that zip takes apart": "a, b = zip(*pairs)\nNet()(a)",
    "an entry that is not there": "sizes = [3]\nNet()(torch.rand(sizes[5], 2))",
    "a division by nothing": "Net()(torch.rand(4 // 0, 2))",
    "a product that does not fit": "x = torch.rand(2, 3) @ torch.rand(4, 5)\nNet()(x)",
}


@pytest.mark.parametrize("rest", UNREADABLE.values(), ids=UNREADABLE)
def test_a_use_that_cannot_be_read_is_none(rest: str, written: Callable[..., Path]) -> None:
    """The next source of samples is asked; whatever stands in a file is no error of ours."""
    text = model("self.fc = nn.Linear(8, 2)", "self.fc(x)") + f"\npairs = load()\n{rest}\n"
    assert found(written, text).origin is SampleOrigin.SOLVED


def test_place_is_the_line_of_the_use(written: Callable[..., Path]) -> None:
    assert found(written, HEAD + NET + "net = Net()\n\nnet(torch.rand(2, 3))\n").place == "model.py:15"


def test_tests_of_the_project_show_uses(written: Callable[..., Path]) -> None:
    test = "import torch\nfrom model import Net\n\ndef test_it():\n    assert Net()(torch.rand(3, 8)).shape == (3, 1)\n"
    samples = found(written, {"model.py": HEAD + NET, "tests/test_it.py": test, "test_bad.py": "def model(:\n"})
    assert (str(samples), samples.place) == ("3,8", "test_it.py:5")


COMMENT = "# autofix: sample-shape=7,7\n"
ANNOTATION = annotated('Float[Tensor, "5 5"]', "self.a = nn.Linear(5, 4)")
ORDER: dict[str, tuple[str, tuple[str, ...], SampleOrigin]] = {
    "comment": (COMMENT + ANNOTATION + "Net()(torch.rand(4, 4))\n", ("6,6",), SampleOrigin.COMMENT),
    "settings": (ANNOTATION + "Net()(torch.rand(4, 4))\n", ("6,6",), SampleOrigin.SETTINGS),
    "annotation": (ANNOTATION + "Net()(torch.rand(4, 4))\n", (), SampleOrigin.ANNOTATION),
    "use": (model("self.a = nn.Linear(5, 4)", "return self.a(x)") + "Net()(torch.rand(4, 4))\n", (), SampleOrigin.USE),
    "solved": (model("self.a = nn.Linear(5, 4)", "return self.a(x)"), (), SampleOrigin.SOLVED),
}


@pytest.mark.parametrize("body, settings, origin", ORDER.values(), ids=ORDER)
def test_order_of_the_places(
    body: str, settings: tuple[str, ...], origin: SampleOrigin, written: Callable[..., Path]
) -> None:
    settled = find_target.configured(settings)
    target = find_target.target(written(HEAD + body), model="Net", settled=settled)
    assert target.samples.origin is origin


def test_a_comment_names_its_line_and_makes_no_program_of_the_file(written: Callable[..., Path]) -> None:
    rest = COMMENT + "if __name__ == '__main__':\n    Net()(torch.rand(4, 4))\n"
    target = find_target.target(written(HEAD + NET + rest))
    assert (target.script, target.samples.place) == (False, "model.py:13")


# -- trust -------------------------------------------------------------------------------------------------------------

PLACE = Location(Path("model.py"), Range(Position(1, 0), Position(1, 1)))


def operation(index: int, target: str, operand: Tensor, result: Tensor) -> Operation:
    return Operation(index, "", OperationKind.CALL_MODULE, target, (operand,), (), result, False, (), Phase.FORWARD)


def chain(*steps: tuple[str, tuple[int, ...]]) -> Trace:
    """Return the trace of operations that feed each other: the shape of the input, then each target
    with its result's shape.
    """
    operations: list[Operation] = []
    last = Tensor((), "float32")
    for index, (target, shape) in enumerate(steps):
        result = Tensor(shape, "float32", index)
        operations.append(operation(index, target, last, result))
        last = result
    operations.append(operation(len(steps), "torch.nn.Linear", last, last))
    failure = Failure("RuntimeError", "", Stage.FORWARD, len(steps), ())
    return Trace(Ending.RAISED, "", tuple(operations), failure=failure)


INPUT = ("x", (2, 3, 9, 9))
TRUST: dict[str, tuple[Trace, int, bool]] = {
    "the input itself": (chain(("x", (2, 20))), 1, False),
    "a layer": (chain(("x", (2, 20)), ("torch.nn.Linear", (2, 8))), 1, True),
    "through an activation": (chain(("x", (2, 20)), ("torch.nn.Linear", (2, 8)), ("torch.relu", (2, 8))), 1, True),
    "channels": (chain(INPUT, ("torch.nn.Conv2d", (2, 8, 7, 7)), ("torch.nn.MaxPool2d", (2, 8, 3, 3))), 1, True),
    "space": (chain(INPUT, ("torch.nn.Conv2d", (2, 8, 7, 7))), 3, False),
    "flattened space": (chain(INPUT, ("torch.nn.Conv2d", (2, 8, 7, 7)), ("torch.flatten", (2, 392))), 1, False),
    "flattened fixed space": (
        chain(
            INPUT,
            ("torch.nn.Conv2d", (2, 8, 7, 7)),
            ("torch.nn.AdaptiveAvgPool2d", (2, 8, 2, 2)),
            ("torch.flatten", (2, 32)),
        ),
        1,
        True,
    ),
    "averaged": (chain(INPUT, ("torch.nn.Conv2d", (2, 8, 7, 7)), ("Tensor.mean", (2, 8))), 1, True),
    "last step": (chain(("x", (2, 5, 4)), ("torch.nn.LSTM", (2, 5, 6)), ("operator.getitem", (2, 6))), 1, True),
    "turned around": (chain(("x", (2, 5)), ("torch.nn.Linear", (2, 2)), ("Tensor.t", (2, 2))), 1, False),
}


@pytest.mark.parametrize("trace, dimension, trusted", TRUST.values(), ids=TRUST)
def test_a_failure_on_a_guess_is_trusted_where_layers_set_the_size(trace: Trace, dimension: int, trusted: bool) -> None:
    at = len(trace.operations) - 1
    finding = Finding(Mismatch.LINEAR_IN_FEATURES, "", PLACE, PLACE, "fc", operation=at, operand=0, dimension=dimension)
    assert inferred_sample_trust.is_reliable(Samples(origin=SampleOrigin.SOLVED), trace, finding) is trusted
    assert inferred_sample_trust.is_reliable(Samples(origin=SampleOrigin.USE), trace, finding)


STAGES = {
    "constructor": (Stage.CONSTRUCT, Mismatch.OTHER, True),
    "import": (Stage.IMPORT, Mismatch.OTHER, True),
    "missing name": (Stage.FORWARD, Mismatch.MISSING_NAME, True),
    "forward": (Stage.FORWARD, Mismatch.OTHER, False),
}


@pytest.mark.parametrize("stage, mismatch, trusted", STAGES.values(), ids=STAGES)
def test_a_failure_that_needs_no_sample_is_trusted(stage: Stage, mismatch: Mismatch, trusted: bool) -> None:
    trace = Trace(Ending.RAISED, "", failure=Failure("E", "", stage, None, ()))
    finding = Finding(mismatch, "", PLACE, PLACE, "")
    assert inferred_sample_trust.is_reliable(Samples(origin=SampleOrigin.SOLVED), trace, finding) is trusted


RUNS = ("fixed head", "token ids", "channels last", "time first", "inputs that are joined", "sequential", "two inputs")


@pytest.mark.parametrize("name", RUNS)
def test_a_solved_sample_runs_through_the_healthy_model(
    name: str, written: Callable[..., Path], session: Session
) -> None:
    body, sample = SOLVED[name]
    report = engine.repair(engine.Request(find_target.target(written(HEAD + body), model="Net")), session)
    assert report.ending is RepairEnding.UNCONFIRMED, report.message
    assert f"{sample} (chosen to fit the layers)" in text.render(report)
    assert '"solved"' in json_report.render(report)


DOUBTED: dict[str, tuple[str, RepairEnding]] = {
    "a size that the guess set": (
        model("self.a = nn.Conv2d(3, 4, 3); self.fc = nn.Linear(999, 5)", "return self.fc(self.a(x).flatten(1))"),
        RepairEnding.NOT_RUN,
    ),
    "a size that layers set": (
        model("self.a = nn.Linear(8, 16); self.b = nn.Linear(12, 5)", "return self.b(self.a(x))"),
        RepairEnding.REPAIRED,
    ),
}


CORRECTED: dict[str, tuple[str, str, bool]] = {
    "a model that is trained on more": (
        model(
            "self.a = nn.Linear(8, 16)",
            "assert not self.training or y is not None, 'a target'; return self.a(x)",
            "x, y=None",
        ),
        "2,8",
        True,
    ),
    "a batch that is counted in": (
        model("self.a = nn.Conv2d(3, 4, 3)", "x = x.clone(); x[2] = 0; return self.a(x)"),
        "4,3,64,64",
        False,
    ),
}


@pytest.mark.parametrize("body, sample, evaluated", CORRECTED.values(), ids=CORRECTED)
def test_a_guess_is_corrected(
    body: str, sample: str, evaluated: bool, written: Callable[..., Path], session: Session
) -> None:
    target = find_target.target(written(HEAD + body))
    report = engine.repair(engine.Request(target), session)
    assert report.ending is RepairEnding.UNCONFIRMED
    assert (str(report.target.samples), report.target.evaluation_mode) == (sample, evaluated)


@pytest.mark.parametrize("body, ending", DOUBTED.values(), ids=DOUBTED)
def test_a_guess_blames_no_model_alone(
    body: str, ending: RepairEnding, written: Callable[..., Path], session: Session
) -> None:
    report = engine.repair(engine.Request(find_target.target(written(HEAD + body), model="Net")), session)
    assert report.ending is ending
    assert "pass" in text.render(report)


@pytest.mark.parametrize(
    "model, origin",
    [
        ("Net(size=4)", SampleOrigin.SOLVED),
        ("Net(4)", SampleOrigin.USE),
        ("Net(size=6)", SampleOrigin.USE),
        ("Net", SampleOrigin.USE),
    ],
)
def test_a_use_of_another_construction_is_no_sample(
    written: Callable[..., Path], model: str, origin: SampleOrigin
) -> None:
    """What a use passes fits the model that it builds: one whose sizes differ takes other inputs."""
    text = HEAD + (
        "class Net(nn.Module):\n    def __init__(self, size=6):\n        super().__init__()\n"
        "        self.fc = nn.Linear(size, 2)\n\n    def forward(self, x):\n        return self.fc(x)\n\n\n"
        "def test_net():\n    assert Net(size=6)(torch.rand(3, 6)).shape == (3, 2)\n"
    )
    assert find_target.target(written(text), model=model).samples.origin is origin


def test_a_solved_sample_does_not_show_which_dimension_holds_the_samples(repaired: Callable[..., Report]) -> None:
    """Weights over the steps of a sequence that comes first look like weights over the samples."""
    text = HEAD + model("self.a = nn.Linear(5, 4)", "h = self.a(x)\n        return torch.softmax(h, dim=0) * h")
    assert repaired(text).ending is RepairEnding.UNCONFIRMED
    assert repaired(text, "3,5").ending is RepairEnding.REPAIRED
