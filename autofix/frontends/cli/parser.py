"""Parse the words of a command line into records, and show help.

It reads no file, runs nothing and never prints an error; what cannot be parsed is a UsageError.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer
from typer.core import TyperGroup

from autofix import __version__
from autofix.frontends.cli.conversion import Command, sparing
from autofix.frontends.cli.options import (
    BatchChoice,
    BatchFormat,
    Choice,
    DeliveryChoice,
    ExplainChoice,
    Finished,
    Format,
    RepairChoice,
    RunChoice,
    ServeChoice,
    ShapesChoice,
    StreamChoice,
    VerdictFormat,
    VerifyChoice,
    checked,
)
from autofix.records.errors import UsageError
from autofix.records.options import Mode, Prefer, RunOptions

REPAIR = "repair"

_GROUP_OPTIONS = frozenset({"--help", "-h", "--version", "--install-completion", "--show-completion"})
_EXAMPLES = """\
Examples:
  autofix net.py -s 64,3,32,32              print a patch, explain it on stderr
  autofix net.py -s 64,3,32,32 | git apply  apply it with git
  autofix net.py -s 64,3,32,32 --apply      write it
  autofix net.py:Net -s int64:2,128@0..1000 token ids below 1000
  autofix --traceback ci.log                repair what a traceback tells of, of any style
  autofix train.py -- --epochs 1            run the script itself, repair what it dies of

Exit codes:
  0  nothing to repair, or all of it was applied
  1  faults remain, or a patch is proposed
  2  the job could not be done

If a file is named like a command, write ./shapes.
--version, --install-completion and --show-completion cannot be combined with other options.
"""


def parse(words: Sequence[str]) -> Choice:
    """Read the command line into records; raise UsageError for words that no command takes."""
    own, program = _split(words)
    try:
        result = _app(args=own, prog_name="autofix", standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message().rstrip(".")
        raise UsageError(f"{message[:1].lower()}{message[1:]}; see `autofix --help`") from error
    if isinstance(result, int):
        return Finished(result)
    if isinstance(result, BatchChoice):
        result = replace(result, words=tuple(own))
    if isinstance(result, RepairChoice | ShapesChoice | VerifyChoice) and program:
        result = replace(result, run=replace(result.run, arguments=program))
    return checked(result)


def _split(words: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return our words, and those after ``--``, which go to the program that is run."""
    if "--" not in words:
        return list(words), ()
    at = words.index("--")
    return list(words[:at]), tuple(words[at + 1 :])


class _DefaultCommand(TyperGroup):
    """Commands of which one needs no name: words that start with no command's name are for ``repair``.

    The parser's own types are private to typer, hence the ``Any``.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        return sparing(super().get_params(ctx), ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # Without a word there is nothing to complete but the names of commands and options.
        completing = not args and ctx.resilient_parsing
        if not completing and (not args or args[0] not in {*self.commands, *_GROUP_OPTIONS}):
            # Asking for help may come last: `autofix net.py --help`.
            own = args[: args.index("--")] if "--" in args else args
            args = ["--help"] if {"--help", "-h"}.intersection(own) else [REPAIR, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage("autofix", "[OPTIONS] FILE[:MODEL]")
        formatter.write_usage("autofix", "COMMAND ...", prefix="       ")
        self.format_help_text(ctx, formatter)
        self.commands[REPAIR].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(_EXAMPLES)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        return [*super().shell_complete(ctx, incomplete), *self.commands[REPAIR].shell_complete(ctx, incomplete)]


_app = typer.Typer(
    cls=_DefaultCommand,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"autofix {__version__}")
        raise typer.Exit


@_app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Fix tensor-shape errors in a PyTorch model.

    Prints a patch on stdout, tested by running the patched model, and the explanation on stderr.
    """


_File = Annotated[
    str, typer.Argument(metavar="FILE[:MODEL]", show_default=False, help="Python file; `-` with --stdin-filename.")
]
_StdinFilename = Annotated[
    Path | None, typer.Option("--stdin-filename", metavar="PATH", help="The file that stdin stands for.")
]
_Model = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="EXPR", help='Class, variable or expression, as in "Net(num_classes=5)".'),
]
_SampleShape = Annotated[
    list[str] | None,
    typer.Option(
        "--sample-shape",
        "-s",
        metavar="[NAME=][DTYPE:]D,D,...[@LOW..HIGH]",
        help="Shape of one input of forward; repeat for the next input.",
    ),
]
_Sample = Annotated[
    str | None, typer.Option("--sample", metavar="EXPR", help="Inputs as an expression, evaluated in the file.")
]
_Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="SHAPE[;SHAPE...]", help="Another sample that must work; repeatable."),
]
_ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 instead of 1.")]


