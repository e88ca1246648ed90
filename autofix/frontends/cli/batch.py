"""The command for many targets: find them, run them, deliver patches and reports.

stdout carries the result alone; errors are left to the caller.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from autofix import __version__
from autofix.batch import baseline, delivery, manifest, pipeline, source_files
from autofix.batch.cached_executor import BatchProgress, BatchWork
from autofix.batch.journal import Journal, folder_of
from autofix.batch.pool import Pool
from autofix.batch.records import BatchReport, Job, JobOutcome, Listed
from autofix.batch.reports import text
from autofix.frontends.cli import atomic_write, terminal
from autofix.frontends.cli.options import REPORT_SUFFIXES, BatchChoice, BatchFormat
from autofix.records.errors import ConflictError, UsageError
from autofix.system import signals
from autofix.system.project_paths import linked


def batch(choice: BatchChoice) -> int:
    """Run a batch and return 0: nothing to repair, or all applied; 1: faults remain or patches are proposed.

    2: targets not run; 3: both. What a baseline knows does not count.
    """
    for path in choice.delivery.reports:
        format_of(path)
    options = _options(choice)
    base = (
        source_files.base_of(options.paths)
        if options.config is None
        else source_files.base_of((*options.paths, options.config))
    )
    if choice.delivery.branch is not None:
        delivery.check_branch(base, choice.delivery.branch)
    with _journal(choice, base) as journal, _progress(is_shown=not choice.streams.quiet) as progress:
        work = BatchWork(base, journal, _executor(choice, base), progress, choice.max_seconds)
        try:
            return _done(choice, options, work)
        finally:
            work.close()


def _journal(choice: BatchChoice, base: Path) -> Journal:
    """Return what is known of the project; raise UsageError where no batch was stopped that should be gone on with."""
    if choice.cache_dir is not None and (link := linked(choice.cache_dir)):
        raise UsageError(f"--cache-dir {choice.cache_dir}: {link} is a link; name the folder that it leads to")
    journal = (
        Journal(None if choice.no_cache else choice.cache_dir) if choice.no_cache or choice.cache_dir else _own(base)
    )
    if choice.resume and not journal.is_unfinished():
        journal.close()
        raise UsageError(f"no batch of {base} was stopped; there is nothing to resume")
    return journal


def _own(base: Path) -> Journal:
    """Return the journal in the user's own folder; one in memory where there is none that can be written."""
    try:
        return Journal(folder_of(base))
    except (OSError, UsageError):
        return Journal(None)


def _done(choice: BatchChoice, options: pipeline.BatchOptions, work: BatchWork) -> int:
    changes = _against_earlier(choice)
    if not choice.discover:
        work.journal.begin()
    discovery = pipeline.Discovery(work, options)
    targets = discovery.targets()
    if choice.discover:
        sys.stdout.write(manifest.printed(targets))
        return (
            signals.INTERRUPTED if work.interrupted else 0 if any(isinstance(target, Job) for target in targets) else 2
        )
    is_any = any(not isinstance(target, Listed) for target in targets)
    nothing = "" if is_any else _nothing(options, targets)
    if nothing and options.since is None and any(path.is_dir() for path in options.paths):
        raise UsageError(nothing)  # Among named or changed files there need be no model, in a tree there should be.
    outcomes, listed = pipeline.repaired(
        work,
        targets,
        discovery.parts,
        lambda outcome: delivery.deliverable(outcome, unsafe=choice.delivery.unsafe_fixes),
    )
    report = BatchReport(tuple(outcomes), tuple(filter(None, [work.ended, nothing])), __version__, tuple(listed))
    if choice.history.write_baseline is not None:
        written = baseline.written(report)
        atomic_write.write_file(choice.history.write_baseline, written.encode())
        changes.append(lambda report: baseline.with_known(report, baseline.read(written, "the baseline")))
    for change in changes:
        report = change(report)
    work.progress.end()
    code = _deliver(choice, report, work)
    if not work.ended:
        work.journal.finish()
    return signals.INTERRUPTED if work.interrupted else code


def _against_earlier(choice: BatchChoice) -> list[Callable[[BatchReport], BatchReport]]:
    """Return what an earlier batch adds to the report; raise UsageError where that cannot be read."""
    changes: list[Callable[[BatchReport], BatchReport]] = []
    if choice.history.baseline is not None:
        known = baseline.read(_text(choice.history.baseline), choice.history.baseline.name)
        changes.append(lambda report: baseline.with_known(report, known))
    if choice.history.compare is not None:
        earlier, name = _text(choice.history.compare), choice.history.compare.name
        baseline.checked(earlier, name)
        changes.append(lambda report: baseline.compared(report, earlier, name))
    return changes


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _nothing(options: pipeline.BatchOptions, targets: Sequence[pipeline.Found]) -> str:
    where = ", ".join(map(str, options.paths))
    if options.since is not None:
        return f"no model in {where} changed since {options.since}"
    listed = "; ".join(f"{target.label}: {target.reason}" for target in targets if isinstance(target, Listed))
    if listed:
        return f"no model that could be run in {where}: {listed}"
    return f"no nn.Module found in {where}; name files, or list targets in a manifest"


def _options(choice: BatchChoice) -> pipeline.BatchOptions:
    return pipeline.BatchOptions(
        # What there is to resume is what the words say now: nothing that was stored decides what is done.
        paths=tuple(Path(os.path.abspath(path)) for path in choice.paths or (Path(),)),
        config=None if choice.config is None else Path(os.path.abspath(choice.config)),
        since=choice.since,
        run=choice.options,
    )


