"""Connections of user code: refused unless the user allows them, and told even where the code hides that."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent

import pytest

from autofix.frontends.cli import main
from autofix.records.trace import Ending, Trace
from autofix.session.session import Session

pytestmark = pytest.mark.torch

Run = Callable[..., Trace]


def model(forward: str = "return self.fc(x)", header: str = "", init: str = "") -> str:
    return (
        f"import os, socket, sys\nimport torch\n{header}\n\nclass Net(torch.nn.Module):\n"
        f"    def __init__(self):\n        super().__init__()\n        self.fc = torch.nn.Linear(3, 2)\n"
        f"{indent(init, ' ' * 8)}\n\n    def forward(self, x):\n{indent(forward, ' ' * 8)}\n"
    )


@pytest.fixture
def port() -> Iterator[int]:
    """Yield a port of this machine on which a server listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


DOWNLOAD = "from urllib.request import urlopen\nurlopen('http://user.invalid/weights.pt?key=secret')"
HUB = "torch.hub.load_state_dict_from_url('https://user.invalid/weights.pt', model_dir='.')"
REFUSED = {
    "connects": ("socket.create_connection(('127.0.0.1', PORT))", "127.0.0.1:"),
    "connects by number": ("socket.socket().connect(('192.0.2.1', 80))", "192.0.2.1:80"),
    "connects without waiting": ("socket.socket().connect_ex(('192.0.2.1', 80))", "192.0.2.1:80"),
    "IPv6": ("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))", "2001:db8::1:80"),
    "sends": ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))", "192.0.2.1:53"),
    "sends a message": (
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
        "192.0.2.1:53",
    ),
    "asks for a name": ("socket.gethostbyname('user.invalid')", "user.invalid"),
    "asks for an address": ("socket.getaddrinfo('user.invalid', 80)", "user.invalid"),
    "lets others in": ("socket.socket().bind(('0.0.0.0', 8123))", "0.0.0.0:8123"),
    "downloads": (DOWNLOAD, "http://user.invalid/weights.pt"),
    "a hub of torch": (f"{HUB}.items()", "https://user.invalid/weights.pt"),
    "an asynchronous client": (
        "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', PORT))",
        "127.0.0.1:",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("where", ["init", "forward"])
def test_connection_is_refused_in_one_line(name: str, where: str, run: Run, port: int) -> None:
    statement, place = REFUSED[name]
    statement = statement.replace("PORT", str(port))
    text = model(init=statement) if where == "init" else model(f"{statement}\nreturn self.fc(x)")
    trace = run(text, "2,3")
    assert trace.ending is Ending.REFUSED, trace.message
    assert place in trace.message
    assert trace.message.endswith("pass --allow-network if it has to")
    assert "secret" not in trace.message
    assert "\n" not in trace.message


def test_connection_of_an_imported_file_is_refused(run: Run) -> None:
    files = {"model.py": model(header="import weights", init="weights.W"), "weights.py": f"{DOWNLOAD}\nW = 1"}
    trace = run(files, "2,3")
    assert trace.ending is Ending.REFUSED, trace.message
    assert "http://user.invalid/weights.pt" in trace.message
    unused = run({**files, "model.py": model(header="import weights")}, "2,3")
    assert (unused.ending, len(unused.refused)) == (Ending.PASSED, 1)


WRAPPED = {
    "from": "try:\n    PUT\nexcept OSError as error:\n    raise RuntimeError('no weights') from error",
    "while handled": "try:\n    PUT\nexcept OSError:\n    raise KeyError('weights')",
    "in an argument": "try:\n    PUT\nexcept OSError as error:\n    kept = error\nraise ValueError(kept)",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_refusal_is_found_in_what_wraps_it(text: str, run: Run) -> None:
    statement = text.replace("PUT", "socket.create_connection(('192.0.2.1', 80))")
    assert run(model(statement), "2,3").ending is Ending.REFUSED


LOCAL = {
    "pair": "a, b = socket.socketpair()\na.send(b'x')\nassert b.recv(1) == b'x'",
    "pipe": "import multiprocessing as m\na, b = m.Pipe()\na.send(1)\nassert b.recv() == 1",
    "queue of a manager": "import multiprocessing as m\nwith m.Manager() as manager: manager.Queue().put(1)",
    "pool": "import multiprocessing as m\nwith m.Pool(1) as pool: assert pool.map(abs, [-1]) == [1]",
    "loop": "import asyncio\nasyncio.run(asyncio.sleep(0))",
    "Unix socket": "s = socket.socket(socket.AF_UNIX)\ns.bind('own.sock')\nos.remove('own.sock')",
    "free port": "s = socket.socket()\ns.bind(('', 0))\nassert s.getsockname()[1]",
    "own name": "socket.getaddrinfo('localhost', 80)\nsocket.gethostbyname('127.0.0.1')",
    "file address": "from urllib.request import urlopen\nassert urlopen('file://' + __file__).read()",
    "process group of one": (
        "import tempfile, torch.distributed as d\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    d.init_process_group('gloo', init_method=f'file://{folder}/store', rank=0, world_size=1)\n"
        "    d.all_reduce(torch.ones(1))\n    d.destroy_process_group()"
    ),
}


@pytest.mark.parametrize("statement", LOCAL.values(), ids=LOCAL)
def test_what_stays_in_the_process_or_its_children_is_left_alone(statement: str, run: Run) -> None:
    trace = run(model(f"{statement}\nreturn self.fc(x)"), "2,3")
    assert trace.ending is Ending.PASSED, trace.message
    assert trace.refused == ()


def test_network_where_it_is_allowed_and_not_in_the_next_run(run: Run, port: int) -> None:
    text = model(f"with socket.create_connection(('127.0.0.1', {port})): pass\nreturn self.fc(x)")
    endings = [run(text, "2,3", network=allowed).ending for allowed in (True, False, True, False)]
    assert endings == [Ending.PASSED, Ending.REFUSED] * 2


HIDDEN = "try:\n    socket.create_connection(('192.0.2.1', 80))\nexcept Exception:\n    pass\n"
FAULT = "Net().fc(torch.ones(2, 5))\n"


@pytest.mark.parametrize(
    "text, words, code",
    [
        pytest.param(model(f"{HIDDEN}return self.fc(x)"), "note: the code opens a connection", 0, id="passes"),
        pytest.param(model(f"{HIDDEN}return self.fc(x.T)"), "note: the code opens a connection", 1, id="fails"),
        pytest.param(model(f"{HIDDEN}sys.exit(3)"), "note: the code opens a connection", 2, id="exits"),
        pytest.param(model(init=DOWNLOAD), "net.py: the code opens a connection (http", 2, id="is refused"),
        pytest.param(f"{model()}\n{HIDDEN}{FAULT}", "note: the code opens a connection", 1, id="program fails"),
        pytest.param(f"{model()}\n{DOWNLOAD}\n{FAULT}", "net.py: the code opens a conn", 2, id="program is refused"),
    ],
)
def test_report_tells_of_a_refusal(
    text: str, words: str, code: int, tmp_path: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.py").write_text(text)
    sample = [] if FAULT in text else ["-s", "2,3"]
    assert main.main([str(tmp_path / "net.py"), *sample], session) == code
    errors = " ".join(capsys.readouterr().err.split())
    assert words in errors
    assert "--allow-network" in errors


def test_allowed_on_the_command_line(
    tmp_path: Path, session: Session, capsys: pytest.CaptureFixture[str], port: int
) -> None:
    connecting = f"with socket.create_connection(('127.0.0.1', {port})): pass\n"
    for text, sample in (
        (model(f"{connecting}return self.fc(x)"), ["-s", "2,3"]),
        (f"{model()}\n{connecting}Net()(torch.ones(1, 3))", []),
    ):
        (tmp_path / "net.py").write_text(text)
        assert main.main([str(tmp_path / "net.py"), *sample, "--allow-network"], session) == 0
        assert main.main([str(tmp_path / "net.py"), *sample], session) == 2
    assert "--allow-network" in capsys.readouterr().err
