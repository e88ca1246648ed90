"""Complex numbers in two real parts, on an axis of their own at the end, for what was written for that form.

``torch.stft`` gave the parts once and gives complex numbers now; ``x[..., 0]`` of them is no real part but the first
frame, and what follows has a dimension less.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from autofix.edits.layout import Layout, LayoutChange
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import read_by, written
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import carried, makers
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.spelling import module_text

_MOST_PLACES = 4


def complex_parts(project: Project, operation: Operation) -> Iterator[Layout]:
    """Yield a spectrum in its parts, where a call that fails is content if it had been one: where it was made and
    where it was read before.
    """
    seen: set[object] = set()
    for tensor in _complex(project, operation):
        if tensor.producer is None:
            continue
        after = (*tensor.shape, 2)
        call = carried(project, {(tensor.producer, tensor.shape): after}, tensor.producer, operation)
        if call is None or not call.is_accepted:
            continue
        for place in islice(_places(project, tensor, operation), _MOST_PLACES):
            torch = module_text(place.source, "torch")
            edit = place.source.replace(place.node, f"{torch}.view_as_real({place.text})")
            if torch and edit not in seen:
                seen.add(edit)
                words = f"take both parts of complex numbers: `{edit.text}`"
                yield Layout(LayoutChange.INSERTED, edit, words, tensor.shape, after)


def _complex(project: Project, operation: Operation) -> Iterator[Tensor]:
    """Yield complex tensors that were made of real ones, and led to a call, the nearest first."""
    if not any(tensor.dtype.startswith("complex") for tensor in operation.tensors):
        return
    for _, maker in makers(project, operation):
        result = maker.result
        is_first = not any(tensor.dtype.startswith("complex") for tensor in maker.tensors)
        if isinstance(result, Tensor) and result.dtype.startswith("complex") and is_first:
            yield result


def _places(project: Project, tensor: Tensor, operation: Operation) -> Iterator[Expression]:
    """Yield the expressions of a tensor: where it was made, and, for all that read it, before the first read."""
    maker = project.producer(tensor)
    place = None if maker is None else written(project, maker)
    if place is not None and isinstance(place.node, ast.Call):
        yield place
    for reader in project.trace.operations[(tensor.producer or 0) + 1 : operation.index + 1]:
        if tensor not in reader.tensors:
            continue
        at = reader.tensors.index(tensor)
        parts = read_by(project, reader)
        for _, value in same_values(project, parts[at], tensor) if at < len(parts) else ():
            if isinstance(value.node, (ast.Name, ast.Attribute)):
                yield value
        return
