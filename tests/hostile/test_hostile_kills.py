"""Killed at any moment: nothing of ours is left, no process and no temporary folder, and no file is half-written."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attacked import FAULTY, Attacked, contents, faulty

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform != "linux", reason="processes and their ends as Linux has them"),
]

SIGNALS = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT")
COMMANDS = {
    "repair": ("a.py",),
    "apply": ("a.py", "--apply"),
    "batch": ("batch", ".", "-j", "1"),
    "batch apply": ("batch", ".", "-j", "2", "--apply"),
}
REPAIRED = FAULTY.replace("nn.Linear(8, 2)", "nn.Linear(6, 2)").encode()
MOMENTS = 10
LATEST = 4.0


# What an editor says to the server at once: the file is open, saved and asked about.
_URI = "file://{}/a.py"
_MESSAGES: tuple[tuple[str, dict[str, object]], ...] = (
    ("initialize", {"capabilities": {}, "initializationOptions": {"workspaceTrust": True}}),
    ("initialized", {}),
    (
        "textDocument/didOpen",
        {"textDocument": {"uri": _URI, "languageId": "python", "version": 1, "text": FAULTY}},
    ),
    ("textDocument/didSave", {"textDocument": {"uri": _URI}}),
    ("workspace/executeCommand", {"command": "autofix.runCheck", "arguments": [_URI]}),
)


def _from_an_editor(folder: Path) -> bytes:
    frames = []
    for number, (method, params) in enumerate(_MESSAGES):
        number_of_request = {} if number in {1, 2, 3} else {"id": number}
        text = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **number_of_request})
        body = text.replace(_URI, _URI.format(folder)).encode()
        frames.append(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    return b"".join(frames)


@pytest.fixture
def attacked(tmp_path: Path) -> Attacked:
    return Attacked(tmp_path)


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_is_ended(words: tuple[str, ...], name: str, moment: int, attacked: Attacked) -> None:
    attacked.write({"a.py": FAULTY, "b.py": FAULTY})
    process = attacked.start(*words, start_new_session=True)
    time.sleep(random.Random(f"{words} {name} {moment}").uniform(0, LATEST))
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=60)
    assert process.returncode in {0, 1, 2, 130, *(128 + int(getattr(signal, name)), -int(getattr(signal, name)))}
    assert b"internal error" not in errors
    attacked.check_gone()
    files = contents(attacked.project)
    assert {key for key in files if key.endswith(".py")} == {"a.py", "b.py"}
    assert {files["a.py"], files["b.py"]} <= {FAULTY.encode(), REPAIRED}
    assert not [key for key in files if key.endswith(".autofix")]


# What code does to the processes above it.
FATAL = {
    "its parent": "os.kill(os.getppid(), 9)",
    "its parent, with a child left": "os.fork() or time.sleep(60); os.kill(os.getppid(), 9)",
    "its parent, with a daemon left": (
        "os.fork() or (os.setsid(), os.fork() or time.sleep(60), os._exit(0)); time.sleep(.3); os.kill(os.getppid(), 9)"
    ),
    "its group": "os.killpg(0, 9)",
    "itself": "os.kill(os.getpid(), 9)",
    "itself, with a daemon left": "os.fork() or (os.setsid(), os.fork() or time.sleep(60)); os.kill(os.getpid(), 9)",
    "its parent, as a daemon": "os.fork() or (os.setsid(), time.sleep(.5), os.kill(os.getppid(), 9), time.sleep(60))",
    "its parent by another signal": "os.kill(os.getppid(), 15); time.sleep(20)",
    "its parent by a stop": "os.kill(os.getppid(), 19); time.sleep(3); os.kill(os.getppid(), 18)",
}


@pytest.mark.parametrize("command", [("a.py",), ("batch", "a.py", "-j", "1")], ids=["repair", "batch"])
@pytest.mark.parametrize("lines", FATAL.values(), ids=FATAL)
def test_code_that_kills(lines: str, command: tuple[str, ...], attacked: Attacked) -> None:
    attacked.write({"a.py": faulty(lines)})
    attacked.run(*command, "--time-limit", "5", codes=(1, 2))


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("command", ["server", "watch"])
def test_what_waits_for_saves_is_ended(command: str, name: str, moment: int, attacked: Attacked) -> None:
    """A server that an editor has spoken to, and a watch over a file that is saved meanwhile."""
    attacked.write({"a.py": FAULTY})
    words = {"server": ("lsp",), "watch": ("watch", "a.py", "-s", "4,6")}[command]
    process = attacked.start(*words, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    if command == "server":
        process.stdin.write(_from_an_editor(attacked.project))
        process.stdin.flush()
    moments = random.Random(f"{command} {name} {moment}")
    time.sleep(moments.uniform(0, LATEST))
    if command == "watch":
        attacked.write({"a.py": FAULTY + "\n"})
        time.sleep(moments.uniform(0, 0.5))
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=60)
    assert process.returncode in {0, 1, 2, 130, *(128 + int(getattr(signal, name)), -int(getattr(signal, name)))}
    assert b"internal error" not in errors
    attacked.check_gone()
    expected = FAULTY + "\n" * (command == "watch")
    assert contents(attacked.project) == {"a.py": expected.encode(), "pyproject.toml": b""}


# Of the processes below a command, from the outermost on: of a batch, the probe, its namespace, runs.
VICTIMS = {"first": slice(1), "last": slice(-1, None), "all": slice(None)}
VICTIMS |= {f"number {place + 1}": slice(place, place + 1) for place in range(1, 6)}


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_process_of_ours_that_is_killed(victim: str, moment: int, attacked: Attacked) -> None:
    """Whichever process is killed, the command goes on or says so, and nothing is left."""
    attacked.write({"a.py": FAULTY})
    process = attacked.start("batch", ".", "-j", "1", "--time-limit", "10")
    time.sleep(random.Random(f"{victim} {moment}").uniform(0.2, LATEST))
    pids = [int(pid) for pid in _below(process.pid)]
    for pid in pids[VICTIMS[victim]]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    _, errors = process.communicate(timeout=90)
    assert process.returncode in (1, 2), errors
    assert b"internal error" not in errors
    attacked.check_gone()


def _below(pid: int) -> list[str]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    own = done.stdout.split()
    return [*own, *(pid for child in own for pid in _below(int(child)))]
