"""Request and reply, which both sides import.

A request is one JSON object on a line of the probe's standard input; it names the file its reply goes to. A reply is
one JSON object in that file; a line of the standard output says that it is there. The line ``cancel`` ends every run.
Nothing here runs user code or knows torch.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from .samples_request import SamplesRequest, decode_samples

PROTOCOL = 2
CANCEL = b"cancel\n"
END = b"end\n"  # Nothing more is asked for; an input that ends without it or CLOSE has lost its writer.
CLOSE = b"close\n"  # The session is over, and its folder goes with the probe: who asked may be killed any moment.
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
# What keeps connections from leaving a run, whoever makes them, and signals from other processes; the strongest first.
NAMESPACE = "namespace"
FILTER = "filter"
HOOK = "hook"  # Python alone is kept from them.
ALLOWED = "allowed"
CONNECTIONS = (NAMESPACE, LANDLOCK, FILTER, HOOK, ALLOWED)
PROCESSES = (NAMESPACE, LANDLOCK, HOOK)

# What a worker of the probe says on its pipe when it is through with a request.
ANSWERED = b"."
TOO_LARGE = b"+"  # For a run with storage; there is no reply.
SPENT = b"-"  # The run before left no room for another one: it is to be made elsewhere, and there is no reply.

# How a plain value is written: JSON scalars stand for themselves, everything else is an object with one key.
TENSOR = "t"  # [shape, dtype, producer or null, contiguous, [lowest, highest] or null]
SEQUENCE = "s"  # [type, [values]]
MAPPING = "m"  # [type, [[key, value], ...]]
OPAQUE = "o"  # type

FrameRow = list[Any]
"""[path, function, line, byte column, end line, end byte column, environment or None]."""
AbsentRow = list[Any]
"""[package, path of the file that imports it, line, why it could not be imported]."""
Nested = tuple[Any, ...]
"""[dtype, size, ...] of a tensor, or several of these, nested as an operator gives them."""
CheckRow = list[Any]
"""[kind, outcome, detail] and, where samples were put together, [operation, dimension of its first operand or None]."""


class OperationKind(StrEnum):
    """The opcode of the fx node the operation was recorded as."""

    PLACEHOLDER = "placeholder"
    GET_ATTR = "get_attr"
    CALL_MODULE = "call_module"
    CALL_FUNCTION = "call_function"
    CALL_METHOD = "call_method"


class Phase(StrEnum):
    """What was being done when an operation was recorded."""

    CONSTRUCT = "construct"
    FORWARD = "forward"


class Stage(StrEnum):
    """What was being done when the run ended."""

    IMPORT = "import"
    CONSTRUCT = "construct"
    SAMPLE = "sample"
    FORWARD = "forward"
    SCRIPT = "script"


class Ending(StrEnum):
    """How a run of user code ended; everything but PASSED carries a message."""

    PASSED = "passed"
    RAISED = "raised"
    IMPORT_FAILED = "import failed"
    NO_MODEL = "no model"
    BAD_SAMPLE = "bad sample"
    EXITED = "exited"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out of memory"
    NEEDS_VALUES = "needs values"
    LIMIT_REACHED = "limit reached"
    REFUSED = "refused"
    PROBE_FAILED = "probe failed"


class CheckKind(StrEnum):
    """The verification checks, in the order in which they are made and shown."""

    FORWARD = "forward on the sample"
    ALSO = "forward on the other samples"
    EVALUATION = "evaluation mode"
    BATCH = "other batch sizes"
    ROWS = "one result for each sample"
    INDEPENDENT = "samples independent"
    CAUSAL = "later positions hidden"
    BACKWARD = "backward"
    USES = "other uses of what it edits"
    FRESH = "fresh process"
    EQUAL = "equal outputs with the same weights"


class CheckOutcome(StrEnum):
    """How a verification check came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASKED = "not asked"


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
    without, or as the size of the model says. ``driver`` are statements that are run in a
    file which is then no program of its own. ``tests``: the program is a file of tests, and ``arguments`` choose among
    them. ``session`` are the words of a session of pytest that failed over these tests, which all have to pass;
    ``folder`` is the working directory of it. ``past`` are operations that may raise, by their number, and what stands
    in for their results when they do.
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
    tests: bool = False
    driver: str = ""
    arguments: tuple[str, ...] = ()
    against: tuple[tuple[str, str], ...] | None = None
    mode: str = AUTO
    session: tuple[str, ...] = ()
    folder: str = ""
    past: tuple[tuple[int, Nested], ...] = ()


