"""AF707 alike-call: a call lacks an argument that other calls of the same function in the file have.

Why it fails. The words are padded with ``batch_first=True`` and the tags without it; two of three recurrent layers
are ``bidirectional=True``; one sum keeps its dimension and the next does not. What was written for one was
forgotten for the other.
What the fix does. Adds the argument as the other call has it, or gives it the value that it has there.
Fix safety. Unsafe: the two calls may differ on purpose, and only the run says that they should not.
Source. The Python language reference, section Calls.
"""

from __future__ import annotations

from autofix.edits.alike_calls import arguments_of_others
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Project, Rule, shown


class AlikeCall(Rule):
    mismatches = tuple(m for m in Mismatch if not m.value.startswith(("silent", "refactoring", "missing-name")))
    applicability = Applicability.UNSAFE
    examples = shown("""
        one of two layers: 2,7,8
            self.a = nn.LSTM(8, 4, bidirectional=True); self.b = nn.GRU(8, 4< => , bidirectional=True>)
            y, _ = self.a(x); y + self.b(x)[0]
        declines where no other call is written so: 5,6
            self.a = nn.Linear(6, 4)
            self.a(x) + x
            by AF302
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        for rank, other in enumerate(arguments_of_others(project, project.operation(finding), finding.layer)):
            verb = "give" if other.replaces else "add"
            yield self.fix(
                f"{verb} `{other.name}={other.value}`, as another call of the function is written",
                (other.edit,),
                *(
                    Evidence.AGREES,
                    Evidence.INSERTED,
                    Evidence.EVIDENT * (not other.replaces),
                    Evidence.OTHER_MODEL * other.makes_another_layer,
                    Evidence.RUNNER_UP * rank,
                ),
                reason="that the two calls are meant alike is told by the run alone",
            )
