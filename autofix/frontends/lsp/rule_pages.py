"""The documentation of rules as files, so that an editor can open what a code links to.

They are written to the user's cache when they are first linked to; the text is the rule's own.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from autofix import __version__
from autofix.fixes import registry


@cache
def text(code: str) -> str | None:
    """Return the documentation as Markdown; None for a code that no rule has."""
    rule = next((rule for rule in registry.rules() if code.lower() in (rule.code.lower(), rule.name)), None)
    if rule is None:
        return None
    title, _, body = rule.documentation().strip().partition("\n")
    return f"# {title}\n\n{_sections(body)}\n"


def _sections(body: str) -> str:
    """Return a heading for each unindented line, with what is indented below it as its text."""
    lines = []
    for line in body.strip().splitlines():
        if line and not line[0].isspace():
            lines += ["", f"## {line}", ""]
        else:
            lines.append(line.removeprefix("    "))
    return "\n".join(lines).replace("``", "`").strip()


@cache
def uri(code: str) -> str | None:
    """Return the uri of a file with the documentation; None where there is none or it cannot be written."""
    page = text(code)
    if page is None:
        return None
    try:
        return _written(_folder() / f"{code}.md", page).as_uri()
    except OSError:
        return None


def _folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("autofix", appauthor=False)) / "rules" / __version__


def _written(path: Path, page: str) -> Path:
    if not path.is_file() or path.read_text("utf-8") != page:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)
        Path(name).replace(path)
    return path
