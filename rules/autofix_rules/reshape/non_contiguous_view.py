"""AF203 non-contiguous-view: a view of a tensor whose dimensions were permuted before.

Why it fails. ``view`` only relabels memory. After ``transpose``, ``permute`` or ``expand`` the elements no longer
lie in the order of the shape, so dimensions cannot be merged without a copy.
What the fix does. Calls ``reshape``, which copies where it must; ``.contiguous().view(...)`` in a file that writes
it that way elsewhere.
Fix safety. Safe: both give the elements in the order of the shape, as the view meant.
Source. torch.Tensor.view and torch.Tensor.reshape.
"""

import ast

from autofix.facts.built_by_base import built_by_base
from autofix.facts.call_sites import written
from autofix.rule import Edit, Finding, Fixes, Mismatch, Operation, Project, Rule, shown
from autofix.syntax.source import Source
from autofix.syntax.spelling import receiver


class NonContiguousView(Rule):
    mismatches = (Mismatch.VIEW_CONTIGUITY,)
    examples = shown("""
        reshape instead: 2,3,4
            self.fc = nn.Linear(12, 2)
            self.fc(x.transpose(1, 2).<view => reshape>(x.size(0), -1))
        a file that calls contiguous elsewhere: 2,3,4
            self.fc = nn.Linear(3, 2)
            x = x.transpose(1, 2); y = x.contiguous().view(-1, 3)
            self.fc(y + x.< => contiguous().>view(-1, 3))
        declines a view that is passed as a function: 2,3,4
            self.merge = torch.Tensor.view
            self.merge(x.transpose(1, 2), 2, -1)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        place = written(project, operation)
        if place is None or not isinstance(place.node, ast.Call) or not isinstance(place.node.func, ast.Attribute):
            return
        new = {"view": "reshape", "view_as": "reshape_as"}.get(place.node.func.attr)
        if new is None:
            return
        base, doubt = place.at(place.node.func.value), built_by_base(project, operation)
        if _calls(place.source, "contiguous") > _calls(place.source, "reshape"):
            edit = place.source.replace(base.node, f"{receiver(base.text)}.contiguous()")
            yield self.fix(f"make the tensor contiguous before `{place.node.func.attr}`", (edit,), doubt=doubt)
        else:
            edit = _renamed(place.source, place.node.func, new)
            yield self.fix(f"call `{new}`, which copies where it must", (edit,), doubt=doubt)


def _calls(source: Source, method: str) -> int:
    return sum(1 for n in source.nodes if isinstance(n, ast.Attribute) and n.attr == method)


def _renamed(source: Source, attribute: ast.Attribute, name: str) -> Edit:
    """Return an edit that changes only the name after the dot."""
    place = source.range_of(attribute)
    start = type(place.end)(place.end.line, place.end.column - len(attribute.attr))
    return Edit(source.path, type(place)(start, place.end), name)
