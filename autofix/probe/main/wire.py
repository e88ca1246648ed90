"""Request and reply: the one file both sides import.

A request is one JSON object on a line of the probe's standard input; it names the file its reply goes to. A reply is
one JSON object in that file; a line of the standard output says that it is there. The line ``cancel`` ends every run.
Nothing here runs user code or knows torch.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any

PROTOCOL = 1
CANCEL = b"cancel\n"
END = b"end\n"  # Nothing more is asked for; an input that ends without it has lost its writer.
STALE = b"stale\n"  # A probe that has run user code was asked for a fresh process and ends: it is to be asked again.

# The modes of a run.
AUTO = "auto"
REAL = "real"
META = "meta"
SIZED = "sized"  # What the probe makes of AUTO where the model turned out to be large: sizes first, then as they say.

# How the user's files stay as they are, whatever a run writes; the strongest first.
OVERLAY = "overlay"
LANDLOCK = "landlock"
COPIES = "copies"
ISOLATION = (OVERLAY, LANDLOCK, COPIES)

# What a worker of the probe says on its pipe when it is through with a request.
ANSWERED = b"."
TOO_LARGE = b"+"  # For a run with storage; there is no reply.
SPENT = b"-"  # The run before left no room for another one: it is to be made elsewhere, and there is no reply.

# How a plain value is written: JSON scalars stand for themselves, everything else is an object with one key.
TENSOR = "t"  # [shape, dtype, producer or null, contiguous, [lowest, highest] or null]
SEQUENCE = "s"  # [type, [values]]
MAPPING = "m"  # [type, [[key, value], ...]]
OPAQUE = "o"  # type


@dataclass(frozen=True)
class InputRequest:
    shape: tuple[int, ...]
    dtype: str
    low: int | None
    high: int | None
    name: str | None


@dataclass(frozen=True)
class SamplesRequest:
    inputs: tuple[InputRequest, ...]
    expression: str | None


@dataclass(frozen=True)
class RunLimits:
    """What one run may use up, reach and leave behind. 0 is no limit; memory is for one process, and None is a share of
    the machine's; a run may have 16 threads for each process.
    """

    run_seconds: float = 30.0
    memory_mib: int | None = None
    file_mib: int = 1024
    processes: int = 256
    open_files: int = 4096
    network: bool = False
    temporary_directory: bool = False


@dataclass(frozen=True)
class RunRequest:
    """One run of the model. ``texts`` are (path, text) pairs served instead of what is on disk.

    ``fresh`` asks for a process that has run no user code before; ``checks`` for the verification checks after a
    forward that passed. ``against`` are the texts whose outputs the run's have to equal. ``mode``: with storage,
    without, or as the size of the model says.
    """

    path: str
    module: str
    root: str
    search_paths: tuple[str, ...]
    model: str
    samples: SamplesRequest
    also: tuple[SamplesRequest, ...]
    evaluation_mode: bool
    texts: tuple[tuple[str, str], ...]
    checks: bool
    fresh: bool
    graph: bool
    limits: RunLimits = RunLimits()
    script: bool = False
    arguments: tuple[str, ...] = ()
    against: tuple[tuple[str, str], ...] | None = None
    mode: str = AUTO


def ready(runs_at_once: int, isolation: str) -> bytes:
    """What the probe says first; of two runs at once, one is asked to be fresh."""
    return f"ready {runs_at_once} {isolation}\n".encode()


def decode_ready(line: bytes) -> tuple[int, str] | None:
    """The arguments of ``ready``; None for another line."""
    words = line.decode("ascii", "replace").split()
    if len(words) != 3 or words[0] != "ready" or words[1] not in {"1", "2", "3"} or words[2] not in ISOLATION:
        return None
    return int(words[1]), words[2]


def done(reply_path: str) -> bytes:
    """What the probe says when a reply is written, or will never be."""
    return f"done {os.path.basename(reply_path)}\n".encode()


def encode_request(request: RunRequest, reply_path: str) -> str:
    return json.dumps({"protocol": PROTOCOL, "reply": reply_path, "run": asdict(request)}) + "\n"


def decode_request(line: str) -> tuple[RunRequest, str]:
    """Raises ValueError, KeyError or TypeError for a line that is no request of this protocol."""
    data = json.loads(line)
    if data["protocol"] != PROTOCOL:
        raise ValueError(f"protocol {data['protocol']} is not {PROTOCOL}")
    run: dict[str, Any] = data["run"]
    names = {one.name for one in fields(RunLimits)}
    run["limits"] = RunLimits(**{name: value for name, value in run["limits"].items() if name in names})
    run["samples"] = _samples(run["samples"])
    run["also"] = tuple(_samples(one) for one in run["also"])
    run["search_paths"] = tuple(run["search_paths"])
    run["arguments"] = tuple(run["arguments"])
    run["texts"] = tuple((path, text) for path, text in run["texts"])
    run["against"] = None if run["against"] is None else tuple((path, text) for path, text in run["against"])
    return RunRequest(**run), data["reply"]


def _samples(data: dict[str, Any]) -> SamplesRequest:
    inputs = tuple(InputRequest(**{**one, "shape": tuple(one["shape"])}) for one in data["inputs"])
    return SamplesRequest(inputs, data["expression"])
