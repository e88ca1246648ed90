"""AF752 python2-name: a name that Python 2 had and Python 3 has not.

Why it fails. ``xrange`` and its like are gone, so the first line that comes to one ends the program.
What the fix does. Writes today's name wherever the file has the old one.
Fix safety. Safe: what is iterated, compared or asked is the same.
Source. What's New In Python 3.0.
"""

import ast

from autofix.rule import Finding, Fixes, Mismatch, Project, Rule, shown
from autofix.syntax.older_python import NAMES


class Python2Name(Rule):
    mismatches = (Mismatch.MISSING_NAME,)
    examples = shown("""
        a loop: 2,8
            self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in <xrange => range>(3))
            self.layers[0](x)
        declines a name that nobody had: 2,8
            self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in yrange(3))
            self.layers[0](x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        source = project.source(finding.call.path)
        uses = [node for node in source.nodes if isinstance(node, ast.Name) and node.id == finding.expression]
        if finding.expression in NAMES:
            edits = tuple(source.replace(node, NAMES[finding.expression]) for node in uses)
            yield self.fix(f"write `{NAMES[finding.expression]}` for `{finding.expression}` of Python 2", edits)
