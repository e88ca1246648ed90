"""A project somebody means harm with, or that is only unlucky, and what must hold after a command in it.

Whatever the command was: it ends with a documented code and without a traceback of ours, and leaves no process, no
temporary folder and no file that it was not asked for.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AUTOFIX = (sys.executable, "-m", "autofix")
SECONDS = 120.0
GONE_SECONDS = 10.0
CODES = (0, 1, 2)
_OURS = "autofix/"

FAULTY = """\
# autofix: sample-shape=4,6
import os, sys, time, signal, socket
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(x)
"""
HEALTHY = FAULTY.replace("nn.Linear(8, 2)", "nn.Linear(6, 2)")


def faulty(*lines: str) -> str:
    """Return the model with lines at the beginning of its forward."""
    head, tail = FAULTY.split("        return")
    return f"{head}{''.join(f'        {line}{chr(10)}' for line in lines)}        return{tail}"


@dataclass
class Attacked:
    """One project and the folders of its user, all below ``top``; ``left`` are the files at the beginning."""

    top: Path
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    command: tuple[str, ...] = (
        AUTOFIX  # As a user has it, it is a program; Python's ``-m`` looks into the folder first.
    )

    def __post_init__(self) -> None:
        for name in ("project", "tmp", "home"):
            (self.top / name).mkdir()
        (self.project / "pyproject.toml").touch()

    @property
    def project(self) -> Path:
        return self.top / "project"

    @property
    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        own = {"TMPDIR": self.top / "tmp", "HOME": self.top / "home", "HOSTILE_MARK": self.mark, "NO_COLOR": "1"}
        return {**known, **{name: str(value) for name, value in own.items()}, "PYTHONDONTWRITEBYTECODE": "1"}

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def start(self, *words: str, folder: Path | None = None, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.command, *words],
            cwd=folder or self.project,
            env=self.environment,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options},
        )

    def run(
        self, *words: str, codes: Sequence[int] = CODES, changed: Sequence[str] = (), **options: Any
    ) -> tuple[int, str, str]:
        """Run a command and check what always holds; return its code, output and errors."""
        before = contents(self.project)
        process = self.start(*words, **options)
        try:
            output, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
        texts = [(text or b"").decode("utf-8", "replace") for text in (output, errors)]
        assert process.returncode in codes, (process.returncode, texts)
        assert not any(is_fault_of_ours(text) for text in texts), texts
        after = contents(self.project)
        assert {name for name in {*before, *after} if before.get(name) != after.get(name)} <= set(changed)
        self.check_gone()
        return process.returncode, texts[0], texts[1]

    def check_gone(self) -> None:
        """Check that no process with our mark is left, and nothing among the temporary files."""
        deadline = time.monotonic() + GONE_SECONDS
        while (left := self.left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in (item for item in left if isinstance(item, int)):
            os.kill(pid, signal.SIGKILL)
        assert left == []

    def left(self) -> list[Any]:
        return [*self._processes(), *(str(path) for path in (self.top / "tmp").iterdir())]

    def _processes(self) -> Iterator[int]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"HOSTILE_MARK={self.mark}".encode() in environment.split(b"\0") and state != "Z":
                yield int(folder.name)


def is_fault_of_ours(text: str) -> bool:
    """Return whether a text holds a traceback with a line of ours, or speaks of an internal error."""
    return "internal error" in text or ("Traceback (most" in text and f"{_OURS}__main__.py" in text)


def contents(folder: Path) -> dict[str, object]:
    """Return what every name below a folder holds; pipes, devices and links by what they are."""
    names: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = os.fsdecode(os.fsencode(path.relative_to(folder)))
        if path.is_symlink():
            names[name] = str(path.readlink())
        elif path.is_file():
            names[name] = path.read_bytes()
        else:
            names[name] = path.lstat().st_mode
    return names


Spoil = Callable[[Path], None]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _unreadable(path: Path) -> None:
    path.touch(mode=0)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _terminal(path: Path) -> None:
    path.symlink_to("/dev/ptmx")


# What may stand under the name of a file.
SPOILS: dict[str, Spoil] = {
    "a pipe": _pipe,
    "endless": _endless,
    "a link to nowhere": _nowhere,
    "a link to itself": _loop,
    "a folder": _folder,
    "unreadable": _unreadable,
    "sparse": _sparse,
    "a terminal": _terminal,
}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail where the block takes longer, hanging reads included."""

    def late(number: int, frame: object) -> None:
        raise AssertionError(f"it takes longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
