"""The probe's reply -> Trace, every value checked on the way in.

A reply comes from a process that ran user code, so nothing in it is trusted to have the right type, to lie in range or
to be of a size that can be worked with. What lies outside of the project is for who edits (``paths``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autofix.probe.main import wire
from autofix.records.errors import ProbeError
from autofix.records.gradients import Gradients
from autofix.records.locations import Position, Range
from autofix.records.options import Mode
from autofix.records.trace import (
    AbsentPackage,
    Check,
    CheckKind,
    CheckOutcome,
    Containment,
    Ending,
    Failure,
    Frame,
    Isolation,
    Layer,
    Operation,
    OperationKind,
    Phase,
    Stage,
    Trace,
)
from autofix.records.values import Mapping, Opaque, Sequence, Tensor, Value
from autofix.session import checked_values as checked
from autofix.system.gc_pause import uncollected

LineOf = Callable[[Path, int], str]
FrameOf = Callable[[Any], Frame]
MAX_GRAPH, MAX_DEPTH = 1 << 26, 16
MAX_LINE = 1 << 31
MAX_NEED = 1 << 100


def read(reply: dict[str, Any], line_of: LineOf) -> Trace:
    """Read a reply into a trace.

    ``line_of`` gives the text of a line (from 1) of a project file: columns travel in bytes, positions count code
    points.

    Raises ProbeError if the reply does not have the form of ``probe/wire.py``.
    """
    try:
        with uncollected():
            return _trace(reply, line_of)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise ProbeError(f"the probe's reply is malformed: {type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many there are of what indices in the reply point at."""

    operations: int
    layers: int
    environments: int


def _trace(reply: dict[str, Any], line_of: LineOf) -> Trace:
    operations, environments = _rows(reply, "operations"), _rows(reply, "environments")
    counts = _Counts(len(operations), len(_rows(reply, "layers")), len(environments))
    frame_of = _frames(counts, line_of)
    layers = tuple(_layer(i, row, counts, frame_of) for i, row in enumerate(_rows(reply, "layers")))
    failure = reply.get("failure")
    return Trace(
        ending=Ending(reply["ending"]),
        message=checked.text(reply.get("message", "")),
        operations=tuple(_operation(i, row, layers, counts, frame_of) for i, row in enumerate(operations)),
        layers=layers,
        environments=tuple(_mapping(row, counts) for row in environments),
        globals=tuple((checked.path(path), _mapping(row, counts)) for path, row in _rows(reply, "globals")),
        output=_value(reply.get("output"), counts),
        failure=None if failure is None else _failure(failure, counts, frame_of),
        checks=tuple(_check(*row) for row in _rows(reply, "checks")),
        warnings=tuple(
            (checked.integer(row, 0, counts.operations), checked.text(words)) for row, words in _rows(reply, "warnings")
        ),
        gradients=tuple(_gradients(*row, frame_of=frame_of) for row in _rows(reply, "gradients")),
        called=tuple(checked.integer(index, 0, counts.layers) for index in _rows(reply, "called")),
        state_dict=tuple((checked.text(name), checked.shape(shape)) for name, shape in _rows(reply, "state_dict")),
        files=tuple(checked.path(path) for path in _rows(reply, "files")),
        data_files=tuple(checked.path(path) for path in _rows(reply, "data_files")),
        placeholders=tuple(map(checked.text, _rows(reply, "placeholders"))),
        cut_tests=tuple(map(checked.text, _rows(reply, "cut_tests"))),
        absent=tuple(_absent(*row) for row in _rows(reply, "absent")),
        refused=tuple(map(checked.text, _rows(reply, "refused"))),
        sliced=checked.flag(reply.get("sliced", False)),
        candidates=tuple(map(checked.text, _rows(reply, "candidates"))),
        seconds=checked.seconds(reply.get("seconds", 0.0)),
        graph=checked.text(reply.get("graph", ""), MAX_GRAPH),
        mode=Mode(reply.get("mode", Mode.REAL.value)),
        need=checked.integer(reply.get("need", 0), 0, MAX_NEED),
        synthesized=tuple(map(checked.text, _rows(reply, "synthesized"))),
        isolation=Isolation(reply["isolation"]) if "isolation" in reply else None,
        connections=Containment(reply["connections"]) if "connections" in reply else None,
        processes=Containment(reply["processes"]) if "processes" in reply else None,
    )


def _absent(name: Any, path: Any, line: Any, why: Any) -> AbsentPackage:
    return AbsentPackage(checked.text(name), checked.path(path), checked.integer(line, 1), checked.text(why))


def _gradients(function: Any, frame: Any, inputs: Any, returned: Any, agrees: Any, *, frame_of: FrameOf) -> Gradients:
    return Gradients(
        checked.text(function),
        frame_of(frame),
        tuple((None if shape is None else checked.shape(shape), checked.flag(needs)) for shape, needs in inputs),
        tuple(None if shape is None else checked.shape(shape) for shape in returned),
        None if agrees is None else checked.flag(agrees),
    )


def _check(kind: Any, outcome: Any, detail: Any, *place: Any) -> Check:
    return Check(
        CheckKind(kind),
        CheckOutcome(outcome),
        checked.text(detail),
        *(checked.index(number, checked.MAX_SIZE) for number in place),
    )


