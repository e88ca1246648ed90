"""What came back from the probe: the file of a reply as plain JSON, or the code that its process ended with.

The process ran user code, so the file may be anything. What its values mean is for ``decode_reply``.
"""

from __future__ import annotations

import contextlib
import json
import stat
from pathlib import Path
from typing import Any

from autofix.probe.main import wire
from autofix.records.errors import ProbeError
from autofix.system.gc_pause import uncollected

MAX_BYTES = 512 * 1024 * 1024


def read_reply(path: Path) -> dict[str, Any]:
    """Return the object in the file of a reply, and remove the file; raise ProbeError for anything else."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ProbeError("the probe's reply is no regular file")
        if status.st_size > MAX_BYTES:
            raise ProbeError(f"the probe's reply is larger than {MAX_BYTES >> 20} MiB; use a smaller sample")
        with uncollected():
            reply = json.loads(path.read_text("utf-8", "surrogatepass"), parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        raise ProbeError(f"the probe's reply cannot be read: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    if not isinstance(reply, dict):
        raise ProbeError("the probe's reply is not an object")
    if reply.get("protocol") != wire.PROTOCOL:
        raise ProbeError("the probe's reply is of another protocol")
    return reply


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def ending_of(code: int) -> wire.Reply:
    """Return how a probe that ended itself in the middle of a run did so."""
    if code < 0:
        return wire.ended(wire.Ending.CRASHED, f"the process was killed by signal {-code}")
    return wire.ended(wire.Ending.EXITED, f"the program ended the process with exit code {code}")
