"""The exceptions a front-end turns into one message and an exit code.

Each message says what happened, where, and what to do. Nothing here prints or exits.
"""

from __future__ import annotations


class AutofixError(Exception):
    """The job could not be done; ``exit_code`` 2 unless a subclass says otherwise."""

    exit_code = 2


class UsageError(AutofixError):
    """The user's words or files cannot be used: bad shape, missing file, unknown setting, not Python."""


class MissingInputError(UsageError):
    """The one thing that the user has to say: ``problem`` without it, ``option`` and ``setting`` how it is said.

    ``setting`` is the line of a manifest, with an example where nothing better is known.
    """

    def __init__(self, problem: str, *, option: str, setting: str) -> None:
        super().__init__(f"{problem}; {option}")
        self.problem, self.setting = problem, setting


class ProbeError(AutofixError):
    """The probe could not be started or answered something that is not a reply."""


class CancelledError(AutofixError):
    """The run was ended because nobody wants its result any more; no reader ever sees this message."""


class ConflictError(AutofixError):
    """A file changed on disk between analysis and writing, or cannot be written; nothing was written."""


class OutputError(AutofixError):
    """The result could not be written where it was asked for."""


class InternalError(AutofixError):
    """A fault of ours, said so, with a request for a report."""
