"""Same input, same bytes out: whatever the process, its hash seed, its neighbours and what it ran before."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from autofix import engine
from autofix.loading import find_target
from autofix.patch import unified_diff
from autofix.probe.record.recorder import Recorder
from autofix.probe.run import messages
from autofix.records.report import Report
from autofix.records.trace import OperationKind, Phase, Trace
from autofix.report import json as json_report
from autofix.report import sarif
from autofix.report import text as text_report
from autofix.session import boot as boot_module
from autofix.session import session as session_module
from autofix.session.session import Session

Run = Callable[..., Trace]

pytestmark = pytest.mark.torch
HEAD = "import random, tempfile\nimport numpy, torch\nfrom torch import nn\n\n\n"

FOLDER = "/var/t/autofix-7gkh_fun"
# What an exception says -> what is told of it.
SAID = {
    "an object": ("no <m.Net object at 0x7f42a1368150> here", "no <m.Net object at 0x...> here"),
    "a number": ("offset 0x7f42 at 12", "offset 0x7f42 at 12"),
    "a folder of the session": ("/var/t/autofix-7gkh_fun/cache", "/var/t/cache"),
    "a file that nobody named": ("in '/var/t/autofix-7gkh_fun/tmpao449bkd'", "in '/var/t/tmp...'"),
    "a program's own": ("/var/t/autofix-7gkh_fun/autofix-shadow-wu5rd_6m/tmp/tmp3_9tte5w/a.pt", "/var/t/tmp.../a.pt"),
    "a file that it wrote": (
        "<'/var/t/autofix-7gkh_fun/autofix-shadow-wu5rd_6m/shadow/srv/me/a.pt'>",
        "<'/srv/me/a.pt'>",
    ),
    "a project of that name": ("/srv/autofix-projects/model.py", "/srv/autofix-projects/model.py"),
    "a word of the user's": ("tmpfile and /data/tmp_results", "tmpfile and /data/tmp_results"),
}


@pytest.mark.parametrize("message, steady_message", SAID.values(), ids=SAID)
def test_words_that_differ_from_process_to_process(message: str, steady_message: str) -> None:
    assert messages.steady(message, FOLDER) == steady_message


RAISING = {
    "forward": "raise ValueError(f'{object()} {tempfile.mkdtemp()} {self.forward}'[:200])",
    "exit": "raise SystemExit(object())",
    "numbers": "raise ValueError(numpy.random.default_rng().random(3), numpy.random.rand(), random.random())",
}


@pytest.mark.parametrize("statement", RAISING.values(), ids=RAISING)
def test_messages_are_the_same_in_every_process(statement: str, run: Run) -> None:
    text = (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.fc = nn.Linear(4, 2)\n\n    def forward(self, x):\n        {statement}\n"
    )
    with Session() as other:
        assert run(text, "2,4").message == run(text, "2,4", within=other).message


def test_a_tensor_is_never_taken_for_a_buffer_whose_place_in_memory_it_has() -> None:
    model = nn.Module()
    model.register_buffer("seen", torch.zeros(4))
    recorder = Recorder(("/project",))
    recorder.adopt_model(model)
    recorder.phase, place = Phase.FORWARD, id(model.seen)
    model.seen = None  # type: ignore[assignment]
    tensors = [torch.zeros(1)]
    while id(tensors[-1]) != place and len(tensors) < 20_000:
        tensors.append(torch.zeros(1))
    if id(tensors[-1]) != place:
        pytest.skip("this interpreter does not use the place again")
    recorder.begin(OperationKind.CALL_FUNCTION, "torch.relu", (tensors[-1],), {})
    assert [operation["kind"] for operation in recorder.operations] == ["call_function"]


def test_the_order_of_a_set_is_the_same_whatever_the_seed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        f"{HEAD}class Net(nn.Module):\n    def forward(self, x):\n"
        "        raise ValueError(' '.join({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}))\n"
    )
    run_messages = {run(text, "2,4").message}
    for seed in ("1", "77", "random"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        with Session() as other:
            run_messages.add(run(text, "2,4", within=other).message)
    assert len(run_messages) == 1


# One of each family. A batch repairs them all; a report of each, from several probes, takes long: some stand for the
# others, and with AUTOFIX_TEST_ALL set it is every fixture.
FIXTURES = Path(__file__).parents[1] / "fixtures"
CHOSEN = (
    "linear-literal",
    "linear-closure-blocks",
    "flatten-missing-before-classifier",
    "unsqueeze-missing-channel-images",
    "channels-last-images",
    "cat-part-not-counted",
    "lstm-tuple-passed-on",
    "avgpool-head-small-images",
    "residual-projection-missing",
    "import-nn-missing",
    "several-two-branches",
    "refuse-explicit-raise",
    "healthy-unet",
    "silent-mean-over-batch",
    "silent-two-faults",
    "script-labels-as-float",
    "script-healthy-gan",
)
FEW = ("import-nn-missing", "refuse-explicit-raise", "healthy-unet", "script-labels-as-float")
SINGLE = sorted(path.parent.name for path in FIXTURES.glob("*/before.py"))
NAMES = SINGLE if os.environ.get("AUTOFIX_TEST_ALL") else FEW


def _request(name: str, folder: Path) -> engine.Request:
    case = tomllib.loads((FIXTURES / name / "case.toml").read_text("utf-8"))
    (folder / "pyproject.toml").touch()
    shutil.copy(FIXTURES / name / "before.py", folder / "model.py")
    samples = find_target.parse_sample(case["samples"]) if case.get("samples") else None
    target = find_target.target(
        folder / "model.py",
        model=case.get("model"),
        samples=samples,
        also=tuple(map(find_target.parse_also, case.get("also", ()))),
        evaluation_mode=case.get("eval", False),
    )
    return engine.Request(target)


def _patch(report: Report) -> bytes:
    return b"" if report.plan is None else unified_diff.plan_patch(report.plan, report.texts, report.target.root)


def _documents(report: Report) -> tuple[object, ...]:
    """Return all documents of a repair, except for how the run was contained: one process alone can only copy files."""
    notes = tuple(note for note in report.notes if "put back after each run" not in note)
    report = replace(report, notes=notes, trace=replace(report.trace, isolation=None, connections=None, processes=None))
    log = sarif.render(report, documentation={}, version="1")
    return _patch(report), text_report.render(report), json_report.render(report), log


# What a probe is started with, and what must not matter: its hash seed, and whether runs are made in processes of their
# own.
OTHERS = {
    "another hash seed": ("random", boot_module.BOOT),
    "one process": (session_module.HASH_SEED, boot_module.BOOT.replace("\nmain(", "\nmain(can_fork=False, ")),
}


@pytest.fixture(scope="module")
def others() -> Iterator[dict[str, Session]]:
    """Yield sessions that make no run ahead, and have run less than the shared one."""
    with contextlib.ExitStack() as stack:
        started = {}
        for name, (seed, boot) in OTHERS.items():
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(session_module, "HASH_SEED", seed)
                patched.setattr(boot_module, "BOOT", boot)
                started[name] = stack.enter_context(Session(ahead=False))
        yield started


@pytest.mark.parametrize("name", NAMES)
def test_a_report_does_not_depend_on_the_probe(
    name: str, tmp_path: Path, session: Session, others: dict[str, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = _request(name, tmp_path)
    expected = _documents(engine.repair(request, session))
    for other, (seed, boot) in OTHERS.items():
        monkeypatch.setattr(session_module, "HASH_SEED", seed)  # It may be started again for a fresh run.
        monkeypatch.setattr(boot_module, "BOOT", boot)
        assert _documents(engine.repair(request, others[other])) == expected, other


def _batch(folder: Path, jobs: int, **environment: str) -> tuple[bytes, ...]:
    """Return all that a batch over ``folder`` writes."""
    formats = ("json", "sarif", "html", "md", "xml")
    reports = [word for kind in formats for word in ("--report", f"all.{kind}")]
    words = [sys.executable, "-m", "autofix", "batch", "models", "--no-cache", "--jobs", str(jobs), *reports]
    surroundings = {**os.environ, **environment}
    done = subprocess.run(words, cwd=folder, env=surroundings, capture_output=True, check=False)
    assert done.returncode == 3, done.stderr  # Faults remain, and some targets cannot be run.
    return done.stdout, done.stderr, *((folder / f"all.{kind}").read_bytes() for kind in formats)


def test_a_batch_does_not_depend_on_its_surroundings(tmp_path: Path) -> None:
    for name in CHOSEN:
        case = tomllib.loads((FIXTURES / name / "case.toml").read_text("utf-8"))
        comment = f"# autofix: sample-shape={';'.join(case['samples'])}\n" if case.get("samples") else ""
        path = tmp_path / "models" / f"{name.replace('-', '_')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(comment + (FIXTURES / name / "before.py").read_text("utf-8"), "utf-8")
    first = _batch(tmp_path, 1, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")
    second = _batch(tmp_path, 2, PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C", PYTHONUTF8="1", TMPDIR=str(tmp_path))
    assert first[0].count(b"\ndiff --git") > 8
    assert first == second
