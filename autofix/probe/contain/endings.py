"""How runs end that come to no result, in words, and the file that says so.

It knows errors and processes; what was run is not its concern.
"""

from __future__ import annotations

import json
import os
import signal

from ..main import last_words, wire
from ..main.wire import Ending, Reply
from ..run import messages
from . import connections, file_isolation, limits, network

_open, _dumps, _replace = open, json.dumps, os.replace  # User code may replace them.
NO_MEMORY = "Python could not allocate memory"
# Of torch, of the system's loader of libraries, of the system.
_LACKS = ("can't allocate memory", "failed to map segment", "Cannot allocate memory")
NO_ANSWER = (
    "the run could not be reported: the code closed, removed or replaced what autofix reports with (open files, the "
    "folder of temporary files, functions of Python)"
)
_NO_MEMORY, UNREPORTED = (f"killed by signal {number}" for number in (last_words.NO_MEMORY, last_words.NO_ANSWER))
_KILLED, _PROCESSOR_TIME = (f"killed by signal {getattr(signal, name, 0):d}" for name in ("SIGKILL", "SIGXCPU"))


def lacks_memory(error: BaseException) -> bool:
    """Return whether memory ran out; a library that finds none to be loaded into raises an ImportError."""
    message = messages.text(error) if isinstance(error, (RuntimeError, ImportError, OSError)) else ""
    return isinstance(error, MemoryError) or any(words in message for words in _LACKS)


def of_limit(error: BaseException, request: wire.RunRequest) -> tuple[Ending, str] | None:
    """Return the ending, and why in words, of a run that did more than it may; None for a fault of its own."""
    words = limits.reached(error, request)
    if words:
        return Ending.LIMIT_REACHED, words
    refusal = network.cause_of(error)
    if refusal is not None:
        return Ending.REFUSED, str(refusal)
    return connections.refusal(error) or file_isolation.refusal(error)


def explain(reply: Reply, request: wire.RunRequest, refusals: list[str]) -> None:
    """Put into the reply what the run was refused, and the limit that it came up against."""
    failure = reply.get("failure")
    lacks = reply["ending"] == Ending.IMPORT_FAILED or (failure is not None and failure["type"] == "NameError")
    if lacks and refusals and reply["sliced"]:  # The import that was refused is what is missing.
        reply["ending"], reply["message"] = Ending.REFUSED, network.words_of(refusals[0])
        reply.pop("failure", None)
    reply["refused"] = refusals
    if reply["ending"] == Ending.OUT_OF_MEMORY:
        reply["message"] += limits.of_memory(request)


def of_process(ended: str, request: wire.RunRequest, *, beyond: bool) -> Reply:
    """Return the reply of a worker that wrote none: how its process ended or, ``beyond``, which limit
    it was ended for.
    """
    if beyond:
        return wire.ended(Ending.LIMIT_REACHED, ended)
    if ended in (Ending.TIMED_OUT, _PROCESSOR_TIME):
        return wire.ended(Ending.TIMED_OUT, f"the model ran longer than {request.limits.run_seconds:g} s")
    if ended == _KILLED and request.limits.memory_mib != 0:
        return wire.ended(Ending.OUT_OF_MEMORY, f"the process was {ended}{limits.of_memory(request)}")
    if ended == _NO_MEMORY:
        return wire.ended(Ending.OUT_OF_MEMORY, NO_MEMORY + limits.of_memory(request))
    if ended == UNREPORTED:
        return wire.ended(Ending.PROBE_FAILED, NO_ANSWER)
    if ended.startswith("exit code"):
        return wire.ended(Ending.EXITED, f"the program ended the process with {ended}")
    return wire.ended(Ending.CRASHED, f"the process was {ended}")


def write_reply(reply: Reply, path: str) -> None:
    """Write a reply whole or not at all, since the reader may look at any moment."""
    text = _dumps(reply, default=lambda value: {wire.OPAQUE: type(value).__name__})  # `dump` is ten times slower.
    with _open(f"{path}.part", "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)
    _replace(f"{path}.part", path)


def import_message(error: ImportError) -> str:
    message = messages.text(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
