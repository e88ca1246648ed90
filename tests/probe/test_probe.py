"""What the probe records: operations with exact call ranges, layers with their construction chains, a real fx graph."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from autofix.records.samples import Target
from autofix.records.trace import Ending, Frame, Operation, OperationKind, Phase, Trace
from autofix.records.values import Mapping, Sequence, Tensor
from autofix.syntax.source import Source

Run = Callable[..., Trace]
HEAD = "import copy\nimport functools\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"

# Python 3.13 tells where what is iterated over stands, earlier ones where the whole does.
ITERATED = "x" if sys.version_info >= (3, 13) else "[self.fc(row) for row in x]"


def net(init: str, forward: str, header: str = "") -> str:
    lines = [HEAD, header, "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()] + ["", "    def forward(self, x):"]
    return "\n".join([*lines, *(f"        {line}" for line in forward.splitlines()), ""])


def _segments(trace: Trace, text: str) -> list[str]:
    """Return the source text of every operation of the forward, innermost frame."""
    source = Source(trace.files[0], text)
    return [
        source.segment(operation.frames[0].range)
        for operation in trace.operations
        if operation.phase is Phase.FORWARD and operation.frames
    ]


# forward -> the expressions that are its operations, in order
PLACES: dict[str, tuple[str, list[str]]] = {
    "layer and function": ("return F.relu(self.fc(x))", ["self.fc(x)", "F.relu(self.fc(x))"]),
    "methods in a chain": (
        "return x.view(2, 3).t().contiguous()",
        ["x.view(2, 3)", "x.view(2, 3).t()", "x.view(2, 3).t().contiguous()"],
    ),
    "several lines": ("return self.fc(\n    x,  # the batch\n)", ["self.fc(\n            x,  # the batch\n        )"]),
    "operators": ("return -x * 2 + x.T.T", ["-x", "-x * 2", "x.T", "x.T.T", "-x * 2 + x.T.T"]),
    "subscripts": ("return x[:, None][0, ..., 1:]", ["x[:, None]", "x[:, None][0, ..., 1:]"]),
    "two calls on a line": ("a = self.fc(x); return self.fc(x)", ["self.fc(x)", "self.fc(x)"]),
    "non-ASCII before the call": ("größe = 'äöü🙂'; return self.fc(x)", ["self.fc(x)"]),
    "non-ASCII inside the call": ("übergang = x\nreturn torch.cat([übergang, x])", ["torch.cat([übergang, x])"]),
    "tabs": ("if True:\n\t\treturn self.fc(\tx)", ["self.fc(\tx)"]),
    "comprehension": (
        "return torch.stack([self.fc(row) for row in x])",
        [ITERATED, "self.fc(row)", "self.fc(row)", "torch.stack([self.fc(row) for row in x])"],
    ),
    "lambda": ("act = lambda t: t.relu()\nreturn act(x)", ["t.relu()"]),
    "in place": ("x += 1\nx.mul_(2)\nreturn x", ["x += 1", "x.mul_(2)"]),
    "conditional on data": (
        "if x.sum() > 1e9:\n    return x\nreturn self.fc(x)",
        ["x.sum()", "x.sum() > 1e9", "self.fc(x)"],
    ),
    "while on data": (
        "n = 0\nwhile n < x.shape[0]:\n    n += 1\n    y = self.fc(x)\nreturn y",
        ["self.fc(x)", "self.fc(x)"],
    ),
    "walrus in a call": (
        "return F.relu(y := self.fc(x)) + y",
        ["self.fc(x)", "F.relu(y := self.fc(x))", "F.relu(y := self.fc(x)) + y"],
    ),
    "keyword arguments": ("return torch.sum(input=x, dim=1)", ["torch.sum(input=x, dim=1)"]),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("forward, expressions", PLACES.values(), ids=PLACES)
def test_operations_name_their_very_expression(forward: str, expressions: list[str], newline: str, run: Run) -> None:
    text = net("self.fc = nn.Linear(3, 3)", forward).replace("\n", newline)
    trace = run(text, "2,3", texts=())
    assert trace.ending is Ending.PASSED, trace.message
    assert [segment.replace("\r\n", "\n") for segment in _segments(trace, text)] == expressions


OPERATIONS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "branches": (
        "self.a = nn.Linear(3, 4)",
        "y = self.a(x)\nreturn y + y",
        [("torch.nn.Linear", "(2, 4)"), ("Tensor.add", "(2, 4)")],
    ),
    "tuple of an LSTM": (
        "self.rnn = nn.LSTM(3, 4)",
        "y, (h, c) = self.rnn(x)\nreturn torch.cat([y, h])",
        [("torch.nn.LSTM", "[(2, 4), [(1, 4), (1, 4)]]"), ("torch.cat", "(3, 4)")],
    ),
    "split": (
        "pass",
        "a, b = x.split(1)\nreturn a * b",
        [("Tensor.split", "[(1, 3), (1, 3)]"), ("Tensor.mul", "(1, 3)")],
    ),
    "functional": ("pass", "return F.pad(x, (1, 1))", [("torch.nn.functional.pad", "(2, 5)")]),
    "numbers of a shape": ("pass", "return x.reshape(x.size(1), -1)", [("Tensor.reshape", "(3, 2)")]),
    "setitem": (
        "pass",
        "y = torch.zeros(2, 3)\ny[0] = x[0]\nreturn y",
        [("torch.zeros", "(2, 3)"), ("Tensor.getitem", "(3,)"), ("Tensor.setitem", "(2, 3)")],
    ),
    "parameter": (
        "self.w = nn.Parameter(torch.ones(3, 5))",
        "return x @ self.w",
        [("w", "(3, 5)"), ("Tensor.matmul", "(2, 5)")],
    ),
    "buffer": (
        "self.register_buffer('t', torch.ones(3))",
        "return x * self.t",
        [("t", "(3,)"), ("Tensor.mul", "(2, 3)")],
    ),
    "einsum": ("pass", "return torch.einsum('bi,bj->bij', x, x)", [("torch.einsum", "(2, 3, 3)")]),
    "no_grad": (
        "self.a = nn.Linear(3, 4)",
        "with torch.no_grad():\n    return self.a(x)",
        [("torch.nn.Linear", "(2, 4)")],
    ),
}


@pytest.mark.parametrize("init, forward, expected", OPERATIONS.values(), ids=OPERATIONS)
def test_operations_in_order_with_their_results(
    init: str, forward: str, expected: list[tuple[str, str]], run: Run
) -> None:
    trace = run(net(init, forward), "2,3")
    assert trace.ending is Ending.PASSED, trace.message
    shown = [o for o in trace.operations if o.phase is Phase.FORWARD and o.kind is not OperationKind.PLACEHOLDER]
    assert [(o.target, _shapes(o.result)) for o in shown] == expected


def _shapes(value: object) -> str:
    if isinstance(value, Tensor):
        return str(value.shape)
    return f"[{', '.join(map(_shapes, value.items))}]" if isinstance(value, Sequence) else type(value).__name__


def _producer(trace: Trace, tensor: Tensor) -> Operation:
    assert tensor.producer is not None
    return trace.operations[tensor.producer]


def test_operands_name_their_producers(run: Run) -> None:
    trace = run(net("self.fc = nn.Linear(3, 3)", "y = self.fc(x)\ny += x\nreturn torch.cat([y, y.relu()], 1)"), "2,3")
    names = [tuple(_producer(trace, t).target for t in o.tensors) for o in trace.operations]
    assert names == [(), ("input",), ("torch.nn.Linear", "input"), ("Tensor.add_",), ("Tensor.add_", "Tensor.relu")]


def test_scopes_of_nested_layers(run: Run) -> None:
    block = (
        "class Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(3, 3)\n\n    def forward(self, x):\n        return self.fc(x) * 2\n\n"
    )
    trace = run(
        net(
            "self.body = nn.ModuleList([Block(), Block()])", "for b in self.body:\n    x = b(x)\nreturn x.sum()", block
        ),
        "2,3",
    )
    scopes = [(o.layer, o.scope) for o in trace.operations if o.kind is not OperationKind.PLACEHOLDER]
    assert scopes == [("body.0.fc", "body.0"), (None, "body.0"), ("body.1.fc", "body.1"), (None, "body.1"), (None, "")]


# header, statement that builds self.fc -> source text of the frames of its construction, innermost first
CHAINS: dict[str, tuple[str, str, list[str]]] = {
    "in place": ("", "self.fc = nn.Linear(3, 4)", ["nn.Linear(3, 4)", "Net()"]),
    "factory": (
        "def make(n):\n    return nn.Linear(3, n)\n",
        "self.fc = make(4)",
        ["nn.Linear(3, n)", "make(4)", "Net()"],
    ),
    "closure": (
        "def outer(n):\n    def inner():\n        return nn.Linear(3, n)\n    return inner\n",
        "self.fc = outer(4)()",
        ["nn.Linear(3, n)", "outer(4)()", "Net()"],
    ),
    "loop": ("", "for n in (4,):\n    self.fc = nn.Linear(3, n)", ["nn.Linear(3, n)", "Net()"]),
    "comprehension": (
        "",
        "self.fc = nn.ModuleList(nn.Linear(3, n) for n in [4])[0]",
        ["nn.Linear(3, n)", "nn.ModuleList(nn.Linear(3, n) for n in [4])", "Net()"],
    ),
    "partial": ("layer = functools.partial(nn.Linear, 3)\n", "self.fc = layer(4)", ["layer(4)", "Net()"]),
    "subclass": (
        "class Wide(nn.Linear):\n    def __init__(self, n):\n        super().__init__(3, n)\n",
        "self.fc = Wide(4)",
        ["super().__init__(3, n)", "Wide(4)", "Net()"],
    ),
    "sequential": ("", "self.fc = nn.Sequential(\n    nn.Linear(3, 4),\n)[0]", ["nn.Linear(3, 4)", "Net()"]),
    "deep copy": ("", "one = nn.Linear(3, 4)\nself.fc = copy.deepcopy(one)", ["nn.Linear(3, 4)", "Net()"]),
    "module level": ("SHARED = nn.Linear(3, 4)\n", "self.fc = SHARED", ["nn.Linear(3, 4)"]),
    "keyword arguments": (
        "KW = dict(in_features=3, out_features=4)\n",
        "self.fc = nn.Linear(**KW)",
        ["nn.Linear(**KW)", "Net()"],
    ),
}


@pytest.mark.parametrize("header, init, frames", CHAINS.values(), ids=CHAINS)
def test_construction_chain(header: str, init: str, frames: list[str], run: Run) -> None:
    text = net(init, "return self.fc(x)", header) + "\n\ndef build():\n    return Net()\n"
    trace = run(text, "2,3", model="build()")
    layer = next(layer for layer in trace.layers if layer.path == "fc")
    source = Source(trace.files[0], text)
    assert [source.segment(frame.range) for frame in layer.construction] == frames


def _environment(trace: Trace, frame: Frame) -> Mapping:
    assert frame.environment is not None
    return trace.environments[frame.environment]


def test_construction_chain_across_files(run: Run) -> None:
    files = {
        "model.py": f"{HEAD}from blocks import Block\n\n\ndef build():\n    return Block(400)\n",
        "blocks.py": "from torch import nn\n\n\nclass Block(nn.Module):\n    def __init__(self, dim):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(dim, 120)\n\n    def forward(self, x):\n        return self.fc(x)\n",
    }
    trace = run(files, "2,400", model="build()")
    chain = next(layer for layer in trace.layers if layer.path == "fc").construction
    assert [(frame.path.name, frame.function, frame.range.start.line) for frame in chain] == [
        ("blocks.py", "Block.__init__", 7),
        ("model.py", "build", 10),
    ]
    assert _environment(trace, chain[0]).get("dim") == 400


def test_callers_have_the_values_that_they_had_at_their_call(run: Run) -> None:
    """A frame that waits for the same call is copied once, and anew for the next call from the same line."""
    block = (
        "class Block(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        part = 1\n"
        "        self.one = nn.Linear(width, 2)\n        part = 2\n        self.two = nn.Linear(width, 2)\n\n\n"
    )
    init = "self.blocks = []\nfor at in range(3):\n    size = 10 + at\n    self.blocks.append(Block(size))"
    trace = run(net(init, "return x", block), "2,3", model="Net()")
    linear = [layer for layer in trace.layers if layer.kind == "Linear"]
    environments = [[_environment(trace, frame) for frame in layer.construction[:2]] for layer in linear]
    values = [(own.get("part"), own.get("width"), caller.get("at"), caller.get("size")) for own, caller in environments]
    assert values == [(part, 10 + at, at, 10 + at) for at in range(3) for part in (1, 2)]


def test_parameters_know_the_call_that_made_them(run: Run) -> None:
    trace = run(net("self.w = nn.Parameter(torch.zeros(1, 7, 3))", "return x + self.w"), "2,5,3")
    failed = trace.failed_operation
    assert failed is not None
    fetched = _producer(trace, failed.tensors[1])
    producer = _producer(trace, fetched.tensors[0])
    assert (fetched.kind, fetched.target, producer.target, producer.phase) == (
        OperationKind.GET_ATTR,
        "w",
        "torch.zeros",
        Phase.CONSTRUCT,
    )


# forward -> target of the operation that failed, its operand shapes, the failing expression
FAILURES: dict[str, tuple[str, str, list[tuple[int, ...]], str]] = {
    "layer": ("return self.fc(x.T)", "torch.nn.Linear", [(3, 2)], "self.fc(x.T)"),
    "function": ("return torch.cat([x, x.T])", "torch.cat", [(2, 3), (3, 2)], "torch.cat([x, x.T])"),
    "operator": ("return x + x.T", "Tensor.add", [(2, 3), (3, 2)], "x + x.T"),
    "in place": ("x += x.T\nreturn x", "Tensor.add_", [(2, 3), (3, 2)], "x += x.T"),
    "subscript": ("return x[:, 7]", "Tensor.getitem", [(2, 3)], "x[:, 7]"),
    "assignment": ("x[0] = x.T\nreturn x", "Tensor.setitem", [(2, 3), (3, 2)], "x[0]"),
    "functional": ("return F.linear(x, x.T)", "torch.nn.functional.linear", [(2, 3), (3, 2)], "F.linear(x, x.T)"),
}


@pytest.mark.parametrize("forward, operator, shapes, expression", FAILURES.values(), ids=FAILURES)
def test_failed_operation(
    forward: str, operator: str, shapes: list[tuple[int, ...]], expression: str, run: Run
) -> None:
    text = net("self.fc = nn.Linear(3, 3)", forward)
    failed = run(text, "2,3").failed_operation
    assert failed is not None
    assert (failed.target, [t.shape for t in failed.tensors], failed.raised, failed.result) == (
        operator,
        shapes,
        True,
        None,
    )
    assert Source(failed.frames[0].path, text).segment(failed.frames[0].range) == expression


def test_other_failures_name_the_function_that_was_called(run: Run) -> None:
    failure = run(net("self.norm = nn.GroupNorm(4, 10)", "return self.norm(x)"), "2,10").failure
    assert failure is not None
    assert failure.callee.endswith("GroupNorm.__init__")
    assert dict(failure.arguments)["num_channels"] == 10


@pytest.mark.torch
def test_graph_is_a_linted_fx_graph(target: Callable[..., Target]) -> None:
    """The recorder itself, in this process, since a graph does not travel."""
    torch = pytest.importorskip("torch")
    from autofix.probe.record.fx_graph import Drawing
    from autofix.probe.record.interception import recording
    from autofix.probe.record.recorder import Recorder

    recorder = Recorder((str(target(net("pass", "return x"), "2,3").root),))
    recorder.drawing = Drawing(Recorder, recorder.producer)
    inputs = torch.zeros(2, 3)
    with recording(recorder):
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
        recorder.adopt_model(model)
        recorder.phase = Phase.FORWARD
        recorder.place("x", inputs)
        model(inputs)
    recorder.drawing.graph.lint()
    assert isinstance(recorder.drawing.graph, torch.fx.Graph)
    assert [(node.op, node.target) for node in recorder.drawing.graph.nodes] == [
        ("placeholder", "x"),
        ("call_module", "0"),
        ("call_module", "1"),
    ]


def test_graph_travels_as_text(run: Run) -> None:
    graph = run(net("self.fc = nn.Linear(3, 3)", "return F.relu(self.fc(x))"), "2,3", graph=True).graph
    assert "%fc : [num_users=1] = call_module[target=fc](args = (%input" in graph
    assert run(net("pass", "return x"), "2,3").graph == ""


def test_thousands_of_operations(run: Run) -> None:
    trace = run(net("pass", "for _ in range(3_000):\n    x = x + 1\nreturn x"), "2,3")
    assert sum(_is_addition(operation) for operation in trace.operations) == 3_000
    assert trace.seconds < 10


BLOCK = (
    "class Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.inner = nn.Linear(6, 6)\n\n    def forward(self, x):\n        return self.inner(x)\n"
)
AROUND = {
    "data parallel": ("nn.DataParallel(Block())", "layer.module.inner"),
    "data parallel of a layer of torch": ("nn.DataParallel(nn.Sequential(nn.Linear(6, 6)))", "layer.module.0"),
    "a stack": ("nn.TransformerEncoder(Block(), 2)", "layer.layers.1.inner"),
}


@pytest.mark.parametrize("layer, path", AROUND.values(), ids=AROUND)
def test_a_layer_of_torch_around_other_code_is_opened(layer: str, path: str, run: Run) -> None:
    forward = "return self.layer(x)" if "Encoder" not in layer else "return self.layer.layers[1](x)"
    trace = run(net(f"self.layer = {layer}", forward, BLOCK), "4,6", model="Net()")
    assert path in [operation.layer for operation in trace.operations], trace.message


DEVICES = ("'cuda', 0", "'cuda:1'", "'cuda', index=1", "type='cuda', index=0", "'cpu'", "0")


@pytest.mark.parametrize("words", DEVICES)
def test_an_absent_device_is_the_cpu_however_it_is_named(words: str, run: Run) -> None:
    trace = run(net("self.fc = nn.Linear(6, 2)", f"return self.fc(x.to(torch.device({words})))"), "4,6")
    assert trace.ending is Ending.PASSED, trace.message


@pytest.mark.parametrize("words", ["torch.device(256)", "torch.zeros(2, device=256)"])
def test_a_width_is_no_number_of_a_device(words: str, run: Run) -> None:
    """What was passed by mistake is refused as torch refuses it."""
    trace = run(net("self.fc = nn.Linear(6, 2)", f"{words}\nreturn self.fc(x)"), "4,6")
    assert trace.ending is Ending.RAISED


def _is_addition(operation: Operation) -> bool:
    return operation.target == "Tensor.add"


DIRECT = {
    "a layer of torch": ("self.fc = nn.Linear(4, 3)", "return self.fc.forward(x)", ["fc"]),
    "a layer whose code is long": ("self.fc = nn.LSTM(4, 3)", "return self.fc.forward(x[None])[0]", ["fc"]),
    "a part": ("self.part = Part()", "return self.part.forward(x)", ["part.fc"]),
    "the parent's": ("self.part = Child()", "return self.part(x)", ["part.fc"]),
    "a part given on": ("self.part = Part()", "run = self.part.forward\nreturn run(x)", ["part.fc"]),
    "TorchScript": ("self.part = torch.jit.script(nn.Linear(4, 3))", "return self.part.forward(x)", []),
}
PART = """
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc.forward(x)


