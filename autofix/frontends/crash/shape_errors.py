"""Whether an error of this process is about shapes: by its kind and words, then by what a run of it shows."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autofix.records.report import Report

# What torch and Python raise where shapes do not fit; subclasses tell of something else, such as of memory.
_KINDS = (RuntimeError, ValueError, IndexError, TypeError)


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error about shapes as Python prints it; empty for any other error."""
    if type(error) not in _KINDS or "torch" not in sys.modules:
        return ""
    from autofix.loading.traceback_text import tracebacks

    text = "".join(traceback.format_exception(error))
    return text if any(traceback.is_of_shapes for traceback in tracebacks(text)) else ""


def shows_one(report: Report) -> bool:
    """Return whether a run that was made again showed a fault of shapes, not an error that only has such words."""
    from autofix.records.finding import Mismatch

    is_known = any(diagnostic.finding.mismatch is not Mismatch.OTHER for diagnostic in report.diagnostics)
    return is_known or report.plan is not None
