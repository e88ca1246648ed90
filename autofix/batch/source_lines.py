"""The source of a place that a reader is shown: its line, those around it, and the definition that it stands in.

It is given texts and reads no files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autofix.batch.records import Json
from autofix.records.locations import Location, SourceText
from autofix.syntax.source import source_of

AROUND = 2


def of(location: Location, texts: Iterable[SourceText]) -> Json | None:
    """Return the line of a place, the lines around it with the number of the first, and its definition as
    ``Net.forward``; None where the text is not known.
    """
    text = next((text for text in texts if text.path == location.path), None)
    if text is None:
        return None
    lines, number = text.text.splitlines(), location.range.start.line
    if not 0 < number <= len(lines):
        return None
    first = max(1, number - AROUND)
    return {
        "line": lines[number - 1].strip(),
        "scope": ".".join(_scope(source_of(text.path, text.text).tree, number)),
        "first": first,
        "lines": lines[first - 1 : number + AROUND],
    }


def _scope(node: ast.AST, number: int) -> Iterator[str]:
    """Yield the names of the definitions around a line, the outermost first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and child.lineno <= number <= (child.end_lineno or child.lineno):
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                yield child.name
            yield from _scope(child, number)
