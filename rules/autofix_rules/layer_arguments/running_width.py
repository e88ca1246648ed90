"""AF124 running-width: a loop builds layer after layer but forgets to pass the width on.

Why it fails. ``for w in widths: layers.append(nn.Linear(prev, w))`` gives every layer the width that the first one
takes; from the second on it is the width that the layer before gives out.
What the fix does. Adds ``prev = w`` at the end of the loop's body.
Fix safety. Safe where the loop reads the name, never sets it, and each layer runs with it afterwards.
Source. The way torchvision builds its VGG and ResNet stages.
"""

import ast

from autofix.provenance.producers import argument_expression, output_parameter
from autofix.rule import Evidence, Example, Finding, Fixes, Mismatch, Project, Rule, model
from autofix.syntax.name_bindings import stores

_LOOP = """layers, width = [], 6
for out in (8, 4):
    layers.append(nn.Linear(width, out))
{}self.net = nn.Sequential(*layers)"""


class RunningWidth(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE)
    examples = (
        Example("a loop over widths", ((2, 6),), model(_LOOP.format("< =>     width = out\n>"), "self.net(x)")),
        Example(
            "declines a loop that passes the width on",
            ((2, 5),),
            model(_LOOP.format("    width = out\n"), "self.net(x)"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None:
            return
        incoming = argument_expression(project, layer, finding.parameter)
        outgoing = argument_expression(project, layer, output_parameter(layer))
        if incoming is None or outgoing is None or not isinstance(incoming.node, ast.Name):
            return
        around = incoming.source.ancestors(incoming.node)
        loop = next((node for node in around if isinstance(node, ast.For)), None)
        if loop is None or stores(loop, incoming.node.id) or not incoming.source.stands_alone(loop.body[-1]):
            return
        statement = f"{incoming.node.id} = {outgoing.text}"
        edit = incoming.source.insert_after(loop.body[-1], statement)
        title = f"pass the width on to the next layer: `{statement}` at the end of the loop"
        reason = f"`{layer.label}` is built in a loop that never changes what it takes"
        yield self.fix(title, (edit,), Evidence.EVIDENT, reason=reason)