class Child(Part):
    def forward(self, x):
        return super().forward(x)
"""


@pytest.mark.parametrize("init, forward, layers", DIRECT.values(), ids=DIRECT)
def test_forward_called_directly_is_a_call_of_the_layer(init: str, forward: str, layers: list[str], run: Run) -> None:
    trace = run(net(init, forward, PART), "2,4", model="Net()")
    assert trace.ending is Ending.PASSED, trace.message
    assert [o.layer for o in trace.operations if o.kind is OperationKind.CALL_MODULE] == layers


def test_classes_get_their_forward_back(run: Run) -> None:
    """A second run in the same process finds no forward of the first."""
    check = "assert ('_Forward' in repr(vars(nn.{})['forward'])) is {}\nreturn x"
    for layer, is_watched in (("Linear", True), ("GRU", False)):
        trace = run(net("self.fc = nn.Linear(4, 3)", check.format(layer, is_watched)), "2,4")
        assert trace.ending is Ending.PASSED, trace.message
    trace = run(net("self.fc = nn.GRU(4, 3)", check.format("Linear", False)), "2,4")
    assert trace.ending is Ending.PASSED, trace.message


def test_a_copy_is_built_where_the_layer_of_its_name_was(run: Run) -> None:
    header = "class Pair(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    header += "        self.first = nn.Linear(3, 3)\n        self.second = nn.Linear(3, 3)\n"
    header += "    def forward(self, x):\n        return self.second(self.first(x))\n"
    text = net(
        "self.pairs = nn.ModuleList([copy.deepcopy(Pair()) for _ in range(2)])", "return self.pairs[1](x)", header
    )
    trace = run(text, "2,3")
    built = {layer.path: layer.construction[0].range.start.line for layer in trace.layers if layer.kind == "Linear"}
    assert built["pairs.1.second"] == built["pairs.1.first"] + 1
