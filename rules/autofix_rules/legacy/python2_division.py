"""AF753 python2-division: a size is divided with ``/``, which gives no whole number since Python 3.

Why it fails. ``width / 2`` was a whole number in Python 2; torch takes no other sizes.
What the fix does. Divides with ``//`` where the result is whole, also behind names and arguments.
Fix safety. Safe: the number is the same, as a whole one.
Source. What's New In Python 3.0.
"""

import ast

from autofix.edits.whole_divisions import whole_divisions
from autofix.rule import Expression, Finding, Fixes, Mismatch, Project, Rule, shown


class Python2Division(Rule):
    mismatches = (Mismatch.OTHER,)
    examples = shown("""
        behind a name: 2,8
            half = <8 / 2 => 8 // 2>; self.fc = nn.Linear(8, half)
            self.fc(x)
        declines what is no whole number: 2,8
            self.fc = nn.Linear(8, 9 / 2)
            self.fc(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        call = project.call(failure.frames) if failure is not None and failure.type == "TypeError" else None
        if call is not None and isinstance(call.node, ast.Call):
            arguments = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
            edits = {
                e: None
                for node in arguments
                for e in whole_divisions(project, Expression(call.source, node, call.frames))
            }
            if edits:
                yield self.fix("divide whole numbers with `//`", tuple(edits))
