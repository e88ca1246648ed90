"""What an edited text shows before it is run: that Python itself ends a run that comes to what was edited.

A name is read before anything binds it, a call is given an argument twice, or it is no Python any more. It runs
nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from autofix.facts.clashing_arguments import clashing_arguments
from autofix.records.locations import Texts
from autofix.syntax.unbound_names import unbound_names

_CODE = frozenset((".py", ".pyw"))


def is_refused(texts: Texts, originals: Mapping[Path, str]) -> bool:
    """Return whether edited texts have something that ends a run and that the texts before the edits have not."""
    return any(_is_worse(originals[path], text) for path, text in texts if path.suffix in _CODE)


def _is_worse(before: str, after: str) -> bool:
    known = _refused(before)
    if known is None:
        return False  # It is of another version of Python than ours.
    now = _refused(after)
    return now is None or bool(now - known)


@lru_cache(maxsize=64)
def _refused(text: str) -> Counter[tuple[str, str]] | None:
    """Return what Python refuses in a text, with its place; None for one that is no Python, or too deep to be read."""
    try:
        tree = ast.parse(text)
        return unbound_names(tree) + clashing_arguments(tree)
    except (SyntaxError, ValueError, RecursionError):
        return None
