"""The command that repairs: ask the engine, choose a plan, write it if that was asked for, and show the result.

stdout carries the result alone: the patch, or the JSON or SARIF document. Errors are left to the caller.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from autofix import __version__, engine
from autofix.fixes import registry
from autofix.frontends.cli import atomic_write, requests, selection, terminal
from autofix.frontends.cli.options import Format, RepairChoice
from autofix.patch import unified_diff
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import UsageError
from autofix.records.report import Report
from autofix.report import document, phrases, text
from autofix.report.document import DocumentFacts
from autofix.report.phrases import COMMAND_LINE, Writing
from autofix.report.terminal_text import wrapped
from autofix.session.session import Session

_ANSWERS = "your answers below say what is written"
ASKING = Writing(_ANSWERS, _ANSWERS, " (n shows the next)", is_command=False)


def repair(choice: RepairChoice, session: Session | None) -> int:
    """Repair and return 0: nothing to repair, or it was applied; 1: a patch is proposed or faults remain.

    2: the model could not run.
    """
    if choice.interactive and not terminal.interactive():
        raise UsageError("--interactive asks on a terminal, and there is none; leave it out or use --pick")
    if choice.traceback is None:
        asked = requests.request(choice.run)
        _check_output(choice, asked.target.path)
        with terminal.progress(sys.stderr, is_shown=not choice.streams.quiet) as show:
            report = engine.repair(asked, requests.usable(session, asked), show)
    else:
        report = _repaired_from_traceback(choice, session)
    if choice.pick is not None:
        report = selection.picked(report, choice.pick, {rule.code: rule.name for rule in registry.rules()})
    if choice.interactive:
        from autofix.frontends.cli import interactive

        _print_explanation(choice, report, applied=False)
        coloured = terminal.colour(sys.stderr, refused=choice.streams.no_color)
        return _code(choice, report, applied=interactive.repaired(report, coloured=coloured))
    return _deliver(choice, report)


def _repaired_from_traceback(choice: RepairChoice, session: Session | None) -> Report:
    from autofix.frontends.cli import from_traceback

    with terminal.progress(sys.stderr, is_shown=not choice.streams.quiet) as show:
        taken, report = from_traceback.repaired(choice, session, show)
    _check_output(choice, report.target.path)
    if choice.format is not Format.TEXT:
        return replace(report, notes=(taken, *report.notes))
    if not choice.streams.quiet:
        words = terminal.one_line(taken)
        lines = wrapped(words, terminal.width(sys.stderr)) if sys.stderr.isatty() else [words]
        print(*lines, sep="\n", file=sys.stderr)
    return report


def _check_output(choice: RepairChoice, path: Path) -> None:
    if choice.output is not None and choice.output.resolve() == path.resolve():
        raise UsageError(
            f"--output {choice.output} is the file to repair; name another, or --apply to write the repair"
        )


def _deliver(choice: RepairChoice, report: Report) -> int:
    changes = _changes(report)
    applied = bool(changes) and choice.apply and selection.may_write(report, unsafe_fixes=choice.unsafe_fixes)
    if applied:
        atomic_write.write(changes, report.target.root)
    code = _code(choice, report, applied=applied)
    document_bytes = _document(choice, report, changes, code, applied=applied)
    if choice.output is not None:
        atomic_write.write_file(choice.output, document_bytes)
    if choice.format is Format.TEXT:
        _explain(choice, report, changes, applied=applied)
    if choice.output is not None:
        return code
    return terminal.delivered(lambda: _print_result(choice, document_bytes), code)


def _changes(report: Report) -> tuple[FileChange, ...]:
    return () if report.plan is None else unified_diff.changes(report.plan, report.texts, report.target.root)


def _patch(changes: tuple[FileChange, ...]) -> bytes:
    patch = unified_diff.unified(changes)
    unified_diff.verify(patch, changes)
    return patch


def _code(choice: RepairChoice, report: Report, *, applied: bool) -> int:
    code = 0 if applied else phrases.exit_code(report)
    return 0 if code == 1 and choice.exit_zero else code


def _document(
    choice: RepairChoice, report: Report, changes: tuple[FileChange, ...], code: int, *, applied: bool
) -> bytes:
    """Return what stdout or ``--output`` carries.

    A patch that was written is not also handed on, lest it be applied twice.
    """
    if choice.format is Format.TEXT:
        return b"" if applied or not changes else _patch(changes)
    facts = DocumentFacts(code, choice.streams.verbose, __version__, _documentation)
    return document.rendered(choice.format.value, report, facts).encode("utf-8")


def _documentation() -> dict[str, str]:
    return {rule.code: rule.documentation() for rule in registry.rules()}


def _explain(choice: RepairChoice, report: Report, changes: tuple[FileChange, ...], *, applied: bool) -> None:
    if choice.streams.quiet:
        if phrases.exit_code(report) == 2:
            print(f"autofix: {phrases.summary(report, applied=False)}", file=sys.stderr)
        return
    _print_explanation(choice, report, applied=applied)
    if applied and choice.streams.verbose:
        sys.stderr.write(terminal.patch_to_look_at(_patch(changes), coloured=False))
    for change in changes if applied else ():
        print(f"wrote {terminal.one_line(str(change.path))}", file=sys.stderr)
    if choice.output is not None:
        print(f"wrote {terminal.one_line(str(choice.output))}", file=sys.stderr)
    if choice.streams.verbose:
        print(
            f"{phrases.counted(report.spent.probes, 'run')} of the model, {report.spent.seconds:.2f} s", file=sys.stderr
        )
    sys.stderr.flush()


def _print_explanation(choice: RepairChoice, report: Report, *, applied: bool) -> None:
    sys.stderr.write(
        text.render(
            report,
            folder=Path.cwd(),
            colour=terminal.colour(sys.stderr, refused=choice.streams.no_color),
            width=terminal.width(sys.stderr),
            alternatives=choice.alternatives,
            applied=applied,
            picked=choice.pick or 1,
            verbose=choice.streams.verbose,
            writing=ASKING if choice.interactive else COMMAND_LINE,
        )
    )
    sys.stderr.flush()


def _print_result(choice: RepairChoice, document: bytes) -> None:
    """Write the bytes as they are, since a patch is in the encodings of its files.

    Only a terminal gets them made visible, and no patch at all if it shows the changed lines already.
    """
    if choice.format is Format.TEXT and sys.stdout.isatty():
        is_explained = sys.stderr.isatty() and not choice.streams.quiet
        if is_explained and not choice.streams.verbose:
            return  # The explanation on the same terminal shows the lines that change.
        if document and is_explained:
            print(file=sys.stderr, flush=True)
        coloured = terminal.colour(sys.stdout, refused=choice.streams.no_color)
        sys.stdout.write(terminal.patch_to_look_at(document, coloured=coloured))
    else:
        sys.stdout.buffer.write(document)
    sys.stdout.flush()
