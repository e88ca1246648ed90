"""AF320 accidental-outer: a column of predictions meets a row of targets, and every pair is computed.

Why it fails. ``(N, 1)`` and ``(N,)`` or ``(1, N)`` broadcast to ``(N, N)``: ``pred - y`` compares every prediction
with every target, and the mean of that is no loss of the model. Nothing raises.
What the fix does. Takes the dimension of one from the operand that has it: ``pred.squeeze(1) - y``; a row is laid as
a column: ``pred - y.t()``.
Fix safety. Safe: the values stay, and each is compared with its own target.
Source. The broadcasting semantics note of torch.
"""

from autofix.facts.call_sites import followed
from autofix.facts.dataflow import outer
from autofix.facts.recurrences import odd_operand
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
        targets in a row: 4,6 1,4
            self.fc = nn.Linear(6, 1)
            (self.fc(x) - y< => .t()>).pow(2).mean()
        declines every pair of two outputs: 4,6 4,6
            self.fc = nn.Linear(6, 1)
            (self.fc(x) - self.fc(y).t()).relu().mean()
        declines every pair on purpose: 4,6
            self.fc = nn.Linear(6, 1)
            s = self.fc(x).squeeze(1); (s[:, None] - s).relu().mean()
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) != 2:
            return
        shapes = [tensor.shape for tensor in operation.tensors]
        for at, (own, other) in enumerate(zip(shapes, reversed(shapes), strict=True)):
            method = _without_ones(own, other)
            for expression in odd_operand(project, operation, at, _is_outer) if method else ():
                title = f"compare each with its own: `{expression.text}.{method}`, {own} against {other}"
                yield self.fix(title, (followed(expression, f".{method}"),))


def _is_outer(operation: Operation) -> bool:
    return outer(*(tensor.shape for tensor in operation.tensors)) is not None


def _without_ones(own: tuple[int, ...], other: tuple[int, ...]) -> str:
    """Return the call that takes away the ones that only ``own`` has; empty where there is no single one."""
    extra = extra_dimension(own, other)
    if extra is not None:
        return f"squeeze({extra})"
    if len(own) == len(other) == 2 and own[0] == 1:
        return "t()"
    rest = own[len(other) :]
    return f"flatten({len(other) - 1})" if other and own[: len(other)] == other and rest and set(rest) == {1} else ""
