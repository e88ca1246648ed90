"""Replies of the probe that no probe of ours would write: they become a trace or one clear error, and nothing else.

A reply comes from a process that ran user code, so its file may hold anything.
"""

from __future__ import annotations

import copy
import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzing import check_ending, check_patch, check_unchanged, command, fuzzed, world
from hypothesis import strategies as st
from programs import FAULTY, HEAD, SAMPLE
from texts import json_values

from autofix import engine
from autofix.loading import find_target
from autofix.probe.main import wire
from autofix.records.errors import ProbeError
from autofix.records.trace import Trace
from autofix.session import decode_reply, reply_file
from autofix.session.pending_runs import PendingRun
from autofix.session.session import Session

WORDS = ["net.py", "-s", SAMPLE]
TEXT = HEAD + FAULTY
_VALUES = st.one_of(
    json_values,
    st.sampled_from(
        (
            -1,
            2**63,
            float("nan"),
            float("inf"),
            "/etc/passwd",
            "../secret.py",
            "\0",
            "no such kind",
            {"t": [[-1, 0], "float32", -5, True, None]},
            {"t": [["4"], 1, {}, [], [1]]},
            {"t": 1},
            {"s": ["tuple", 1]},
            {"m": ["dict", [[1, 2]]]},
            {"o": None},
        )
    ),
)


class Reply(dict[str, Any]):
    """What a probe answered; too long to be shown."""

    def __repr__(self) -> str:
        return "a reply"


@pytest.fixture(scope="module")
def reply(session: Session) -> Reply:
    """Return the probe's reply for the model with a fault, with ``@`` for the folder of the project."""
    with world({"net.py": TEXT.encode()}) as project_world:
        target = find_target.target(project_world.project / "net.py", samples=find_target.parse_sample([SAMPLE]))
        listening = _Listening(session)
        engine.trace(engine.Request(target), listening)  # type: ignore[arg-type]
        text = json.dumps(listening.reply).replace(str(project_world.project), "@")
        return Reply(json.loads(text))


