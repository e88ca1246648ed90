"""A reply of a process that ran user code: every value that is not what the wire says is a ProbeError, none a crash."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autofix.probe.main import wire
from autofix.records.errors import ProbeError
from autofix.session import checked_values, decode_reply, reply_file

TENSOR = {"t": [[2, 3], "float32", 0, True, [0, 5]]}
FRAME = ["/p/net.py", "Net.forward", 3, 8, 3, 20, 0]
OPERATION = {
    "name": "fc",
    "kind": "call_module",
    "target": "fc",
    "args": [TENSOR, {"s": ["list", [1, 2.5, None]]}],
    "kwargs": [["bias", True]],
    "result": TENSOR,
    "raised": False,
    "frames": [FRAME],
    "phase": "forward",
    "layer": "fc",
    "identity": 0,
    "scope": None,
}
LAYER = {
    "path": "fc",
    "type": "torch.nn.Linear",
    "base": "",
    "settings": [["in_features", 3]],
    "parameters": [["weight", [2, 3]]],
    "frames": [FRAME],
    "leaf": True,
}
REPLY: dict[str, Any] = {
    "protocol": wire.PROTOCOL,
    "ending": "raised",
    "message": "no",
    "operations": [OPERATION],
    "layers": [LAYER],
    "environments": [{"m": ["locals", [["x", TENSOR], ["odd", {"o": "Odd"}]]]}],
    "globals": [["/p/net.py", {"m": ["module", [["WIDTH", 3]]]}]],
    "output": TENSOR,
    "failure": {
        "type": "RuntimeError",
        "message": "no",
        "stage": "forward",
        "operation": 0,
        "frames": [FRAME],
        "callee": "torch.f",
        "arguments": [["input", TENSOR]],
    },
    "checks": [["forward on the sample", "passed", "", 0, 1]],
    "state_dict": [["fc.weight", [2, 3]]],
    "files": ["/p/net.py"],
    "data_files": ["/p/x.json"],
    "placeholders": ["timm"],
    "refused": [],
    "sliced": False,
    "candidates": [],
    "seconds": 0.5,
    "graph": "",
}


def _read(reply: Any) -> Any:
    return decode_reply.read(reply, lambda path, line: "")


def test_reply_is_read() -> None:
    trace = _read(REPLY)
    assert (trace.operations[0].layer, trace.layers[0].path, trace.seconds) == ("fc", "fc", 0.5)


Place = tuple[Any, ...]


def _places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield every leaf of the reply, and the path to it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))
        return
    if isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _places(item, (*place, index))
        return
    yield place, value


def _with(place: Place, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(REPLY)
    inner: Any = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


LEAVES = [(place, value) for place, value in _places(REPLY) if place[0] != "protocol"]
WRONG: tuple[Any, ...] = (
    None,
    True,
    -7,
    1 << 70,
    0.5,
    float("nan"),
    float("-inf"),
    "\0",
    "relative",
    [],
    [[]],
    {},
    {"t": []},
    {"x": 1},
)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_any_value_in_any_place_is_read_or_refused(wrong: Any) -> None:
    """What is read has the types that records promise; nothing else than ProbeError comes out."""
    for place, _ in LEAVES:
        try:
            trace = _read(_with(place, wrong))
        except ProbeError:
            continue
        assert all(size >= 0 for operation in trace.operations for tensor in operation.tensors for size in tensor.shape)
        assert all(path.is_absolute() for path in (*trace.files, *trace.data_files))


REFUSED: dict[str, tuple[Place, Any]] = {
    "operation of a check before the first": (("checks", 0, 3), -1),
    "dimension of a check before the first": (("checks", 0, 4), -1),
    "negative size": (("output", "t", 0, 0), -1),
    "true for a size": (("output", "t", 0, 0), True),
    "fraction for a size": (("state_dict", 0, 1, 0), 2.0),
    "size beyond every machine": (("output", "t", 0, 0), 1 << 63),
    "producer that is not there": (("output", "t", 2), 1),
    "producer before the first": (("output", "t", 2), -1),
    "layer that is not there": (("operations", 0, "identity"), 1),
    "scope that is not there": (("operations", 0, "scope"), 1),
    "layer before the first": (("operations", 0, "identity"), -1),
    "scope before the first": (("operations", 0, "scope"), -1),
    "failed operation that is not there": (("failure", "operation"), 1),
    "failed operation before the first": (("failure", "operation"), -1),
    "environment that is not there": (("failure", "frames", 0, 6), 1),
    "environment before the first": (("failure", "frames", 0, 6), -1),
    "line zero": (("failure", "frames", 0, 2), 0),
    "negative column": (("failure", "frames", 0, 3), -1),
    "number for a flag": (("operations", 0, "raised"), 1),
    "text for a flag": (("sliced",), "no"),
    "unknown kind": (("operations", 0, "kind"), "call_anything"),
    "unknown ending": (("ending",), "fine"),
    "relative path": (("files", 0), "net.py"),
    "path with a null": (("files", 0), "/p/\0"),
    "text for a list": (("files",), "/p/net.py"),
    "not a number": (("output",), float("nan")),
    "endless": (("output",), float("inf")),
    "negative time": (("seconds",), -1.0),
    "long text": (("message",), "x" * (checked_values.MAX_TEXT + 1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_malformed_value_is_refused(name: str) -> None:
    with pytest.raises(ProbeError, match="the probe's reply is malformed"):
        _read(_with(*REFUSED[name]))


@pytest.mark.parametrize("levels", [decode_reply.MAX_DEPTH + 2, 100_000])
def test_deep_value_is_refused(levels: int) -> None:
    value: Any = 1
    for _ in range(levels):
        value = {"s": ["list", [value]]}
    with pytest.raises(ProbeError):
        _read({**REPLY, "output": value})
    while isinstance(value, dict):  # Taken apart from outside: freeing it all at once would be as deep.
        value = value["s"][1].pop()


# -- the file ----------------------------------------------------------------------------------------------------------


def _link(path: Path) -> None:
    path.with_name("real").write_text(json.dumps(REPLY))
    path.symlink_to("real")


def _endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(reply_file.MAX_BYTES + 1)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "cannot be read"),
    "empty": (Path.touch, "cannot be read"),
    "no JSON": (lambda path: path.write_text("{"), "cannot be read"),
    "no text": (lambda path: path.write_bytes(b"\xff\xfe"), "cannot be read"),
    "no object": (lambda path: path.write_text("[]"), "not an object"),
    "another protocol": (lambda path: path.write_text('{"protocol": 99}'), "another protocol"),
    "NaN": (lambda path: path.write_text('{"protocol": 1, "seconds": NaN}'), "NaN"),
    "Infinity": (lambda path: path.write_text('{"protocol": 1, "seconds": -Infinity}'), "Infinity"),
    "endless number": (lambda path: path.write_text('{"protocol": ' + "1" * 5000 + "}"), "cannot be read"),
    "deep": (lambda path: path.write_text("[" * 200_000), "cannot be read"),
    "link": (_link, "no regular file"),
    "folder": (Path.mkdir, "no regular file"),
    "pipe": (os.mkfifo, "no regular file"),
    "too large": (_endless, "larger than"),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_no_reply(name: str, tmp_path: Path) -> None:
    make, words = FILES[name]
    make(tmp_path / "reply.json")
    with pytest.raises(ProbeError, match=words):
        reply_file.read_reply(tmp_path / "reply.json")


def test_reply_is_removed_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text(json.dumps(REPLY))
    assert reply_file.read_reply(tmp_path / "reply.json") == REPLY
    assert list(tmp_path.iterdir()) == []


@pytest.mark.torch
def test_numbers_that_json_has_none_for_travel_as_what_they_are(run: Callable[..., Any]) -> None:
    text = (
        "import torch\nHUGE, ENDLESS, NAN = 10 ** 5000, float('inf'), float('nan')\n"
        "class Net(torch.nn.Module):\n    def forward(self, x, far=float('-inf')):\n"
        "        big = 10 ** 5000\n        return x @ x\n"
    )
    trace = run(text, "2,3")
    assert trace.failure is not None
    assert trace.failure.type == "RuntimeError", trace.message


def test_every_key_of_a_reply_is_read() -> None:
    """A new fact of the probe is declared on the wire and read here, or it is none."""
    text = Path(str(decode_reply.__file__)).read_text("utf-8")
    rows = (wire.Reply, wire.OperationRow, wire.LayerRow, wire.FailureRow)
    keys = {key for row in rows for key in row.__annotations__} - {"protocol"}  # Which is read with the file.
    assert {key for key in keys if f'"{key}"' not in text} == set()
