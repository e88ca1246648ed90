"""A namespace of processes for a session: what a run sees of them, and that they end with the first of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from gates import Gate

from autofix.probe.contain import process_tree
from autofix.records.trace import Containment, Ending, Trace
from autofix.session.session import Session

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform != "linux", reason="namespaces are of Linux"),
]

Run = Callable[..., Trace]


def model(forward: str) -> str:
    head = "import os, time\nimport torch\n\nclass Net(torch.nn.Module):\n    def forward(self, x):\n"
    return f"{head}{indent(forward, ' ' * 8)}\n        return x\n"


SEEN = """\
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
assert os.readlink("/proc/self") == str(os.getpid()) != "1"
assert {1, os.getppid(), os.getpid()} <= set(pids)
commands = [open(f"/proc/{pid}/cmdline").read() for pid in pids]
assert not any("pytest" in command for command in commands), commands"""


def test_a_run_sees_its_own_processes(run: Run) -> None:
    trace = run(model(SEEN), "2,3")
    if trace.processes is not Containment.NAMESPACE:
        pytest.skip("this system allows no namespace of processes")
    assert trace.ending is Ending.PASSED, trace.message


DAEMON = "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(99)\n    os._exit(0)"
# Which of the processes from the one that was started down to the probe, what ends it, and how the session tells it.
ENDS = {"the first inside": (2, signal.SIGKILL), "the probe": (3, signal.SIGSEGV)}


@pytest.mark.parametrize("place, number", ENDS.values(), ids=ENDS)
def test_all_end_with(
    place: int, number: signal.Signals, run: Run, session: Session, gate: Gate, asked: Callable[..., object]
) -> None:
    """What a run has put into a session of its own, away from its parents, is ended by the system."""
    if run(model("pass"), "2,3").processes is not Containment.NAMESPACE:
        pytest.skip("this system allows no namespace of processes")
    pending = session.ask(asked(model(f"{gate.opening}\n{DAEMON}\nwhile True: pass"), "2,3"))  # type: ignore[arg-type]
    gate.await_code()
    process = session.process_id
    for _ in range(place):
        (process,) = process_tree.children(process or 0)
    os.kill(process or 0, number)
    reply = session.wait(pending)
    assert (reply["ending"], reply["message"]) == ("crashed", f"the process was killed by signal {number:d}")
    gate.await_end()
    assert run(model("pass"), "2,3").ending is Ending.PASSED


REFUSED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from autofix.probe.contain import namespaces, process_namespace
def refused(kind): raise OSError(1, "refused")
namespaces.enter = refused
assert not process_namespace.enter("/nowhere", os.getppid()) and not process_namespace.held()
print(os.getpid())
"""


def test_where_the_system_refuses_one_the_process_goes_on() -> None:
    words = [sys.executable, "-c", REFUSED, str(Path(__file__).parents[2])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.read()) == process.pid