# One row for each field of ``RunOptions``: how it is said on every command line that runs something.
_RUN_OPTIONS: dict[str, Any] = {
    "eval": Annotated[bool, typer.Option("--eval", help="Run the model in eval mode.")],
    "mode": Annotated[
        Mode | None,
        typer.Option(
            "--mode",
            show_default=False,
            help="real: tensors with storage; meta: shapes only; auto (default): by size.",
        ),
    ],
    "prefer": Annotated[
        Prefer | None, typer.Option("--prefer", show_default=False, help="Sizes as numbers (default) or lazy layers.")
    ],
    "select": Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODES", help="Use only these rules; a refactoring runs only if named."),
    ],
    "ignore": Annotated[list[str] | None, typer.Option("--ignore", metavar="CODES", help="Skip these rules.")],
    "python": Annotated[
        str | None, typer.Option("--python", metavar="PATH", help="The interpreter you train with (default: this one).")
    ],
    "run_seconds": Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", min=0.1, help="Limit of one run (default: 30)."),
    ],
    "memory_mib": Annotated[
        int | None,
        typer.Option(
            "--memory-limit", metavar="MIB", min=0, help="Memory of one run (default: 90 % of all, 4096 in a batch)."
        ),
    ],
    "network": Annotated[bool, typer.Option("--allow-network", help="Allow network access.")],
    "temporary_directory": Annotated[
        bool, typer.Option("--temporary-directory", help="Run in an empty folder instead of the file's.")
    ],
}


# What every command says of its streams, and a batch of where its results go: rows for the fields of the two records.
_STREAM_OPTIONS: dict[str, Any] = {
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")],
    "verbose": Annotated[bool, typer.Option("--verbose", "-v", help="Explain in full: checks, costs, the patch.")],
    "no_color": Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")],
}
_DELIVERY_OPTIONS: dict[str, Any] = {
    "output": Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write one patch for all.")],
    "output_dir": Annotated[
        Path | None, typer.Option("--output-dir", metavar="FOLDER", help="Write one patch for each target.")
    ],
    "branch": Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="New git branch, one commit for each target.")
    ],
    "apply": Annotated[bool, typer.Option("--apply", help="Write the safe repairs.")],
    "unsafe_fixes": Annotated[bool, typer.Option("--unsafe-fixes", help="Include unsafe repairs.")],
    "reports": Annotated[
        list[Path] | None,
        typer.Option("--report", metavar="FILE", help="A report: .html, .md, .json, .sarif, .xml (JUnit); repeatable."),
    ],
    "format": Annotated[BatchFormat, typer.Option("--format", help="Output format.")],
}
_TABLES: dict[type, dict[str, Any]] = {
    RunOptions: _RUN_OPTIONS,
    StreamChoice: _STREAM_OPTIONS,
    DeliveryChoice: _DELIVERY_OPTIONS,
}


def _with_tables(*left_out: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the rows of a table in place of each argument that is a record with one, but those left out."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(command, include_extras=True)
        tables = {
            name: {field: row for field, row in _TABLES[hint].items() if field not in left_out}
            for name, hint in hints.items()
            if isinstance(hint, type) and hint in _TABLES
        }

        def run(**values: Any) -> Any:
            for name, rows in tables.items():
                options = {field: _as_tuple(row, values.pop(field)) for field, row in rows.items()}
                values[name] = hints[name](**options)
            return command(**values)

        parameters: list[inspect.Parameter] = []
        for parameter in inspect.signature(command).parameters.values():
            if parameter.name in tables:
                parameters += _parameters(hints[parameter.name], tables[parameter.name])
            else:
                parameters.append(
                    parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
                )
        run.__doc__, run.__name__ = command.__doc__, command.__name__
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return decorate


def _parameters(record: Any, rows: dict[str, Any]) -> Iterator[inspect.Parameter]:
    """Yield the rows as parameters, with the defaults of the record's fields; of a list, not said is None."""
    defaults = {field.name: field.default for field in fields(record)}
    for name, row in rows.items():
        default = defaults[name] if defaults[name] != () else None
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=row)


def _as_tuple(row: Any, value: Any) -> Any:
    """Return what was said as the record has it: a list as a tuple, of texts the codes in each."""
    kind = get_args(row)[0]
    if kind == list[str] | None:
        return _codes(value)
    return tuple(value or ()) if kind == list[Path] | None else value