class _Listening:
    """A session that keeps the last reply."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.reply: dict[str, Any] = {}

    def ask(self, request: wire.RunRequest) -> PendingRun:
        return self._session.ask(request)

    def wait(self, asked: PendingRun) -> dict[str, Any]:
        self.reply = self._session.wait(asked)
        return self.reply


class _Answering:
    """A session that answers every run alike."""

    python = sys.executable
    starting = False

    def __init__(self, reply: dict[str, Any]) -> None:
        self._reply = reply

    def ask(self, request: wire.RunRequest) -> PendingRun:
        return PendingRun(request, Path("reply"))

    def ask_ahead(self, request: wire.RunRequest) -> None:
        return None

    def drop(self, asked: PendingRun) -> None:
        """Do nothing: no run was begun."""

    def wait(self, asked: PendingRun) -> dict[str, Any]:
        return copy.deepcopy(self._reply)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value in a reply."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from _places(item, (*place, key))


def _changed(reply: Reply, data: st.DataObject) -> dict[str, Any]:
    """Return the reply with some of its values exchanged, doubled or gone."""
    changed = copy.deepcopy(dict(reply))
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(_places(changed))
        *way, last = data.draw(st.sampled_from(places))
        owner = changed
        for key in way:
            owner = owner[key]
        match data.draw(st.sampled_from(("exchange", "exchange", "remove", "double"))):
            case "exchange":
                owner[last] = copy.deepcopy(
                    data.draw(_VALUES)
                )  # Each draw may be the same object: no value holds itself.
            case "remove":
                del owner[last]
            case _ if isinstance(owner, list):
                owner.insert(0, copy.deepcopy(owner[last]))
    return changed


@fuzzed(normal=45, long=1125, data=st.data())
def test_a_changed_reply_is_a_trace_or_an_error(reply: Reply, data: st.DataObject) -> None:
    try:
        trace = decode_reply.read(_changed(reply, data), lambda path, line: "größe = 1")
    except ProbeError:
        return
    assert isinstance(trace, Trace)


@fuzzed(normal=30, long=900, data=json_values)
def test_any_reply_is_a_trace_or_an_error(data: Any) -> None:
    document = data if isinstance(data, dict) else {"ending": "passed", "output": data}
    try:
        assert isinstance(decode_reply.read(document, lambda path, line: ""), Trace)
    except ProbeError:
        return


@fuzzed(normal=18, long=675, data=st.data())
def test_a_changed_reply_ends_the_command_well(reply: Reply, data: st.DataObject) -> None:
    """Whatever the stages make of a trace that lies, what they show is true of the files."""
    with world({"net.py": TEXT.encode()}) as project_world:
        before = project_world.files()
        lie = json.loads(json.dumps(_changed(reply, data)).replace("@", str(project_world.project)))
        for words in (WORDS, ["shapes", *WORDS]):
            done = command(words, _Answering(lie))  # type: ignore[arg-type]
            check_ending(done)
            check_unchanged(before, project_world)
            if words is WORDS:
                check_patch(done.output, project_world)


# -- the bytes of the file ---------------------------------------------------------------------------------------------

# It says that it is ready, and answers every request with the bytes of a file beside it.
_PROBE = """\
#!{python} -S
import json, os, sys
sys.stdout.buffer.write(b"ready 1 copies\\n")
sys.stdout.buffer.flush()
for line in sys.stdin.buffer:
    path = json.loads(line)["reply"]
    with open({answer!r}, "rb") as answer, open(path, "wb") as reply:
        reply.write(answer.read())
    sys.stdout.buffer.write(b"done " + os.path.basename(path).encode() + b"\\n")
    sys.stdout.buffer.flush()
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes], Session]]:
    """Yield a function that returns a session whose probe answers with the bytes it is given."""
    folder = tmp_path_factory.mktemp("probe")
    program, answer = folder / "python", folder / "answer"
    program.write_text(_PROBE.format(python=sys.executable, answer=str(answer)), "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def give(data: bytes) -> Session:
        answer.write_bytes(data)
        return started

    with Session(str(program)) as started:
        yield give


@st.composite
def _cut(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    start, end, more = draw(st.floats(0, 1)), draw(st.floats(0, 1)), draw(st.binary(max_size=6))
    return lambda data: data[: int(start * len(data))] + more + data[int(end * len(data)) :]


BYTES = {
    "nothing": b"",
    "null bytes": b"\0" * 100,
    "not UTF-8": b'{"ending": "\xff"}',
    "UTF-16": '{"ending": "passed"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"ending": "passed"}',
    "no object": b"[]",
    "no ending": b"{}",
    "another ending": b'{"ending": "no such"}',
    "deep lists": b'{"ending": "passed", "output": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"ending": "passed", "output": ' + b'{"s": ["list", [' * 20_000 + b"]]}" * 20_000 + b"}",
    "a long number": b'{"ending": "passed", "output": 1' + b"0" * 5000 + b"}",
    "not finite": b'{"ending": "passed", "seconds": NaN, "output": -Infinity, "operations": [{"scope": Infinity}]}',
    "an infinite place": b'{"ending": "passed", "checks": [["forward on the other samples", "passed", "", Infinity]]}',
    "twice the same key": b'{"ending": "passed", "ending": 1}',
}


def _check_answer(session: Session) -> None:
    with world({"net.py": TEXT.encode()}) as project_world:
        before = project_world.files()
        done = command([*WORDS, "--python", session.python], session)
        check_ending(done)
        check_unchanged(before, project_world)


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_reply(answered: Callable[[bytes], Session], data: bytes) -> None:
    _check_answer(answered(data))


def test_a_reply_that_is_too_long(answered: Callable[[bytes], Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_file, "MAX_BYTES", 1 << 20)
    session = answered(b" " * (1 << 21))
    with world({"net.py": TEXT.encode()}):
        done = command([*WORDS, "--python", session.python], session)
    assert done.code == 2
    assert "the probe's reply is larger than 1 MiB; use a smaller sample" in done.errors


@fuzzed(normal=12, long=360, cut=_cut(), more=st.one_of(st.just(b""), st.binary(max_size=40)))
def test_cut_bytes(
    answered: Callable[[bytes], Session], reply: Reply, cut: Callable[[bytes], bytes], more: bytes
) -> None:
    _check_answer(answered(cut(json.dumps(reply).encode()) + more))