def _executor(choice: BatchChoice, base: Path) -> Callable[[], Executor]:
    if choice.scheduler is None:
        count = choice.jobs or os.cpu_count() or 1
        return lambda: Pool(count, pipeline.bound, choice.options.python)
    address = choice.scheduler

    def connected() -> Executor:
        from autofix.batch import cluster

        return cluster.connected(address, base, source_files.shipped(base))

    return connected


# -- delivery ----------------------------------------------------------------------------------------------------------


def _deliver(choice: BatchChoice, report: BatchReport, work: BatchWork) -> int:
    chosen = [
        outcome for outcome in report.outcomes if delivery.deliverable(outcome, unsafe=choice.delivery.unsafe_fixes)
    ]
    wrote = list(_written(choice, chosen, work.base))
    for path in choice.delivery.reports:
        atomic_write.write_file(path, rendered(report, format_of(path)).encode("utf-8"))
        wrote.append(f"wrote {path}")
    if not choice.streams.quiet:
        colour = terminal.colour(sys.stderr, refused=choice.streams.no_color)
        shown = text.render(report, colour=colour, verbose=choice.streams.verbose, unsafe=choice.delivery.unsafe_fixes)
        sys.stderr.write(shown + "".join(f"{terminal.one_line(words)}\n" for words in wrote))
        sys.stderr.flush()
    return terminal.delivered(lambda: _print(choice, report, chosen), _code(choice, report, chosen))


def _code(choice: BatchChoice, report: BatchReport, chosen: Sequence[JobOutcome]) -> int:
    left = report.outcomes
    if choice.delivery.apply:
        left = tuple(outcome for outcome in report.outcomes if outcome not in chosen and not outcome.remark)
    code = BatchReport(left, known=report.known).exit_code
    return code & ~1 if choice.exit_zero else code


def _written(choice: BatchChoice, chosen: Sequence[JobOutcome], base: Path) -> Iterator[str]:
    """Write the patches, and yield in words where they went."""
    if choice.delivery.output is not None:
        atomic_write.write_file(choice.delivery.output, delivery.one_patch(chosen))
        yield f"wrote {choice.delivery.output}"
    if choice.delivery.output_dir is not None:
        try:
            choice.delivery.output_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConflictError(f"cannot make {choice.delivery.output_dir}: {error.strerror}") from error
        for name, outcome in zip(delivery.names(chosen), chosen, strict=True):
            atomic_write.write_file(choice.delivery.output_dir / name, delivery.own_patch(outcome))
        yield f"wrote {_counted(len(chosen), 'patch', 'patches')} to {choice.delivery.output_dir}"
    if choice.delivery.branch is not None:
        if not chosen:
            yield f"made no branch {choice.delivery.branch}: there is nothing to commit"
            return
        count = delivery.branch(base, choice.delivery.branch, chosen)
        yield f"made the branch {choice.delivery.branch} with {_counted(count, 'commit', 'commits')}"
    if choice.delivery.apply:
        changes = delivery.joined(chosen)
        atomic_write.write(changes, base)
        yield from (f"wrote {change.path}" for change in changes)


def _counted(number: int, singular: str, several: str) -> str:
    return f"{number} {singular if number == 1 else several}"


def _print(choice: BatchChoice, report: BatchReport, chosen: Sequence[JobOutcome]) -> None:
    if choice.delivery.format is not BatchFormat.TEXT:
        sys.stdout.buffer.write(rendered(report, choice.delivery.format).encode("utf-8"))
    elif not any((choice.delivery.output, choice.delivery.output_dir, choice.delivery.branch, choice.delivery.apply)):
        patch = delivery.one_patch(chosen)
        if sys.stdout.isatty():
            coloured = terminal.colour(sys.stdout, refused=choice.streams.no_color)
            sys.stdout.write(terminal.patch_to_look_at(patch, coloured=coloured))
        else:
            sys.stdout.buffer.write(patch)
    sys.stdout.flush()


def format_of(path: Path) -> BatchFormat:
    """Return the format that a report's name asks for; raise UsageError for a name that asks for none."""
    format = REPORT_SUFFIXES.get(path.suffix.lower())
    if format is None:
        raise UsageError(f"--report {path}: its name must end in one of {', '.join(REPORT_SUFFIXES)}")
    return format


def rendered(report: BatchReport, format: BatchFormat) -> str:
    document: str = import_module(f"autofix.batch.reports.{format.value}").render(report)
    return document


# -- progress ----------------------------------------------------------------------------------------------------------


class _Bar(BatchProgress):
    """A bar with rate and remaining time; what the journal knew counts as done and not towards the rate."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bars.add_task("starting", total=None, rate="")
        self._bars.start()

    def begin(self, words: str, total: int, done: int) -> None:
        self._bars.remove_task(self._task)
        self._task = self._bars.add_task(words, total=total, completed=done, rate="")

    def step(self) -> None:
        self._bars.advance(self._task)
        speed = next((task.speed for task in self._bars.tasks if task.id == self._task), None)
        if speed:
            self._bars.update(self._task, rate=f"{speed:.1f}/s")

    def end(self) -> None:
        self._bars.stop()


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[BatchProgress]:
    if not is_shown or not sys.stderr.isatty() or os.environ.get("TERM") in {"dumb", "unknown"}:
        yield BatchProgress()
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.end()
