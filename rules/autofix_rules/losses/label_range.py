"""AF335 label-range: a class label is larger than the number of classes the model has scores for.

Why it fails. With C scores, labels run from 0 to C - 1. Labels that count from 1, or a last layer with too few
outputs, go beyond.
What the fix does. Labels from 1 to C: passes ``labels - 1`` to the loss. Masks from black to white, ``// 255`` for two
classes, where they are made. Else gives the last layer as many outputs as the largest label needs, or as the target has
columns or maps.
Fix safety. Unsafe: the data may hold more classes than the batch shows, or a label that means none.
Source. torch.nn.CrossEntropyLoss, section Shape.
"""

from autofix.edits.grey_values import numbered
from autofix.edits.target_columns import more_outputs
from autofix.facts.call_sites import argument_of
from autofix.provenance.producers import producer_sites
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown


class LabelRange(Rule):
    mismatches = (Mismatch.LOSS_CLASSES, Mismatch.LOSS_SHAPE)
    applicability = Applicability.UNSAFE
    examples = shown("""
        declines outputs that no layer sets: 4,3
            self.loss = nn.CrossEntropyLoss()
            y = torch.arange(len(x)); self.loss(x, y)
        labels that count from one: 4,6
            self.fc = nn.Linear(6, 3); self.loss = nn.CrossEntropyLoss()
            y = torch.full((len(x),), 3); y[0] = 1; self.loss(self.fc(x), y< =>  - 1>)
        maps of more classes: 2,3,4,4
            self.conv = nn.Conv2d(3, <5 => 7>, 1); self.loss = nn.BCEWithLogitsLoss()
            y = torch.ones(len(x), 7, 4, 4); self.loss(self.conv(x), y)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if finding.mismatch is Mismatch.LOSS_SHAPE:
            yield from map(self.change, more_outputs(finding, project, operation))
            return
        position = min(1, len(operation.tensors) - 1)  # Of one-hot rows there are labels alone.
        labels, count = operation.tensors[position], finding.actual[0]
        target = argument_of(project, operation, position, "target")
        if target is not None and _count_from_one(labels, finding.expected[0]):
            edit = target.source.replace(target.node, f"{target.text} - 1")
            reason = "the labels run from 1 here; the data may hold another class that the batch does not show"
            title = f"shift labels to start at 0: `{target.text} - 1`"
            yield self.fix(title, (edit,), Evidence.EVIDENT, reason=reason)
        if target is not None:
            yield from map(self.change, numbered(project, operation, target, labels, finding.expected[0]))
        for layer, site in producer_sites(project, operation.tensors[0], count) if position else ():
            reason = "the data may hold more classes than the batch shows, or a label that means none"
            title = f"give `{layer.label}` {count} outputs, one for each class"
            yield self.fix(title, site.edits, *site.evidence, Evidence.PRODUCER, reason=reason)


def _count_from_one(labels: Tensor, count: int) -> bool:
    return labels.values is not None and labels.values[0] >= 1 and labels.values[1] == count