class OperationRow(TypedDict):
    """One operation, which is in the reply where it was begun. ``args``, ``kwargs`` and ``result`` are plain values."""

    kind: OperationKind
    name: str
    target: str
    args: list[Any]
    kwargs: list[list[Any]]
    result: Any
    raised: bool
    frames: list[FrameRow]
    phase: Phase
    layer: str | None
    identity: int | None
    scope: int | None


class LayerRow(TypedDict):
    path: str | None
    type: str
    base: str  # The class of torch that a class of the user's extends; empty for others.
    settings: list[list[Any]]
    parameters: list[list[Any]]
    frames: list[FrameRow]
    leaf: bool


class FailureRow(TypedDict):
    type: str
    message: str
    stage: Stage
    operation: int | None
    frames: list[FrameRow]
    callee: str
    arguments: list[list[Any]]


class Reply(TypedDict):
    """What a run did. Only how it ended is always there; ``records.trace.Trace`` says what the rest means."""

    protocol: int
    ending: Ending
    message: str
    operations: NotRequired[list[OperationRow]]
    layers: NotRequired[list[LayerRow]]
    environments: NotRequired[list[Any]]
    globals: NotRequired[list[list[Any]]]
    output: NotRequired[Any]
    failure: NotRequired[FailureRow]
    checks: NotRequired[list[CheckRow]]
    warnings: NotRequired[list[tuple[int, str]]]  # [operation, what torch said while it ran]
    gradients: NotRequired[list[Any]]  # See `record.gradients`.
    called: NotRequired[list[int]]  # Layers that ran in operations which are told no more.
    state_dict: NotRequired[list[list[Any]]]
    files: NotRequired[list[str]]
    data_files: NotRequired[list[str]]
    placeholders: NotRequired[list[str]]
    cut_tests: NotRequired[list[str]]
    absent: NotRequired[list[AbsentRow]]
    refused: NotRequired[list[str]]
    sliced: NotRequired[bool]
    candidates: NotRequired[list[str]]
    seconds: NotRequired[float]
    graph: NotRequired[str]
    mode: NotRequired[str]
    need: NotRequired[int]
    synthesized: NotRequired[list[str]]
    isolation: NotRequired[str]
    connections: NotRequired[str]
    processes: NotRequired[str]


def ended(ending: Ending, message: str) -> Reply:
    """Return the reply of a run of which only the ending is known."""
    return {"protocol": PROTOCOL, "ending": ending, "message": message}


def ready(runs_at_once: int, isolation: str) -> bytes:
    """Return what the probe says first; of two runs at once, one is asked to be fresh."""
    return f"ready {runs_at_once} {isolation}\n".encode()


def decode_ready(line: bytes) -> tuple[int, str] | None:
    """Return the arguments of ``ready``; None for another line."""
    words = line.decode("ascii", "replace").split()
    if len(words) != 3 or words[0] != "ready" or words[1] not in {"1", "2", "3"} or words[2] not in ISOLATION:
        return None
    return int(words[1]), words[2]


def done(reply_path: str) -> bytes:
    """Return what the probe says when a reply is written, or will never be."""
    return f"done {os.path.basename(reply_path)}\n".encode()


def encode_request(request: RunRequest, reply_path: str) -> str:
    return json.dumps({"protocol": PROTOCOL, "reply": reply_path, "run": asdict(request)}) + "\n"


def decode_request(line: str) -> tuple[RunRequest, str]:
    """Read a request; raise ValueError, KeyError or TypeError for a line that is no request of this protocol."""
    data = json.loads(line)
    if data["protocol"] != PROTOCOL:
        raise ValueError(f"protocol {data['protocol']} is not {PROTOCOL}")
    run: dict[str, Any] = data["run"]
    names = {field.name for field in fields(RunLimits)}
    run["limits"] = RunLimits(**{name: value for name, value in run["limits"].items() if name in names})
    run["samples"] = decode_samples(run["samples"])
    run["also"] = tuple(decode_samples(samples) for samples in run["also"])
    run["search_paths"] = tuple(run["search_paths"])
    run["arguments"], run["session"] = tuple(run["arguments"]), tuple(run["session"])
    run["texts"] = tuple((path, text) for path, text in run["texts"])
    run["past"] = tuple((index, nested) for index, nested in run["past"])
    run["against"] = None if run["against"] is None else tuple((path, text) for path, text in run["against"])
    return RunRequest(**run), data["reply"]
