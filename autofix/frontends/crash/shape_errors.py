"""Whether an error that was raised in this process is about shapes, told by its kind and its words."""

from __future__ import annotations

import sys
import traceback

# What torch and Python raise where shapes do not fit; subclasses tell of something else, such as of memory.
_KINDS = (RuntimeError, ValueError, IndexError, TypeError)


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error about shapes as Python prints it; empty for any other error."""
    if type(error) not in _KINDS or "torch" not in sys.modules:
        return ""
    from autofix.loading.traceback_text import tracebacks

    text = "".join(traceback.format_exception(error))
    return text if any(traceback.is_of_shapes for traceback in tracebacks(text)) else ""
