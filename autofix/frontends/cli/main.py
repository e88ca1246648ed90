"""The command line: parse the words, do the command, turn every outcome into one message and an exit code.

What a repair does stands in ``repair``; this file alone decides how a run of the program ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autofix.frontends.cli import terminal
from autofix.frontends.cli.contradictions import checked
from autofix.frontends.cli.options import (
    AssistantsChoice,
    BatchChoice,
    CacheAction,
    CacheChoice,
    CheckChoice,
    Choice,
    DoctorChoice,
    ExplainChoice,
    Finished,
    RepairChoice,
    ServeChoice,
    ShapesChoice,
    ShapesFormat,
    StreamChoice,
    VerifyChoice,
    WatchChoice,
    of_folder,
)
from autofix.records.errors import AutofixError, InternalError, UsageError
from autofix.system import signals, user_folders

if TYPE_CHECKING:
    from autofix.session.session import Session

INTERNAL = 2


def main(words: Sequence[str], session: Session | None = None) -> int:
    """Do what the words ask for and return the exit code; ``session`` is a probe that was started ahead."""
    verbose = bool({"-v", "--verbose"}.intersection(words))
    try:
        code = _run(_parsed(words), session)
        sys.stdout.flush()
    except AutofixError as error:
        if _is_interrupted(error):
            return signals.INTERRUPTED
        if verbose and isinstance(error, InternalError):
            _print_traceback()
        _say(str(error))
        return error.exit_code
    except BrokenPipeError:
        terminal.silence(sys.stdout)
        return terminal.BROKEN_PIPE
    except KeyboardInterrupt:
        _say("interrupted")
        return signals.INTERRUPTED
    except Exception as error:
        if _is_interrupted(error):
            return signals.INTERRUPTED
        if verbose:
            _print_traceback()
        _say(f"internal error: {type(error).__name__}: {error}; please report it with the file{_how(verbose)}")
        return INTERNAL
    if code == signals.INTERRUPTED:
        # The option parser swallows an interrupt that comes while it works.
        _say("interrupted")
    return code


def _parsed(words: Sequence[str]) -> Choice:
    """Return the choice; words that are answered quickly are read here, since loading the option parser
    takes longer.
    """
    match words:
        case ["explain"]:
            return ExplainChoice(None)
        case ["explain", rule] if not rule.startswith("-"):
            return ExplainChoice(rule)
        case ["lsp"] | ["lsp", "--stdio"]:
            return ServeChoice()
    from autofix.frontends.cli import parser

    return parser.parse(words)


def _is_interrupted(error: Exception) -> bool:
    """Say so where an error comes of a signal, with what it tells by itself; raises EndedError for one that ends."""
    reason = signals.ended_by(error)
    if isinstance(reason, signals.EndedError):
        raise reason
    if reason is not None:
        tells = isinstance(error, AutofixError) and not isinstance(error, InternalError)
        _say(f"interrupted: {error}" if tells else "interrupted")
    return reason is not None


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # No system takes such a name, which is told of where the file is read.
        return False


def _print_traceback() -> None:
    import traceback

    sys.stderr.write(terminal.visible(traceback.format_exc()))


def _say(message: str) -> None:
    print(f"autofix: {terminal.one_line(message)}", file=sys.stderr)


def _how(verbose: bool) -> str:
    return "" if verbose else " and what --verbose shows"


def _check_folder() -> None:
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(f"there is no working directory any more ({error.strerror}); change to another") from error


def _recover() -> None:
    """Put back what a command before this one left half-written when it was killed."""
    try:
        is_left = (user_folders.state() / "writes").is_dir()
    except OSError:
        return
    if is_left:
        from autofix.frontends.cli import write_journal

        for words in write_journal.recover():
            _say(words)


def _run(choice: Choice, session: Session | None) -> int:
    if not isinstance(choice, Finished | ExplainChoice):
        _recover()
    match choice:
        case Finished(exit_code):
            return exit_code
        case ExplainChoice(rule):
            return explain(rule)
        case ServeChoice():
            from autofix.frontends import lsp

            return lsp.main()
        case AssistantsChoice(read_only):
            from autofix.frontends import mcp

            return mcp.main(read_only=read_only)
        case ShapesChoice():
            _log(choice.streams)
            return shapes(choice, session)
        case CheckChoice():
            return check(choice, session)
        case VerifyChoice():
            _log(choice.streams)
            from autofix.frontends.cli.verify import verify

            return verify(choice, session)
        case BatchChoice():
            _check_folder()
            _log(choice.streams)
            from autofix.frontends.cli.batch import batch

            return batch(choice)
        case WatchChoice():
            from autofix.frontends.watch.watch import watch

            return watch(choice)
        case DoctorChoice():
            from autofix.frontends.cli.doctor import doctor

            return doctor(choice)
        case CacheChoice():
            return cache(choice)
        case RepairChoice():
            if choice.run.file and (_is_folder(choice.run.file) or choice.run.file.endswith(".ipynb")):
                return _run(checked(of_folder(choice)), session)
            _log(choice.streams)
            # The commands that run no model start without the modules of this one.
            from autofix.frontends.cli.repair import repair

            return repair(choice, session)


def _log(streams: StreamChoice) -> None:
    if streams.verbose:
        import logging

        class _Visible(logging.Formatter):
            """What is told may hold names and words of the user's code."""

            def format(self, record: logging.LogRecord) -> str:
                return terminal.visible(super().format(record))

        shown = logging.StreamHandler(sys.stderr)
        shown.setFormatter(_Visible("%(name)s: %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[shown])


def shapes(choice: ShapesChoice, session: Session | None) -> int:
    """Print the table or the picture of one run; 1 when the model fails, 2 when it could not be run."""
    from autofix import engine
    from autofix.frontends.cli import requests
    from autofix.records.trace import Ending
    from autofix.report import pictures, shape_table

    request = requests.request(choice.run)
    with terminal.progress(sys.stderr, is_shown=not choice.streams.quiet):
        trace, finding = engine.trace(request, requests.usable(session, request))
    if trace.ending is not Ending.PASSED and finding is None:
        raise AutofixError(f"{request.target.path.name}: {trace.ending.value}: {trace.message}")
    root, whole = request.target.root, choice.streams.verbose
    if choice.format is ShapesFormat.TEXT:
        look = {"colour": terminal.colour(sys.stdout, refused=choice.streams.no_color)}
        width = terminal.width(sys.stdout)
        sys.stdout.write(shape_table.render(trace, finding, root, width=width, depth=choice.depth, whole=whole, **look))
    else:
        title = f"{request.target.path.name}: {request.target.model}".removesuffix(": ")
        shown = pictures.document(choice.format.value, title, trace, finding, root, depth=choice.depth, whole=whole)
        sys.stdout.buffer.write(shown.encode("utf-8"))  # Which is what it says of itself.
    return 0 if trace.ending is Ending.PASSED else 1


def check(choice: CheckChoice, session: Session | None) -> int:
    """Return 0 for a model without a fault, 1 for one with, and raise AutofixError where it could not be run."""
    from autofix import engine
    from autofix.frontends.cli import requests
    from autofix.records.report import RepairEnding
    from autofix.report import phrases

    request = requests.request(choice.run)
    report = engine.check(request, requests.usable(session, request))
    if report.ending is RepairEnding.NOT_RUN:
        raise AutofixError(report.message)
    return phrases.exit_code(report)


def cache(choice: CacheChoice) -> int:
    """Show or remove the cache of batches and return 0, also where there is none."""
    from pathlib import Path

    from autofix.batch import cache_folder
    from autofix.report import phrases

    folder = Path(os.path.abspath(choice.folder or cache_folder.place(Path(os.path.abspath(choice.path)))))
    size = cache_folder.size(folder)
    if size is None:
        print(terminal.one_line(f"no cache: {folder}"))
        return 0
    if choice.action is CacheAction.CLEAN:
        cache_folder.remove(folder)
    removed = "removed " if choice.action is CacheAction.CLEAN else ""
    print(terminal.one_line(f"{removed}{folder} ({phrases.size_text(size)})"))
    return 0


def explain(rule: str | None) -> int:
    """Print the documentation of one rule, or one line for each."""
    from autofix.fixes import registry

    print(registry.page(rule).text if rule is not None else "\n".join(map(registry.headline, registry.pages())))
    return 0
