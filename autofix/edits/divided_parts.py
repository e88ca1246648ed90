"""Other arguments of a ``split`` or ``chunk`` that gives another number of parts than there are names for them.

It writes the number of parts that the names ask for; which of the arguments is at fault is for the run.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import argument_of
from autofix.facts.project_view import Project
from autofix.provenance import sites
from autofix.provenance.producers import producer_sites, set_output
from autofix.records.costs import Evidence
from autofix.records.trace import Operation

# What the size of the parts is called; their number is `chunks`.
_SIZE = {"Tensor.split": "split_size", "torch.split": "split_size_or_sections"}


def divided(project: Project, operation: Operation | None, count: int) -> Iterator[CodeChange]:
    """Yield what gives ``count`` parts: the layer before, the size, the number or
    the dimension of the parts.
    """
    if operation is None or not operation.tensors or operation.operator not in {"split", "chunk"}:
        return
    tensor, name, is_count = operation.tensors[0], _SIZE.get(operation.target, "chunks"), operation.operator == "chunk"
    size, dimension = operation.integer(1, name), operation.integer(2, "dim") or 0
    if size is None or size <= 0 or not -tensor.rank <= dimension < tensor.rank:
        return
    whole, parts = tensor.shape[dimension], argument_of(project, operation, 1, name)
    if not is_count and dimension in (-1, tensor.rank - 1):
        for layer, site in producer_sites(project, tensor, count * size):
            title, reason = f"{set_output(layer, count * size)}, {count} parts of {size}", "the parts could be at fault"
            yield CodeChange(title, site.edits, (*site.evidence, Evidence.OUTWARD), reason)
    if parts is not None and (is_count or whole % count == 0):
        for site in sites(project, parts, count if is_count else whole // count):
            title, reason = f"split with `{name}` of {site.text}", "the layer before could be meant instead"
            yield CodeChange(title, site.edits, (*site.evidence, Evidence.OTHER_READING), reason)
    along = argument_of(project, operation, 2, "dim")
    for other, wide in enumerate(tensor.shape) if not is_count else ():
        if wide == count * size and along is not None:
            edit, title = along.source.replace(along.node, str(other)), f"split dimension {other} of {tensor.shape}"
            yield CodeChange(title, (edit,), (Evidence.EVIDENT,), "it is the only one of that size")
