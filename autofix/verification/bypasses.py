"""How a patch makes a failure go away without repairing it: layers and operators that are left out, errors caught.

A patch that somebody else wrote may do any of this, and a line that is moved may leave out a layer.
It compares traces and texts; it runs nothing.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

from autofix.facts.checked_shapes import is_check
from autofix.facts.project_view import Project
from autofix.records.costs import Counted, Evidence, Piece, counted
from autofix.records.locations import Texts
from autofix.records.trace import Operation, OperationKind, Phase, Trace
from autofix.syntax.source import Source, source_of

# Operators that compute, by what one may be written as instead; what only moves or reshapes is not among them.
_GROUPS = (
    {"matmul", "mm", "bmm", "mv", "dot", "einsum", "addmm", "baddbmm", "imatmul", "tensordot", "linear"},
    {"cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack"},
    {"add", "sub", "iadd", "isub", "radd", "rsub", "subtract", "addmm", "baddbmm"},
    {"mul", "imul", "rmul", "multiply", "div", "truediv", "itruediv", "divide"},
    {"softmax", "log_softmax"},
    {"scaled_dot_product_attention"},
)
_VARIANT = re.compile(r"^(?:Lazy|Adaptive)|\dd$")
_LAYOUT = {"Flatten", "Unflatten", "Identity"}


def reasons(before: Trace, after: Trace, project: Project, texts: Texts) -> Iterator[str]:
    """Yield in words what a patch leaves out of the model that ran ``before`` it, and the errors that it hides."""
    layers = _layers(before) - _layers(after)
    for kind in layers:
        yield f"a `{kind}` that was called before is not called after it"
    for group in _GROUPS:
        if _count(before, group) > _count(after, group):
            first = next(o.operator for o in _forward(before) if o.operator in group)
            yield f"a `{first}` that was computed before is not computed after it"
    for path, text in texts:
        if path.suffix == ".py" and _caught(source_of(path, text)) > _caught(project.source(path)):
            yield f"it catches errors in {path.name}"
    if unread := [path.name for path, _ in texts if not _is_read(path, after)]:
        yield f"it also changes {', '.join(unread)}, which the run does not read"


def hides(
    evidence: Iterable[Counted], before: Trace, after: Trace, originals: Mapping[Path, str], texts: Texts
) -> bool:
    """Return whether the run alone speaks for an edit after which a layer, or the line that had failed, is not run any
    more: no repair, but a way around the fault. ``originals`` are the files as they were that ``texts`` has edited.
    """
    if not _is_by_run(evidence):
        return False
    return bool(_layers(before) - _layers(after)) or _leaves_out_line(before, after, originals, dict(texts))


def idle_layers(before: Trace, after: Trace) -> list[str]:
    """Return the first layer with parameters that had run and is not called after an edit, by its path."""
    ran, runs = ({trace.layers[i].path for i in _called(trace)} for trace in (before, after))
    there = {layer.path for layer in after.layers if layer.parameters}
    return sorted(path for path in (ran - runs) & there if path)[:1]


def _called(trace: Trace) -> set[int]:
    calls = (o.layer_index for o in _forward(trace) if o.kind is OperationKind.CALL_MODULE)
    return {index for index in calls if index is not None}


def is_refuted(evidence: Iterable[Counted], shown: Iterable[Piece]) -> bool:
    """Return whether the run alone speaks for an edit and several checks of that run speak against it."""
    failed = dict(counted(shown)).get(Evidence.CHECK_FAILED, 0)
    return _is_by_run(evidence) and failed > 1


def _is_by_run(evidence: Iterable[Counted]) -> bool:
    return any(piece in (Evidence.BY_RUN, Evidence.BY_VALUE) and count for piece, count in evidence)


def _leaves_out_line(before: Trace, after: Trace, originals: Mapping[Path, str], texts: Mapping[Path, str]) -> bool:
    """Return whether the line of the operation that failed gives no operation after an edit."""
    failed = before.failed_operation
    if failed is None or not failed.frames or is_check(failed):  # What the project checks gives none.
        return False
    path, line = failed.frames[0].path, failed.frames[0].range.start.line
    there = _line_after(originals[path], texts[path], line) if path in texts else line
    return there is not None and all(
        (f.path, f.range.start.line) != (path, there) for o in after.operations for f in o.frames[:1]
    )


def _line_after(before: str, after: str, line: int) -> int | None:
    """Return where a line stands after an edit; None where it was written anew, or put under a condition."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) == len(new):
        return line
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    block = next((block for block in blocks if block.a < line <= block.a + block.size), None)
    return None if block is None else line - block.a + block.b


def _layers(trace: Trace) -> Counter[str]:
    """Return how many layers of each kind were called, those that only differ in their dimensions as one kind."""
    kinds = (trace.layers[index].kind for index in _called(trace))
    return Counter(_VARIANT.sub("", kind) for kind in kinds if kind not in _LAYOUT)


def _count(trace: Trace, operators: set[str]) -> int:
    return sum(operation.operator in operators for operation in _forward(trace))


def _forward(trace: Trace) -> Iterator[Operation]:
    return (operation for operation in trace.operations if operation.phase is Phase.FORWARD)


def _caught(source: Source) -> int:
    try:
        nodes = source.nodes
    except SyntaxError:
        return 0
    named = sum(isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).endswith("suppress") for node in nodes)
    return named + sum(isinstance(node, ast.ExceptHandler) for node in nodes)


def _is_read(path: Path, trace: Trace) -> bool:
    return path in trace.files or path in trace.data_files or not trace.files
