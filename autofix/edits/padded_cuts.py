"""Samples of a data set that are cut to a bound and not padded to it: ``wave = wave[: self.length]``.

What is longer than the bound becomes as long as it is, what is shorter stays so, and a loader cannot stack the two. The
line behind the cut pads to the same bound; where the length is read behind it, the true one may be meant, and nothing
is proposed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.trace import Frame, Operation
from autofix.records.values import Sequence, Tensor, is_integer
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import Function, Source, below, dotted
from autofix.syntax.spelling import module_text

_ITEM = ".__getitem__"
_LENGTHS = frozenset(("shape", "size", "numel", "len", "ones_like", "zeros_like"))


@dataclass(frozen=True, slots=True)
class _Cut:
    """``name = ...[:bound]`` in a function."""

    source: Source
    function: Function
    statement: ast.Assign
    name: str
    bound: ast.expr


def padded_cuts(project: Project) -> Iterator[CodeChange]:
    """Yield the line that pads each sample, for cuts that left the samples of a loader unequal."""
    failure = project.trace.failure
    if failure is None or not failure.callee.startswith("torch.utils.data."):
        return
    for cut in _cuts(project):
        values = list(_given(project, cut))
        kinds, lengths = {is_list for is_list, _, _ in values}, {length for _, length, _ in values}
        bounds = {bound for _, _, bound in values} - {None}
        if len(kinds) != 1 or len(lengths) < 2 or (bounds and bounds != {max(lengths)}):
            continue
        text = _padding(cut, kinds.pop())
        if text and not _reads_length(cut) and cut.source.stands_alone(cut.statement):
            edit, doubt = (
                cut.source.insert_after(cut.statement, f"{cut.name} = {text}"),
                "zero may be a value of its own",
            )
            words, evidence = f"pad what is cut to the same bound: `{text}`", (Evidence.EXACT_FIT, Evidence.EVIDENT)
            yield CodeChange(words, (edit,), evidence, doubt)


def _cuts(project: Project) -> Iterator[_Cut]:
    """Yield the cuts in the functions that ran for a sample."""
    seen: set[ast.AST] = set()
    for _, frames in _samples(project):
        source = project.source(frames[0].path)
        function = source.function_at(frames[0].range, frames[0].function)
        if function is None or function in seen:
            continue
        seen.add(function)
        for node in below(function):
            if not isinstance(node, ast.Assign) or source.function_of(node) is not function:
                continue
            target = node.targets[0]
            parts = [part.slice for part in ast.walk(node.value) if isinstance(part, ast.Subscript)]
            uppers = [s.upper for s in parts if isinstance(s, ast.Slice) and s.lower is None and s.step is None]
            if len(node.targets) == 1 and isinstance(target, ast.Name) and len(uppers) == 1 and uppers[0] is not None:
                yield _Cut(source, function, node, target.id, uppers[0])


def _samples(project: Project) -> Iterator[tuple[Operation, tuple[Frame, ...]]]:
    """Yield what ran for samples, with its frames from each function on that stands between the data set and it."""
    for operation in project.trace.operations:
        names = [frame.function for frame in operation.frames]
        item = next((depth for depth, name in enumerate(names) if name.endswith(_ITEM)), -1)
        for depth in range(item + 1):
            yield operation, operation.frames[depth:]


def _given(project: Project, cut: _Cut) -> Iterator[tuple[bool, int, int | None]]:
    """Yield for each sample whether the cut gave a list, how long it was, and its bound where that was recorded."""
    last = cut.statement.end_lineno or cut.statement.lineno
    for operation, frames in _samples(project):
        result, line = operation.result, frames[0].range.start.line
        function = cut.source.function_at(frames[0].range, frames[0].function)
        if frames[0].path != cut.source.path or function is not cut.function or frames != operation.frames:
            continue
        if not isinstance(result, Tensor) or result.rank != 1:
            continue
        first = operation.arguments[0] if operation.arguments else None
        if line > last:
            call = cut.source.call_at(frames[0].range)
            is_read = call is not None and bool(call.args) and dotted(call.args[0]) == cut.name
            if is_read and isinstance(first, Sequence) and first.type == "list":
                yield True, result.shape[0], None
        elif line >= cut.statement.lineno and (operation.operator == "getitem" or not isinstance(first, Tensor)):
            part = operation.arguments[1] if operation.operator == "getitem" else None
            bound = part.items[1] if isinstance(part, Sequence) and part.type == "slice" else None
            yield False, result.shape[0], bound if is_integer(bound) else None


def _padding(cut: _Cut, is_list: bool) -> str:
    bound = cut.source.text_of(cut.bound)
    if not isinstance(cut.bound, (ast.Name, ast.Attribute, ast.Constant)):
        bound = f"({bound})"
    if is_list:
        return f"{cut.name} + [0] * ({bound} - len({cut.name}))"
    functional = module_text(cut.source, "torch.nn.functional")
    return f"{functional}.pad({cut.name}, (0, {bound} - len({cut.name})))" if functional else ""


def _reads_length(cut: _Cut) -> bool:
    """Return whether the function reads how long the cut is, behind it."""
    for node in below(cut.function):
        if getattr(node, "lineno", 0) <= (cut.statement.end_lineno or 0):
            continue
        is_length = isinstance(node, ast.Call) and callee_name(node) in _LENGTHS
        is_length |= isinstance(node, ast.Attribute) and node.attr in _LENGTHS
        if is_length and any(isinstance(part, ast.Name) and part.id == cut.name for part in ast.walk(node)):
            return True
    return False
