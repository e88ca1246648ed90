"""AF121 inference-in-training-mode: one sample goes through batch norm in training mode.

Why it fails. In training mode batch norm takes its statistics from the batch; one value per channel has none. A
script that only predicts forgot to switch the model to evaluation; one that trains has a sample left over at the end.
What the fix does. Adds ``.eval()`` where the script builds the model, if nothing in the script trains; else lets the
loader leave out the last batch where it is not full: ``drop_last=True``.
Fix safety. Safe in a script without a backward pass; else unsafe, as the sample that is left over is not trained on.
Source. torch.nn.BatchNorm1d, section on running statistics; torch.nn.Module.eval; torch.utils.data.DataLoader.
"""

from autofix.edits.caller_edits import in_program
from autofix.edits.last_batches import built_model, full_batches, trains
from autofix.rule import Example, Finding, Fixes, Mismatch, Project, Rule, model, shown
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
        full = full_batches(project, project.operation(finding))
        if full is not None:
            reason = "the sample that is left over is not trained on"
            yield self.fix(f"leave out what fills no batch: `drop_last={full[0]}`", (full[1],), doubt=reason)
        if not in_program(project) or trains(project):
            return
        model_call = built_model(project)
        if model_call is not None:
            text = f"{receiver(model_call.text)}.eval()"
            edit = model_call.source.replace(model_call.node, text)
            reason = "the script predicts and never trains"
            yield self.fix(f"put the model into evaluation mode: `{text}`", (edit,), reason=reason)
