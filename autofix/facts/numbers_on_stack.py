"""The whole numbers that stand in the functions on the stack of a failure.

It lists them; which is meant is for whoever asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.records.locations import Position, Range
from autofix.records.trace import Frame
from autofix.records.values import is_integer
from autofix.syntax.source import Source


def numbers(project: Project) -> Iterator[tuple[int, Source, ast.Constant]]:
    """Yield each with how far out its function is, innermost first."""
    failure = project.trace.failure
    seen: set[tuple[str, int]] = set()
    for distance, frame in enumerate(failure.frames if failure is not None else ()):
        source = project.source(frame.path)
        function = source.function_at(_inside(frame), frame.function)
        if function is None or (str(frame.path), function.lineno) in seen:
            continue
        seen.add((str(frame.path), function.lineno))
        for node in ast.walk(function):
            if isinstance(node, ast.Constant) and is_integer(node.value):
                yield distance, source, node


def _inside(frame: Frame) -> Range:
    return Range(Position(frame.range.start.line, 0), Position(frame.range.start.line, 0))
