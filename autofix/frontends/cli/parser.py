"""Parse the words of a command line into records, and show help.

It reads no file, runs nothing and never prints an error; what cannot be parsed is a UsageError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from autofix import __version__
from autofix.frontends.cli import model_commands, project_commands
from autofix.frontends.cli.contradictions import checked
from autofix.frontends.cli.conversion import Command, sparing
from autofix.frontends.cli.options import Choice, Finished, RunsModel
from autofix.records.errors import UsageError

REPAIR = "repair"

_GROUP_OPTIONS = frozenset({"--help", "-h", "-V", "--version", "--install-completion", "--show-completion"})
_EXAMPLES = """\
Examples:
  autofix net.py -s 64,3,32,32               print a patch, explain it on stderr
  autofix net.py -s 64,3,32,32 | git apply   apply it with git
  autofix net.py -s 64,3,32,32 --apply       write it
  autofix net.py:Net -s int64:2,128@0..1000  token ids below 1000
  autofix --traceback ci.log                 repair the error of a traceback
  autofix train.py -- --epochs 1             run a program, repair its crash

Exit codes:
  0  nothing to repair, or all of it was applied
  1  faults remain, or a patch is proposed
  2  the job could not be done
  3  of a batch: both 1 and 2

If a file is named like a command, write `./shapes`.
--version (-V), --install-completion and --show-completion cannot be combined
with other options.
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
    if isinstance(result, RunsModel) and program:
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
        bool,
        typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Fix tensor-shape errors in a PyTorch model.

    Prints a patch on stdout, tested by running the patched model, and the explanation on stderr.
    """


# In the order of the help.
_COMMANDS: dict[str, Callable[..., Choice]] = {
    "check": model_commands.check,
    "shapes": model_commands.shapes,
    "verify": model_commands.verify,
    "watch": model_commands.watch,
    "run": model_commands.run,
    "batch": project_commands.batch,
    "cache": project_commands.cache,
    "explain": project_commands.explain,
    "doctor": project_commands.doctor,
    "mcp": project_commands.mcp,
    "lsp": project_commands.lsp,
}
_app.command(REPAIR, cls=Command, hidden=True)(model_commands.repair)
for _name, _command in _COMMANDS.items():
    _app.command(_name, cls=Command)(_command)
