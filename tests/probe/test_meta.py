"""Runs on tensors without storage: what keeps its values, what is made up, and when they are chosen.

That they agree with runs on real tensors is asked of every fixture, in ``test_fixtures.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.loading.settings import Settings
from autofix.probe.main import wire
from autofix.records.options import Mode
from autofix.records.plan import Applicability
from autofix.records.report import Limits, RepairEnding, Report
from autofix.records.trace import CheckKind, CheckOutcome, Ending, Trace
from autofix.records.values import Tensor
from autofix.report import json as json_report
from autofix.report import text
from autofix.session import boot as boot_module
from autofix.session.session import Session

pytestmark = pytest.mark.torch
Run = Callable[..., Trace]
DEFAULT = Limits()
HEAD = "import copy\nimport numpy\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
INIT = "self.fc = nn.Linear(3, 5)"


def net(init: str, forward: str) -> str:
    lines = [HEAD, "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()] + ["", "    def forward(self, x):"]
    return "\n".join([*lines, *(f"        {line}" for line in forward.splitlines()), ""])


def _shape(trace: Trace) -> object:
    assert trace.ending is Ending.PASSED, (trace.ending, trace.message)
    return trace.output.shape if isinstance(trace.output, Tensor) else trace.output


# forward -> the shape that only values tell; the sample is (2, 3)
KNOWN: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "a mask of positions": ("self.fc", "keep = torch.arange(2) > 0\nreturn self.fc(x)[keep]", (1, 5)),
    "a count of indices": ("self.fc", "return self.fc(x).repeat(int(torch.tensor([2, 3]).max()), 1)", (6, 5)),
    "lengths": (
        "self.fc",
        "y = nn.utils.rnn.pack_padded_sequence(self.fc(x)[:, :, None], torch.tensor([4, 2]), batch_first=True)\n"
        "return y.data",
        (6, 1),
    ),
    "a table written in construction": ("self.fc", "return self.fc(x).repeat(int(self.table[2]), 1)", (8, 5)),
    "a buffer of flags": ("self.fc", "return self.fc(x)[:, self.flags]", (2, 2)),
    "zeros like indices": ("self.fc", "return self.fc(x)[torch.zeros_like(torch.tensor([1, 1, 1]))]", (3, 5)),
    "new indices of activations": ("self.fc", "return self.fc(x)[x.new_ones(4, dtype=torch.long)]", (4, 5)),
    "the device": ("self.fc", "assert x.device.type == 'cpu'\nreturn self.fc(x.to(x.device))", (2, 5)),
    "an activation written step by step": (
        "self.fc",
        "out = torch.zeros(2, 5)\nfor i in range(2):\n    out[i] = self.fc(x[i])\nreturn self.back(out)",
        (2, 3),
    ),
}


@pytest.mark.parametrize("forward, shape", [row[1:] for row in KNOWN.values()], ids=KNOWN)
def test_small_values_are_kept(run: Run, forward: str, shape: tuple[int, ...]) -> None:
    init = (
        f"{INIT}\nself.back = nn.Linear(5, 3)\nself.register_buffer('table', torch.arange(4.0) * 2)\n"
        "self.register_buffer('flags', torch.tensor([True, False, False, True, False]))"
    )
    trace = run(net(init, forward), "2,3", mode="meta", checks=True)
    assert (trace.mode, _shape(trace), trace.synthesized) == (Mode.META, shape, ())
    backward = next(check for check in trace.checks if check.kind is CheckKind.BACKWARD)
    assert backward.outcome is not CheckOutcome.FAILED, backward.detail


LAYERS = {
    "lazy": ("self.a = nn.LazyConv2d(4, 3)", "2,3,8,8", (2, 4, 6, 6)),
    "batch norm": ("self.a = nn.BatchNorm2d(3)", "2,3,8,8", (2, 3, 8, 8)),
    "spectral norm": ("self.a = nn.utils.spectral_norm(nn.Linear(3, 4))", "2,3", (2, 4)),
    "weight norm": ("self.a = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))", "2,3", (2, 4)),
    "transformer": (
        "self.a = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)",
        "2,5,8",
        (2, 5, 8),
    ),
    "copies": ("one = nn.Linear(3, 3)\nself.a = nn.Sequential(one, copy.deepcopy(one))", "2,3", (2, 3)),
    "half": ("self.a = nn.Linear(3, 4).half().float()", "2,3", (2, 4)),
}


@pytest.mark.parametrize("init, sample, shape", LAYERS.values(), ids=LAYERS)
def test_layers_run_and_take_gradients(run: Run, init: str, sample: str, shape: tuple[int, ...]) -> None:
    trace = run(net(init, "return self.a(x)"), sample, mode="meta", checks=True)
    assert (trace.mode, _shape(trace)) == (Mode.META, shape)
    outcomes = {check.kind: check.outcome for check in trace.checks}
    assert outcomes[CheckKind.BACKWARD] is CheckOutcome.PASSED
    assert outcomes[CheckKind.INDEPENDENT] is CheckOutcome.NOT_ASKED


# What reads values that storage alone gives; the word that names it.
NEEDING = {
    "a number": ("y = self.fc(x)\nreturn y if y.sum().item() > 0 else y * 2", "item"),
    "a condition": ("y = self.fc(x)\nreturn y if y.sum() > 0 else y * 2", "item"),
    "indices of what is not zero": ("y = self.fc(x)\nreturn y[(y > 0).nonzero()[:, 0]]", "nonzero"),
    "a mask": ("y = self.fc(x)\nreturn y[y > 0]", "an index that is a mask"),
    "a list": ("y = self.fc(x)\nn = len(y.tolist())\nreturn y.repeat(n, 1)", "tolist"),
    "an array by its protocol": (
        "y = self.fc(x)\nn = len(numpy.asarray(y.detach()))\nreturn y.repeat(n, 1)",
        "__array__",
    ),
    "an array": ("y = self.fc(x)\nn = y.detach().numpy().shape[0]\nreturn y.repeat(n, 1)", "numpy"),
}


@pytest.mark.parametrize("forward, word", NEEDING.values(), ids=NEEDING)
def test_what_needs_values_falls_back_to_storage(run: Run, forward: str, word: str) -> None:
    trace = run(net(INIT, forward), "2,3", mode="meta")
    assert (trace.ending, trace.mode) == (Ending.PASSED, Mode.REAL)
    assert trace.synthesized
    assert trace.synthesized[0].startswith(f"`{word}` at ")
    assert run(net(INIT, forward), "2,3", mode="real").synthesized == ()


# More than any machine has: 4 layers of 17 GB, and rows of activations.
WIDE = 65_536
HUGE = f"self.a = nn.Linear({WIDE}, {WIDE})\nself.b = nn.Linear({WIDE}, {WIDE})\nself.c = nn.Linear({{width}}, 10)"


def _huge(width: int, forward: str = "return self.c(F.relu(self.b(F.relu(self.a(x)))))") -> str:
    return net(HUGE.format(width=width), forward)


def _repaired(
    folder: Path, code: str, session: Session, sample: str, mode: Mode = Mode.AUTO, limits: Limits = DEFAULT
) -> Report:
    (folder / "pyproject.toml").touch()
    path = folder / "model.py"
    path.write_text(code, "utf-8")
    target = find_target.target(path, model="Net", samples=find_target.parse_sample([sample]))
    return engine.repair(engine.Request(target, settings=Settings(mode=mode, limits=limits)), session)


REFUSED = {
    "a row has no fans": ("nn.init.xavier_uniform_(self.w[0])", "Fan in and fan out"),
    "an unknown word": ("nn.init.kaiming_normal_(self.w, nonlinearity='steep')", "Unsupported nonlinearity"),
    "an unknown fan": ("nn.init.kaiming_uniform_(self.w, mode='fan')", "Mode fan not supported"),
    "nothing to refuse": ("nn.init.kaiming_uniform_(self.w, a=5 ** 0.5)\nnn.init.normal_(self.w[0], std=0.1)", ""),
}


@pytest.mark.parametrize("line, message", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("mode", ["real", "meta"])
def test_initial_values_are_refused_with_storage_and_without(run: Run, mode: str, line: str, message: str) -> None:
    trace = run(net(f"self.w = nn.Parameter(torch.empty(5, 3))\n{line}", "return x @ self.w.T"), "2,3", mode=mode)
    assert trace.ending is (Ending.RAISED if message else Ending.PASSED)
    assert message.lower() in trace.message.lower()


def test_a_model_that_does_not_fit_is_repaired_without_storage(tmp_path: Path, session: Session) -> None:
    report = _repaired(tmp_path, _huge(60_000), session, f"2,{WIDE}")
    assert report.plan is not None, report.message
    assert dict(report.plan.texts)[tmp_path / "model.py"] == _huge(WIDE)
    assert (report.trace.mode, report.plan.applicability) == (Mode.META, Applicability.UNSAFE)
    assert "checked on the meta device (shapes only)" in report.plan.notes
    shown = text.render(report, verbose=True)
    assert "without storage, which would take up to 64" in shown.replace("\n", " ").replace("  ", " ")
    assert "influence each other is not known" in shown
    assert '"mode": "meta"' in json_report.render(report)


def test_a_run_that_finds_no_memory_is_made_without_storage(tmp_path: Path, session: Session) -> None:
    """One operation asks for more than the limit, which nothing foresaw."""
    code = net("self.fc = nn.Linear(3, 5)", "pairs = x[:, None] - x[None]\nreturn self.fc(pairs.sum(1))")
    limits = Limits(memory_mib=700)
    report = _repaired(tmp_path, code, session, "20000,3", limits=limits)
    assert (report.ending, report.trace.mode) == (RepairEnding.HEALTHY, Mode.META), report.message
    forced = _repaired(tmp_path, code, session, "20000,3", Mode.REAL, limits)
    assert (forced.ending, forced.trace.ending) == (RepairEnding.NOT_RUN, Ending.OUT_OF_MEMORY)


# Writes down each process that comes to prepare runs without storage, and whether the slow imports were there already.
COUNTED = """
from _autofix_probe.meta import meta
def counted(prepare=meta.prepare):
    with open({path!r}, "a") as file:
        file.write(f"{{'torch.fx.experimental.symbolic_shapes' in sys.modules}}\\n")
    prepare()
