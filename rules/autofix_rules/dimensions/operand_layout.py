"""AF420 operand-layout: an operand has its dimensions in another order or number than the call takes.

Why it fails. The sizes are there, but where the call does not look for them: a dimension of one too many or too
few, two dimensions exchanged, a reduction that dropped the dimension that is broadcast over.
What the fix does. Removes the operation that moved or added the dimension, keeps the one that was reduced, or
inserts a ``squeeze``, ``unsqueeze``, ``transpose`` or ``permute``, or picks rows with whole numbers at hand, whatever
the operator's contract accepts; moves back what was moved for a layer and meets what was not.
Fix safety. Safe where an operation of the file goes or keeps its one dimension, every element stays where it is,
and no other layout that leaves the elements in place fits. Else unsafe: sizes tell which layouts fit, not which one
is meant.
Source. The table of operators in autofix/operators, which has the documentation of torch for each.
"""

from itertools import islice

from autofix.edits.bags_in_rows import bags_in_rows
from autofix.edits.complex_parts import complex_parts
from autofix.edits.folded_partners import folded_partners
from autofix.edits.layout import Layout, LayoutChange
from autofix.edits.moved_back import moved_back
from autofix.edits.other_layouts import layouts, raised
from autofix.edits.related_layouts import layouts_of_call
from autofix.edits.size_givers import layouts_of_giver
from autofix.edits.upstream_layouts import heads_moved, left_out, rebound_layouts, upstream_layouts
from autofix.rule import Evidence, Finding, Fix, Fixes, Mismatch, Piece, Project, Rule, shown

_OTHERS = ("silent", "refactoring", "missing-name", "dtype", "loss", "norm-groups", "conv-groups", "view-contiguity")
_MOST_RAISED = 3
_MOST = 6
_REASON = "its sizes fit in this layout; which one is meant they do not tell"
# A rule that knows the mistake comes before these by more than what makes two plans rivals.
_EVIDENCE = {
    LayoutChange.REPLACED: (Evidence.EVIDENT, Evidence.AGREES),
    LayoutChange.ALIKE: (Evidence.INSERTED, Evidence.AGREES, Evidence.OTHER_READING),
    LayoutChange.REMOVED: (Evidence.EVIDENT, Evidence.RUNNER_UP, Evidence.OTHER_READING),
    LayoutChange.REDUCED: (Evidence.EXACT_FIT, Evidence.RUNNER_UP),
    LayoutChange.RELETTERED: (Evidence.OTHER_NAME, Evidence.OTHER_READING),
    LayoutChange.REORDERED: (Evidence.OTHER_NAME, Evidence.RUNNER_UP),
    LayoutChange.LOOKED_UP: (Evidence.INSERTED, Evidence.RUNNER_UP, Evidence.EXACT_FIT),
    LayoutChange.INSERTED: (Evidence.INSERTED, Evidence.RUNNER_UP, Evidence.OTHER_READING),
}
# What is said of the only layout that leaves every element where it is.
_TAKEN_BACK = {LayoutChange.REMOVED: (Evidence.EVIDENT,), LayoutChange.REDUCED: (Evidence.EXACT_FIT,)}
# Where a dimension of one is what the operands lack to be aligned.
_ALIGNED = frozenset((Mismatch.BROADCAST, Mismatch.EXPAND))


