"""The comments that speak to autofix, as edits: hide a finding, name the sample.

An edit is offered only if the text after it is the same program and the comment is read back.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from autofix.frontends.lsp.position_encoding import Lines
from autofix.patch.edits_to_text import apply_edits
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Position, Range
from autofix.records.samples import Samples
from autofix.syntax import suppressions
from autofix.syntax.source import Source

_SAMPLE = re.compile(r"#\s*autofix:\s*sample[-_]shape\s*=\s*(?P<shape>[^#\r\n]+)")


def ignoring(source: Source, finding: Finding, code: str) -> Edit | None:
    """Return an edit that adds a comment hiding a finding at the end of its line; None where no comment fits."""
    lines = Lines(source.text)
    places = [place for place in (finding.call, finding.location) if place.path == source.path]
    for number in dict.fromkeys(line for place in places for line in (place.range.start.line,)):
        end = Position(number, len(lines.line(number)))
        edit = Edit(source.path, Range(end, end), f"  # autofix: ignore[{code}]")
        after = apply_edits(source.text, [edit])
        hides = any(suppressions.matches(suppression, code, number) for suppression in suppressions.suppressions(after))
        if hides and _is_same_program(source, after):
            return edit
    return None


def sampled(source: Source, model: str, samples: Samples) -> Edit | None:
    """Return an edit that adds a comment naming the sample, above the model's class or in place of the
    comment there.
    """
    if not samples.inputs:
        return None
    words = str(samples)
    edit = _replaced(source, words) or _inserted(source, model, words)
    after = apply_edits(source.text, [edit])
    return edit if suppressions.sample_comment(after) == words and _is_same_program(source, after) else None


def _replaced(source: Source, words: str) -> Edit | None:
    if suppressions.sample_comment(source.text) is None:
        return None
    for number, line in enumerate(source.lines, 1):
        match = _SAMPLE.search(line)
        if match is not None:
            start, end = match.start("shape"), match.start("shape") + len(match["shape"].rstrip())
            return Edit(source.path, Range(Position(number, start), Position(number, end)), words)
    return None


def _inserted(source: Source, model: str, words: str) -> Edit:
    line = model_line(source, model) or 1
    start = Position(line, 0)
    return Edit(source.path, Range(start, start), f"# autofix: sample-shape={words}{source.newline}")


def model_line(source: Source, model: str) -> int | None:
    """Return the line, from 1, of the class or function that a model expression names, its decorators included."""
    match = re.match(r"\w+", model)
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and match is not None and node.name == match[0]:
            return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if isinstance(node, ast.Assign) and match is not None and ast.unparse(node.targets[0]) == match[0]:
            return node.lineno
    return None


@lru_cache(maxsize=8)
def _dump(source: Source) -> str:
    return ast.dump(source.tree)


def _is_same_program(source: Source, after: str) -> bool:
    try:
        return _dump(source) == ast.dump(ast.parse(after))
    except (SyntaxError, ValueError):
        return False
