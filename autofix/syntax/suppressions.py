"""Find the comments that speak to autofix: suppressions and the sample shape a file declares.

It works on one text and never fails on broken source; of findings it knows no more than a code and a line.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_IGNORE = re.compile(r"#\s*autofix:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<codes>[^\]]*)\])?(?P<reason>[^#]*)")
_SAMPLE = re.compile(r"#\s*autofix:\s*sample[-_]shape\s*=\s*(?P<shape>[^#]+)")
# A word of the marker is looked for first, because tokenizing a long file costs more than everything else here.
_MARKER = "autofix:"
_STRING_OR_COMMENT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(?P<comment>#.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One ``# autofix: ignore`` comment; no ``codes`` means every code. ``line`` counts from 1."""

    line: int
    codes: tuple[str, ...]
    reason: str
    whole_file: bool


def suppressions(text: str) -> tuple[Suppression, ...]:
    """Return every suppression comment of the text, in order."""
    return tuple(
        Suppression(
            line=line,
            codes=tuple(code.strip().upper() for code in (match["codes"] or "").split(",") if code.strip()),
            reason=match["reason"].strip(" \t-:"),
            whole_file=match["file"] is not None,
        )
        for line, comment in _comments(text)
        for match in _IGNORE.finditer(comment)
    )


def sample_comment(text: str) -> str | None:
    """Return the value of the first ``# autofix: sample-shape=...`` comment."""
    matches = (_SAMPLE.search(comment) for _, comment in _comments(text))
    return next((match["shape"].strip() for match in matches if match), None)


def matches(suppression: Suppression, code: str, line: int) -> bool:
    """Return whether the suppression covers a finding with this code at this line; ``AF1`` covers its whole family."""
    if not suppression.whole_file and suppression.line != line:
        return False
    return not suppression.codes or any(code.upper().startswith(listed) for listed in suppression.codes)


@lru_cache(maxsize=8)
def _comments(text: str) -> tuple[tuple[int, str], ...]:
    if _MARKER not in text:
        return ()
    try:
        return tuple(
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
            if token.type == tokenize.COMMENT
        )
    except (tokenize.TokenError, SyntaxError):
        return tuple(_comments_by_line(text))


def _comments_by_line(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of source that does not tokenize.

    One inside a string that spans lines may be missed or made up.
    """
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        for match in _STRING_OR_COMMENT.finditer(line):
            if match["comment"]:
                yield number, match["comment"].rstrip()
