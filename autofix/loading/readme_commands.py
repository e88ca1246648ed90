"""How a README or a shell script of a project calls one of its programs, for those that need arguments.

It reads texts; the command is never run as a shell would.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from autofix.loading import text_files
from autofix.records.errors import UsageError
from autofix.syntax.source import Source, dotted

_NAMES = ("README.md", "readme.md", "README.rst", "README.txt", "README")
_COMMAND = re.compile(r"(?:^|[\s`$>])python3?\s+(?:-u\s+)?(?P<file>[\w./-]+\.py)(?P<words>[^\n`|;&<>]*)")
_ASSIGNED = re.compile(r"^\s*(\w+)=(\w[\w./-]*)\s*$", re.MULTILINE)
MAX_SCRIPTS = 40
_PLACEHOLDER = re.compile(r"[<\[{$]|\.\.\.|path/to|/your")


def arguments(path: Path, source: Source) -> tuple[str, ...]:
    """Return the arguments of the first command that calls the program, if it cannot do without any."""
    return shown(path) if _needs_some(source) else ()


def shown(path: Path) -> tuple[str, ...]:
    """Return the arguments of the first command that calls a program; none where nothing shows one."""
    return next(_commands(path), ())


def folder(path: Path) -> Path | None:
    """Return the folder that a README above a program calls it from; None where that is its own, or none does."""
    for text, above in _readmes(path):
        if any(Path(os.path.abspath(above / match["file"])) == path for match in _COMMAND.finditer(text)):
            return None if above == path.parent else above
    return None


def _needs_some(source: Source) -> bool:
    """Return whether a parser of the file has an argument that must be given."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] != "add_argument":
            continue
        first = node.args[0] if node.args else None
        positional = (
            isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1] not in {"-", ""}
        )
        required = any(
            keyword.arg == "required" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
            for keyword in node.keywords
        )
        optional = any(
            keyword.arg == "nargs" and ast.unparse(keyword.value) in {"'?'", "'*'"} for keyword in node.keywords
        )
        if required or (positional and not optional):
            return True
    return False


def _texts(path: Path) -> Iterator[str]:
    """Yield the READMEs beside a program and above it, then the shell scripts there, with plain variables replaced."""
    scripts = (script for above in path.parents[:2] for script in sorted(above.glob("**/*.sh"))[:MAX_SCRIPTS])
    for whole in (*(text for text, _ in _readmes(path)), *filter(None, map(_text, scripts))):
        text, values = whole, dict(_ASSIGNED.findall(whole))
        for name, value in values.items():
            text = re.sub(rf"\$\{{?{name}\b\}}?", value, text)
        yield text.replace("\\\n", " ")


def _readmes(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the READMEs beside a file and above it, each with its folder."""
    for above in path.parents[:4]:
        yield from ((text, above) for name in _NAMES if (text := _text(above / name)))


def _text(file: Path) -> str:
    try:
        return text_files.read(file).text if file.is_file() else ""
    except UsageError:
        return ""


def _commands(path: Path) -> Iterator[tuple[str, ...]]:
    for text in _texts(path):
        for match in _COMMAND.finditer(text):
            if Path(match["file"]).name == path.name and not _PLACEHOLDER.search(match["words"]):
                try:
                    yield tuple(shlex.split(match["words"]))
                except ValueError:
                    continue
