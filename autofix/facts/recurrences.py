"""What ran before at the place of an operation: the same line for other data, an earlier batch or another caller."""

from __future__ import annotations

from autofix.facts.project_view import Project
from autofix.records.trace import Operation


def ran_before(project: Project, operation: Operation) -> tuple[Operation, ...]:
    """Return the earlier operations of the same target that the same place ran without a fault."""
    if not operation.frames:
        return ()
    place = operation.frames[0].path, operation.frames[0].range
    return tuple(
        earlier
        for earlier in project.trace.operations[: operation.index]
        if earlier.target == operation.target
        and not earlier.raised
        and earlier.frames
        and (earlier.frames[0].path, earlier.frames[0].range) == place
    )
