"""The life of one worker process: requests come in as lines, answers go out as lines, until the input ends.

It is started by ``pool`` and holds one warm probe; what a request means is for ``jobs``.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from autofix.batch import jobs
from autofix.batch.records import Json
from autofix.fixes import registry
from autofix.records.errors import AutofixError
from autofix.session import orphans, session_folders

FUNCTIONS = {function.__name__: function for function in (jobs.find, jobs.run)}


def main() -> None:
    # Whatever prints by mistake must not stand between two answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    orphans.claim()
    lines = _lines()
    with contextlib.suppress(AutofixError):  # The first run will say what is wrong.
        jobs.session(sys.argv[1] if sys.argv[1:] else None)
    registry.rules()  # They load while the probe imports torch.
    registry.prepare()
    while line := lines.get():
        request = json.loads(line)
        try:
            answer: Json = {"value": FUNCTIONS[request["function"]](*request["arguments"])}
        except Exception as error:
            answer = {"error": f"internal error: {type(error).__name__}: {error}; please report it with the file"}
        try:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        except BrokenPipeError:
            break
    _remove(Path(tempfile.gettempdir()))


def _lines() -> queue.SimpleQueue[str]:
    """Return the lines of the input as they come; its end ends this process and its probe at once."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def forward() -> None:
        for line in sys.stdin:
            lines.put(line)
        _remove(Path(tempfile.gettempdir()))
        os._exit(0)

    threading.Thread(target=forward, daemon=True).start()
    return lines


def _remove(folder: Path) -> None:
    """Remove the worker's folder, since a worker whose input ends has lost its front-end, which removes
    nothing any more.
    """
    if folder.parent.name.startswith("autofix-batch-"):
        shutil.rmtree(folder, ignore_errors=True)
        session_folders.remove_if_empty(folder.parent)  # Others may still be there.


if __name__ == "__main__":
    main()
