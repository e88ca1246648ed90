"""Steps that are too long, cut where they were made, so that all that is made from them fits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import size_at_hand, written
from autofix.facts.project_view import Project
from autofix.facts.replays import makers, replayed
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor

ENDS = "which end is too long the sizes do not tell"


def cut_before(project: Project, operation: Operation, dimension: int, target_size: int) -> Iterator[CodeChange]:
    """Yield a line below the one that made an operand and bound it to a name, which cuts it. The contracts of all that
    ran since have to be content with it.
    """
    for steps, maker in makers(project, operation):
        place = written(project, maker)
        if place is None or not isinstance(maker.result, Tensor):
            continue
        shape, statement = maker.result.shape, place.source.statement_of(place.node)
        name = _bound_to(statement, place.node)
        if not name or len(shape) <= dimension or shape[dimension] <= target_size:
            continue
        size = size_at_hand(project, place, target_size, dimension)
        call = replayed(project, maker, (*shape[:dimension], target_size, *shape[dimension + 1 :]), operation)
        if size and call is not None and call.is_accepted and place.source.stands_alone(statement):
            line = f"{name} = {name}[{', '.join([*[':'] * dimension, f':{size}'])}]"
            words = f"cut `{name}` off after {target_size}, as the other branch has it"
            evidence = (Evidence.INSERTED, Evidence.UPSTREAM * steps)
            yield CodeChange(words, (place.source.insert_after(statement, line),), evidence, ENDS)


def _bound_to(statement: ast.stmt, value: ast.expr) -> str:
    """Return the one name to which a statement binds just that value; empty where it does something else."""
    if not isinstance(statement, ast.Assign) or statement.value is not value or len(statement.targets) != 1:
        return ""
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else ""
