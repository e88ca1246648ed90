"""AF707 alike-call: a call lacks an argument, or a line a part, that others written alike have, or that is at hand.

Why it fails. The words are padded with ``batch_first=True`` and the tags without it; the keys are split into heads and
the values are not; one sum keeps its dimension and the next does not. What was written for one was forgotten for the
other. The network is built with its default of one atom, and ``args.atoms`` goes to the loss alone.
What the fix does. Adds the argument or part as the other line has it or with the name at hand, or gives it the value
that it has there.
Fix safety. Unsafe: the two calls may differ on purpose, and only the run says that they should not.
Source. The Python language reference, section Calls.
"""

from autofix.edits.alike_calls import arguments_of_others
from autofix.edits.alike_lines import parts_of_alike_lines
from autofix.rule import LOUD, Applicability, Evidence, Finding, Fixes, Project, Rule, shown

_ALIKE = "that the two calls are meant alike is told by the run alone"
_DEFAULT = "that the default is not meant is told by the run and the name alone"


class AlikeCall(Rule):
    mismatches = LOUD
    applicability = Applicability.UNSAFE
    examples = shown("""
        one of two layers: 2,7,8
            self.a = nn.LSTM(8, 4, bidirectional=True); self.b = nn.GRU(8, 4< => , bidirectional=True>)
            y, _ = self.a(x); y + self.b(x)[0]
        one of two lines: 2,7,8
            self.to_q = nn.Linear(8, 8); self.to_k = nn.Linear(8, 8)
            q = self.to_q(x).view(-1, 7, 2, 4).transpose(1, 2); k = self.to_k(x)< => .view(-1, 7, 2, 4)>.transpose(1, 2)
            q @ k.transpose(2, 3)
        declines where no other call is written so: 5,6
            self.a = nn.Linear(6, 4)
            self.a(x) + x
            by AF302
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        for line in parts_of_alike_lines(project, project.operation(finding), finding.layer):
            yield self.change(line, doubt=_ALIKE)
        for rank, other in enumerate(arguments_of_others(project, project.operation(finding), finding.layer)):
            verb = "give" if other.replaces else "add"
            why = "which is at hand" if other.is_at_hand else "as another call of the function is written"
            evidence = (Evidence.AGREES, Evidence.INSERTED, Evidence.EVIDENT * (not other.replaces))
            against = (Evidence.OTHER_MODEL * other.makes_another_layer, Evidence.RUNNER_UP * rank)
            title, own = f"{verb} `{other.name}={other.value}`, {why}", Evidence.SAME_NAME * other.is_at_hand
            reason = _DEFAULT if other.is_at_hand else _ALIKE
            yield self.fix(title, (other.edit,), *evidence, *against, own, reason=reason)
