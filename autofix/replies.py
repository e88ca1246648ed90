"""The probe's reply -> Trace, every value checked on the way in.

A reply comes from a process that ran user code, so nothing in it is trusted to have the right type.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from autofix.errors import ProbeError
from autofix.probe import wire
from autofix.records import (
    Check,
    CheckKind,
    CheckOutcome,
    Ending,
    Failure,
    Frame,
    Layer,
    Mapping,
    Opaque,
    Operation,
    OperationKind,
    Phase,
    Position,
    Range,
    Sequence,
    Stage,
    Tensor,
    Trace,
    Value,
)

LineOf = Callable[[Path, int], str]


def read(reply: dict[str, Any], line_of: LineOf) -> Trace:
    """``line_of`` gives the text of a line (from 1) of a project file: columns travel in bytes, positions count code
    points.

    Raises ProbeError if the reply does not have the form of ``probe/wire.py``.
    """
    try:
        return _trace(reply, line_of)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise ProbeError(f"the probe's reply is malformed: {type(error).__name__}: {error}") from error


def _trace(reply: dict[str, Any], line_of: LineOf) -> Trace:
    layers = tuple(_layer(i, row, line_of) for i, row in enumerate(reply.get("layers", ())))
    failure = reply.get("failure")
    return Trace(
        ending=Ending(reply["ending"]),
        message=_text(reply.get("message", "")),
        operations=tuple(_operation(i, row, layers, line_of) for i, row in enumerate(reply.get("operations", ()))),
        layers=layers,
        environments=tuple(_mapping(row) for row in reply.get("environments", ())),
        globals=tuple((_path(path), _mapping(row)) for path, row in reply.get("globals", ())),
        output=value(reply.get("output")),
        failure=None if failure is None else _failure(failure, line_of),
        checks=tuple(
            Check(CheckKind[kind], CheckOutcome(outcome), _text(detail), *map(int, place))
            for kind, outcome, detail, *place in reply.get("checks", ())
        ),
        state_dict=tuple((_text(name), _shape(shape)) for name, shape in reply.get("state_dict", ())),
        files=tuple(_path(path) for path in reply.get("files", ())),
        data_files=tuple(_path(path) for path in reply.get("data_files", ())),
        placeholders=tuple(map(_text, reply.get("placeholders", ()))),
        sliced=bool(reply.get("sliced", False)),
        candidates=tuple(map(_text, reply.get("candidates", ()))),
        seconds=float(reply.get("seconds", 0.0)),
        graph=_text(reply.get("graph", "")),
    )


def _operation(index: int, row: dict[str, Any], layers: tuple[Layer, ...], line_of: LineOf) -> Operation:
    scope = int(row["scope"])
    return Operation(
        index=index,
        name=_text(row["name"]),
        kind=OperationKind(row["kind"]),
        target=_text(row["target"]),
        arguments=tuple(map(value, row["args"])),
        keywords=tuple((_text(name), value(item)) for name, item in row["kwargs"]),
        result=value(row["result"]),
        raised=bool(row["raised"]),
        frames=tuple(_frame(frame, line_of) for frame in row["frames"]),
        phase=Phase(row["phase"]),
        layer=None if row["layer"] is None else _text(row["layer"]),
        scope=(layers[scope].path or "") if 0 <= scope < len(layers) else "",
        layer_index=int(row["identity"]),
        scope_index=scope,
    )


def _layer(index: int, row: dict[str, Any], line_of: LineOf) -> Layer:
    return Layer(
        identity=index,
        path=None if row["path"] is None else _text(row["path"]),
        type=_text(row["type"]),
        settings=tuple((_text(name), value(item)) for name, item in row["settings"]),
        parameters=tuple((_text(name), _shape(shape)) for name, shape in row["parameters"]),
        construction=tuple(_frame(frame, line_of) for frame in row["frames"]),
        is_leaf=bool(row["leaf"]),
    )


def _failure(row: dict[str, Any], line_of: LineOf) -> Failure:
    return Failure(
        type=_text(row["type"]),
        message=_text(row["message"]),
        stage=Stage(row["stage"]),
        operation=int(row["operation"]),
        frames=tuple(_frame(frame, line_of) for frame in row["frames"]),
        callee=_text(row["callee"]),
        arguments=tuple((_text(name), value(item)) for name, item in row["arguments"]),
    )


def _frame(row: list[Any], line_of: LineOf) -> Frame:
    path, function, line, column, end_line, end_column, environment = row
    place = _path(path)
    span = Range(
        _position(place, int(line), int(column), line_of), _position(place, int(end_line), int(end_column), line_of)
    )
    return Frame(place, _text(function), span, int(environment))


def _position(path: Path, line: int, column: int, line_of: LineOf) -> Position:
    text = line_of(path, line)
    if text.isascii():
        return Position(line, column)
    return Position(line, len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace")))


def value(data: Any) -> Value:
    """A plain value from its wire form."""
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if not isinstance(data, dict) or len(data) != 1:
        raise TypeError(f"not a value: {data!r}")
    key, content = next(iter(data.items()))
    if key == wire.TENSOR:
        shape, dtype, producer, contiguous, bounds = content
        return Tensor(
            _shape(shape),
            _text(dtype),
            int(producer),
            bool(contiguous),
            None if bounds is None else (int(bounds[0]), int(bounds[1])),
        )
    if key == wire.SEQUENCE:
        return Sequence(_text(content[0]), tuple(map(value, content[1])))
    if key == wire.MAPPING:
        return _mapping(data)
    if key == wire.OPAQUE:
        return Opaque(_text(content))
    raise ValueError(f"unknown value {key!r}")


def _mapping(data: dict[str, Any]) -> Mapping:
    name, items = data[wire.MAPPING]
    return Mapping(_text(name), tuple((_text(key), value(item)) for key, item in items))


def _shape(data: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in data)


@lru_cache(maxsize=1024)
def _path(data: Any) -> Path:
    """One object for one path: each frame of a trace names one, and making and hashing them takes a while."""
    return Path(_text(data))


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise TypeError(f"expected text, got {type(data).__name__}")
    return data
