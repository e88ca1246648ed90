"""AF751 indexed-number: a number is picked from a tensor that has no dimensions.

Why it fails. Until torch 0.4 a loss was a tensor of one element, and ``loss.data[0]`` its value. It has no
dimensions now, so there is nothing to pick from.
What the fix does. Reads the value: ``loss.item()``. Without ``.data``, which says that only the value is meant, the
subscript is left out.
Fix safety. Safe behind ``.data``; else unsafe, since the dimension could have been lost before.
Source. The migration guide of torch 0.4.0; torch.Tensor.item.
"""

import ast

from autofix.facts.call_sites import written
from autofix.rule import Detail, Example, Finding, Fixes, Mismatch, Operation, Project, Rule, model, shown

_LINEAR = model("self.fc = nn.Linear(3, 1)", "self.fc(x)")
_STEP = "\n\nloss = Net()(torch.rand(4, 3)).mean()\nloss.backward()\nprint({})\n"


class IndexedNumber(Rule):
    mismatches = (Mismatch.INDEX_RANGE,)
    examples = (
        *shown("""
        declines an entry of a tensor with dimensions: 4,3
            self.fc = nn.Linear(3, 2)
            self.fc(x).data[0, 1, 0]
    """),
        Example("the value of a loss", (), _LINEAR + _STEP.format("loss.data[0]"), {"data[0]": "item()"}),
        Example("the number itself", (), _LINEAR + _STEP.format("loss[0]"), {"[0]": ""}),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        place = written(project, operation)
        if place is None or not isinstance(place.node, ast.Subscript):
            return
        if finding.detail is not Detail.RANK or operation.tensors[0].rank or not _is_first(place.node.slice):
            return
        base = place.node.value
        if isinstance(base, ast.Attribute) and base.attr == "data":
            text = f"{place.source.text_of(base.value)}.item()"
            yield self.fix(f"read the value: `{text}`", (place.source.replace(place.node, text),))
            return
        text = place.source.text_of(base)
        reason = "the tensor could be meant to have the dimension"
        yield self.fix(f"take `{text}` itself", (place.source.replace(place.node, text),), doubt=reason)


def _is_first(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0
