"""AF320 accidental-outer: a column of predictions meets a row of targets, and every pair is computed.

Why it fails. ``(N, 1)`` and ``(N,)`` broadcast to ``(N, N)``: ``pred - y`` compares every prediction with every
target, and the mean of that is no loss of the model. Nothing raises.
What the fix does. Takes the dimension of one from the operand that has it: ``pred.squeeze(1) - y``.
Fix safety. Safe: the values stay, and each is compared with its own target.
Source. The broadcasting semantics note of torch.
"""

from autofix.facts.call_sites import followed, operands
from autofix.operators.shape_functions import extra_dimension
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
        declines every pair on purpose: 4,6
            self.fc = nn.Linear(6, 1)
            s = self.fc(x).squeeze(1); (s[:, None] - s).relu().mean()
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) != 2:
            return
        shapes = [tensor.shape for tensor in operation.tensors]
        for expression, own, other in zip(operands(project, operation), shapes, reversed(shapes), strict=False):
            method = _without_ones(own, other)
            if method:
                title = f"compare each with its own: `{expression.text}.{method}`, {own} against {other}"
                yield self.fix(title, (followed(expression, f".{method}"),))


def _without_ones(own: tuple[int, ...], other: tuple[int, ...]) -> str:
    """Return the call that takes away the ones that only ``own`` has; empty where there is no single one."""
    extra = extra_dimension(own, other)
    if extra is not None:
        return f"squeeze({extra})"
    rest = own[len(other) :]
    return f"flatten({len(other) - 1})" if other and own[: len(other)] == other and rest and set(rest) == {1} else ""
