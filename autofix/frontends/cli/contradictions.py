"""Which choices of a command line contradict each other or cannot be: each is refused with one sentence.

It does nothing about a choice that can be done.
"""

from __future__ import annotations

from dataclasses import replace

from autofix.frontends.cli.options import (
    BatchChoice,
    Choice,
    Format,
    RepairChoice,
    RunChoice,
    RunsModel,
    ShapesChoice,
    VerifyChoice,
    WatchChoice,
)
from autofix.records.errors import UsageError
from autofix.records.options import MAX_MIB, MAX_SECONDS


def checked(choice: Choice) -> Choice:
    """Return the choice with what its words imply; raise UsageError if parts of it contradict each other."""
    if isinstance(choice, RunsModel):
        check_run(choice.run)
        _check_limits(choice.run.options.run_seconds, choice.run.options.memory_mib)
    for run in choice.runs if isinstance(choice, WatchChoice) else ():
        if run.file == "-":
            raise UsageError("standard input cannot be watched; name a file")
        check_run(run)
        _check_limits(run.options.run_seconds, run.options.memory_mib)
    if isinstance(choice, RepairChoice | ShapesChoice | VerifyChoice) and (
        choice.streams.quiet and choice.streams.verbose
    ):
        raise UsageError("--quiet and --verbose contradict each other; choose one")
    if isinstance(choice, RepairChoice):
        _check_repair(choice)
        if choice.diff:  # What is explained beside a patch is what --quiet leaves out.
            choice = replace(choice, streams=replace(choice.streams, quiet=True))
    if isinstance(choice, BatchChoice):
        _check_batch(choice)
        _check_limits(choice.options.run_seconds, choice.options.memory_mib)
        _check_limits(choice.max_seconds, None)
    return choice


def _check_limits(seconds: float | None, mebibytes: int | None) -> None:
    """Refuse limits above what a system can count, and "not a number" of seconds, which the option parser takes."""
    if seconds is not None and not seconds <= MAX_SECONDS:
        raise UsageError(f"time limit too large; the maximum is {MAX_SECONDS:,.0f} seconds")
    if mebibytes is not None and mebibytes > MAX_MIB:
        raise UsageError(f"memory limit too large; the maximum is {MAX_MIB:,} MiB")


def check_run(run: RunChoice) -> None:
    """Raise UsageError where a file and its inputs are said in two ways, or in none that can be."""
    if run.sample is not None and run.sample_shape:
        raise UsageError("--sample and --sample-shape both say what the inputs are; choose one")
    if run.file == "-" and run.stdin_filename is None:
        raise UsageError("`-` reads standard input; pass --stdin-filename with the file the text belongs to")
    if run.file != "-" and run.stdin_filename is not None:
        raise UsageError("--stdin-filename needs `-` as FILE")


def _check_batch(choice: BatchChoice) -> None:
    contradictions = (
        (choice.streams.quiet and choice.streams.verbose, "--quiet and --verbose contradict each other; choose one"),
        (not choice.paths and not choice.resume, "name at least one file or folder, or --resume the last batch here"),
        (choice.resume and choice.no_cache, "--resume needs what --no-cache leaves out; choose one"),
        (
            choice.delivery.apply and choice.delivery.branch is not None,
            "--apply writes the files, --branch leaves them; choose one",
        ),
        (
            choice.delivery.apply and choice.delivery.output is not None,
            "--apply writes the files, --output a patch; choose one",
        ),
        (choice.jobs is not None and choice.scheduler is not None, "--jobs counts local workers; --scheduler has none"),
    )
    for contradicts, message in contradictions:
        if contradicts:
            raise UsageError(message)


def _check_repair(choice: RepairChoice) -> None:
    from_stdin = "-" in (choice.run.file, choice.traceback)
    contradictions = (
        (not choice.run.file and choice.traceback is None, "missing argument 'FILE[:MODEL]'; see `autofix --help`"),
        (choice.run.file == choice.traceback == "-", "FILE and --traceback both read standard input; choose one"),
        (choice.unsafe_fixes and not choice.apply, "--unsafe-fixes says what --apply writes; pass --apply as well"),
        (
            choice.apply and choice.run.file == "-",
            "--apply cannot write a text that came from standard input; apply the patch",
        ),
        (choice.diff and choice.apply, "--diff prints the patch, --apply writes the files; choose one"),
        (choice.diff and choice.interactive, "--diff prints the patch, --interactive writes the files; choose one"),
        (choice.diff and choice.streams.verbose, "--diff prints the patch alone, --verbose explains it; choose one"),
        (choice.diff and choice.format is not Format.TEXT, "--diff and --format both say what is printed; choose one"),
        (choice.apply and choice.output is not None, "--apply writes the files, --output a patch; choose one"),
        (choice.interactive and from_stdin, "--interactive reads the answers from standard input, and so does `-`"),
        (choice.interactive and choice.format is not Format.TEXT, "--interactive works with --format text only"),
        (choice.interactive and choice.pick is not None, "--interactive and --pick both choose a plan; choose one"),
        (
            choice.interactive and choice.output is not None,
            "--interactive writes the files, --output a patch; choose one",
        ),
        (choice.interactive and choice.streams.quiet, "--interactive and --quiet cannot be combined"),
    )
    for contradicts, message in contradictions:
        if contradicts:
            raise UsageError(message)
