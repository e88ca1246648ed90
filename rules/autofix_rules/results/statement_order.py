"""AF607 statement-order: a line runs before another that it should follow, or under another condition than it should.

Why it fails. Keys are repeated along the dimension of the heads one line before they are transposed to have it
there; ``x = x.unsqueeze(0)`` follows an ``if`` that has put the dimension there already; ``if steps > 1:`` leaves
out the one step; ``x = x.unsqueeze(0)`` meets pictures alone and in batches. Each line is right, at another time.
What the fix does. Exchanges the two lines, moves one into or out of a block or under an ``else``, writes the
condition the other way round, or with the value at its boundary on the other side, or asks for the rank:
``if x.dim() == 3:``. A model that was evaluated in between is put back into training. What reads an optional argument
that is None goes under ``if mask is not None:``.
Fix safety. Safe for an optional argument that the function asks for in another place. Else unsafe: that the line could
stand elsewhere, or the condition be another, is all that the text says.
Source. The Python language reference, sections Execution model and The if statement.
"""

from autofix.edits.absent_arguments import absent_arguments, absent_layers
from autofix.edits.left_in_testing import left_in_testing
from autofix.edits.moved_statements import moved_statements, moved_tails
from autofix.edits.other_conditions import other_conditions
from autofix.edits.statement_order import exchanged_statements
from autofix.edits.two_ranks import rank_conditions
from autofix.rule import LOUD, Finding, Fixes, Project, Rule, shown

_REPEATED = """def repeated(k, n):
    b, h, t, d = k.shape
    return k[:, :, None].expand(b, h, n, t, d).reshape(b, h * n, t, d)
"""
_REASON = "that this runs at the wrong time is told by the run alone"


class StatementOrder(Rule):
    mismatches = LOUD
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
        operation = project.operation(finding)
        for back in left_in_testing(project, operation):
            yield self.change(back, doubt=_REASON)
        yield from map(self.change, absent_arguments(project, operation, finding.layer))
        yield from map(self.change, absent_layers(project))
        yield from self.ranked(exchanged_statements(project, operation, finding.layer), doubt=_REASON)
        yield from map(self.change, rank_conditions(project, operation))
        yield from self.ranked(moved_tails(project, operation, finding.layer), doubt=_REASON)
        yield from self.ranked(moved_statements(project, operation, finding.layer), doubt=_REASON)
        yield from self.ranked(other_conditions(project, operation, finding.layer), doubt=_REASON)
