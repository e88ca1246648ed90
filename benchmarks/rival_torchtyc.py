"""Ask torchtyc about a copy of a case, without importing torch again for each.

It starts an interpreter that imports torch and then the code. Both run here in forks of a process that has torch, so
that its seconds are those of the question, as those of the other rivals in torch are; what it runs is its own.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import traceback
import types
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import fault_runs
from fault_cases import Case
from rival_checkers import ENTRY, SECONDS, entry
from rival_models import MESSAGE_FRAME, Said

MOST_FILES = 4096


@dataclass(frozen=True, slots=True)
class Printed:
    """What its command line wrote."""

    out: str
    error: str = ""
    seconds: float = 0.0


def torchtyc(program: str, folder: Path, case: Case) -> Said:
    started = entry(folder, case)
    target = f"{started}::entry" if started else case.main
    words = ("run", target, "--python", sys.executable, "--format", "json")
    printed = fault_runs.forked(_written, packages_of(program), folder, words, seconds=SECONDS)
    if isinstance(printed, fault_runs.Run):
        return Said(cannot=f"{printed.error}: {printed.message}", seconds=printed.seconds)
    try:
        report = json.loads(printed.out)
    except ValueError:
        return Said(cannot=printed.error[-200:], seconds=printed.seconds)
    return _said(report, folder, printed.seconds)


def _said(report: dict[str, Any], folder: Path, seconds: float) -> Said:
    found = [one for one in report["diagnostics"] if one["severity"] == "error"]
    stopped = [one["message"] for one in report["diagnostics"] if one["rule"] == "run-stopped"]
    lines = []
    for one in found:
        lines.append((one["path"], int(one["line"]) + 1))  # Its JSON counts from 0, its text from 1.
        lines += [
            (Path(file).name, int(line))
            for file, line in MESSAGE_FRAME.findall(one.get("traceback") or "")
            if Path(file).parent == folder and Path(file).name != ENTRY
        ]
    message = "; ".join(str(one["message"]) for one in found)[:300]
    cannot = "" if found else "; ".join(stopped)[:200] or str(report.get("worker_error") or "")[:200]
    return Said(bool(found), tuple(dict.fromkeys(lines)), message, cannot, seconds)


@functools.cache
def packages_of(program: str) -> str:
    """Return the folder that the package is installed in."""
    words = [str(Path(program).with_name("python")), "-c", "import torchtyc; print(torchtyc.__path__[0])"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return str(Path(done.stdout.strip()).parent)


# -- in the process ----------------------------------------------------------------------------------------------------


def _written(connection: Connection, packages: str, folder: Path, words: Sequence[str]) -> None:
    """Run its command line, whose interpreter is a fork of this process."""
    os.chdir(folder)
    os.environ |= {"OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    sys.path.append(packages)
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            from torchtyc import cli, engine

            engine.subprocess = types.SimpleNamespace(**vars(subprocess) | {"Popen": _ForkedInterpreter})
            cli.main(list(words))
        except BaseException:
            traceback.print_exc()
    connection.send(Printed(out.getvalue(), error.getvalue()))
    connection.close()


class _ForkedInterpreter(subprocess.Popen[str]):
    """A process that is started like another, and goes on in the fork instead of becoming an interpreter."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        super().__init__(words, preexec_fn=_worker, **options)


def _worker() -> None:
    """Be the interpreter that it would have started; what it would execute is ``torchtyc.worker``."""
    import torch

    os.closerange(3, MOST_FILES)  # The parent waits until the last of its own is closed.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    sys.argv = ["-c"]
    sys.path[:] = ["", *(path for path in sys.path if path != str(Path(__file__).parent))]
    sys.dont_write_bytecode = True
    sys.modules["__main__"] = types.ModuleType("__main__")
    torch.set_num_threads(1)
    code = 1
    try:
        from torchtyc.worker import main

        code = main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
