"""AF121 inference-in-training-mode: one sample goes through batch norm in training mode.

Why it fails. In training mode batch norm takes its statistics from the batch; one value per channel has none. A
script that only predicts forgot to switch the model to evaluation.
What the fix does. Adds ``.eval()`` where the script builds the model, if nothing in the script trains.
Fix safety. Safe in a script without a backward pass; elsewhere nothing is proposed: there the batch is too small,
which is a question of the data.
Source. torch.nn.BatchNorm1d, section on running statistics; torch.nn.Module.eval.
"""

import ast

from autofix.records.trace import Stage
from autofix.rule import Example, Expression, Finding, Fixes, Mismatch, Project, Rule, model, shown
from autofix.syntax.source import dotted
from autofix.syntax.spelling import receiver

_SCRIPT = "\n\nnet = {}\nprint(net(torch.ones(1, 3, 1, 1)).shape)\n"


class EvaluationMode(Rule):
    mismatches = (Mismatch.NORM_BATCH_OF_ONE,)
    examples = (
        *shown("""
        declines a model without a script: 1,3,1,1
            self.norm = nn.BatchNorm2d(3)
            self.norm(x)
    """),
        Example(
            "a script that predicts for one image",
            (),
            model("self.norm = nn.BatchNorm2d(3)", "self.norm(x)") + _SCRIPT.format("Net()"),
            {"Net()": "Net().eval()"},
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        if failure is None or failure.stage is not Stage.SCRIPT or _trains(project):
            return
        model_call = _model(project)
        if model_call is not None:
            text = f"{receiver(model_call.text)}.eval()"
            edit = model_call.source.replace(model_call.node, text)
            reason = "the script predicts and never trains"
            yield self.fix(f"put the model into evaluation mode: `{text}`", (edit,), reason=reason)


def _trains(project: Project) -> bool:
    calls = (node.func for source in project.sources() for node in source.nodes if isinstance(node, ast.Call))
    return any(getattr(callee, "attr", "") in {"backward", "step"} for callee in calls)


def _model(project: Project) -> Expression | None:
    """Return the call that built the root model, where it is assigned to a name."""
    for layer in (layer for layer in project.trace.layers if layer.path == ""):
        for index, frame in enumerate(layer.construction):
            source = project.source(frame.path)
            call = source.call_at(frame.range)
            is_assigned = call is not None and isinstance(source.parents.get(call), ast.Assign)
            if call is not None and is_assigned and not dotted(call.func).endswith("__init__"):
                return Expression(source, call, layer.construction[index:])
    return None
