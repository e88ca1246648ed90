"""AF607 statement-order: two neighbouring lines stand in the wrong order.

Why it fails. Keys are repeated along the dimension of the heads one line before they are transposed to have it
there; a table is read before the line that extends it. Each line is right, and each meets the other's result.
What the fix does. Exchanges the two lines.
Fix safety. Unsafe: that both orders were possible is all that the text says.
Source. The Python language reference, section Execution model.
"""

from autofix.edits.statement_order import exchanged_statements
from autofix.rule import LOUD, Applicability, Evidence, Finding, Fixes, Project, Rule, shown

_REPEATED = """def repeated(k, n):
    b, h, t, d = k.shape
    return k[:, :, None].expand(b, h, n, t, d).reshape(b, h * n, t, d)
"""
_REPEAT, _TURN = "k = repeated(k, 2)", "k = k.transpose(1, 2)"


class StatementOrder(Rule):
    mismatches = LOUD
    applicability = Applicability.UNSAFE
    examples = shown(
        """
        declines a line that needs the other: 4,6
            self.a = nn.Linear(6, 4)
            y = self.a(x); z = y + 1; x + z
            by AF302
        heads that are repeated before they stand in their dimension: 2,5,16
            above: repeated
            self.k = 1
            b, t, _ = x.shape; q = x.view(b, t, 4, 4).transpose(1, 2); k = x[..., :8].view(b, t, 2, 4)
            k = <repeated(k, 2); k = k.transpose(1 => k.transpose(1, 2); k = repeated(k>, 2); q @ k.transpose(2, 3)
    """,
        repeated=_REPEATED,
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        exchanges = exchanged_statements(project, project.operation(finding), finding.layer)
        for rank, (edits, first) in enumerate(exchanges):
            title = f"run line {first.lineno} before the line above it"
            reason = "that the lines are in the wrong order is told by the run alone"
            yield self.fix(title, edits, Evidence.BY_RUN, Evidence.RUNNER_UP * rank, reason=reason)
