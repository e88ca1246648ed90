"""AF707 alike-call: a call lacks an argument, or a line a part, that others written alike have, or that is at hand.

Why it fails. The words are padded with ``batch_first=True`` and the tags without it; the keys are split into heads and
the values are not; one sum keeps its dimension and the next does not. What was written for one was forgotten for the
other. The network is built with its default of one atom, and ``args.atoms`` goes to the loss alone. A block takes a
``stride`` and builds its layer with a number. A parent's constructor is called without the arguments that it needs.
What the fix does. Adds the argument or part as the other line has it or with the name at hand, or gives it the value
that it has there.
Fix safety. Safe for what a parent's constructor needs, where the child takes it by the same names. Else unsafe: the
two calls may differ on purpose, and only the run says that they should not.
Source. The Python language reference, section Calls.
"""

from autofix.edits.alike_calls import DOUBT, arguments_of_others
from autofix.edits.alike_lines import parts_of_alike_lines
from autofix.edits.options_not_passed import options_not_passed
from autofix.rule import LOUD, Finding, Fixes, Project, Rule, shown

_PARENT = """class Plain(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.layer(x) * self.gate(x).sigmoid()

class Gated(Plain):
    def __init__(self, inputs, outputs):
        super().__init__(< => inputs, outputs>)
        self.gate = nn.Linear(inputs, outputs)
"""


class AlikeCall(Rule):
    mismatches = LOUD
    examples = shown(
        """
        one of two layers: 2,7,8
            self.a = nn.LSTM(8, 4, bidirectional=True); self.b = nn.GRU(8, 4< => , bidirectional=True>)
            y, _ = self.a(x); y + self.b(x)[0]
        one of two lines: 2,7,8
            self.to_q = nn.Linear(8, 8); self.to_k = nn.Linear(8, 8)
            q = self.to_q(x).view(-1, 7, 2, 4).transpose(1, 2); k = self.to_k(x)< => .view(-1, 7, 2, 4)>.transpose(1, 2)
            q @ k.transpose(2, 3)
        an option that is at hand: 1,2,16,16
            stride = 4; self.a = nn.Conv2d(2, 2, 3, <2 => stride>, 1); self.b = nn.AvgPool2d(stride)
            self.a(x) + self.b(x)
        what the parent's constructor needs: 2,6
            above: parent
            self.a = Gated(6, 4)
            self.a(x)
        declines where no other call is written so: 5,6
            self.a = nn.Linear(6, 4)
            self.a(x) + x
            by AF302
    """,
        parent=_PARENT,
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        for line in parts_of_alike_lines(project, operation, finding.layer):
            yield self.change(line, doubt=DOUBT)
        if operation is not None:
            yield from self.ranked(options_not_passed(project, operation))
        yield from self.ranked(arguments_of_others(project, operation, finding.layer))
