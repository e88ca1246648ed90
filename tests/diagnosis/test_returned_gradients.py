"""What the ``backward`` of an autograd function returns: where torch refuses it, and what would be the gradient."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.frontends.cli import main

HEAD = "import torch\nfrom torch.autograd import Function\n\n\nclass Op(Function):\n    @staticmethod\n"


def program(forward: str, parameters: str, backward: str, call: str) -> str:
    """Return a program with one function of the user's, and what it is called on."""
    saved = parameters.partition(", size")[0]
    return (
        f"{HEAD}    def forward(ctx, {parameters}):\n        ctx.save_for_backward({saved})\n"
        f"        return {forward}\n\n    @staticmethod\n    def backward(ctx, g):\n"
        f"        {saved}, = ctx.saved_tensors\n        return {backward}\n\n\n"
        f"def leaf(*shape):\n    return torch.randn(*shape, requires_grad=True)\n\n\n"
        f"for _ in range(2):\n    Op.apply({call}).pow(2).sum().backward()\n"
    )


LINEAR = ("x @ w.t()", "x, w")
CALL = "leaf(5, 3), leaf(4, 3)"
# The text of a program, what its return becomes (empty: no repair), and whether that is safe.
FAULTS: dict[str, tuple[str, str, bool]] = {
    "a weight transposed": (program(*LINEAR, "g @ w, x.t() @ g", CALL), "g @ w, (x.t() @ g).t()", True),
    "gradients in the wrong order": (program(*LINEAR, "g.t() @ x, g @ w", CALL), "g @ w, g.t() @ x", True),
    "a scale of the channels of images": (
        program("x * s[:, None, None]", "x, s", "g * s[:, None, None], g * x", "leaf(2, 3, 8, 8), leaf(3)"),
        "g * s[:, None, None], (g * x).sum((0, 2, 3))",
        True,
    ),
    "matrices of a batch": (
        program("x @ y.mT", "x, y", "g @ y, x.mT @ g", "leaf(2, 5, 3), leaf(2, 4, 3)"),
        "g @ y, (x.mT @ g).transpose(1, 2)",
        True,
    ),
    "None for a number is missing": (
        program("x * size", "x, size", "g * 3", "leaf(5, 3), 3"),
        "g * 3, None",
        True,
    ),
    "a gradient of what is no argument": (
        program(*LINEAR, "g @ w, g.t() @ x, g.sum()", CALL),
        "g @ w, g.t() @ x",
        True,
    ),
    "the gradient of a weight is missing": (program(*LINEAR, "g @ w", CALL), "", False),
    "a scale that leaves a factor out": (
        program(*LINEAR, "g @ w, 2 * (x.t() @ g)", CALL),
        "g @ w, (2 * (x.t() @ g)).t()",
        False,
    ),
    "values that are drawn": (
        program("(x * torch.rand_like(x)) @ w.t()", "x, w", "g @ w, x.t() @ g", CALL),
        "g @ w, (x.t() @ g).t()",
        False,
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", FAULTS)
def test_a_return_that_torch_refuses_is_where_it_is_shown_and_repaired(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, repaired, is_safe = FAULTS[name]
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(text)
    assert main.main(["train.py"]) == 1
    shown = capsys.readouterr()
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "def backward" in line) + 2
    assert f"--> train.py:{line}:9" in shown.err
    assert "`Op.backward` returns" in shown.err
    added = [line[1:].strip() for line in shown.out.splitlines() if line.startswith("+ ")]
    assert added == ([f"return {repaired}"] if repaired else [])
    assert ("fix (safe)" in shown.err) is is_safe


HEALTHY: dict[str, str] = {
    "what was broadcast in front": program("x + b", "x, b", "g, g", "leaf(5, 3), leaf(3)"),
    "None too many": program(*LINEAR, "g @ w, g.t() @ x, None", CALL),
    "an estimator": program("x.sign() @ w.t()", "x, w", "g @ w, g.t() @ x.sign()", CALL),
    "what needs no gradient": program(*LINEAR, "g @ w, x.t() @ g", "leaf(5, 3), torch.randn(4, 3)"),
    "differentiated once": program(*LINEAR, "g @ w, g.t() @ x", CALL)
    .replace("class Op", "from torch.autograd.function import once_differentiable\n\n\nclass Op")
    .replace("    def backward", "    @once_differentiable\n    def backward"),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", HEALTHY)
def test_what_torch_takes_is_no_fault(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A function of autograd is no model, though it has a ``forward``."""
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(HEALTHY[name])
    assert main.main(["train.py"]) == 0
    assert "nothing to repair" in capsys.readouterr().err