class OperandLayout(Rule):
    mismatches = tuple(m for m in Mismatch if not m.value.startswith(_OTHERS))
    examples = shown("""
        an unsqueeze of what has its channels: 2,1,8,8
            self.conv = nn.Conv2d(1, 4, 3)
            self.conv(torch.relu(x)<.unsqueeze(1) => >)
        a state beside every step: 2,5,6 h=2,4
            self.k = 1
            torch.cat([x, h< => .unsqueeze(1).expand(-1, x.size(1), -1)>], dim=2)
        maps that were flattened and not brought back: 2,3,4,4
            self.k = 1
            y = x.flatten(2); y = y * y.sum(-1, keepdim=True); y< => .reshape_as(x)> + x
        a table of all pairs: 2,5,3
            self.table = torch.arange(5.0)< => .unsqueeze(-1)> * torch.ones(3)
            x + self.table
        targets beside the components of a mixture: 4,6 4,2
            self.mean = nn.Linear(6, 10)
            normal = torch.distributions.Normal(self.mean(x).view(-1, 5, 2), 1.0)
            normal.log_prob(y< => .unsqueeze(1)>).sum(2)
        a row for each graph, beside its nodes: 7,6 u=3,4 batch=int64:7@0..3
            self.k = 1
            torch.cat([x, u< => [batch]>], dim=1)
        words beside the frames that were folded: 2,5,3,6 2,4,6
            self.q = nn.Linear(6, 6)
            b, t = x.shape[:2]; q = self.q(x.flatten(0, 1)); k = self.q(y< => .repeat_interleave(t, dim=0)>); q @ k.mT
        declines sizes that no layout brings together: 4,6 3,5
            self.k = 1
            torch.linalg.solve(x[:, :4], y)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        if operation is None:
            fitting = list(islice(layouts_of_call(project), _MOST)) if finding.mismatch is Mismatch.OTHER else []
            for rank, layout in enumerate(fitting):
                evidence = _EVIDENCE[layout.change]
                yield self.fix(layout.words, (layout.edit,), *evidence, Evidence.RUNNER_UP * rank, doubt=_REASON)
            return
        yield from self.ranked(moved_back(project, operation))
        fitting = list(layouts(project, operation, finding.operand))[:_MOST]
        in_place = {(layout.before, layout.after) for layout in fitting if layout.moves_nothing}
        taken_back = {LayoutChange.REMOVED} | ({LayoutChange.REDUCED} if finding.mismatch in _ALIGNED else set())
        for change in LayoutChange:
            alike = [layout for layout in fitting if layout.change is change]
            for rank, layout in enumerate(alike):
                is_only = len(in_place) == 1 and change in taken_back and layout.is_one_dimension
                evidence = _TAKEN_BACK[change] if is_only else _EVIDENCE[change]
                doubt = "" if is_only and not layout.is_handed else _REASON
                extra = (Evidence.RUNNER_UP * rank, Evidence.AGREES * layout.agrees)
                taken = layout.index, layout.after  # By the call, in place of what it was given.
                yield self.fix(layout.words, (layout.edit,), *evidence, *extra, doubt=doubt, gives=taken)
        for rank, layout in enumerate(layout for layout in fitting if layout.suffix):
            for steps, before in islice(raised(project, operation, layout), _MOST_RAISED):
                raising: tuple[Piece, ...] = (*_EVIDENCE[layout.change], Evidence.OTHER_NAME, Evidence.OUTWARD * steps)
                yield self._unsafe(before, *raising, Evidence.RUNNER_UP * rank)
        for others in (bags_in_rows, folded_partners, complex_parts, rebound_layouts, heads_moved):
            for rank, layout in enumerate(islice(others(project, operation), _MOST_RAISED)):
                yield self._unsafe(layout, Evidence.INSERTED, Evidence.AGREES, Evidence.RUNNER_UP * rank)
        for rank, (steps, layout) in enumerate(left_out(project, operation)):
            yield self._unsafe(layout, *_EVIDENCE[layout.change], Evidence.UPSTREAM * steps, Evidence.RUNNER_UP * rank)
        for rank, layout in layouts_of_giver(project, operation):
            yield self._unsafe(layout, Evidence.INSERTED, Evidence.EXACT_FIT, Evidence.RUNNER_UP * rank)
        further = upstream_layouts(project, operation, finding.expected) if len(fitting) < _MOST else ()
        for rank, (steps, makes_pairs, layout) in enumerate(islice(further, _MOST - len(fitting))):
            evidence = (Evidence.INSERTED, Evidence.AGREES) if makes_pairs else _EVIDENCE[layout.change]
            yield self._unsafe(layout, *evidence, Evidence.UPSTREAM * steps, Evidence.RUNNER_UP * rank)

    def _unsafe(self, layout: Layout, *evidence: Piece) -> Fix:
        return self.fix(layout.words, (layout.edit,), *evidence, doubt=_REASON)
