"""A ``collate_fn`` for a ``DataLoader`` whose samples are of unequal sizes.

Which parts of a sample differ is read from what ran inside ``__getitem__``: the tensors that its ``return`` names, one
for each sample that was loaded. Parts of one size are stacked as before; the others stay a list, or are padded to the
longest.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from autofix.edits.code_change import CodeChange
from autofix.edits.collate_functions import bare_loaders, collate_functions, passed
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor
from autofix.syntax.name_bindings import assignments
from autofix.syntax.source import Function, Source, dotted
from autofix.syntax.spelling import imported_as, module_text

_ITEM = "__getitem__"
_DEEPEST = 4  # Methods that a sample's method hands the work on to.
_DOUBT = "padding, cutting and lists are all that may be meant for samples of unequal sizes"


class _Collation(Enum):
    NAMED = "which is for that by its name"
    OWN = "which goes through samples and is passed nowhere"
    LIST = "which leaves what differs a list"
    PADDED = "which pads what differs to the longest"


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a sample: how it is read of ``sample``, its key in a dictionary, and the shapes that it had."""

    read: str
    key: str
    shapes: tuple[tuple[int, ...], ...]

    @property
    def differs(self) -> bool:
        return len(set(self.shapes)) > 1

    @property
    def differs_in_length(self) -> bool:
        """Whether all but the first dimension are alike, so that it can be padded."""
        return all(self.shapes) and len({shape[1:] for shape in self.shapes}) == 1


def collated_samples(project: Project) -> Iterator[CodeChange]:
    """Yield functions for each loader that has none, where a loader could not put samples of the project together."""
    failure = project.trace.failure
    if failure is None or not failure.callee.startswith("torch.utils.data."):
        return
    item = _item(project)
    data_set = item[0].class_of(item[1]) if item is not None else None
    for source, call in bare_loaders(project):
        for rank, own in enumerate(collate_functions(project, source, call, data_set)):
            collation = _Collation.NAMED if own.is_named else _Collation.OWN
            yield _change(own.text, collation, (*own.imports, *passed(source, call, own.text)), rank)
        yield from _written(project, source, call, item)


def padding_of(source: Source) -> str:
    """Return how the file can write ``pad_sequence``; empty where it imports nothing that leads there."""
    module = module_text(source, "torch.nn.utils.rnn")
    return imported_as(source, "torch.nn.utils.rnn.pad_sequence") or (f"{module}.pad_sequence" if module else "")


def differ_in_length(operation: Operation) -> bool:
    """Return whether tensors that are stacked differ in nothing but their first dimension."""
    stacked = operation.arguments[0] if operation.arguments else None
    tensors = operation.tensors
    if operation.target != "torch.stack" or not isinstance(stacked, Sequence) or len(tensors) < 2:
        return False
    return all(t.rank > 0 and t.shape[1:] == tensors[0].shape[1:] for t in tensors)


def _written(
    project: Project, source: Source, call: ast.Call, item: tuple[Source, Function] | None
) -> Iterator[CodeChange]:
    parts, brackets = ((), "") if item is None else _parts(project, *item)
    stack = imported_as(source, "torch.stack") or f"{module_text(source, 'torch') or 'torch'}.stack"
    default = f"{module_text(source, 'torch.utils.data') or 'torch.utils.data'}.default_collate"
    padding = padding_of(source) or "torch.nn.utils.rnn.pad_sequence"
    for collation in (_Collation.LIST, _Collation.PADDED):
        if not any(part.differs for part in parts):
            return
        if collation is _Collation.PADDED and not all(part.differs_in_length for part in parts if part.differs):
            return
        texts = []
        for part in parts:
            samples = "samples" if part.read == "sample" else f"[{part.read} for sample in samples]"
            if part.differs:
                text = samples if collation is _Collation.LIST else f"{padding}({samples}, batch_first=True)"
            else:
                text = f"{stack if part.shapes else default}({samples})"
            texts.append(f"{part.key}: {text}" if part.key else text)
        function = _above(source, call, _function(source, texts, brackets))
        edits = (function, *passed(source, call, "collate"))
        yield _change("collate", collation, edits, int(collation is _Collation.PADDED))


