"""AF602 overwritten-layer: two layers are assigned to one attribute, and the second is used where the first belongs.

Why it fails. ``self.bn4 = nn.BatchNorm2d(...)`` and, further down, ``self.bn4 = nn.BatchNorm1d(...)``: only the
second is left, also for the first use in ``forward``.
What the fix does. Gives the second layer a name of its own and uses it from the second use on; or the name that is
read and that nothing binds.
Fix safety. Unsafe: the uses are told apart by their order alone, and the names of weights change.
Source. torch.nn.Module, attributes that are modules.
"""

import ast

from autofix.edits.stored_names import free_name, stored_names, target_of, uses_of
from autofix.rule import FEATURES, Applicability, Evidence, Finding, Fixes, Mismatch, Project, Rule, shown
from autofix.syntax.source import Source, dotted

REASON = "which use belongs to which of the two layers is told by their order alone"


class OverwrittenLayer(Rule):
    mismatches = (Mismatch.NORM_RANK, Mismatch.CONV_RANK, Mismatch.OTHER, *FEATURES)
    applicability = Applicability.UNSAFE
    examples = shown("""
        a norm of maps and a norm of rows: 2,3,4,4
            self.bn1 = nn.BatchNorm2d(3); self.fc = nn.Linear(48, 8); self.<bn1 => bn_fc> = nn.BatchNorm1d(8)
            x = self.bn1(x).flatten(1); self.<bn1 => bn_fc>(self.fc(x))
        two layers of one kind: 2,6
            self.fc1 = nn.Linear(6, 8); self.<fc1 => fc2> = nn.Linear(8, 4)
            x = self.fc1(x); self.<fc1 => fc2>(torch.relu(x))
        declines where the layer is assigned once: 2,3,2,2,2,2
            self.bn = nn.BatchNorm2d(3)
            self.bn(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        yield from map(self.change, stored_names(project))
        layer, operation = project.layer(finding.layer), project.operation(finding)
        call = None if layer is None else project.construction_call(layer)
        used = None if operation is None else project.call(operation.frames)
        if layer is None or call is None or used is None or not isinstance(used.node, ast.Call):
            return
        source = call.source
        target = target_of(source, call.node)
        owner = source.class_of(call.node)
        if target is None or owner is None or used.source.path != source.path:
            return
        is_used = dotted(used.node.func) == dotted(target)
        if not is_used or not any(_is_earlier(source, node, target) for node in ast.walk(owner)):
            return
        later = [use for use in uses_of(owner, target) if use.lineno > used.node.lineno]
        if later:
            name = free_name(source, owner, target, later[0])
            edits = tuple(source.replace(place, f"{dotted(place.value)}.{name}") for place in (target, *later))
            title = f"give the second `{target.attr}` a name of its own, `{name}`"
            yield self.fix(title, edits, Evidence.EVIDENT, reason=REASON)


def _is_earlier(source: Source, node: ast.AST, target: ast.Attribute) -> bool:
    """Return whether a node is an earlier plain assignment of a call to the same attribute, in the same function."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or node.lineno >= target.lineno:
        return False
    same = source.parents.get(node) is source.parents.get(source.statement_of(target))
    return same and any(dotted(assigned) == dotted(target) for assigned in node.targets)