def _operation(
    index: int, row: wire.OperationRow, layers: tuple[Layer, ...], counts: _Counts, frame_of: FrameOf
) -> Operation:
    scope = checked.index(row["scope"], counts.layers)
    return Operation(
        index=index,
        name=checked.text(row["name"]),
        kind=OperationKind(row["kind"]),
        target=checked.text(row["target"]),
        arguments=tuple(_value(argument, counts) for argument in row["args"]),
        keywords=_items(row["kwargs"], counts),
        result=_value(row["result"], counts),
        raised=checked.flag(row["raised"]),
        frames=tuple(map(frame_of, row["frames"])),
        phase=Phase(row["phase"]),
        layer=None if row["layer"] is None else checked.text(row["layer"]),
        scope="" if scope is None else layers[scope].path or "",
        layer_index=checked.index(row["identity"], counts.layers),
        scope_index=scope,
    )


def _layer(index: int, row: wire.LayerRow, counts: _Counts, frame_of: FrameOf) -> Layer:
    return Layer(
        identity=index,
        path=None if row["path"] is None else checked.text(row["path"]),
        type=checked.text(row["type"]),
        settings=_items(row["settings"], counts),
        parameters=tuple((checked.text(name), checked.shape(shape)) for name, shape in row["parameters"]),
        construction=tuple(map(frame_of, row["frames"])),
        is_leaf=checked.flag(row["leaf"]),
        base=checked.text(row["base"]),
    )


def _failure(row: wire.FailureRow, counts: _Counts, frame_of: FrameOf) -> Failure:
    return Failure(
        type=checked.text(row["type"]),
        message=checked.text(row["message"]),
        stage=Stage(row["stage"]),
        operation=checked.index(row["operation"], counts.operations),
        frames=tuple(map(frame_of, row["frames"])),
        callee=checked.text(row["callee"]),
        arguments=_items(row["arguments"], counts),
    )


def _frames(counts: _Counts, line_of: LineOf) -> FrameOf:
    """Return a function that makes one object for equal frames: thousands of layers and operations come
    from few places.
    """
    known: dict[tuple[Any, ...], Frame] = {}

    def frame_of(row: Any) -> Frame:
        key = tuple(row)
        if key not in known:
            known[key] = _frame(row, counts, line_of)
        return known[key]

    return frame_of


def _frame(row: list[Any], counts: _Counts, line_of: LineOf) -> Frame:
    path, function, line, column, end_line, end_column, environment = row
    place = checked.path(path)
    span = Range(_position(place, line, column, line_of), _position(place, end_line, end_column, line_of))
    return Frame(place, checked.text(function), span, checked.index(environment, counts.environments))


def _position(path: Path, line: Any, column: Any, line_of: LineOf) -> Position:
    number, place = checked.integer(line, 1, MAX_LINE), checked.integer(column, 0, MAX_LINE)
    text = line_of(path, number)
    if text.isascii():
        return Position(number, place)
    return Position(number, len(text.encode("utf-8", "surrogatepass")[:place].decode("utf-8", "replace")))


# -- values ------------------------------------------------------------------------------------------------------------


def _value(data: Any, counts: _Counts, depth: int = 0) -> Value:
    """Read a plain value from its wire form."""
    if data is None or isinstance(data, (bool, int)):
        return data
    if isinstance(data, str):
        return checked.text(data)
    if isinstance(data, float):
        return checked.finite(data)
    if not isinstance(data, dict) or len(data) != 1 or depth > MAX_DEPTH:
        raise TypeError(f"not a value: {type(data).__name__}")
    key, content = next(iter(data.items()))
    if key == wire.TENSOR:
        return _tensor(*content, counts=counts)
    if key == wire.SEQUENCE:
        name, items = content
        return Sequence(checked.text(name), tuple(_value(item, counts, depth + 1) for item in items))
    if key == wire.MAPPING:
        return _mapping(data, counts, depth)
    if key == wire.OPAQUE:
        return Opaque(checked.text(content))
    raise ValueError(f"unknown value {checked.text(key)[:40]!r}")


def _tensor(shape: Any, dtype: Any, producer: Any, contiguous: Any, bounds: Any, *, counts: _Counts) -> Tensor:
    limits = None
    if bounds is not None:
        low, high = bounds
        limits = (checked.integer(low, -checked.MAX_SIZE), checked.integer(high, -checked.MAX_SIZE))
    index = checked.index(producer, counts.operations)
    return Tensor(checked.shape(shape), checked.text(dtype), index, checked.flag(contiguous), limits)


def _mapping(data: dict[str, Any], counts: _Counts, depth: int = 0) -> Mapping:
    name, items = data[wire.MAPPING]
    return Mapping(checked.text(name), _items(items, counts, depth))


def _items(rows: Any, counts: _Counts, depth: int = 0) -> tuple[tuple[str, Value], ...]:
    return tuple((checked.text(name), _value(item, counts, depth + 1)) for name, item in rows)


def _rows(reply: dict[str, Any], key: str) -> list[Any]:
    rows = reply.get(key, [])
    if not isinstance(rows, list):
        raise TypeError(f"{key} is {type(rows).__name__} but must be a list")
    return rows
