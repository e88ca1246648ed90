"""Connections that Python does not see: of compiled code and of programs, with each means that a system may have."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from textwrap import indent

import pytest

from autofix.probe.contain import connections, landlock
from autofix.probe.main import wire
from autofix.records.trace import Containment, Ending, Trace
from autofix.session.session import Session

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform != "linux", reason="namespaces, landlock and filters of calls are of Linux"),
]

Run = Callable[..., Trace]
LEVELS = {
    wire.NAMESPACE: Containment.NAMESPACE,
    wire.LANDLOCK: Containment.LANDLOCK,
    wire.FILTER: Containment.FILTER,
}


@pytest.fixture(scope="module", params=LEVELS)
def contained(request: pytest.FixtureRequest) -> Iterator[tuple[Containment, Session]]:
    """Yield a session with each means, where the system has it."""
    if request.param == wire.LANDLOCK and landlock.version() < 4:
        pytest.skip("this landlock knows no connections")
    with Session(connections=request.param, ahead=False) as started:
        yield LEVELS[request.param], started


@dataclass
class Ears:
    """What listens on this machine, outside of the run: one server of TCP, and one of datagrams on the same port."""

    tcp: socket.socket
    udp: socket.socket

    @property
    def port(self) -> int:
        return int(self.tcp.getsockname()[1])

    def heard(self) -> list[str]:
        heard = []
        with suppress(BlockingIOError):
            self.tcp.accept()[0].close()
            heard.append("tcp")
        with suppress(BlockingIOError):
            self.udp.recv(10)
            heard.append("udp")
        return heard


@pytest.fixture
def ears() -> Iterator[Ears]:
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        tcp.setblocking(False)
        udp.setblocking(False)
        yield Ears(tcp, udp)


# What a compiled client does, by way of ctypes, which no audit hook of ours sees.
NATIVE = """\
import ctypes, os, socket, struct, subprocess, sys
c = ctypes.CDLL(None, use_errno=True)
address = struct.pack("=H", 2) + struct.pack("!H4s8x", PORT, bytes((127, 0, 0, 1)))
def opened(kind, protocol=0, family=2): return failed(c.socket(family, kind, protocol))
def failed(result):
    if result < 0: raise RuntimeError("cannot connect: " + os.strerror(ctypes.get_errno()))
    return result
"""
ATTEMPTS = {
    "tcp": "failed(c.connect(opened(1), address, 16))",
    "udp": "failed(c.sendto(opened(2), b'x', 1, 0, address, 16))",
    "udp, connected": "s = opened(2); failed(c.connect(s, address, 16)); failed(c.send(s, b'x', 1, 0))",
    "tcp, sent at once": "failed(c.sendto(opened(1), b'x', 1, 0x20000000, address, 16))",
    "tcp of several paths": "failed(c.connect(opened(1, 262), address, 16))",
    "a program": "failed(subprocess.call([sys.executable, '-IS', '-c', PROGRAM]) and -1)",
}
PROGRAM = "import socket, sys; s = socket.socket(); sys.exit(bool(s.connect_ex(('127.0.0.1', PORT))))"


def text(statements: str, port: int = 0) -> str:
    head = NATIVE.replace("PORT", str(port)) + f"PROGRAM = {PROGRAM.replace('PORT', str(port))!r}\n"
    body = "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    body += "        self.fc = torch.nn.Linear(3, 2)\n\n    def forward(self, x):\n"
    return f"import torch\n{head}\n\n{body}{indent(statements, ' ' * 8)}\n        return self.fc(x)\n"


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_connection_leaves_a_run(name: str, contained: tuple[Containment, Session], ears: Ears, run: Run) -> None:
    level, session = contained
    trace = run(text(ATTEMPTS[name], ears.port), "2,3", within=session)
    assert trace.connections is level
    if level is Containment.FILTER and name in {"tcp", "a program"}:  # A filter cannot tell TCP's own machine.
        assert (trace.ending, ears.heard()) == (Ending.PASSED, ["tcp"])
        return
    assert ears.heard() == []
    if level is Containment.NAMESPACE and "udp" in name:  # A datagram to nobody is no error.
        return
    assert trace.ending in {Ending.REFUSED, Ending.RAISED}, trace.message
    assert "cannot connect" in trace.message


def test_a_connection_is_made_where_it_is_allowed(contained: tuple[Containment, Session], ears: Ears, run: Run) -> None:
    level, session = contained
    endings = [
        (run(text(ATTEMPTS["udp"], ears.port), "2,3", within=session, network=allowed).connections, ears.heard())
        for allowed in (True, False)
    ]
    assert endings == [(Containment.ALLOWED, ["udp"]), (level, [])]


LOCAL = {
    "a free port": "s = socket.socket(); s.bind(('', 0)); s.listen(); assert s.getsockname()[1]",
    "a Unix socket": "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'",
    "another process": "import multiprocessing as m\nwith m.Manager() as manager: manager.Queue().put(1)",
    "a process group of one": (
        "import tempfile, torch.distributed as d\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    d.init_process_group('gloo', init_method=f'file://{folder}/store', rank=0, world_size=1)\n"
        "    d.all_reduce(torch.ones(1))\n    d.destroy_process_group()"
    ),
}
# Two processes of gloo talk by TCP on this machine.
GROUP_OF_TWO = """\
import tempfile, torch.distributed as d
with tempfile.TemporaryDirectory() as folder:
    rank = 1 if (child := os.fork()) else 0
    d.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
    total = torch.ones(1)
    d.all_reduce(total)
    if not child: os._exit(0)
    assert total == 2, total
    os.waitpid(child, 0)
    d.destroy_process_group()
