"""How generated cases are run and judged: the number of them, a project with something beside it, named properties.

What is generated stands in the files beside.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from unidiff.patch import PatchSet

from autofix.frontends.cli import main
from autofix.session.session import Session

NORMAL, LONG = "normal", "long"
CODES = frozenset((0, 1, 2))
_ALLOWED = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
]
settings.register_profile(
    NORMAL, derandomize=True, database=None, deadline=None, suppress_health_check=_ALLOWED, print_blob=True
)
settings.register_profile(LONG, deadline=None, suppress_health_check=_ALLOWED, print_blob=True)


@dataclass
class _Count:
    """The generated cases that were run in this process."""

    cases: int = 0


COUNT = _Count()


def fuzzed(normal: int, long: int, **strategies: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a property of all that the strategies generate, with so many cases in the normal run and
    in ``make fuzz``.
    """
    examples = long if settings.get_current_profile_name() == LONG else normal

    def made(property: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(property)
        def counted(*arguments: Any, **named: Any) -> None:
            property(*arguments, **named)
            COUNT.cases += 1

        return settings(max_examples=examples)(given(**strategies)(counted))

    return made


# -- a project, and what lies beside it --------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A folder of a test: ``project`` is what autofix is told of, everything else is none of its business."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def files(self) -> dict[str, bytes]:
        """Return every file, link and folder with what it holds."""
        return {path.relative_to(self.folder).as_posix(): _content(path) for path in sorted(self.folder.rglob("*"))}


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return b"link to " + os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() else b"no file"


@contextlib.contextmanager
def world(files: Mapping[str, bytes]) -> Iterator[World]:
    """Yield a project of these files as the working directory, beside a file that is not its own; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    project_world = World(folder)
    try:
        project_world.project.mkdir()
        for name, content in {"../secret.py": b"width = 8\n", "pyproject.toml": b"", **files}.items():
            path = project_world.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with contextlib.chdir(project_world.project):
            yield project_world
    finally:
        shutil.rmtree(folder)


# -- the command -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """How a run of the command ended."""

    code: int
    output: bytes
    errors: str


def command(words: Sequence[str], session: Session | None, stdin: bytes = b"") -> Done:
    """Run the command in this process, with streams as strict as those of a process."""
    output, errors = io.BytesIO(), io.BytesIO()
    streams: dict[str, Any] = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"),
        "stdout": io.TextIOWrapper(output, "utf-8", newline=""),
        "stderr": io.TextIOWrapper(errors, "utf-8", "backslashreplace", newline=""),
    }
    with mock.patch.multiple(sys, **streams):
        code = main.main(words, session)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return Done(code, output.getvalue(), errors.getvalue().decode("utf-8"))


# -- properties --------------------------------------------------------------------------------------------------------


def check_ending(done: Done) -> None:
    """Check for a documented exit code, no internal error, one message for whatever failed, and no
    control characters.
    """
    assert done.code in CODES, done
    assert "Traceback" not in done.errors, done.errors
    assert not re.search(r"^autofix: .*(?:internal error|please report)", done.errors, re.MULTILINE), done.errors
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.errors), ascii(done.errors)
    if done.code == 2 and done.output:
        assert json.loads(done.output), done  # A report says itself what did not work.
    elif done.code == 2:
        assert len(re.findall(r"^(?:autofix|error): ", done.errors, re.MULTILINE)) == 1, done.errors


def check_rules(done: Done) -> None:
    """Check that no rule raised."""
    assert "AF901" not in done.errors, done.errors


def check_unchanged(before: Mapping[str, bytes], project_world: World) -> None:
    """Check that every byte in and beside the project is as it was."""
    assert project_world.files() == before


def check_patch(patch: bytes, project_world: World) -> None:
    """Check that the patch is empty, or one that unidiff reads and git takes."""
    if not patch:
        return
    assert len(PatchSet(patch.decode("latin-1").split("\n"))) >= 0
    done = _git(project_world.project, "apply", "--check", "--whitespace=nowarn", stdin=patch)
    assert done.returncode == 0, (done.stderr, patch)


def patched(patch: bytes, project_world: World) -> dict[str, bytes]:
    """Return what git makes of the files with the patch, in a copy beside."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        copy = World(Path(name) / "copy")
        shutil.copytree(project_world.folder, copy.folder, symlinks=True)
        if patch:
            done = _git(copy.project, "apply", "--whitespace=nowarn", stdin=patch)
            assert done.returncode == 0, (done.stderr, patch)
        return copy.files()


def _git(folder: Path, *words: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run git outside of any checkout, whatever the user's settings."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(["git", *words], cwd=folder, input=stdin, capture_output=True, env=environment, check=False)


def lost_lines(before: bytes, after: bytes, patch: bytes) -> list[bytes]:
    """Return the lines of a file that are gone though no hunk of its patch removes them, in order."""
    removed = [line[1:] for line in patch.split(b"\n") if line.startswith(b"-") and not line.startswith(b"--- ")]
    rest = after.split(b"\n")
    lost = []
    for line in before.split(b"\n"):
        if line in rest:
            del rest[: rest.index(line) + 1]
        elif line in removed:
            removed.remove(line)
        else:
            lost.append(line)
    return lost
