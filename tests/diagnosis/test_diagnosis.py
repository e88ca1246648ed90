"""Diagnosis: which sizes disagree in every family, from operators and shapes and never from torch's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from autofix.diagnosis import diagnose
from autofix.facts.project_view import Project
from autofix.records.finding import Finding, Mismatch
from autofix.syntax.source import Source

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


def net(init: str, forward: str) -> str:
    lines = [HEAD, "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()] + ["", "    def forward(self, x):"]
    return "\n".join([*lines, *(f"        {line}" for line in forward.splitlines()), ""])


M = Mismatch
# constructor, forward, inputs -> mismatch, expected, actual, parameter, text at the place that is shown
CASES: dict[str, tuple[str, str, tuple[str, ...], Mismatch, tuple[int, ...], tuple[int, ...], str, str]] = {
    "Linear": (
        "self.f = nn.Linear(8, 2)",
        "return self.f(x)",
        ("4,6",),
        M.LINEAR_IN_FEATURES,
        (8,),
        (6,),
        "in_features",
        "8",
    ),
    "Linear by keyword": (
        "self.f = nn.Linear(out_features=2, in_features=8)",
        "return self.f(x)",
        ("4,6",),
        M.LINEAR_IN_FEATURES,
        (8,),
        (6,),
        "in_features",
        "8",
    ),
    "Bilinear": (
        "self.f = nn.Bilinear(3, 8, 2)",
        "return self.f(x, x)",
        ("4,3",),
        M.BILINEAR_FEATURES,
        (8,),
        (3,),
        "in2_features",
        "8",
    ),
    "Conv2d channels": (
        "self.f = nn.Conv2d(3, 8, 3)",
        "return self.f(x)",
        ("2,1,9,9",),
        M.CONV_CHANNELS,
        (3,),
        (1,),
        "in_channels",
        "3",
    ),
    "Conv2d without batch": (
        "self.f = nn.Conv2d(3, 8, 3)",
        "return self.f(x)",
        ("1,9,9",),
        M.CONV_CHANNELS,
        (3,),
        (1,),
        "in_channels",
        "3",
    ),
    "Conv1d rank": (
        "self.f = nn.Conv1d(3, 8, 3)",
        "return self.f(x)",
        ("2,3,9,9",),
        M.CONV_RANK,
        (2, 3),
        (2, 3, 9, 9),
        "",
        "self.f(x)",
    ),
    "ConvTranspose channels": (
        "self.f = nn.ConvTranspose2d(8, 3, 2)",
        "return self.f(x)",
        ("2,4,5,5",),
        M.CONV_CHANNELS,
        (8,),
        (4,),
        "in_channels",
        "8",
    ),
    "Conv2d groups": (
        "self.f = nn.Conv2d(6, 8, 3, groups=3)",
        "return self.f(x)",
        ("2,6,9,9",),
        M.CONV_GROUPS,
        (3,),
        (8,),
        "out_channels",
        "8",
    ),
    "kernel too large": (
        "self.f = nn.Conv2d(3, 8, 7)",
        "return self.f(x)",
        ("2,3,5,9",),
        M.KERNEL_TOO_LARGE,
        (7, 7),
        (5, 9),
        "kernel_size",
        "7",
    ),
    "functional conv": (
        "self.w = nn.Parameter(torch.zeros(8, 3, 3, 3))",
        "return F.conv2d(x, self.w)",
        ("2,1,9,9",),
        M.CONV_CHANNELS,
        (3,),
        (1,),
        "weight",
        "F.conv2d(x, self.w)",
    ),
    "pooling": (
        "pass",
        "return F.max_pool2d(x, 5)",
        ("2,3,4,4",),
        M.KERNEL_TOO_LARGE,
        (5, 5),
        (4, 4),
        "kernel_size",
        "F.max_pool2d(x, 5)",
    ),
    "BatchNorm features": (
        "self.f = nn.BatchNorm2d(8)",
        "return self.f(x)",
        ("2,4,3,3",),
        M.NORM_FEATURES,
        (8,),
        (4,),
        "num_features",
        "8",
    ),
    "BatchNorm rank": (
        "self.f = nn.BatchNorm2d(8)",
        "return self.f(x)",
        ("2,8",),
        M.NORM_RANK,
        (4,),
        (2, 8),
        "",
        "self.f(x)",
    ),
    "BatchNorm of one": (
        "self.f = nn.BatchNorm1d(8)",
        "return self.f(x)",
        ("1,8",),
        M.NORM_BATCH_OF_ONE,
        (2,),
        (1, 8),
        "",
        "self.f(x)",
    ),
    "InstanceNorm features": (
        "self.f = nn.InstanceNorm2d(8, affine=True)",
        "return self.f(x)",
        ("2,4,3,3",),
        M.NORM_FEATURES,
        (8,),
        (4,),
        "num_features",
        "8",
    ),
    "GroupNorm channels": (
        "self.f = nn.GroupNorm(2, 8)",
        "return self.f(x)",
        ("2,4,3,3",),
        M.NORM_FEATURES,
        (8,),
        (4,),
        "num_channels",
        "8",
    ),
    "GroupNorm groups": (
        "self.f = nn.GroupNorm(3, 8)",
        "return self.f(x)",
        ("2,8",),
        M.NORM_GROUPS,
        (3,),
        (8,),
        "num_groups",
        "3",
    ),
    "LayerNorm": (
        "self.f = nn.LayerNorm(8)",
        "return self.f(x)",
        ("2,5,6",),
        M.NORM_FEATURES,
        (8,),
        (6,),
        "normalized_shape",
        "8",
    ),
    "LSTM input": (
        "self.f = nn.LSTM(8, 4)",
        "return self.f(x)",
        ("5,2,6",),
        M.RNN_INPUT_SIZE,
        (8,),
        (6,),
        "input_size",
        "8",
    ),
    "GRU rank": (
        "self.f = nn.GRU(8, 4)",
        "return self.f(x)",
        ("5,2,6,8",),
        M.RNN_RANK,
        (2, 3),
        (5, 2, 6, 8),
        "",
        "self.f(x)",
    ),
    "GRU state": (
        "self.f = nn.GRU(8, 4)",
        "return self.f(x, torch.zeros(2, 2, 4))",
        ("5,2,8",),
        M.RNN_HIDDEN,
        (1, 2, 4),
        (2, 2, 4),
        "state",
        "self.f(x, torch.zeros(2, 2, 4))",
    ),
    "LSTM state is no pair": (
        "self.f = nn.LSTM(8, 4)",
        "h = torch.zeros(1, 2, 4)\nreturn self.f(x, h)",
        ("5,2,8",),
        M.RNN_HIDDEN,
        (1, 2, 4),
        (1, 2, 4),
        "pair",
        "self.f(x, h)",
    ),
    "LSTMCell": (
        "self.f = nn.LSTMCell(8, 4)",
        "return self.f(x)",
        ("2,6",),
        M.RNN_INPUT_SIZE,
        (8,),
        (6,),
        "input_size",
        "8",
    ),
    "attention width": (
        "self.f = nn.MultiheadAttention(8, 2)",
        "return self.f(x, x, x)",
        ("5,2,6",),
        M.ATTENTION_WIDTH,
        (8,),
        (6,),
        "embed_dim",
        "8",
    ),
    "attention heads": (
        "self.f = nn.MultiheadAttention(8, 3)",
        "return x",
        ("5,2,8",),
        M.ATTENTION_HEADS,
        (3,),
        (8,),
        "num_heads",
        "3",
    ),
    "transformer heads": (
        "self.f = nn.TransformerEncoderLayer(d_model=8, nhead=3)",
        "return x",
        ("5,2,8",),
        M.ATTENTION_HEADS,
        (3,),
        (8,),
        "nhead",
        "3",
    ),
    "attention mask": (
        "self.f = nn.MultiheadAttention(8, 2)",
        "return self.f(x, x, x, attn_mask=torch.zeros(4, 4))",
        ("5,2,8",),
        M.ATTENTION_MASK,
        (5, 5),
        (4, 4),
        "attn_mask",
        "self.f(x, x, x, attn_mask=torch.zeros(4, 4))",
    ),
    "transformer width": (
        "self.f = nn.TransformerEncoderLayer(8, 2)",
        "return self.f(x)",
        ("5,2,6",),
        M.ATTENTION_WIDTH,
        (8,),
        (6,),
        "d_model",
        "8",
    ),
    "Embedding range": (
        "self.f = nn.Embedding(8, 4)",
        "return self.f(x)",
        ("int64:2,5@0..12",),
        M.EMBEDDING_RANGE,
        (8,),
        (12,),
        "num_embeddings",
        "8",
    ),
    "Embedding dtype": (
        "self.f = nn.Embedding(8, 4)",
        "return self.f(x)",
        ("2,5",),
        M.EMBEDDING_DTYPE,
        (),
        (2, 5),
        "",
        "self.f(x)",
    ),
    "view size": ("pass", "return x.view(-1, 7)", ("4,6",), M.VIEW_SIZE, (-1, 7), (4, 6), "", "x.view(-1, 7)"),
    "reshape size": (
        "pass",
        "return x.reshape((2, 7))",
        ("4,6",),
        M.VIEW_SIZE,
        (2, 7),
        (4, 6),
        "",
        "x.reshape((2, 7))",
    ),
    "view contiguity": (
        "pass",
        "return x.t().view(-1)",
        ("4,6",),
        M.VIEW_CONTIGUITY,
        (-1,),
        (6, 4),
        "",
        "x.t().view(-1)",
    ),
    "matmul": ("pass", "return x @ x", ("4,6",), M.MATMUL, (4,), (6,), "inner", "x @ x"),
    "bmm": ("pass", "return torch.bmm(x, x)", ("2,4,6",), M.MATMUL, (4,), (6,), "inner", "torch.bmm(x, x)"),
    "functional linear": (
        "self.w = nn.Parameter(torch.zeros(2, 8))",
        "return F.linear(x, self.w)",
        ("4,6",),
        M.MATMUL,
        (8,),
        (6,),
        "weight",
        "F.linear(x, self.w)",
    ),
    "attention of other heads": (
        "pass",
        "return F.scaled_dot_product_attention(x, x[:, :2], x[:, :2])",
        ("2,4,6,8",),
        M.BROADCAST,
        (4,),
        (2,),
        "",
        "F.scaled_dot_product_attention(x, x[:, :2], x[:, :2])",
    ),
    "attention of another width": (
        "pass",
        "return F.scaled_dot_product_attention(x, x[..., :7], x)",
        ("2,4,6,8",),
        M.BROADCAST,
        (8,),
        (7,),
        "",
        "F.scaled_dot_product_attention(x, x[..., :7], x)",
    ),
    "attention with another mask": (
        "pass",
        "return F.scaled_dot_product_attention(x, x, x, torch.zeros(6, 5))",
        ("2,4,6,8",),
        M.ATTENTION_MASK,
        (6, 6),
        (6, 5),
        "attn_mask",
        "F.scaled_dot_product_attention(x, x, x, torch.zeros(6, 5))",
    ),
    "attention by keywords": (
        "pass",
        "return F.scaled_dot_product_attention(attn_mask=torch.zeros(6, 5), query=x, key=x, value=x)",
        ("2,4,6,8",),
        M.ATTENTION_MASK,
        (6, 6),
        (6, 5),
        "attn_mask",
        "F.scaled_dot_product_attention(attn_mask=torch.zeros(6, 5), query=x, key=x, value=x)",
    ),
    "cat sizes": (
        "pass",
        "return torch.cat([x, x[:, :5]])",
        ("4,6",),
        M.CONCATENATE,
        (6,),
        (5,),
        "size",
        "torch.cat([x, x[:, :5]])",
    ),
    "cat ranks": (
        "pass",
        "return torch.cat([x, x[0]])",
        ("4,6",),
        M.CONCATENATE,
        (2,),
        (1,),
        "rank",
        "torch.cat([x, x[0]])",
    ),
    "stack": (
        "pass",
        "return torch.stack([x, x[:3]])",
        ("4,6",),
        M.CONCATENATE,
        (4,),
        (3,),
        "size",
        "torch.stack([x, x[:3]])",
    ),
    "add": ("pass", "return x + x[:, :5]", ("4,6",), M.BROADCAST, (6,), (5,), "", "x + x[:, :5]"),
    "in place": ("pass", "x *= x[:, :5]\nreturn x", ("4,6",), M.BROADCAST, (6,), (5,), "", "x *= x[:, :5]"),
    "where": (
        "pass",
        "return torch.where(x > 0, x, x[:3])",
        ("4,6",),
        M.BROADCAST,
        (4,),
        (3,),
        "",
        "torch.where(x > 0, x, x[:3])",
    ),
    "expand": ("pass", "return x.expand(4, 7)", ("4,6",), M.EXPAND, (4, 7), (4, 6), "", "x.expand(4, 7)"),
    "dimension range": (
        "pass",
        "return x.sum(dim=2)",
        ("4,6",),
        M.DIMENSION_RANGE,
        (2,),
        (4, 6),
        "dim",
        "x.sum(dim=2)",
    ),
    "permute": (
        "pass",
        "return x.permute(0, 2, 1)",
        ("4,6",),
        M.DIMENSION_RANGE,
        (2,),
        (4, 6),
        "dim",
        "x.permute(0, 2, 1)",
    ),
    "softmax layer": (
        "self.f = nn.Softmax(dim=2)",
        "return self.f(x)",
        ("4,6",),
        M.DIMENSION_RANGE,
        (2,),
        (4, 6),
        "dim",
        "2",
    ),
    "index range": ("pass", "return x[:, 9]", ("4,6",), M.INDEX_RANGE, (9,), (6,), "index", "x[:, 9]"),
    "too many indices": ("pass", "return x[:, -1, :]", ("4,6",), M.INDEX_RANGE, (3,), (4, 6), "rank", "x[:, -1, :]"),
    "unpacking": ("pass", "b, c, h, w = x.shape\nreturn x", ("4,3,6",), M.UNPACK, (4,), (4, 3, 6), "b", "b, c, h, w"),
    "tuple passed on": (
        "self.r = nn.GRU(3, 4)\nself.f = nn.Linear(4, 2)",
        "return self.f(self.r(x))",
        ("5,2,3",),
        M.TUPLE_RESULT,
        (1,),
        (2,),
        "",
        "self.f(self.r(x))",
    ),
    "method of a tuple": (
        "self.r = nn.GRU(3, 4)",
        "y = self.r(x)\nreturn y.mean()",
        ("5,2,3",),
        M.TUPLE_RESULT,
        (1,),
        (2,),
        "y",
        "y.mean",
    ),
    "integers into a layer": (
        "self.f = nn.Linear(6, 2)",
        "return self.f(x)",
        ("int64:4,6",),
        M.DTYPE,
        (),
        (),
        "",
        "self.f(x)",
    ),
    "missing import": ("pass", "return optim.relu(x)", ("4,6",), M.MISSING_NAME, (), (), "optim", "optim"),
    "no shape fault": ("self.table = {}", "return self.table['a']", ("4,6",), M.OTHER, (), (), "", "self.table['a']"),
}


@pytest.fixture
def project(analysed: Callable[..., Project], request: pytest.FixtureRequest) -> Project:
    init, forward, inputs = CASES[request.param][:3]
    return analysed(net(init, forward), *inputs)


@pytest.mark.parametrize("project, name", [(name, name) for name in CASES], indirect=["project"], ids=CASES)
def test_finding(project: Project, name: str) -> None:
    finding = diagnose(project)
    mismatch, expected, actual, which, shown = CASES[name][3:]
    assert finding is not None
    concluded = (finding.mismatch, finding.expected, finding.actual, finding.parameter or _detail(finding))
    assert concluded == (mismatch, expected, actual, which), finding.message
    assert finding.dimension is None or finding.dimension >= 0
    assert _text(project, finding) == shown
    assert not finding.message.endswith(".")


def _detail(finding: Finding) -> str:
    """Return what tells this mismatch from others of its kind, where that is no argument."""
    return finding.expression if finding.detail is None else finding.detail.value


def _text(project: Project, finding: Finding) -> str:
    source: Source = project.source(finding.location.path)
    return source.segment(finding.location.range)


@pytest.mark.parametrize("project, name", [(name, name) for name in CASES], indirect=["project"], ids=CASES)
def test_finding_does_not_depend_on_the_message(project: Project, name: str) -> None:
    mismatch, words = CASES[name][3], "形状が一致しません (1x2)"
    assert project.trace.failure is not None
    other = replace(project.trace, message=words, failure=replace(project.trace.failure, message=words))
    finding, known = diagnose(replace(project, trace=other)), diagnose(project)
    assert finding is not None
    assert known is not None
    if mismatch in {M.OTHER, M.MISSING_NAME}:  # A name that is missing is only in Python's own message.
        assert finding.mismatch is M.OTHER
        return
    assert finding == known


def test_no_failure_no_finding(diagnosed: Callable[..., Finding | None]) -> None:
    assert diagnosed(net("self.f = nn.Linear(6, 2)", "return self.f(x)"), "4,6") is None
