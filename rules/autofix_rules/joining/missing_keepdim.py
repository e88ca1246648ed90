"""AF307 missing-keepdim: a mean, norm or maximum dropped the dimension that the next operation broadcasts over.

Why it fails
    ``x.mean(-1)`` has one dimension fewer than ``x``. Shapes are aligned from the end, so
    ``x - x.mean(-1)`` compares the wrong dimensions.
What the fix does
    Adds ``keepdim=True`` to the reduction.
Fix safety
    Safe where the kept shape broadcasts with the other operand.
Source
    torch.mean and the broadcasting semantics note.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.call_sites import written
from autofix.facts.reduced_dimensions import reductions
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix.syntax.call_edits import NotACall, with_argument


class MissingKeepdim(Rule):
    code = "AF307"
    name = "missing-keepdim"
    mismatches = (Mismatch.BROADCAST, Mismatch.EXPAND)
    examples = (
        Example(
            "a mean",
            ((4, 6),),
            model("self.fc = nn.Linear(6, 6)", "x = self.fc(x)\nx - x.mean(1)"),
            {"1": "1, keepdim=True"},
        ),
        Example(
            "a norm that is expanded",
            ((4, 6),),
            model("self.fc = nn.Linear(6, 6)", "n = torch.norm(x, p=2, dim=1) + 1e-9\nself.fc(x / n.expand_as(x))"),
            {"1)": "1, keepdim=True)"},
        ),
        Example(
            "declines a reduction of everything",
            ((4, 6), (3, 5)),
            model("self.k = 2", "x.mean() * x + y", inputs="x, y"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None:
            return
        shapes = [t.shape for t in operation.tensors]
        for i, tensor in enumerate(operation.tensors):
            other = finding.expected if len(shapes) == 1 else shapes[1 - i] if i < 2 else shapes[0]
            for reduction in reductions(project, tensor, other):
                call = written(project, reduction)
                if call is None:
                    continue
                try:
                    text = with_argument(call.text, "keepdim", "True")
                except NotACall:
                    continue
                name = reduction.operator
                edit = call.source.replace(call.node, text)
                yield self.fix(
                    f"keep the dimension that `{name}` reduces",
                    (edit,),
                    Evidence.EXACT_FIT,
                    reason=f"it has to broadcast with {other}",
                )
