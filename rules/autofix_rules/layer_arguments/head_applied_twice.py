"""AF122 head-applied-twice: a layer meets what another layer of the same sizes has already made of its input.

Why it fails. A classifier ``Linear(84, 10)`` behind a network that ends in its own ``Linear(84, 10)`` receives the
10 scores instead of the 84 features.
What the fix does. Removes the line that applies the first of the two, so that the features reach the second.
Fix safety. Unsafe: which of the two heads is meant, only the author knows.
Source. torch.nn.Linear, section Shape.
"""

import ast

from autofix.provenance.producers import producing_layer
from autofix.rule import Applicability, Edit, Evidence, Finding, Fixes, Layer, Mismatch, Project, Rule, shown
from autofix.syntax.source import Source, dotted


class HeadAppliedTwice(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        two heads of the same sizes: 4,6
            self.fc = nn.Linear(6, 3); self.head = nn.Linear(6, 3)
            x = torch.relu(x); <x = self.fc(x);  => >self.head(x)
        declines layers of other sizes: 4,6
            self.fc = nn.Linear(6, 3); self.head = nn.Linear(5, 3)
            x = self.fc(x); self.head(x)
            by AF702
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        tensors = operation.tensors if operation is not None else ()
        producer = producing_layer(project, tensors[0]) if tensors else None
        if layer is None or producer is None or not _same_sizes(layer, producer[1]):
            return
        place = project.statement(producer[0])
        if place is None or not _only_rebinds(*place):
            return
        source, statement = place
        title = f"do not apply `{producer[1].path}` before `{layer.label}`, which is the same head again"
        reason = f"`{producer[1].path}` and `{layer.label}` both turn {finding.expected[0]} features into scores"
        edits: tuple[Edit, ...] = (source.delete_statement(statement),)
        yield self.fix(title, edits, Evidence.EVIDENT, reason=reason)


def _same_sizes(second: Layer, first: Layer) -> bool:
    names = ("in_features", "out_features")
    return second.identity != first.identity and all(first.setting(name) == second.setting(name) for name in names)


def _only_rebinds(source: Source, statement: ast.stmt) -> bool:
    """Return whether the statement is ``x = self.fc(x)`` on a line of its own."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    passed, is_alone = [dotted(argument) for argument in statement.value.args], source.stands_alone(statement)
    is_same = passed == [dotted(statement.targets[0])] and bool(passed[0])
    return is_same and is_alone and not statement.value.keywords
