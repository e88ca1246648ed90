"""The commands that run one model or program, as functions from options to a choice.

They say what can be typed and how it is helped with; nothing is done here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from autofix.frontends.cli.options import (
    CheckChoice,
    Finished,
    Format,
    RepairChoice,
    RunChoice,
    ShapesChoice,
    ShapesFormat,
    StreamChoice,
    VerdictFormat,
    VerifyChoice,
    WatchChoice,
)
from autofix.frontends.cli.parameters import (
    Also,
    Diff,
    ExitZero,
    File,
    ModelExpression,
    SampleExpression,
    SampleShape,
    StdinFilename,
    with_tables,
)
from autofix.records.options import RunOptions


@with_tables()
def repair(
    file: File = "",
    sample_shape: SampleShape = None,
    sample: SampleExpression = None,
    model: ModelExpression = None,
    also: Also = None,
    apply: Annotated[bool, typer.Option("--apply", "--fix", help="Write the repair if it is safe.")] = False,
    diff: Diff = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --apply: write unsafe repairs too.")
    ] = False,
    traceback: Annotated[
        str | None,
        typer.Option("--traceback", metavar="FILE", help="Repair the error of a traceback or log; `-` is stdin."),
    ] = None,
    interactive: Annotated[bool, typer.Option("--interactive", help="Confirm each fix before writing.")] = False,
    alternatives: Annotated[bool, typer.Option("--alternatives", help="Show the other repairs as patches.")] = False,
    pick: Annotated[int | None, typer.Option("--pick", metavar="N", min=1, help="Use repair N (1 = best).")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the output to FILE.")] = None,
    format: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TEXT,
    options: RunOptions = RunOptions(),  # noqa: B008
    stdin_filename: StdinFilename = None,
    exit_zero: ExitZero = False,
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> RepairChoice:
    """Repair a model (the command's name may be left out)."""
    run = _run(file, model, sample_shape, sample, also, options, stdin_filename)
    run = replace(run, others=alternatives or interactive or pick is not None)
    return RepairChoice(
        run=run,
        streams=streams,
        diff=diff,
        apply=apply,
        unsafe_fixes=unsafe_fixes,
        output=output,
        format=format,
        alternatives=alternatives,
        pick=pick,
        interactive=interactive,
        exit_zero=exit_zero,
        traceback=traceback,
    )


@with_tables("prefer")
def check(
    file: File,
    sample_shape: SampleShape = None,
    sample: SampleExpression = None,
    model: ModelExpression = None,
    also: Also = None,
    options: RunOptions = RunOptions(),  # noqa: B008
    stdin_filename: StdinFilename = None,
) -> CheckChoice:
    """Say by the exit code whether a model has a fault.

    Exit codes: 0 none; 1 a fault; 2 the model could not be run (standard error says why). No repair is looked for.
    """
    run = _run(file, model, sample_shape, sample, also, options, stdin_filename)
    return CheckChoice(run)


@with_tables("quiet")
def watch(
    files: Annotated[list[str], typer.Argument(metavar="FILE[:MODEL]...", show_default=False, help="Python files.")],
    sample_shape: SampleShape = None,
    sample: SampleExpression = None,
    model: ModelExpression = None,
    also: Also = None,
    options: RunOptions = RunOptions(),  # noqa: B008
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> WatchChoice:
    """Check files again on each save, on one screen; Ctrl-C ends."""
    run = _run("", model, sample_shape, sample, also, options)
    return WatchChoice(tuple(replace(run, file=file) for file in files), streams)


@with_tables("prefer", "select", "ignore")
def shapes(
    file: File,
    sample_shape: SampleShape = None,
    sample: SampleExpression = None,
    model: ModelExpression = None,
    depth: Annotated[
        int | None, typer.Option("--depth", metavar="N", min=1, help="One row for each module of this depth.")
    ] = None,
    format: Annotated[ShapesFormat, typer.Option("--format", help="A table (text), or a picture.")] = ShapesFormat.TEXT,
    options: RunOptions = RunOptions(),  # noqa: B008
    stdin_filename: StdinFilename = None,
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> ShapesChoice:
    """Show every operation of one run with its shapes."""
    run = _run(file, model, sample_shape, sample, None, options, stdin_filename)
    return ShapesChoice(run, streams, depth, format)


@with_tables("prefer", "select", "ignore")
def verify(
    patch: Annotated[
        str, typer.Argument(metavar="PATCH", show_default=False, help="A unified diff; `-` is standard input.")
    ],
    file: Annotated[
        str,
        typer.Argument(metavar="[FILE[:MODEL]]", show_default=False, help="What to run (default: what it patches)."),
    ] = "",
    sample_shape: SampleShape = None,
    sample: SampleExpression = None,
    model: ModelExpression = None,
    also: Also = None,
    format: Annotated[VerdictFormat, typer.Option("--format", help="Output format.")] = VerdictFormat.TEXT,
    options: RunOptions = RunOptions(),  # noqa: B008
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> VerifyChoice:
    """Test a patch from anybody by running the patched model.

    Exit codes: 0 it holds; 1 it does not, or there is a reason to look; 2 it could not be judged.
    """
    run = _run(file, model, sample_shape, sample, also, options)
    return VerifyChoice(patch, run, streams, format)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A Python program.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]...", show_default=False, help="Its own arguments.")
    ] = None,
) -> Finished:
    """Run a program as Python does; repair the shape error it dies of.

    It runs once, in this interpreter, and keeps its exit code. In code, `autofix.install()` does the same.
    """
    del file, arguments  # The start of the command runs the program: this is here to be shown and completed.
    return Finished(2)


def _run(
    file: str,
    model: str | None,
    sample_shape: list[str] | None,
    sample: str | None,
    also: list[str] | None,
    options: RunOptions,
    stdin_filename: Path | None = None,
) -> RunChoice:
    """Return what was said about one run, as the options of a command hand it over."""
    return RunChoice(file, stdin_filename, model, tuple(sample_shape or ()), sample, tuple(also or ()), options)