def _change(name: str, collation: _Collation, edits: tuple[Edit, ...], rank: int) -> CodeChange:
    """Return the change that passes a function to a loader, and writes it where the project has none."""
    evidence = (Evidence.AGREES * (collation is _Collation.NAMED), Evidence.RUNNER_UP * rank)
    return CodeChange(f"pass `{name}`, {collation.value}", edits, evidence, _DOUBT)


def _item(project: Project) -> tuple[Source, Function] | None:
    """Return the method that gave the samples that were loaded last."""
    for operation in reversed(project.trace.operations):
        for frame in operation.frames:
            if frame.function.endswith(f".{_ITEM}"):
                source = project.source(frame.path)
                function = source.function_at(frame.range, frame.function)
                return None if function is None else (source, function)
    return None


def _parts(project: Project, source: Source, function: Function) -> tuple[tuple[_Part, ...], str]:
    """Return the parts of what a data set returns as one sample, and the brackets around them."""
    function, value = _sample_of(source, function)
    match value:
        case ast.Dict(keys=keys, values=values) if None not in keys:
            texts = [source.text_of(key) for key in keys if key is not None]
            return tuple(
                _Part(f"sample[{key}]", key, _shapes(project, source, function, part))
                for key, part in zip(texts, values, strict=True)
            ), "{}"
        case ast.Tuple(elts=parts) if len(parts) > 1:
            return tuple(
                _Part(f"sample[{index}]", "", _shapes(project, source, function, part))
                for index, part in enumerate(parts)
            ), "()"
        case ast.expr():
            return (_Part("sample", "", _shapes(project, source, function, value)),), ""
    return (), ""


def _sample_of(source: Source, function: Function) -> tuple[Function, ast.expr | None]:
    """Return the expression that a method returns, and the method: of its class, where the work is handed on to one."""
    value: ast.expr | None = None
    for _ in range(_DEEPEST):
        returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and source.function_of(n) is function]
        value = returns[0].value if len(returns) == 1 else None
        owner, _, name = dotted(value.func).rpartition(".") if isinstance(value, ast.Call) else ("", "", "")
        class_ = source.class_of(function)
        methods = class_.body if owner == "self" and class_ is not None else []
        method = next((n for n in methods if isinstance(n, ast.FunctionDef) and n.name == name), None)
        if method is None:
            break
        function = method
    return function, value


def _shapes(project: Project, source: Source, function: Function, part: ast.expr) -> tuple[tuple[int, ...], ...]:
    """Return the shapes that a part of the samples had, one for each sample; none where it was no tensor of torch's."""
    name = dotted(part)
    bound = [value for _, value in assignments(source, function, name)] if name else []
    place = source.range_of(bound[-1] if bound else part)
    groups: list[list[Operation]] = []
    name_end = f".{getattr(function, 'name', _ITEM)}"
    for operation in project.trace.operations:
        frame = next((f for f in operation.frames if f.path == source.path and f.function.endswith(name_end)), None)
        if frame is None or frame.range != place or not isinstance(operation.result, Tensor):
            continue
        # What stands where the first of them stood belongs to the next sample.
        if groups and operation.frames[0].range != groups[-1][0].frames[0].range:
            groups[-1].append(operation)
        else:
            groups.append([operation])
    results = (group[-1].result for group in groups)
    return tuple(result.shape for result in results if isinstance(result, Tensor))


def _function(source: Source, texts: list[str], brackets: str) -> str:
    indent, end = " " * 4, source.newline
    whole = ", ".join(texts)
    if not brackets or (brackets == "()" and len(whole) < 80):
        lines = [f"return {whole}"]
    else:
        lines = [f"return {brackets[0]}", *(f"{indent}{text}," for text in texts), brackets[1]]
    return f"def collate(samples):{end}" + "".join(f"{indent}{line}{end}" for line in lines) + end * 2


def _above(source: Source, call: ast.Call, text: str) -> Edit:
    """Return the edit that writes a function above what holds a call at the top of its file."""
    top: ast.AST = call
    while not isinstance(parent := source.parents[top], ast.Module):
        top = parent
    assert isinstance(top, ast.stmt)
    lines = [top.lineno, *(node.lineno for node in getattr(top, "decorator_list", []))]
    start = Position(min(lines), 0)
    return Edit(source.path, Range(start, start), text)