"""


@pytest.mark.parametrize("name", LOCAL)
def test_what_stays_in_a_run_works(name: str, contained: tuple[Containment, Session], run: Run) -> None:
    level, session = contained
    trace = run(text(LOCAL[name]), "2,3", within=session)
    assert (trace.ending, trace.connections) == (Ending.PASSED, level), trace.message


def test_processes_of_a_run_talk_to_each_other(session: Session, run: Run) -> None:
    trace = run(text(GROUP_OF_TWO), "2,3")
    if trace.connections is not Containment.NAMESPACE:
        pytest.skip("this system allows no network of one's own")
    assert trace.ending is Ending.PASSED, trace.message


ERRORS = {
    "no way out": (wire.NAMESPACE, RuntimeError("connect: Network is unreachable"), True),
    "no name": (wire.NAMESPACE, RuntimeError("Temporary failure in name resolution"), True),
    "shapes": (wire.NAMESPACE, RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
    "denied": (wire.LANDLOCK, RuntimeError("failed to connect: Permission denied"), True),
    "no datagrams": (wire.FILTER, PermissionError(13, "Permission denied"), True),
    "a file": (wire.LANDLOCK, PermissionError(13, "Permission denied", "x.txt"), False),
    "a file of compiled code": (wire.LANDLOCK, RuntimeError("x.txt: Permission denied"), False),
    "Python's own": (wire.HOOK, RuntimeError("connect: Network is unreachable"), False),
}


@pytest.mark.parametrize("held, error, expected", ERRORS.values(), ids=ERRORS)
def test_which_errors_come_from_it(
    held: str, error: Exception, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "held", lambda: held)
    ending = connections.refusal(error)
    assert (ending is not None) is expected
    assert ending is None or ending[1].endswith("pass --allow-network if it has to")


SIGNALS = {
    "its parent": ("os.kill(os.getppid(), 10)", Ending.REFUSED),
    "everybody": ("os.kill(-1, 10)", Ending.REFUSED),
    "another group": ("os.killpg(os.getpgid(os.getppid()), 10)", Ending.REFUSED),
    "by compiled code": ("failed(c.kill(os.getppid(), 10))", Ending.RAISED),
    "whether it is there": ("os.kill(os.getpid(), 0)", Ending.PASSED),
    "its child": ("child = os.fork() or os.execv('/bin/sleep', ['sleep', '9'])\nos.kill(child, 9)", Ending.PASSED),
    "who is gone": (
        "child = os.fork() or os._exit(0)\nos.waitpid(child, 0)\n"
        "try: os.kill(child, 9)\nexcept ProcessLookupError: pass",
        Ending.PASSED,
    ),
}


@pytest.mark.parametrize("statement, ending", SIGNALS.values(), ids=SIGNALS)
def test_signals_reach_own_processes_only(statement: str, ending: Ending, run: Run) -> None:
    trace = run(text(statement), "2,3")
    if "c.kill" in statement and landlock.version() < 6:
        pytest.skip("this landlock knows no signals")
    assert trace.ending is ending, trace.message
    assert ending is not Ending.RAISED or "not permitted" in trace.message
