"""AF419 index-rank: an index has not as many dimensions as the tensor that it picks from.

Why it fails. ``values.gather(1, actions)`` picks along dimension 1 and wants an index for every other dimension as
well: ``(N, k)`` for values of ``(N, A)``. One action for each row is ``(N,)``.
What the fix does. Gives the index the dimension that is picked along: ``actions.unsqueeze(1)``; or
calls ``index_add_`` for whole rows that are added.
Fix safety. Safe where the index has a number for each place of the other dimensions.
Source. torch.gather and torch.Tensor.scatter_.
"""

from autofix.edits.added_rows import added_rows
from autofix.facts.call_sites import argument_of, followed
from autofix.operators.shape_functions import without
from autofix.rule import Finding, Fixes, Mismatch, Operation, Project, Rule, shown


class IndexRank(Rule):
    mismatches = (Mismatch.INDEX_RANK,)
    examples = shown("""
        one action for each row: 4,6
            self.fc = nn.Linear(6, 3)
            a = torch.ones(len(x), dtype=torch.long); self.fc(x).gather(1, a< => .unsqueeze(1)>)
        whole rows that are added: 5,3
            self.fc = nn.Linear(3, 2)
            h = self.fc(x); to = torch.arange(5) % 2; h.new_zeros(2, 2).<scatter_add => index_add>(0, to, h)
        declines an index of other rows: 4,6
            self.fc = nn.Linear(6, 3)
            a = x.sum(0).long().clamp(0, 2); self.fc(x).gather(1, a)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        dimension = finding.dimension
        yield from map(self.change, added_rows(project, operation))
        if dimension is None or without(finding.expected, dimension) != finding.actual:
            return
        index, dim = argument_of(project, operation, 2, "index"), argument_of(project, operation, 1, "dim")
        if index is None:
            return
        method = f"unsqueeze({dimension if dim is None else dim.text})"
        title = f"give the index {finding.actual} a dimension to pick along: `.{method}`"
        yield self.fix(title, (followed(index, f".{method}"),))
