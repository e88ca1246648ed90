"""Frames that are no messages: each is answered with the protocol's own error, and the next message is read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from attacked import AUTOFIX, Attacked, within
from hypothesis import given
from hypothesis import strategies as st

from autofix.frontends.lsp.frames import INVALID_REQUEST, NOT_INITIALIZED, PARSE_ERROR, Frames


def frame(body: bytes | str) -> bytes:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return b"Content-Length: %d\r\n\r\n%b" % (len(data), data)


def message(**fields: Any) -> bytes:
    return frame(json.dumps({"jsonrpc": "2.0", **fields}))


BEGIN = message(id=1, method="initialize", params={"capabilities": {}})
LAST = message(id=2, method="last")
NO_JSON: dict[str, bytes | str] = {
    "a brace": "{nope",
    "nothing but blanks": "   ",
    "no UTF-8": b'{"\xff": 1}',
    "half a number": "-",
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
    "two values": "{} {}",
    "a null byte": "\0",
    "a word": "None",
    "half a text": '"abc',
    "a long number": "9" * 5000,
}
NO_MESSAGE = {
    "a list": "[1,2]",
    "an empty batch": "[]",
    "a number": "5",
    "null": "null",
    "a text": '"x"',
    "a surrogate": '"\udc80"',
    "infinity": "Infinity",
    "an empty object": "{}",
    "another version": '{"jsonrpc":"1.0","id":9,"method":"x"}',
    "a version as a number": '{"jsonrpc":2.0,"id":9,"method":"x"}',
    "no method": '{"jsonrpc":"2.0","id":9}',
    "a method of a wrong type": '{"jsonrpc":"2.0","id":9,"method":["x"]}',
    "an object as a method": '{"jsonrpc":"2.0","id":9,"method":{}}',
    "a list as an id": '{"jsonrpc":"2.0","id":[9],"method":"x"}',
    "true as an id": '{"jsonrpc":"2.0","id":true,"method":"x"}',
    "null as an id": '{"jsonrpc":"2.0","id":null,"method":"x"}',
    "a fraction as an id": '{"jsonrpc":"2.0","id":1.5,"method":"x"}',
    "a second beginning": '{"jsonrpc":"2.0","id":9,"method":"initialize","params":{}}',
}
HEADS = {
    "no length": b"Content-Type: x\r\n\r\n",
    "an empty length": b"Content-Length: \r\n\r\n",
    "a length in words": b"Content-Length: ten\r\n\r\n",
    "a length below zero": b"Content-Length: -5\r\n\r\n",
    "no bytes": b"Content-Length: 0\r\n\r\n",
    "a head without its colon": b"Content-Length 5\r\n\r\n",
    "a very long head": b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "bytes that are no text": b"\xff\xfe\x00\r\n\r\n",
}
BAD = {
    **{name: (frame(body), PARSE_ERROR) for name, body in NO_JSON.items()},
    **{name: (frame(body), INVALID_REQUEST) for name, body in NO_MESSAGE.items()},
    **{name: (head, PARSE_ERROR) for name, head in HEADS.items()},
}


def read(data: bytes) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the messages in a stream, and the codes of the errors that are answered to the rest."""
    outgoing = io.BytesIO()
    frames = Frames(io.BytesIO(data), outgoing)
    messages = []
    while head := frames.readline():
        frames.readline()
        messages.append(json.loads(frames.read(int(head.partition(b":")[2]))))
    answers = outgoing.getvalue().split(b"Content-Length: ")[1:]
    return messages, [json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] for answer in answers]


@pytest.mark.parametrize("bad, code", BAD.values(), ids=BAD)
def test_what_is_no_message_is_answered_and_skipped(bad: bytes, code: int) -> None:
    with within(20.0):
        messages, codes = read(BEGIN + bad + LAST)
    assert [entry["method"] for entry in messages] == ["initialize", "last"]
    assert code in codes


@pytest.mark.parametrize("bad, code", BAD.values(), ids=BAD)
def test_nothing_is_read_before_the_beginning(bad: bytes, code: int) -> None:
    _, codes = read(bad + LAST)
    assert set(codes) <= {code, NOT_INITIALIZED, PARSE_ERROR}
    assert codes or b"initialize" in bad


@pytest.mark.parametrize("length", [1 << 28, (1 << 28) + 1, 1 << 40, 1 << 63, 10**19, 10**30])
def test_a_length_beyond_the_machine_takes_no_memory(length: int) -> None:
    with within(20.0):
        messages, _ = read(BEGIN + b"Content-Length: %d\r\n\r\n{}" % length + LAST)
    assert len(messages) == 1


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([bad for bad, _ in BAD.values()])), max_size=4))
def test_any_bytes_are_read_to_their_end(parts: list[bytes]) -> None:
    messages, codes = read(BEGIN + b"".join(parts))
    assert messages[0]["method"] == "initialize"
    assert set(codes) <= {PARSE_ERROR, INVALID_REQUEST, NOT_INITIALIZED}


@pytest.mark.skipif(sys.platform != "linux", reason="processes and their ends as Linux has them")
def test_a_server_lives_through_all_of_them(tmp_path: Any) -> None:
    attacked = Attacked(tmp_path)
    end = message(id=3, method="shutdown") + message(method="exit")
    data = BEGIN + b"".join(bad for bad, _ in BAD.values()) + LAST + end
    done = subprocess.run(
        [*AUTOFIX, "lsp"], input=data, cwd=attacked.project, env=attacked.environment, capture_output=True, check=False
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert done.stdout.count(b'"error"') >= len(BAD)
    assert b'"id": 3' in done.stdout or b'"id":3' in done.stdout
    attacked.check_gone()
