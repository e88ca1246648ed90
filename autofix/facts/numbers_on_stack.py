"""The whole numbers that stand in the functions on the stack of a failure, and the sizes that disagree in it.

It lists them; which is meant is for whoever asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.records.finding import Finding
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


def sizes_that_disagree(finding: Finding, project: Project) -> tuple[tuple[int, int], ...]:
    """Return (number to look for, number to put): the sizes that disagree, both ways, then the sizes of
    the operands.
    """
    direct = [(e, a) for e, a in zip(finding.expected, finding.actual, strict=False) if e != a]
    operation = project.operation(finding)
    sizes = sorted({size for tensor in operation.tensors for size in tensor.shape}) if operation is not None else []
    crossed = [(a, b) for a in sizes for b in sizes if a != b] if not direct and len(sizes) <= 6 else []
    pairs = dict.fromkeys((*direct, *((a, e) for e, a in direct), *crossed))
    return tuple((old, new) for old, new in pairs if new > 0)


def _inside(frame: Frame) -> Range:
    return Range(Position(frame.range.start.line, 0), Position(frame.range.start.line, 0))
