"""Numbers that are written under a key: entries of dicts, options, fields, and lines of texts that the program parses.

It finds places by key and value; that a place really feeds the model is found by running.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit, Position, Range
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import Source


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A number inside a text: an entry of a config that is parsed when the program runs."""

    edit_range: Range
    path: Path
    name: str


def keyed_nodes(source: Source, key: str) -> Iterator[tuple[str, ast.expr]]:
    for node in source.nodes:
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    yield f"entry {key!r}", value
        elif isinstance(node, ast.Call):
            option = _option_default(node, key)
            if option is not None:
                yield f"default of option `{key}`", option
            elif source.class_of(node) is None and source.function_of(node) is None:
                yield from ((f"argument `{key}`", k.value) for k in node.keywords if k.arg == key)
        elif isinstance(node, ast.ClassDef):
            yield from ((f"field `{key}`", value) for _, value in assignments(source, node, key))


def _option_default(node: ast.Call, key: str) -> ast.expr | None:
    """Return the ``default=`` of ``add_argument('--key', ...)``."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in {"add_argument", "option"}):
        return None
    flags = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    names = {flag.lstrip("-").replace("-", "_") for flag in flags} | {
        k.value.value
        for k in node.keywords
        if k.arg == "dest" and isinstance(k.value, ast.Constant) and isinstance(k.value.value, str)
    }
    return next((k.value for k in node.keywords if k.arg == "default"), None) if key in names else None


def text_entries(project: Project, key: str, value: int) -> Iterator[TextEntry]:
    """Yield each ``key: value`` inside a text of the source or in a data file beside it: JSON, YAML or
    ``key = value`` lines.
    """
    pattern = re.compile(rf"(?<![\w.])(['\"]?){re.escape(key)}\1\s*[:=]\s*({value})(?![\w.])")
    for source in project.sources():
        for node in source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and key in node.value:
                place = source.range_of(node)
                yield from _entries_in(pattern, source.path, source.segment(place), place.start, key)
    for path in project.data:
        yield from _entries_in(pattern, path, project.source(path).text, Position(1, 0), f"{path.name}: {key}")


def listed_entries(project: Project, key: str, values: tuple[int, ...], value: int) -> Iterator[TextEntry]:
    """Yield where ``value`` stands in a list ``key: [a, b, c]`` of a data file, or in one of a line for each entry."""
    numbers = [str(number) for number in values]
    beside, below = r"\s*,\s*".join(numbers), "".join(rf"\s*\n\s*-\s+{each}" for each in numbers)
    written = rf"(?:\s*[\[(]\s*{beside}\s*,?\s*[\])]|{below}(?![\w.]))"
    pattern = re.compile(rf"(?<![\w.])(['\"]?){re.escape(key)}\1\s*[:=]{written}")
    for path in project.data:
        text = project.source(path).text
        for match in pattern.finditer(text):
            places = list(re.finditer(r"(?<![\w.])\d+(?![\w.])", text[match.start() : match.end()]))
            for place, number in zip(places[-len(values) :], values, strict=False):
                if number == value:
                    begin = _advance(Position(1, 0), text[: match.start() + place.start()])
                    end = Position(begin.line, begin.column + len(place.group()))
                    yield TextEntry(Range(begin, end), path, f"entry {key!r}")


def number(project: Project, expression: Expression) -> int | None:
    """Return the whole number that an expression is, also as a text that is turned into one: ``"255"``."""
    value = project.value(expression)
    return int(value) if isinstance(value, str) and value.isdecimal() else project.integer(expression)


def _entries_in(pattern: re.Pattern[str], path: Path, text: str, start: Position, key: str) -> Iterator[TextEntry]:
    for match in pattern.finditer(text):
        begin = _advance(start, text[: match.start(2)])
        end = Position(begin.line, begin.column + len(match.group(2)))
        yield TextEntry(Range(begin, end), path, f"entry {key!r}")


def _advance(start: Position, text: str) -> Position:
    lines = text.replace("\r\n", "\n").split("\n")
    return Position(start.line + len(lines) - 1, len(lines[-1]) if len(lines) > 1 else start.column + len(text))


def entry_edit(entry: TextEntry, text: str) -> Edit:
    return Edit(entry.path, entry.edit_range, text)
