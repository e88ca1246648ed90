"""Data files that code names, as plain values: JSON, TOML, and the plain part of YAML.

YAML is read as far as settings of models use it: mappings, lists and scalars, in blocks or in one line; anything else
makes the whole file untold, since half a file would be a wrong one.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from autofix.loading import text_files, toml_files
from autofix.records.errors import UsageError

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s\-#:{}\[\],&*!|>'"%@`][^:#]*?)\s*:(?:\s+(?P<rest>.*))?$""")
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "null": None, "~": None}
_UNTOLD = frozenset("&*!|>%@`")
_Rows = list[tuple[int, str]]


def read(path: Path) -> Any:
    """Return what the file says; raise ValueError where that is not plain."""
    try:
        text = text_files.read(path).text
    except UsageError as error:
        raise ValueError(str(error)) from error
    return parsed(path, text)


def parsed(path: Path, text: str) -> Any:
    """Return what a text says that stands in a file of this name; raise ValueError where that is not plain."""
    if path.suffix == ".json":
        return json.loads(text)
    return toml_files.parsed(text, path) if path.suffix == ".toml" else yaml(text)


def yaml(text: str) -> Any:
    """Return what a plain YAML text says; raise ValueError for any other."""
    rows = [(len(line) - len(line.lstrip(" ")), _bare(line)) for line in text.splitlines()]
    rows = [(indent, words) for indent, words in rows if words and words != "---"]
    if not rows:
        return None
    value, rest = _block(rows)
    if rest:
        raise ValueError(f"the line {rest[0][1]!r} is no plain YAML")
    return value


def _bare(line: str) -> str:
    """Return a line without its comment and without blanks around it."""
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (at == 0 or line[at - 1] in " \t"):
            return line[:at].strip()
    return line.strip()


def _block(rows: _Rows) -> tuple[Any, _Rows]:
    return _items(rows) if rows[0][1].startswith("- ") or rows[0][1] == "-" else _entries(rows)


def _entries(rows: _Rows) -> tuple[Any, _Rows]:
    indent, result = rows[0][0], dict[Any, Any]()
    while rows and rows[0][0] == indent:
        match = _KEY.fullmatch(rows[0][1])
        if match is None:
            if not result:
                return _scalar(rows[0][1]), rows[1:]
            raise ValueError(f"the line {rows[0][1]!r} is no plain YAML")
        rest, rows = match["rest"] or "", rows[1:]
        nested = rows and (rows[0][0] > indent or (rows[0][0] == indent and rows[0][1].startswith("- ")))
        if rest or not nested:
            value: Any = _scalar(rest) if rest else None
        else:
            value, rows = _block(rows)
        result[_scalar(match["key"])] = value
    return result, rows


def _items(rows: _Rows) -> tuple[Any, _Rows]:
    indent, result = rows[0][0], list[Any]()
    while rows and rows[0][0] == indent and (rows[0][1].startswith("- ") or rows[0][1] == "-"):
        words = rows[0][1][1:]
        inner = words.strip()
        if _KEY.fullmatch(inner) or (inner.startswith("- ")):
            rows = [(indent + 1 + len(words) - len(words.lstrip()), inner), *rows[1:]]
            value, rows = _block(rows)
        elif inner:
            value, rows = _scalar(inner), rows[1:]
        else:
            value, rows = _block(rows[1:]) if len(rows) > 1 and rows[1][0] > indent else (None, rows[1:])
        result.append(value)
    return result, rows


def _scalar(words: str) -> Any:
    if words[:1] in _UNTOLD:
        raise ValueError(f"{words!r} is no plain YAML")
    if words[:1] in "[{" and words:
        return _in_line(words)
    if len(words) > 1 and words[0] == words[-1] and words[0] in "'\"":
        return words[1:-1]
    if words.lower() in _WORDS:
        return _WORDS[words.lower()]
    if _NUMBER.fullmatch(words):
        return ast.literal_eval(words.lstrip("+")) if not re.match(r"[-+]?0\d", words) else words
    return words


def _in_line(words: str) -> Any:
    if words[-1] != ("]" if words[0] == "[" else "}"):
        raise ValueError(f"{words!r} is no plain YAML")
    parts = [part.strip() for part in _parts(words[1:-1])]
    if words[0] == "[":
        return [_scalar(part) for part in parts if part]
    pairs = (part.partition(":") for part in parts if part)
    return {_scalar(key.strip()): _scalar(value.strip()) for key, _, value in pairs}


def _parts(words: str) -> list[str]:
    """Return what commas outside of brackets and quotes part."""
    parts, depth, quote = [""], 0, ""
    for character in words:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        depth += (character in "[{") - (character in "]}") if not quote else 0
        if character == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return parts
