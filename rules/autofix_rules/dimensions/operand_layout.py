"""AF420 operand-layout: an operand has its dimensions in another order or number than the call takes.

Why it fails
    The sizes are there, but where the call does not look for them: a dimension of one too many or too
    few, two dimensions exchanged, a reduction that dropped the dimension that is broadcast over.
What the fix does
    Removes the operation that moved or added the dimension, keeps the one that was reduced, or inserts
    a ``squeeze``, ``unsqueeze``, ``transpose`` or ``permute``, whatever the operator's contract accepts.
Fix safety
    Unsafe: sizes tell which layouts fit, not which one is meant.
Source
    The table of operators in autofix/operators, which has the documentation of torch for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.other_layouts import LayoutChange, layouts
from autofix.rule import Applicability, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_OTHERS = ("silent", "refactoring", "missing-name", "dtype", "loss", "norm-groups", "conv-groups")
_MOST = 6
# A rule that knows the mistake comes before these by more than what makes two plans rivals.
_EVIDENCE = {
    LayoutChange.REMOVED: (Evidence.EVIDENT, Evidence.RUNNER_UP, Evidence.OTHER_READING),
    LayoutChange.REDUCED: (Evidence.EXACT_FIT, Evidence.RUNNER_UP),
    LayoutChange.RELETTERED: (Evidence.OTHER_NAME, Evidence.OTHER_READING),
    LayoutChange.INSERTED: (Evidence.INSERTED, Evidence.RUNNER_UP, Evidence.OTHER_READING),
}


class OperandLayout(Rule):
    code = "AF420"
    name = "operand-layout"
    mismatches = tuple(m for m in Mismatch if not m.value.startswith(_OTHERS))
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            name="a transpose too many",
            inputs=((2, 5, 8), (2, 7, 8)),
            before=model("self.k = 1", "x = x.transpose(1, 2)\ntorch.cdist(x, y)", inputs="x, y"),
            after=model("self.k = 1", "torch.cdist(x, y)", inputs="x, y"),
        ),
        Example(
            name="a column written into a row",
            inputs=((4, 5),),
            before=model("self.k = 1", "y = x.new_zeros(x.size(0), 3)\ny[:, 0] = x[:, 3:4]\ny"),
            after=model("self.k = 1", "y = x.new_zeros(x.size(0), 3)\ny[:, 0] = x[:, 3:4].squeeze(-1)\ny"),
        ),
        Example(
            name="a mean over everything",
            inputs=((2, 3, 8, 8),),
            before=model("self.k = 1", "x.mean().mean(2)"),
            after=model("self.k = 1", "x.mean(dim=-1).mean(2)"),
        ),
        Example(
            name="rows where columns are solved for",
            inputs=((4, 6), (3, 4)),
            before=model("self.k = 1", "torch.linalg.solve(x[:, :4], y)", inputs="x, y"),
            after=model("self.k = 1", "torch.linalg.solve(x[:, :4], y.t())", inputs="x, y"),
        ),
        Example(
            name="maps that were flattened and not brought back",
            inputs=((2, 3, 4, 4),),
            before=model("self.k = 1", "y = x.flatten(2)\ny = y * y.sum(-1, keepdim=True)\ny + x"),
            after=model("self.k = 1", "y = x.flatten(2)\ny = y * y.sum(-1, keepdim=True)\ny.reshape_as(x) + x"),
        ),
        Example(
            name="a table of all pairs",
            inputs=((2, 5, 3),),
            before=model("self.table = torch.arange(5.0) * torch.ones(3)", "x + self.table"),
            after=model("self.table = torch.arange(5.0).unsqueeze(-1) * torch.ones(3)", "x + self.table"),
        ),
        Example(
            name="declines sizes that no layout brings together",
            inputs=((4, 6), (3, 5)),
            before=model("self.k = 1", "torch.linalg.solve(x[:, :4], y)", inputs="x, y"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None:
            return
        fitting = list(layouts(project, operation, finding.operand))[:_MOST]
        for change in LayoutChange:
            alike = [layout for layout in fitting if layout.change is change]
            for rank, layout in enumerate(alike):
                yield self.fix(
                    layout.words,
                    (layout.edit,),
                    *_EVIDENCE[change],
                    Evidence.RUNNER_UP * rank,
                    reason="its sizes fit in this layout; which one is meant they do not tell",
                )
