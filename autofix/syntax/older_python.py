"""Whether a text that does not parse was written for an older Python, what of it is, and on which lines.

It answers only for a text that the parser refused, and only where the refused line itself is of such a kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINES = 6
# Names that are gone since Python 3, with those that mean the same today.
NAMES = {"xrange": "range", "raw_input": "input", "unicode": "str", "basestring": "str", "unichr": "chr"}
_TEXTS = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|#.*")


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of old: what it is called, what writes it today, and the lines that have it."""

    name: str
    today: str
    pattern: re.Pattern[str]


_PYTHON_2 = (
    _Form("print statements", "`print(...)`", re.compile(r"(?:^|[:;])\s*print\b(?!\s*(?:[(=.,:)\]]|$))")),
    _Form("exec statements", "`exec(...)`", re.compile(r"(?:^|[:;])\s*exec\s+[\w\"]")),
    _Form("`except E, e`", "`except E as e`", re.compile(r"^\s*except\s+[\w.()]+\s*,\s*\w+\s*:")),
    _Form("`raise E, text`", "`raise E(text)`", re.compile(r"(?:^|[:;])\s*raise\s+[\w.]+\s*,")),
    _Form("backticks", "`repr(...)`", re.compile(r"`")),
    _Form("`<>`", "`!=`", re.compile(r"<>")),
    _Form("octal numbers", "`0o777`", re.compile(r"(?<![\w.])0\d+\b(?![.\w])")),
    _Form("long numbers", "the number alone", re.compile(r"(?<![\w.])\d+[lL]\b")),
    _Form("`ur` texts", "`r`", re.compile(r"\bur\"", re.IGNORECASE)),
    _Form("parameters in parentheses", "one name", re.compile(r"^\s*def\s+\w+\((?:[^()]*,)?\s*\(")),
)
_TORCH_0 = _Form("`async=`", "`non_blocking=`", re.compile(r"\basync\s*="))


def why(text: str, refused: int) -> str:
    """Return in words what of a text is old, where the parser refused line ``refused``; '' where that is not why."""
    lines = [_TEXTS.sub('""', line) for line in text.splitlines()]
    if not 0 < refused <= len(lines):
        return ""
    if _TORCH_0.pattern.search(lines[refused - 1]):
        return f"code for torch before 0.4.1 and Python before 3.7: {_described(_TORCH_0, lines)}"
    if not any(form.pattern.search(lines[refused - 1]) for form in _PYTHON_2):
        return ""
    described = [_described(form, lines) for form in _PYTHON_2 if any(map(form.pattern.search, lines))]
    return f"code for Python 2: {'; '.join(described)}"


def _described(form: _Form, lines: list[str]) -> str:
    numbers = [number for number, line in enumerate(lines, 1) if form.pattern.search(line)]
    shown = ", ".join(map(str, numbers[:MAX_LINES]))
    more = f" and {len(numbers) - MAX_LINES} more" if len(numbers) > MAX_LINES else ""
    return f"{form.name} (line{'s' if len(numbers) > 1 else ''} {shown}{more}), today {form.today}"
