"""The crash itself: a program runs as always, and only when it dies over a shape do explanation and patch follow.

Nothing here changes what the program does: it runs once, in this interpreter, and keeps its traceback and exit code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, TracebackType

ExceptionHook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
_USAGE = "name the program: autofix run FILE [ARGUMENTS]"


def install() -> None:
    """Have an uncaught error over a shape followed by its explanation and patch, on standard error."""
    sys.excepthook = _explaining(sys.excepthook, None)


def main(words: list[str]) -> None:
    """Run the program that the words name, with the rest of them as its arguments; what it raises is raised."""
    if not words or words[0].startswith("-"):
        print(f"autofix: {_USAGE}", file=sys.stderr)
        raise SystemExit(2)
    path = Path(os.path.abspath(words[0]))
    if not path.is_file():
        print(f"autofix: {words[0]} does not exist; check the name", file=sys.stderr)
        raise SystemExit(2)
    sys.argv = [words[0], *words[1:]]
    sys.path[0] = str(path.parent)
    module = ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module  # To the end: what the program pickles or registers for its exit is found in it.
    try:
        exec(compile(path.read_bytes(), path, "exec", dont_inherit=True), module.__dict__)
    except Exception:
        # The program may have put a hook of its own in place by now.
        sys.excepthook = _explaining(sys.excepthook, str(path))
        raise


def _explaining(previous_hook: ExceptionHook, program: str | None) -> ExceptionHook:
    """Return a hook that tells an error as ``told`` does, from the first frame of ``program`` on, and explains it."""

    def hook(kind: type[BaseException], error: BaseException, frames: TracebackType | None) -> None:
        while program is not None and frames is not None and frames.tb_frame.f_code.co_filename != program:
            frames = frames.tb_next
        previous_hook(kind, error.with_traceback(frames), frames)
        with suppress(Exception):  # The program has died, and nothing of ours may hide of what.
            _explain(error)

    return hook


def _explain(error: BaseException) -> None:
    if os.environ.get("RANK", "0") != "0":
        return
    from autofix.frontends.crash import shape_errors

    text = shape_errors.traceback_of(error)
    if not text:
        return
    from autofix.frontends.cli import main as command_line

    sys.stdout.flush()
    with TemporaryDirectory(prefix="autofix-") as folder, redirect_stdout(sys.stderr):
        pasted = Path(folder) / "traceback.txt"
        pasted.write_text(text, "utf-8")
        arguments = ["--", *sys.argv[1:]] if sys.argv[1:] else []
        command_line.main(["--traceback", str(pasted), *arguments])
