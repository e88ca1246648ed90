"""The ways in which user code can end a run; each is an ordinary ending, and the probe goes on after all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent, indent

import pytest

from autofix.loading.settings import Settings
from autofix.records.report import Limits, RepairEnding, Report
from autofix.records.trace import Ending, Stage, Trace
from autofix.session import boot as boot_module
from autofix.session.session import Session

Run = Callable[..., Trace]


def model(forward: str = "return self.fc(x)", header: str = "", init: str = "self.fc = torch.nn.Linear(3, 2)") -> str:
    """Return a file whose model runs ``init`` and ``forward``."""
    body = indent(dedent(init), " " * 8)
    call = indent(dedent(forward), " " * 8)
    return (
        f"import os, sys, time, ctypes\nimport torch\n{dedent(header)}\n\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        f"        super().__init__()\n{body}\n\n    def forward(self, x):\n{call}\n"
    )


HEALTHY = model()
# text -> ending, and words of its message
ENDINGS: dict[str, tuple[str, Ending, str]] = {
    "passes": (model(), Ending.PASSED, ""),
    "raises in forward": (model("raise KeyError('mode')"), Ending.RAISED, "mode"),
    "raises in the constructor": (model(init="raise OSError('no table')"), Ending.RAISED, "no table"),
    "a shape fault": (model("return self.fc(x.T)"), Ending.RAISED, ""),
    "exits in forward": (model("sys.exit(3)"), Ending.EXITED, "3"),
    "exits in the constructor": (model(init="raise SystemExit('bye')"), Ending.EXITED, "bye"),
    "ends the process in forward": (model("os._exit(7)"), Ending.EXITED, "7"),
    "ends the process with success": (model("os._exit(0)"), Ending.EXITED, "0"),
    "ends the process at import": (model(header="os._exit(5)"), Ending.EXITED, "5"),
    "segfault": (model("ctypes.string_at(0)"), Ending.CRASHED, "signal 11"),
    "abort": (model("os.abort()"), Ending.CRASHED, "signal 6"),
    "killed": (model("os.kill(os.getpid(), 15)"), Ending.CRASHED, "signal 15"),
    "endless loop": (model("while True: pass"), Ending.TIMED_OUT, "1"),
    "sleeps and refuses to be interrupted": (
        model("while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"),
        Ending.TIMED_OUT,
        "1",
    ),
    "endless loop at import": (model(header="while True: pass"), Ending.TIMED_OUT, "1"),
    "more memory than there is": (model("return x + torch.empty(1 << 50)"), Ending.OUT_OF_MEMORY, "allocate"),
    "MemoryError": (model("raise MemoryError"), Ending.OUT_OF_MEMORY, ""),
    "no memory for a library": (
        model(init="raise ImportError('libx.so: failed to map segment from shared object')"),
        Ending.OUT_OF_MEMORY,
        "libx.so",
    ),
    "endless recursion": (model("return self.forward(x)"), Ending.RAISED, "recursion"),
    "KeyboardInterrupt": (model("raise KeyboardInterrupt"), Ending.RAISED, ""),
    "an error whose words raise": (
        model("raise Odd()", "class Odd(Exception):\n    def __str__(self):\n        raise ValueError"),
        Ending.RAISED,
        "Odd",
    ),
    "a needed module is missing": (
        model(header="from nowhere_to_be_found import Block\nBlock()", init="Block()"),
        Ending.IMPORT_FAILED,
        "nowhere",
    ),
    "syntax error in a project file": (model(header="import broken"), Ending.IMPORT_FAILED, "broken.py:1"),
    "no such class": (model(), Ending.NO_MODEL, "`Nett` is not defined"),
    "no model at all": (model(), Ending.NO_MODEL, "not an nn.Module"),
}
OPTIONS = {"no such class": {"model": "Nett()"}, "no model at all": {"model": "sys.path"}}


@pytest.mark.parametrize("name", ENDINGS)
def test_ending(name: str, run: Run, session: Session) -> None:
    text, ending, words = ENDINGS[name]
    options = {"model": "Net()", **OPTIONS.get(name, {})}
    trace = run(
        {"model.py": text, "broken.py": "def (:\n"},
        "2,3",
        seconds=1.0 if ending is Ending.TIMED_OUT else 20.0,
        mode="real",
        **options,
    )
    assert trace.ending is ending, trace.message
    assert words in trace.message
    assert bool(trace.message) is (ending is not Ending.PASSED)
    assert run(HEALTHY, "2,3").ending is Ending.PASSED


def test_bad_sample_expression(run: Run) -> None:
    trace = run(model(), sample="torch.zeros(missing)")
    assert (trace.ending, "NameError" in trace.message) == (Ending.BAD_SAMPLE, True)


def test_memory_limit(run: Run) -> None:
    hungry = model("return x + torch.ones(1 << 28).sum()")
    assert run(hungry, "2,3", memory_mib=700, mode="real").ending is Ending.OUT_OF_MEMORY
    assert run(hungry, "2,3", memory_mib=0, mode="real").ending is Ending.PASSED


FORKS = {
    "child ends": "pid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)\nreturn self.fc(x)",
    "child returns": "pid = os.fork()\nif pid: os.waitpid(pid, 0)\nreturn self.fc(x)",
    "child stays behind": "if os.fork() == 0: time.sleep(30)\nreturn self.fc(x)",
    "child raises": "if os.fork() == 0: raise ValueError\nreturn self.fc(x)",
    "subprocess": "import subprocess\nassert subprocess.call(['echo', 'done']) == 0\nreturn self.fc(x)",
}


@pytest.mark.parametrize("forward", FORKS.values(), ids=FORKS)
def test_user_code_that_starts_processes(forward: str, run: Run) -> None:
    trace = run(model(forward), "2,3", seconds=10.0)
    assert trace.ending is Ending.PASSED, trace.message
    assert run(HEALTHY, "2,3").ending is Ending.PASSED


PRINTS = {
    "print": "print('x' * (4 << 20))",
    "to file descriptors": "os.write(1, b'x' * (4 << 20)); os.write(2, b'y' * (4 << 20))",
    "what looks like an answer": "os.write(1, b'done\\nready\\n' * 100); print('done', flush=True)",
    "reads input": "assert sys.stdin.read() == ''; assert os.read(0, 10) == b''",
    "closes its streams": "sys.stdout.close(); os.close(1); os.close(0)",
}


@pytest.mark.parametrize("statement", PRINTS.values(), ids=PRINTS)
def test_streams_of_user_code_are_not_ours(statement: str, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(model(f"{statement}\nreturn self.fc(x)"), "2,3").ending is Ending.PASSED
    assert run(HEALTHY, "2,3").ending is Ending.PASSED
    assert capfd.readouterr() == ("", "")


STAGES = {
    Stage.IMPORT: model(header="class Broken(undefined_name): pass"),
    Stage.CONSTRUCT: model(init="torch.nn.Linear(3, 2)(torch.zeros(2))"),
    Stage.FORWARD: model("return x @ x"),
}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.value))
def test_failure_names_its_stage(stage: Stage, run: Run) -> None:
    trace = run(STAGES[stage], "2,3")
    assert trace.failure is not None
    assert trace.failure.stage is stage
    assert trace.failure.frames[0].path.name == "model.py"


def test_error_that_user_code_wraps_is_that_of_the_operation(run: Run) -> None:
    wrapped = (
        "try:\n    return self.fc(x.T)\nexcept RuntimeError as error:\n    raise ValueError('bad batch') from error"
    )
    trace = run(model(wrapped), "2,3")
    assert trace.failed_operation is not None
    assert trace.failed_operation.layer == "fc"


# -- one process, or a worker forked from a clean one ------------------------------------------------------------------


@pytest.fixture(scope="module")
def unforked() -> Iterator[Session]:
    """Yield a probe as it runs where the system cannot fork."""
    with pytest.MonkeyPatch.context() as patch:
        changed = boot_module.BOOT.replace("\nmain(", "\nmain(can_fork=False, ")
        assert changed != boot_module.BOOT
        patch.setattr(boot_module, "BOOT", changed)
        with Session() as started:
            yield started


@pytest.mark.torch
@pytest.mark.parametrize(
    "name", ["passes", "raises in forward", "a shape fault", "exits in forward", "a needed module is missing"]
)
def test_ending_without_forking(name: str, run: Run, unforked: Session) -> None:
    text, ending, words = ENDINGS[name]
    for _ in range(2):
        trace = run(text, "2,3", within=unforked)
        assert (trace.ending, words in trace.message) == (ending, True), trace.message


@pytest.mark.torch
def test_fresh_process_without_forking(run: Run, unforked: Session) -> None:
    stained = model(header="sys.stains = getattr(sys, 'stains', 0) + 1\nassert sys.stains < 3, 'not fresh'")
    endings = [run(stained, "2,3", within=unforked, fresh=fresh).ending for fresh in (True, False, True, True)]
    assert endings == [Ending.PASSED] * 4


@pytest.mark.torch
def test_process_is_replaced_without_forking(run: Run, unforked: Session) -> None:
    assert run(ENDINGS["segfault"][0], "2,3", within=unforked).ending is Ending.CRASHED
    assert run(HEALTHY, "2,3", within=unforked).ending is Ending.PASSED


# -- runs of repairs ---------------------------------------------------------------------------------------------------


def test_a_repair_whose_run_comes_to_no_end_is_told_of(repaired: Callable[..., Report]) -> None:
    text = model("x = self.fc(x)\nwhile True: pass", init="self.fc = torch.nn.Linear(5, 2)")
    report = repaired(text, "4,3", settings=Settings(limits=Limits(run_seconds=0.5)))
    assert (report.ending, report.plan) == (RepairEnding.NO_FIX, None)
    note = "a repair was given up because its run hit a limit: the model ran longer than 0.5 s"
    assert report.notes.count(note) == 1
