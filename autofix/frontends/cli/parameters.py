"""Options and arguments that several commands have, and the tables of those that every command of a kind has.

A command takes a record; ``with_tables`` says it on the command line as one option for each field.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from autofix.frontends.cli.options import BatchFormat, DeliveryChoice, HistoryChoice, StreamChoice
from autofix.records.options import Mode, Prefer, RunOptions

File = Annotated[
    str, typer.Argument(metavar="FILE[:MODEL]", show_default=False, help="Python file, or `-` for standard input.")
]
StdinFilename = Annotated[
    Path | None, typer.Option("--stdin-filename", metavar="PATH", help="With `-`: the file that the text belongs to.")
]
ModelExpression = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="EXPR", help='Class, variable or expression, as in "Net(num_classes=5)".'),
]
SampleShape = Annotated[
    list[str] | None,
    typer.Option(
        "--sample-shape",
        "-s",
        metavar="[NAME=][DTYPE:]D,D,...[@LOW..HIGH]",
        help="Shape of one input of forward; repeat for the next input. Integers: from LOW to HIGH - 1.",
    ),
]
SampleExpression = Annotated[
    str | None, typer.Option("--sample", metavar="EXPR", help="Inputs as an expression, evaluated in the file.")
]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="SHAPE[;SHAPE...]", help="A further sample that must work too; repeatable."),
]
Diff = Annotated[bool, typer.Option("--diff", help="Print the patch alone, also in a terminal.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 where it would be 1.")]


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
        Prefer | None,
        typer.Option("--prefer", show_default=False, help="Write sizes as numbers (default), or use lazy layers."),
    ],
    "select": Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="CODES",
            help="Use only these rules, by code or name; refactorings run only if named here.",
        ),
    ],
    "ignore": Annotated[list[str] | None, typer.Option("--ignore", metavar="CODES", help="Skip these rules.")],
    "python": Annotated[
        str | None,
        typer.Option("--python", metavar="PATH", help="The interpreter you train with (default: the project's)."),
    ],
    "run_seconds": Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", min=0.1, help="Limit of one run (default: 30)."),
    ],
    "memory_mib": Annotated[
        int | None,
        typer.Option(
            "--memory-limit", metavar="MIB", min=0, help="Memory of one run (default: 90 % of all; batch: 4096)."
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
    "verbose": Annotated[bool, typer.Option("--verbose", "-v", help="Show everything; nothing is folded or left out.")],
    "no_color": Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")],
}
_DELIVERY_OPTIONS: dict[str, Any] = {
    "output": Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write one patch for all.")],
    "output_dir": Annotated[
        Path | None, typer.Option("--output-dir", metavar="FOLDER", help="Write one patch for each target.")
    ],
    "branch": Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="Make a git branch with one commit for each target.")
    ],
    "apply": Annotated[bool, typer.Option("--apply", "--fix", help="Write the safe repairs.")],
    "unsafe_fixes": Annotated[bool, typer.Option("--unsafe-fixes", help="Include unsafe repairs.")],
    "reports": Annotated[
        list[Path] | None,
        typer.Option(
            "--report", metavar="FILE", help="Write a report: .html, .md, .json, .sarif, .xml (JUnit); repeatable."
        ),
    ],
    "format": Annotated[BatchFormat, typer.Option("--format", help="Output format.")],
}
_HISTORY_OPTIONS: dict[str, Any] = {
    "baseline": Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Faults that FILE lists do not change the exit code."),
    ],
    "write_baseline": Annotated[
        Path | None,
        typer.Option("--write-baseline", metavar="FILE", help="List the faults of today in FILE, for --baseline."),
    ],
    "compare": Annotated[
        Path | None, typer.Option("--compare", metavar="FILE", help="Say what changed since a JSON report.")
    ],
}
_TABLES: dict[type, dict[str, Any]] = {
    RunOptions: _RUN_OPTIONS,
    StreamChoice: _STREAM_OPTIONS,
    DeliveryChoice: _DELIVERY_OPTIONS,
    HistoryChoice: _HISTORY_OPTIONS,
}


def with_tables(*left_out: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
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


def _codes(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(code.strip() for text in texts or () for code in text.split(",") if code.strip())
