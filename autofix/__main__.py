"""Start the command: first the probe, because torch takes longest to import, then everything else while it does.

Nothing here parses options; the words are read just closely enough to know whether a model runs, and in which Python.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autofix.frontends import standard_streams
from autofix.records.errors import AutofixError, UsageError
from autofix.session import orphans
from autofix.system import signals

# Commands and options after which this process needs no probe.
_WITHOUT_MODEL = frozenset(
    {
        "run",
        "explain",
        "batch",
        "doctor",
        "cache",
        "mcp",
        "watch",
        "lsp",
        "-V",
        "--version",
        "--install-completion",
        "--show-completion",
    }
)
_HELP = frozenset({"--help", "-h"})


def main() -> None:
    if sys.argv[1:2] == ["run"] and not _HELP.intersection(
        sys.argv[2:3]
    ):  # A program of the user, which ends as it does by itself.
        from autofix.frontends import crash

        crash.main(sys.argv[2:])
        return
    standard_streams.prepare()
    signals.end_in_order()
    orphans.claim()
    gc.set_threshold(100_000)  # The records of a large model are many, live to the end and have no cycles.
    code = run(sys.argv[1:])
    with contextlib.suppress(OSError, ValueError, AutofixError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Everything is closed and written; taking the interpreter apart costs a tenth of a second.


def run(words: Sequence[str]) -> int:
    """Do what the words ask for and return the exit code."""
    try:
        if runs_model(words, os.environ):
            return _run_model(words)
        from autofix.frontends.cli import main as command_line

        return command_line.main(words)
    except BaseException as error:
        match signals.ended_by(error):
            case signals.EndedError(number=number):
                return 128 + number
            case KeyboardInterrupt():
                # Only the start can be interrupted here; the front-end answers for everything later.
                print("autofix: interrupted", file=sys.stderr)
                return signals.INTERRUPTED
        if not isinstance(error, AutofixError):
            raise
        print(f"autofix: {error}", file=sys.stderr)
        return error.exit_code


def _run_model(words: Sequence[str]) -> int:
    from autofix.session import session as probe_session

    _check_folder()
    with probe_session.prestart(interpreter(words) or _project_interpreter(words, os.environ)) as session:
        from autofix.frontends.cli import main as command_line

        return command_line.main(words, session)


def _check_folder() -> None:
    """Raise UsageError where the working directory is gone, from which every name is told."""
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        raise UsageError(f"there is no working directory any more ({error.strerror}); change to another") from error


def runs_model(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether these command-line words will run a model.

    Shell completion asks for words of an unfinished command.
    """
    if not words or "_AUTOFIX_COMPLETE" in environment or words[0] in _WITHOUT_MODEL:
        return False
    return not _HELP.intersection(_before_separator(words))


def interpreter(words: Sequence[str]) -> str | None:
    """Return the value of the last ``--python``, as the option parser will read it."""
    python = None
    own = _before_separator(words)
    for index, word in enumerate(own):
        if word == "--python" and index + 1 < len(own):
            python = own[index + 1]
        elif word.startswith("--python="):
            python = word.removeprefix("--python=")
    return python


def _project_interpreter(words: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Return the Python of the virtual environment of the first file among the words; None for our own."""
    from autofix.system import environments, project_paths

    for word in _before_separator(words):
        path = Path(os.path.abspath(word.partition(":")[0]))
        # A name that no system takes, or a folder that may not be read, is told of where it is used.
        with contextlib.suppress(OSError, ValueError):
            if ".py" in word and path.is_file():
                root = project_paths.project_root(path)
                known = environments.project_environment((root,), environment.get("VIRTUAL_ENV"))
                return None if known is None else str(known.python)
    return None


def _before_separator(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index("--")] if "--" in words else words


if __name__ == "__main__":
    main()
