"""Sequences that are padded, where something else is otherwise: as long as all were before they were packed, or with
its samples first. No operation is recorded of them, so that their calls are looked for on the way to the fault.
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
from autofix.syntax.source import argument

_PADS, _LENGTH, _FIRST = "pad_packed_sequence", "total_length", "batch_first"
_WITH_FIRST = frozenset(("pad_sequence", _PADS))


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


def samples_first(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the other order of samples and steps for what pads sequences on the way to a fault."""
    for place, node in calls(project, operation, layer):
        if callee_name(node) not in _WITH_FIRST or any(keyword.arg is None for keyword in node.keywords):
            continue
        now = project.value(place.at(passed)) if (passed := argument(node, 1, _FIRST)) is not None else False
        edits = argument_set(place, _FIRST, str(not now), 1) if isinstance(now, bool) else ()
        if edits:
            yield CodeChange(f"pad with `{_FIRST}={not now}`", edits, (Evidence.INSERTED, Evidence.RUNNER_UP))
