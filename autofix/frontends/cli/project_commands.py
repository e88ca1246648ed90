"""The commands for many models, and those that run none, as functions from options to a choice.

They say what can be typed and how it is helped with; nothing is done here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autofix.frontends.cli.options import (
    AssistantsChoice,
    BatchChoice,
    CacheAction,
    CacheChoice,
    DeliveryChoice,
    DoctorChoice,
    ExplainChoice,
    HistoryChoice,
    ServeChoice,
    StreamChoice,
)
from autofix.frontends.cli.parameters import ExitZero, with_tables
from autofix.records.options import RunOptions


@with_tables("eval")
def batch(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", show_default=False, help="Files and folders (with --resume: default here)."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="An autofix.toml with settings and targets.")
    ] = None,
    discover: Annotated[bool, typer.Option("--discover", help="Print the targets as a manifest and stop.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="REV", help="Only targets affected by changes since REV.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", min=1, help="Worker processes (default: one per core).")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster (tcp://host:8786).")
    ] = None,
    delivery: DeliveryChoice = DeliveryChoice(),  # noqa: B008
    options: RunOptions = RunOptions(),  # noqa: B008
    max_seconds: Annotated[
        float | None,
        typer.Option(
            "--max-seconds", metavar="SECONDS", min=1.0, help="Stop the batch after SECONDS; rerun to continue."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue a stopped batch; repeat its other arguments.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not read or write the cache.")] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option("--cache-dir", metavar="FOLDER", help="Keep results here (default: your cache folder)."),
    ] = None,
    exit_zero: ExitZero = False,
    history: HistoryChoice = HistoryChoice(),  # noqa: B008
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> BatchChoice:
    """Find, check and repair every model of a tree.

    Exit codes: 0 nothing to repair, or all applied; 1 faults remain or patches are proposed; 2 some could not be run; 3
    both.
    """
    return BatchChoice(
        paths=tuple(paths or ()),
        streams=streams,
        config=config,
        discover=discover,
        since=since,
        jobs=jobs,
        scheduler=scheduler,
        delivery=delivery,
        options=options,
        max_seconds=max_seconds,
        resume=resume,
        no_cache=no_cache,
        cache_dir=cache_dir,
        exit_zero=exit_zero,
        history=history,
    )


def doctor(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", show_default=False, help="A file or folder (default: here).")
    ] = Path(),
    python: Annotated[str | None, typer.Option("--python", metavar="PATH", help="The interpreter to look at.")] = None,
) -> DoctorChoice:
    """Show what a run here would use, and what is in its way.

    That is interpreter, torch, containment, extras, cache and settings.
    Exit codes: 0 models can be run; 1 something stands in the way (standard error says what).
    """
    return DoctorChoice(path, python)


def cache(
    action: Annotated[
        CacheAction, typer.Argument(metavar="[show|clean]", show_default=False, help="What to do (default: show).")
    ] = CacheAction.SHOW,
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", show_default=False, help="What the batch was run over (default: here).")
    ] = Path(),
    cache_dir: Annotated[
        Path | None, typer.Option("--cache-dir", metavar="FOLDER", help="The --cache-dir of that batch, if it had one.")
    ] = None,
) -> CacheChoice:
    """Show or remove the cached results of batches."""
    return CacheChoice(action, path, cache_dir)


def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="Code or name (default: list all rules).")
    ] = None,
) -> ExplainChoice:
    """Show the documentation of a rule, or list all rules."""
    return ExplainChoice(rule)


def mcp(
    read_only: Annotated[bool, typer.Option("--read-only", help="Never write a file.")] = False,
) -> AssistantsChoice:
    """Start the server of tools for assistants (MCP).

    docs/assistants.md has set-ups for the usual clients.
    """
    return AssistantsChoice(read_only)


def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Use standard input and output (the default).")] = False,
) -> ServeChoice:
    """Start the language server; see docs/lsp.md."""
    del stdio  # Editors pass it on to every server.
    return ServeChoice()