@_app.command(REPAIR, cls=Command, hidden=True)
@_with_tables()
def _repair(
    file: _File = "",
    sample_shape: _SampleShape = None,
    sample: _Sample = None,
    model: _Model = None,
    also: _Also = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write the repair if it is safe.")] = False,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="With --apply: unsafe ones too.")] = False,
    traceback: Annotated[
        str | None,
        typer.Option("--traceback", metavar="FILE", help="Repair what a traceback or log tells of; `-` is stdin."),
    ] = None,
    interactive: Annotated[bool, typer.Option("--interactive", help="Confirm each fix before writing.")] = False,
    alternatives: Annotated[bool, typer.Option("--alternatives", help="Show the other repairs as patches.")] = False,
    pick: Annotated[int | None, typer.Option("--pick", metavar="N", min=1, help="Use repair N (1 = best).")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the output to FILE.")] = None,
    format: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TEXT,
    options: RunOptions = RunOptions(),  # noqa: B008
    stdin_filename: _StdinFilename = None,
    exit_zero: _ExitZero = False,
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> RepairChoice:
    """Repair a model (the command's name may be left out)."""
    run = RunChoice(
        file=file,
        stdin_filename=stdin_filename,
        model=model,
        sample_shape=tuple(sample_shape or ()),
        sample=sample,
        also=tuple(also or ()),
        options=options,
    )
    return RepairChoice(
        run=run,
        streams=streams,
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


@_app.command("shapes", cls=Command)
@_with_tables("prefer", "select", "ignore")
def _shapes(
    file: _File,
    sample_shape: _SampleShape = None,
    sample: _Sample = None,
    model: _Model = None,
    depth: Annotated[
        int | None, typer.Option("--depth", metavar="N", min=1, help="Modules down to this depth.")
    ] = None,
    options: RunOptions = RunOptions(),  # noqa: B008
    stdin_filename: _StdinFilename = None,
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> ShapesChoice:
    """Show every operation of one run with its shapes."""
    run = RunChoice(
        file=file,
        stdin_filename=stdin_filename,
        model=model,
        sample_shape=tuple(sample_shape or ()),
        sample=sample,
        also=(),
        options=options,
    )
    return ShapesChoice(run, streams, depth)


@_app.command("verify", cls=Command)
@_with_tables("prefer", "select", "ignore")
def _verify(
    patch: Annotated[
        str, typer.Argument(metavar="PATCH", show_default=False, help="A unified diff; `-` is standard input.")
    ],
    file: Annotated[
        str,
        typer.Argument(metavar="[FILE[:MODEL]]", show_default=False, help="What to run (default: what it patches)."),
    ] = "",
    sample_shape: _SampleShape = None,
    sample: _Sample = None,
    model: _Model = None,
    also: _Also = None,
    format: Annotated[VerdictFormat, typer.Option("--format", help="Output format.")] = VerdictFormat.TEXT,
    options: RunOptions = RunOptions(),  # noqa: B008
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> VerifyChoice:
    """Prove anybody's patch by running it, as a repair is.

    Exit codes: 0 it holds; 1 it does not, or there is a reason to look; 2 it could not be judged.
    """
    run = RunChoice(
        file=file,
        stdin_filename=None,
        model=model,
        sample_shape=tuple(sample_shape or ()),
        sample=sample,
        also=tuple(also or ()),
        options=options,
    )
    return VerifyChoice(patch, run, streams, format)


@_app.command("run", cls=Command)
def _run(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The program.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]", show_default=False, help="Its own arguments.")
    ] = None,
) -> Finished:
    """Run a program as always, and repair what it dies of.

    It runs once, in this interpreter, and keeps its exit code. Python code does the same with `autofix.install()`.
    """
    del file, arguments  # The start of the command runs the program: this is here to be shown and completed.
    return Finished(2)


@_app.command("batch", cls=Command)
@_with_tables("eval")
def _batch(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", show_default=False, help="Files and folders.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="An autofix.toml with settings and targets.")
    ] = None,
    discover: Annotated[bool, typer.Option("--discover", help="Print the targets as a manifest and stop.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="REV", help="Only targets that changes since REV affect.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", min=1, help="Workers (default: one a core).")
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
    resume: Annotated[bool, typer.Option("--resume", help="Continue the last unfinished batch.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not read or write the cache.")] = False,
    cache_dir: Annotated[
        Path | None, typer.Option("--cache-dir", metavar="FOLDER", help="Cache folder (default: .autofix_cache).")
    ] = None,
    exit_zero: _ExitZero = False,
    streams: StreamChoice = StreamChoice(),  # noqa: B008
) -> BatchChoice:
    """Find, check and repair every model of a tree."""
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
    )


@_app.command("explain", cls=Command)
def _explain(
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="Code or name; none lists all rules.")] = None,
) -> ExplainChoice:
    """Show the documentation of a rule."""
    return ExplainChoice(rule)


@_app.command("lsp", cls=Command)
def _lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Use standard input and output (the default).")] = False,
) -> ServeChoice:
    """Start the language server; see docs/lsp.md."""
    del stdio  # Editors pass it on to every server.
    return ServeChoice()


def _codes(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(code.strip() for text in texts or () for code in text.split(",") if code.strip())
