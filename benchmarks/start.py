"""Start-up: the whole command against ``import torch``, and the front-end until it waits for the probe."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from measuring import Row, alternating, command, ratios, wall
from models import LENET

# Runs the command as `python -m autofix` does, but stops where the probe would be waited for, and says when that was.
UNTIL_WAITING = """\
import os, sys, time
from autofix import __main__ as command
from autofix.session.session import Session

def stop(session):
    reached = time.time()
    session.close()
    os.write(1, f"{reached} {'torch' in sys.modules}".encode())
    os._exit(0)

Session._await_ready = stop
command.main()
"""
# libcst is loaded for the sole reason that the probe has to be waited for, so it is not what is waited for.
WITHOUT_LIBCST = UNTIL_WAITING.replace(
    "import os", "from autofix.fixes import registry; registry.prepare = lambda: 0\nimport os", 1
)
COMPLETION = {"_AUTOFIX_COMPLETE": "complete_bash", "COMP_WORDS": "autofix net.py --sam", "COMP_CWORD": "2"}


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    lenet = folder / "lenet.py"
    lenet.write_text(LENET, "utf-8")
    yield from _whole(lenet, rounds)
    yield from _front_end(lenet, rounds)


def _whole(lenet: Path, rounds: int) -> Iterator[Row]:
    group = "whole process, side by side: a broken LeNet, from the command to the patch"
    repair = command("-m", "autofix", str(lenet), "-s", "64,3,32,32")
    torch = command("-c", "import torch")
    ours, theirs = alternating(lambda: wall(repair, lenet.parent), lambda: wall(torch, lenet.parent), rounds)
    yield Row(group, "python -c 'import torch'", "s", tuple(theirs))
    yield Row(group, "autofix lenet.py -s 64,3,32,32", "s", tuple(ours))
    yield Row(group, "  against import torch, pair by pair", "x", ratios(ours, theirs), 1.25)


def _front_end(lenet: Path, rounds: int) -> Iterator[Row]:
    group = "front-end: seconds from the start of the process"
    words = (str(lenet), "-s", "64,3,32,32")
    ready = tuple(_until_waiting(WITHOUT_LIBCST, words, lenet.parent) for _ in range(rounds))
    yield Row(group, "until the probe is waited for, rules loaded", "s", ready, 0.35)
    loaded = tuple(_until_waiting(UNTIL_WAITING, words, lenet.parent) for _ in range(rounds))
    yield Row(group, "  and libcst, which fills the time until torch is there", "s", loaded)
    for name, options in (
        ("autofix --help", "--help"),
        ("autofix explain", "explain"),
        ("autofix explain AF101", "explain AF101"),
    ):
        shown = command("-m", "autofix", *options.split())
        yield Row(group, name, "s", tuple(wall(shown, lenet.parent) for _ in range(rounds)), 0.25)
    asked = command("-m", "autofix")
    yield Row(
        group,
        "completion of an option in bash",
        "s",
        tuple(wall(asked, lenet.parent, **COMPLETION) for _ in range(rounds)),
        0.25,
    )
    yield Row(group, "(python -c pass)", "s", tuple(wall(command("-c", "pass"), lenet.parent) for _ in range(rounds)))


def _until_waiting(script: str, words: tuple[str, ...], folder: Path) -> float:
    start = time.time()
    done = subprocess.run(command("-c", script, *words), cwd=folder, env=os.environ, capture_output=True, check=True)
    reached, has_torch = done.stdout.decode().split()
    if has_torch == "True":
        raise SystemExit("the front-end imported torch")
    return float(reached) - start
