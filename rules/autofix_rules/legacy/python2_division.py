"""AF753 python2-division: a size is divided with ``/``, which gives no whole number since Python 3.

Why it fails. ``width / 2`` was a whole number in Python 2; torch takes no other sizes. A fraction that is cut only
where it is used, ``int(n * steps)``, is no multiple of its parts.
What the fix does. Divides with ``//`` where the result is whole, also behind names and arguments, and where a
fraction led to the fault. A product with a fraction, ``ratio * width``, is cut by ``int``.
Fix safety. Safe where the number is the same, as a whole one. Unsafe where it was a fraction.
Source. What's New In Python 3.0.
"""

import ast

from autofix.edits.whole_divisions import cut_fractions, cut_products, whole_divisions
from autofix.rule import LOUD, Finding, Fixes, Project, Rule, shown


class Python2Division(Rule):
    mismatches = LOUD
    examples = shown("""
        behind a name: 2,8
            half = <8 / 2 => 8 // 2>; self.fc = nn.Linear(8, half)
            self.fc(x)
        a fraction that is cut twice: 2,5,30
            self.size = <30 / 4 => 30 // 4>; self.fc = nn.Linear(30, int(4 * self.size))
            self.fc(x).view(x.size(0), 5, 4, int(self.size))
        declines what is no whole number: 2,8
            self.fc = nn.Linear(8, 9 / 2)
            self.fc(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        call = project.call(failure.frames) if failure is not None and failure.type == "TypeError" else None
        if call is not None and isinstance(call.node, ast.Call):
            arguments = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
            places = [call.at(node) for node in arguments]
            edits = tuple(dict.fromkeys(edit for place in places for edit in whole_divisions(project, place)))
            if edits:
                yield self.fix("divide whole numbers with `//`", edits)
            yield from self.ranked(change for place in places for change in cut_products(project, place))
        operation = project.operation(finding)
        if operation is not None:
            yield from map(self.change, cut_fractions(project, operation, finding.layer))
