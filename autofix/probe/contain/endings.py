"""How runs end that come to no result, in words, and the file that says so.

It knows errors and processes; what was run is not its concern.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from ..main import wire
from ..run import messages
from . import file_isolation, limits, network

NO_MEMORY = "Python could not allocate memory"
# Of torch, of the system's loader of libraries, of the system.
_LACKS = ("can't allocate memory", "failed to map segment", "Cannot allocate memory")
_KILLED, _PROCESSOR_TIME = (f"killed by signal {getattr(signal, name, 0):d}" for name in ("SIGKILL", "SIGXCPU"))


def lacks_memory(error: BaseException) -> bool:
    """Whether memory ran out; a library that finds none to be loaded into raises an ImportError."""
    said = messages.text(error) if isinstance(error, (RuntimeError, ImportError, OSError)) else ""
    return isinstance(error, MemoryError) or any(words in said for words in _LACKS)


def of_limit(error: BaseException, request: wire.RunRequest) -> tuple[str, str] | None:
    """The ending, and why in words, of a run that did more than it may; None for a fault of its own."""
    words = limits.reached(error, request)
    if words:
        return "limit reached", words
    refusal = network.cause_of(error)
    return file_isolation.refusal(error) if refusal is None else ("refused", str(refusal))


def explain(reply: dict[str, Any], request: wire.RunRequest, refusals: list[str]) -> None:
    """Put into the reply what the run was refused, and the limit that it came up against."""
    lacks = reply["ending"] == "import failed" or reply.get("failure", {}).get("type") == "NameError"
    if lacks and refusals and reply["sliced"]:  # The import that was refused is what is missing.
        reply.update(ending="refused", message=network.words_of(refusals[0]))
        reply.pop("failure", None)
    reply["refused"] = refusals
    if reply["ending"] == "out of memory":
        reply["message"] += limits.of_memory(request)


def of_process(ended: str, request: wire.RunRequest, *, beyond: bool) -> dict[str, Any]:
    """The reply of a worker that wrote none: how its process ended or, ``beyond``, which limit it was ended for."""
    if beyond:
        return {"protocol": wire.PROTOCOL, "ending": "limit reached", "message": ended}
    if ended == _PROCESSOR_TIME:
        ended = "timed out"
    if ended == "timed out":
        message = f"the model ran longer than {request.limits.run_seconds:g} s"
        return {"protocol": wire.PROTOCOL, "ending": "timed out", "message": message}
    if ended == _KILLED and request.limits.memory_mib != 0:
        message = f"the process was {ended}{limits.of_memory(request)}"
        return {"protocol": wire.PROTOCOL, "ending": "out of memory", "message": message}
    if ended.startswith("exit code"):
        return {"protocol": wire.PROTOCOL, "ending": "exited", "message": f"the program ended the process with {ended}"}
    return {"protocol": wire.PROTOCOL, "ending": "crashed", "message": f"the process was {ended}"}


def write_reply(reply: dict[str, Any], path: str) -> None:
    """Whole or not at all: the reader may look at any moment."""
    text = json.dumps(reply, default=lambda value: {wire.OPAQUE: type(value).__name__})  # `dump` is ten times slower.
    with open(f"{path}.part", "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)
    os.replace(f"{path}.part", path)


def import_message(error: ImportError) -> str:
    said = messages.text(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
