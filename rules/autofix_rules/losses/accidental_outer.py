"""AF320 accidental-outer: a column of predictions meets a row of targets, and every pair is computed.

Why it fails. ``(N, 1)`` and ``(N,)`` or ``(1, N)`` broadcast to ``(N, N)``: ``pred - y`` compares every prediction
with every target, and the mean of that is no loss of the model. Nothing raises.
What the fix does. Takes the dimension of one from the operand that has it: ``pred.squeeze(1) - y``; a row is laid as
a column: ``pred - y.t()``.
Fix safety. Safe: the values stay, and each is compared with its own target.
Source. The broadcasting semantics note of torch.
"""

from autofix.edits.own_targets import own_targets
from autofix.rule import Finding, Fixes, Mismatch, Operation, Project, Rule, shown


class AccidentalOuter(Rule):
    mismatches = (Mismatch.SILENT_BROADCAST,)
    examples = shown("""
        a squared error by hand: 4,6 4
            self.fc = nn.Linear(6, 1)
            ((self.fc(x)< => .squeeze(1)> - y) ** 2).mean()
        maps of one pixel against vectors: 4,6,2,2 4,3
            self.conv = nn.Conv2d(6, 3, 2)
            p = self.conv(x); (p< => .flatten(1)> - y).abs().mean()
        right answers counted over all pairs: 4,6 int64:4,1@0..3
            self.fc = nn.Linear(6, 3)
            p = self.fc(x).argmax(1); (p == y< => .squeeze(1)>).float().mean()
        targets in a row: 4,6 1,4
            self.fc = nn.Linear(6, 1)
            (self.fc(x) - y< => .t()>).pow(2).mean()
        declines every pair of two outputs: 4,6 4,6
            self.fc = nn.Linear(6, 1)
            (self.fc(x) - self.fc(y).t()).relu().mean()
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        return (self.fix(words, (edit,)) for words, edit in own_targets(project, operation))
