"""What a user can choose on a command line, as records; which choices contradict each other is for ``contradictions``.

It knows no option parser and does nothing about a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from autofix.records.errors import UsageError
from autofix.records.options import RunOptions


class Format(Enum):
    """What goes to stdout: the patch, or the document of the file of this name in ``report/``."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True)
class RunChoice:
    """What the user said about the file, the model and how to run it; None and empty mean not said.

    ``others``: repairs beside the best are to be chosen from.
    """

    file: str
    stdin_filename: Path | None
    model: str | None
    sample_shape: tuple[str, ...]
    sample: str | None
    also: tuple[str, ...]
    options: RunOptions
    arguments: tuple[str, ...] = ()
    others: bool = False


@dataclass(frozen=True, slots=True)
class StreamChoice:
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


@dataclass(frozen=True, slots=True)
class RepairChoice:
    run: RunChoice
    streams: StreamChoice
    apply: bool
    unsafe_fixes: bool
    output: Path | None
    format: Format
    alternatives: bool
    pick: int | None
    interactive: bool
    exit_zero: bool
    traceback: str | None = None
    diff: bool = False


class ShapesFormat(Enum):
    """What stdout shows of the shapes: a table, or the picture of the file of this name in ``report/pictures/``."""

    TEXT = "text"
    HTML = "html"
    SVG = "svg"
    MERMAID = "mermaid"


@dataclass(frozen=True, slots=True)
class ShapesChoice:
    run: RunChoice
    streams: StreamChoice
    depth: int | None = None
    format: ShapesFormat = ShapesFormat.TEXT


@dataclass(frozen=True, slots=True)
class CheckChoice:
    """Say by the exit code alone whether there is something to repair."""

    run: RunChoice


@dataclass(frozen=True, slots=True)
class WatchChoice:
    """Check files again on each save."""

    runs: tuple[RunChoice, ...]
    streams: StreamChoice


class VerdictFormat(Enum):
    """What stdout says of a patch."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class VerifyChoice:
    """Judge the patch of the file ``patch``, or of standard input (`-`); ``run.file`` is empty where none was named."""

    patch: str
    run: RunChoice
    streams: StreamChoice
    format: VerdictFormat


@dataclass(frozen=True, slots=True)
class ExplainChoice:
    rule: str | None


class BatchFormat(Enum):
    """What stdout carries after a batch: the patch, or the report of the file of this name in ``batch/reports/``."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"
    HTML = "html"
    JUNIT = "junit"
    GITHUB = "github"


# What the name of a report ends in.
REPORT_SUFFIXES = {
    ".html": BatchFormat.HTML,
    ".htm": BatchFormat.HTML,
    ".md": BatchFormat.MARKDOWN,
    ".json": BatchFormat.JSON,
    ".sarif": BatchFormat.SARIF,
    ".xml": BatchFormat.JUNIT,
}


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """Where the repairs of a batch go, and the reports of it."""

    output: Path | None = None
    output_dir: Path | None = None
    branch: str | None = None
    apply: bool = False
    unsafe_fixes: bool = False
    reports: tuple[Path, ...] = ()
    format: BatchFormat = BatchFormat.TEXT


@dataclass(frozen=True, slots=True)
class HistoryChoice:
    """What a batch is laid beside: a baseline to read or write, an earlier report."""

    baseline: Path | None = None
    write_baseline: Path | None = None
    compare: Path | None = None


@dataclass(frozen=True, slots=True)
class BatchChoice:
    """What the user said about many targets; without paths the working directory is meant."""

    paths: tuple[Path, ...]
    streams: StreamChoice
    config: Path | None
    discover: bool
    since: str | None
    jobs: int | None
    scheduler: str | None
    delivery: DeliveryChoice
    options: RunOptions
    max_seconds: float | None
    resume: bool
    no_cache: bool
    cache_dir: Path | None
    exit_zero: bool
    history: HistoryChoice = HistoryChoice()


@dataclass(frozen=True, slots=True)
class DoctorChoice:
    """Say what a run in ``path`` would use."""

    path: Path
    python: str | None


class CacheAction(Enum):
    """What is done with the cache of a batch."""

    SHOW = "show"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """``path`` is what a batch was run over, ``folder`` the cache itself where it was named."""

    action: CacheAction
    path: Path
    folder: Path | None


@dataclass(frozen=True, slots=True)
class ServeChoice:
    """Be the language server on standard input and output."""


@dataclass(frozen=True, slots=True)
class AssistantsChoice:
    """Serve assistants on standard input and output."""

    read_only: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """The parser answered by itself (help, version, completion)."""

    exit_code: int


# What runs one model or program.
RunsModel = RepairChoice | CheckChoice | ShapesChoice | VerifyChoice
Choice = (
    RunsModel
    | WatchChoice
    | BatchChoice
    | DoctorChoice
    | CacheChoice
    | ExplainChoice
    | ServeChoice
    | AssistantsChoice
    | Finished
)


def of_folder(choice: RepairChoice) -> BatchChoice:
    """Return the batch over the folder or notebook that was named; raise UsageError for what only one model has."""
    run = choice.run
    of_one_model = (run.model, run.sample, run.sample_shape, run.also, run.arguments, choice.pick, choice.interactive)
    if any(of_one_model) or choice.alternatives:
        raise UsageError(
            f"{run.file} is run as a batch, and a model, a sample or a choice of repairs is for one Python file"
        )
    return BatchChoice(
        paths=(Path(run.file),),
        streams=choice.streams,
        config=None,
        discover=False,
        since=None,
        jobs=None,
        scheduler=None,
        delivery=DeliveryChoice(
            output=choice.output,
            apply=choice.apply,
            unsafe_fixes=choice.unsafe_fixes,
            format=BatchFormat(choice.format.value),
        ),
        options=run.options,
        max_seconds=None,
        resume=False,
        no_cache=False,
        cache_dir=None,
        exit_zero=choice.exit_zero,
    )
