"""Questions to git about a repository that anybody may have made: nothing that its settings name is run.

Hooks, filters, file watchers, helpers and other transports are programs of whoever wrote ``.git/config``. What the
answers mean is for who asks.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SECONDS = 60.0
_NOWHERE = os.devnull
_WITHOUT = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={_NOWHERE}", "-c", "core.sshCommand=false"),
    *("-c", "core.askPass=", "-c", "core.alternateRefsCommand=false", "-c", "core.pager=", "-c", "diff.external="),
    *("-c", "safe.bareRepository=explicit", "-c", "submodule.recurse=false", "-c", "diff.ignoreSubmodules=all"),
    *("-c", "commit.gpgSign=false", "-c", "log.showSignature=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


class GitError(Exception):
    """Git is not there, or did not do what it was asked; the message says why."""


def ask(
    base: Path, *words: str, data: bytes = b"", environment: Mapping[str, str] | None = None, check: bool = True
) -> bytes:
    """Return what git answers in ``base``; raise GitError where it fails, with ``check`` off too if it cannot start."""
    done = _done(base, (*_WITHOUT, *words), data, {**filters(base), **(environment or {})})
    if check and done.returncode:
        raise GitError(os.fsdecode(done.stderr).strip().partition("\n")[0] or f"exit code {done.returncode}")
    return done.stdout


def succeeds(base: Path, *words: str) -> bool:
    """Return whether git answers with success."""
    try:
        ask(base, *words)
    except GitError:
        return False
    return True


@cache
def filters(base: Path) -> dict[str, str]:
    """Return the environment that switches off every program that the repository's settings convert files with."""
    done = _done(base, (*_WITHOUT, "config", "--list", "--name-only", "-z"), b"", {})
    names = sorted({name for name in os.fsdecode(done.stdout).split("\0") if _is_program(name)})
    environment = {"GIT_CONFIG_COUNT": str(len(names))}
    for number, name in enumerate(names):  # A filter that has to work cannot be empty.
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = "false" if name.endswith(".required") else ""
    return environment


def _is_program(name: str) -> bool:
    section, _, rest = name.lower().partition(".")
    last = rest.rpartition(".")[2]
    return (section, last) in {
        *(("filter", key) for key in ("clean", "smudge", "process", "required")),
        *(("diff", key) for key in ("command", "textconv")),
        ("merge", "driver"),
    }


def _done(
    base: Path, words: tuple[str, ...], data: bytes, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    known = {**os.environ, **_ENVIRONMENT, **environment}
    try:
        return subprocess.run(
            ["git", "-C", str(base), *words], input=data, capture_output=True, check=False, env=known, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {SECONDS:g} s") from error
    except (OSError, ValueError) as error:
        raise GitError(str(getattr(error, "strerror", "") or error)) from error
