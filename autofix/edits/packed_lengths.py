"""Sequences that were packed and are as long as the longest of their batch when they are padded again, where something
else is as long as all were before: a mask of the whole width.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import size_at_hand
from autofix.facts.contracts import disagreements
from autofix.facts.fault_path import calls
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import callee_name

_PADS, _LENGTH = "pad_packed_sequence", "total_length"


def padded_to_length(project: Project, operation: Operation, layer: int | None) -> Iterator[CodeChange]:
    """Yield the length of the other operand for what pads the sequences again, as it is read where that stands."""
    longer = {size for tensor, at, size in disagreements(project, operation) if size > tensor.shape[at]}
    for place, node in calls(project, operation, layer):
        if callee_name(node) != _PADS or any(keyword.arg in (_LENGTH, None) for keyword in node.keywords):
            continue
        for text in (size_at_hand(project, place, size) for size in sorted(longer)):
            edits = argument_set(place, _LENGTH, text) if text else ()
            if edits:
                title = f"pad to the length that all had: `{_LENGTH}={text}`"
                yield CodeChange(title, edits, (Evidence.INSERTED, Evidence.EXACT_FIT, Evidence.AGREES))
