"""The line above a model: its sample and where that came from, its parameters, and what came of the run.

It is also where an editor says that nothing was run and why. Nothing is run to make it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol import types

from autofix.frontends.lsp import comments
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer, Module
from autofix.frontends.lsp.results import Place, Result, ResultStage, is_fresh
from autofix.loading import find_target
from autofix.loading.model_discovery import several
from autofix.loading.settings import Settings
from autofix.records.errors import UsageError
from autofix.records.locations import Position, Range
from autofix.records.report import RepairEnding
from autofix.records.samples import SampleOrigin, Samples, Target
from autofix.records.trace import Trace
from autofix.report import phrases
from autofix.report.terminal_text import cut_middle
from autofix.syntax.source import Source, source_of

MESSAGE_WIDTH = 120
Shown = tuple[Buffer, types.CodeLens]
_PLACE = re.compile(r"(?P<file>.*):(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Known:
    """What can be said of a module: the last result, what is going on, whether it may be run, its settings."""

    result: Result | None
    doing: str
    trusted: bool
    settings: Settings
    model: str | None = None


def lenses(module: Module, known: Known, convert: Converter) -> Iterator[Shown]:
    """Yield each lens with the buffer it stands in: a notebook's lenses stand in its cells."""
    source = source_of(module.path, module.text)
    try:
        target = _target(module, known)
    except UsageError as error:
        yield from _without_target(module, source, convert, str(error))
        return
    place = _place(module, comments.model_line(source, target.model) if not target.script else _first_line(module))
    if place is None:
        return
    title = " · ".join(filter(None, (*_described(target, known), _state(known, convert))))
    check = types.Command(title, command="autofix.runCheck", arguments=[module.uri])
    yield place.buffer, types.CodeLens(convert.range(place), check)
    if not known.trusted:
        yield place.buffer, _trusting(module, place, convert)


def _target(module: Module, known: Known) -> Target:
    """Return what would be run; raise UsageError where that is not evident."""
    result = known.result
    if result is not None and result.report is not None and result.module.text == module.text:
        return result.report.target
    chosen = known.settings
    return find_target.target(
        module.path,
        model=known.model or chosen.model,
        settled=find_target.configured(chosen.sample_shape),
        text=module.text,
    )


def _trusting(module: Module, place: Place, convert: Converter) -> types.CodeLens:
    title = "not run: this folder is not trusted · trust it and run"
    return types.CodeLens(convert.range(place), types.Command(title, command="autofix.trust", arguments=[module.uri]))


def _without_target(module: Module, source: Source, convert: Converter, message: str) -> Iterator[Shown]:
    """Yield a lens that says what the model lacks, or one for each of several models; none for other files."""
    try:
        names = several(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for name in names:
        place = _place(module, comments.model_line(source, name))
        if place is None:
            continue
        if len(names) > 1:
            command = types.Command(f"check {name}", command="autofix.runCheck", arguments=[module.uri, name])
        else:
            command = types.Command(
                cut_middle(f"not run: {message}", MESSAGE_WIDTH), command="autofix.runCheck", arguments=[module.uri]
            )
        yield place.buffer, types.CodeLens(convert.range(place), command)


def _place(module: Module, line: int | None) -> Place | None:
    if line is None:
        return None
    start = Position(line, 0)
    position = module.to_editor(Range(start, start))
    return None if position is None else Place(*position)


def _first_line(module: Module) -> int:
    """Return the first line that is neither blank nor a comment."""
    lines = (module.lines.line(number).strip() for number in range(1, module.lines.count + 1))
    return next((number for number, text in enumerate(lines, 1) if text and not text.startswith("#")), 1)


def _described(target: Target, known: Known) -> Iterator[str]:
    if target.script:
        yield "run as a program"
    else:
        yield f"{target.samples} {_origin(target.samples, target.path.name)}".strip()
    trace = known.result.trace if known.result is not None else None
    if trace is not None and (count := _parameters(trace)):
        yield phrases.counted(count, "parameter")


def _origin(samples: Samples, name: str) -> str:
    match = _PLACE.fullmatch(samples.place)
    if match is not None:
        return f"from line {match['line']}" if match["file"] == name else f"from {samples.place}"
    if samples.origin is SampleOrigin.SOLVED:
        return "chosen to fit the layers"
    return f"from {samples.origin.value}" if samples.origin is not SampleOrigin.GIVEN else ""


def _parameters(trace: Trace) -> int:
    return sum(layer.parameter_count for layer in trace.layers if layer.path is not None)


def _state(known: Known, convert: Converter) -> str:
    """Return the outcome of the run, in a few words."""
    if known.doing:
        return f"{known.doing.partition(':')[0]} ..."
    result = known.result
    if result is None:
        return "run the check" if known.trusted else ""
    if result.report is None:
        return cut_middle(f"not run: {result.message}", MESSAGE_WIDTH)
    if not is_fresh(result, convert.documents):
        return "changed since the last check, run it"
    return _outcome(result)


def _outcome(result: Result) -> str:
    assert result.report is not None
    match result.report.ending:
        case RepairEnding.HEALTHY:
            return "all shapes agree"
        case RepairEnding.UNCONFIRMED:
            return "all shapes agree on a sample that was chosen to fit"
        case RepairEnding.SUPPRESSED:
            return "the fault is hidden by a comment"
        case RepairEnding.NOT_RUN:
            return cut_middle(f"not run: {result.message}", MESSAGE_WIDTH)
    faults = phrases.counted(len(result.diagnostics), "fault")
    if result.stage is ResultStage.KNOWN:
        return f"{faults}, searching for a repair ..."
    if not result.plans:
        return f"{faults}, no repair found"
    return f"{faults}, {result.plans[0].applicability.value} repair"
