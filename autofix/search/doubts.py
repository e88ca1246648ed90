"""Why a repair that runs may still not be what is meant: evidence in the data, not in the edit.

It reads the finding and the trace it was made from; it proposes and prices nothing.
"""

from __future__ import annotations

from autofix.facts.project_view import Project
from autofix.records.finding import Finding, Mismatch
from autofix.records.values import Tensor

_WIDTHS = frozenset((Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE))
FEW = 2


def of(finding: Finding, project: Project) -> tuple[str, ...]:
    """Reasons to ask the author; ``project`` holds the trace that ``finding`` was made from."""
    operation = project.operation(finding)
    if finding.mismatch not in _WIDTHS or operation is None or not operation.tensors:
        return ()
    other = _other_product(project, operation.tensors[0], finding.expected[0])
    if other:
        return (other,)
    extra = finding.actual[0] - finding.expected[0]
    if 0 < extra <= FEW and _is_raw(project, operation.tensors[0]):
        columns = "a column" if extra == 1 else f"{extra} columns"
        return (f"the input has {columns} more than the model was written for; it may be one that is no feature",)
    return ()


def _other_product(project: Project, tensor: Tensor, expected: int) -> str:
    """In words, where the size wanted is a product of other dimensions than those that were flattened."""
    for operation in project.ancestry(tensor):
        source = operation.tensors[0] if operation.tensors else None
        if source is None or operation.layer_index >= 0:
            return ""
        if source.rank > tensor.rank:
            pairs = [
                (a, b) for i, a in enumerate(source.shape[1:], 1) for b in source.shape[i + 1 :] if a * b == expected
            ]
            found = pairs[0] if pairs and expected > 1 and min(pairs[0]) > 1 else None
            return (
                "" if found is None else f"{found[0]} x {found[1]} of {source.shape} are the {expected} that it takes"
            )
    return ""


def _is_raw(project: Project, tensor: Tensor) -> bool:
    """Whether the tensor is the model's input, at most reordered: no layer with parameters came before."""
    layers = (project.layer_of(operation) for operation in project.ancestry(tensor))
    return all(layer is None or not layer.parameters for layer in layers)
