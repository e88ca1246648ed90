"""A whole repository prepared by somebody who means harm: every canary in it stays silent.

What runs in a run writes into a view of its own, so a canary that is there was touched by a process of ours.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from attacked import FAULTY, Attacked, contents, faulty

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform != "linux", reason="links, names and views of files as Linux has them"),
]

FOREIGN = ("torch", "libcst", "typer", "rich", "unidiff", "pathspec", "numpy", "autofix_rules", "_autofix_probe")
NAMES = (
    *("-rf.py", "--output=x.py", "--apply", "$(touch $CANARY).py", "`touch $CANARY`.py", ";touch $CANARY;.py", "%s.py"),
    *("a\nb.py", "a\x1b]0;x\x07.py", "..\\..\\evil.py", " .py", "ü" * 60 + ".py", "a" * 252 + ".py", "'\".py", "|.py"),
)
GIT = """\
[core]
\tfsmonitor = {program}
\thooksPath = {hooks}
\tpager = {program}
\tsshCommand = {program}
[diff]
\texternal = {program}
[filter "x"]
\tclean = {program}
\tsmudge = {program}
[alias]
\tls-files = !{program}
\tdiff = !{program}
"""
CONNECTING = """\
import ctypes, os, socket, struct, subprocess, sys
port = {port}
open({canary!r}, "a").write("a run")
for act in (
    lambda: socket.create_connection(("127.0.0.1", port), 1),
    lambda: subprocess.call([sys.executable, "-IS", "-c", f"import socket; socket.create_connection(('127.0.0.1', {{port}}))"]),
    lambda: ctypes.CDLL(None).connect(
        ctypes.CDLL(None).socket(2, 1, 0), struct.pack("=H", 2) + struct.pack("!H4s8x", port, bytes((127, 0, 0, 1))), 16
    ),
    lambda: os.kill(os.getppid(), 9),
):
    try: act()
    except BaseException: pass
"""  # noqa: E501
YAML = "width: !!python/object/apply:os.system ['touch {canary}']\n"
NOTEBOOK = (
    '{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{"kernelspec": {{"name": "x", "argv": ["touch", {quoted}]}}}}, '
    '"cells": [{{"cell_type": "code", "id": "a", "metadata": {{}}, "outputs": [], "execution_count": null, "source": '
    '["!touch {canary}\\n", "%run evil.py\\n", "%%bash\\n", "touch {canary}\\n"]}}]}}'
)


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Attacked, Path, socket.socket]:
    attacked, canary = (
        Attacked(tmp_path, command=(str(Path(sys.executable).with_name("autofix")),)),
        tmp_path / "canary",
    )
    ears = socket.create_server(("127.0.0.1", 0))
    ears.setblocking(False)
    code = f"import os\nopen({str(canary)!r}, 'a').write(__name__ + ' ' + str(os.getpid()) + chr(10))\n"
    program = f"#!/bin/sh\ntouch {shlex.quote(str(canary))}\ncat\n"
    connecting = CONNECTING.format(port=ears.getsockname()[1], canary=str(canary))
    words = {"canary": canary, "quoted": f'"{canary}"'}
    attacked.write(
        {
            "net.py": FAULTY,
            "connects.py": connecting + FAULTY,
            "at_forward.py": faulty("import connects"),
            "notes.ipynb": NOTEBOOK.format(**words),
            "config.yaml": YAML.format(**words),
            "README.md": f"```sh\npython net.py; touch {canary}\npython net.py $(touch {canary})\n```\n",
            "setup.py": code,
            "conftest.py": code,
            "tests/test_net.py": f"{code}def test_net(): raise ValueError\n",
            "pytest.ini": "[pytest]\naddopts = -p evil\n",
            "evil.py": code,
            "evil.pth": "import evil\n",
            "package/__init__.py": code,
            "git": program,
            "bin/python": program,
            ".venv/bin/python": program,
            ".venv/pyvenv.cfg": "home = /\n",
            ".gitattributes": "*.py filter=x diff=x\n",
            ".autofix_cache/batch.sqlite3": b"\0" * 5000,
            **{
                f"{module}.py": code
                for module in (*sys.stdlib_module_names, *FOREIGN, "sitecustomize", "usercustomize")
            },
            **dict.fromkeys(NAMES, FAULTY),
            b"\xff.py".decode("utf-8", "surrogateescape"): FAULTY,
        }
    )
    for name in ("git", "bin/python", ".venv/bin/python"):
        (attacked.project / name).chmod(0o755)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.py").write_text(FAULTY, "utf-8")
    links: dict[str, Path | str] = {
        "link.py": outside / "precious.py",
        "linked": outside,
        "endless.py": "/dev/zero",
        "up": "..",
        "self.py": "self.py",
    }
    for name, target in {**links, ".autofix_cache/.gitignore": outside / "new"}.items():
        (attacked.project / name).symlink_to(target)
    os.mkfifo(attacked.project / "pipe.py")
    for step in (["init", "-q"], ["add", "net.py", "connects.py"], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *step], cwd=attacked.project, check=True)
    hooks = attacked.project / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        (hooks / name).symlink_to(attacked.project / "bin/python")
    with (attacked.project / ".git/config").open("a") as file:
        file.write(GIT.format(program=attacked.project / "bin/python", hooks=hooks))
    return attacked, canary, ears


COMMANDS = {
    "a batch": ("batch", ".", "-j", "2", "--time-limit", "10", "--unsafe-fixes", "--apply"),
    "what has changed": ("batch", ".", "-j", "2", "--time-limit", "10", "--since", "HEAD"),
    "a list": ("batch", ".", "--discover"),
    "one file": ("connects.py", "--time-limit", "10"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_repository_that_means_harm_does_none(
    words: tuple[str, ...], repository: tuple[Attacked, Path, socket.socket]
) -> None:
    attacked, canary, ears = repository
    before = contents(attacked.top / "outside")
    known = {path.name for path in attacked.top.iterdir()}
    process = attacked.start(*words, "--python", sys.executable)
    output, errors = process.communicate(timeout=500)
    assert process.returncode in (0, 1, 2, 3), errors
    assert b"internal error" not in output + errors, errors
    assert not canary.exists(), canary.read_text("utf-8")
    assert contents(attacked.top / "outside") == before
    assert {path.name for path in attacked.top.iterdir()} == known
    with ears, pytest.raises(BlockingIOError):
        ears.accept()
    attacked.check_gone()


def test_settings_of_a_repository_that_means_harm_are_refused(
    repository: tuple[Attacked, Path, socket.socket],
) -> None:
    attacked, canary, ears = repository
    ears.close()
    for entry in ('python = "bin/python"', "allow-network = true", 'output = "../outside/precious.py"'):
        (attacked.project / "autofix.toml").write_text(f"{entry}\n", "utf-8")
        process = attacked.start("batch", ".", "-j", "1")
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2, errors
        assert not canary.exists()
    attacked.check_gone()
