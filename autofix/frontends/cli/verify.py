"""The command that verifies a patch: read it, decide what to run for it, and say what running shows.

stdout carries the verdict, as text or JSON. Errors are left to the caller.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autofix import engine
from autofix.frontends.cli import requests, terminal
from autofix.frontends.cli.options import VerdictFormat, VerifyChoice
from autofix.loading import patched_files
from autofix.records.errors import UsageError
from autofix.report import phrases
from autofix.session.session import Session


def verify(choice: VerifyChoice, session: Session | None) -> int:
    """Verify and return 0: the patch holds; 1: it does not, or there is a reason to look; 2: it could not be judged."""
    patched = patched_files.patched(_read(choice.patch), Path.cwd())
    asked = requests.request_for_patch(choice.run, patched)
    with terminal.progress(sys.stderr, is_shown=not choice.streams.quiet) as show:
        verdict = engine.verify(asked, patched, requests.usable(session, asked), show)
    if choice.format is VerdictFormat.JSON:
        from autofix.report import patch_json

        sys.stdout.write(patch_json.render(verdict))
    else:
        from autofix.report import patch_text

        sys.stdout.write(
            patch_text.render(
                verdict,
                folder=Path.cwd(),
                colour=terminal.colour(sys.stdout, refused=choice.streams.no_color),
                width=terminal.width(sys.stdout),
                verbose=choice.streams.verbose,
            )
        )
    return phrases.exit_code_of_patch(verdict)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the patch {name}: {error.strerror}") from error