meta.prepare = counted
main("""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all runs are made in one process")
def test_what_runs_without_storage_need_is_imported_once(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path_factory.mktemp("told") / "imports"
    monkeypatch.setattr(boot_module, "BOOT", boot_module.BOOT.replace("\nmain(", COUNTED.format(path=str(path))))
    with Session(isolation=wire.COPIES) as session:  # What a worker writes elsewhere is there afterwards.
        report = _repaired(tmp_path, _huge(60_000), session, f"2,{WIDE}")
    assert report.plan is not None, report.message
    imports = path.read_text().split()
    assert imports.count("False") == 1
    assert len(imports) > 3  # The original, a candidate and the fresh run at least.


# What a model that does not fit asks of values, and the word for what it is told.
MADE_UP = {
    "a condition": ("y = self.b(self.a(x))\nreturn self.c(y if y.mean() > 0 else -y)", "item"),
    "a guard against broken numbers": (
        "y = self.b(self.a(x))\n"
        "if torch.isnan(y).any() or not torch.isfinite(y).all():\n    raise ValueError\n"
        "return self.c(y)",
        "item",
    ),
}


@pytest.mark.parametrize("forward, word", MADE_UP.values(), ids=MADE_UP)
def test_a_model_that_does_not_fit_gets_made_up_values(
    tmp_path: Path, session: Session, forward: str, word: str
) -> None:
    report = _repaired(tmp_path, _huge(WIDE, forward), session, f"2,{WIDE}")
    assert (report.ending, report.trace.mode) == (RepairEnding.HEALTHY, Mode.META), report.message
    start = f"data-dependent values were replaced by synthetic ones: `{word}` at model.py:"
    assert any(note.startswith(start) for note in report.notes)


def test_an_operation_without_such_a_form_is_named(tmp_path: Path, session: Session) -> None:
    forward = "return self.c(self.b(self.a(x))).to_sparse()"
    report = _repaired(tmp_path, _huge(WIDE, forward), session, f"2,{WIDE}")
    assert (report.ending, report.trace.ending) == (RepairEnding.NOT_RUN, Ending.NEEDS_VALUES)
    assert "has no form without storage" in report.message
    assert "use a smaller sample or --mode real" in report.message


# What asks for more than is usual, while it fits and while it does not: the mode that is chosen.
SIZES = {
    "small": (1 << 30, 1 << 30, "real"),
    "many parameters that fit": (64, 1 << 30, "real"),
    "many parameters": (64, 1, "meta"),
    "many activations": (1 << 30, 1, "meta"),
}


@pytest.mark.parametrize("sounded, fits, mode", SIZES.values(), ids=SIZES)
def test_the_size_of_a_run_chooses(
    asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, sounded: int, fits: int, mode: str
) -> None:
    from autofix.probe.contain import limits
    from autofix.probe.run import memory_budget, run, run_mode

    tried: list[str] = []
    made_by = run.run

    def noted(request: Any, recorder: Any) -> Any:
        tried.append("meta" if recorder.meta else "real")
        return made_by(request, recorder)

    monkeypatch.setattr(run, "run", noted)
    monkeypatch.setattr(memory_budget, "PARAMETERS_SOUNDED", sounded)
    monkeypatch.setattr(memory_budget, "ACTIVATIONS_SOUNDED", 64 if (sounded, fits) == (1 << 30, 1) else 1 << 30)
    monkeypatch.setattr(memory_budget, "SMALLEST_COUNTED", 1)
    monkeypatch.setattr(limits, "machine_bytes", lambda: fits * memory_budget.SHARE)
    reply = run_mode.run(asked(net("self.fc = nn.Linear(30, 50)", "return self.fc(x)"), "2,30"))
    assert (reply["ending"], reply["mode"]) == ("passed", mode)
    sounding = (sounded, fits) != (1 << 30, 1 << 30)
    assert tried == (["real", "meta", *(["real"] if mode == "real" else [])] if sounding else ["real"])


def test_the_size_is_known_before_the_memory_is_taken(run: Run) -> None:
    huge = net(f"self.a = nn.Embedding({1 << 40}, {1 << 20})", "return self.a(x)")
    trace = run(huge, "int64:2,3@0..100")
    assert (trace.ending, trace.mode) == (Ending.PASSED, Mode.META)
    assert trace.need > 1 << 60
