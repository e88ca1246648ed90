"""AF210 folded-steps: the steps of a recurrent layer are laid out as rows where one row per sequence is wanted.

Why it fails. ``out.reshape(-1, hidden)`` makes a row of every step, ``(N * T, hidden)``; a loss with one target for
each sequence meets T rows of scores for each of them.
What the fix does. Takes the last step instead, ``out[:, -1]``, or ``out[-1]`` where the steps come first.
Fix safety. Unsafe: a mean over the steps, or a target for each of them, could be meant as well.
Source. torch.nn.LSTM, section Outputs.
"""

from autofix.facts.call_sites import argument_of, written
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, shown
from autofix.syntax.spelling import receiver

_RECURRENT = frozenset(("RNN", "LSTM", "GRU"))
_KEEPING = frozenset(("getitem", "dropout", "Dropout", "relu", "ReLU", "contiguous", "LayerNorm", "tanh", "Tanh"))


class FoldedSteps(Rule):
    mismatches = (Mismatch.LOSS_BATCH,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        a target for each sequence: 5,7,4
            self.rnn = nn.GRU(4, 6, batch_first=True); self.fc = nn.Linear(6, 3); self.loss = nn.CrossEntropyLoss()
            out, _ = self.rnn(x); out = out<.contiguous().view(-1, 6) => [:, -1]>
            self.loss(self.fc(out), torch.zeros(x.size(0)).long())
        declines rows that are not the steps of a recurrent layer: 5,7,4
            self.fc = nn.Linear(4, 3); self.loss = nn.CrossEntropyLoss()
            x = x.reshape(-1, 4); self.loss(self.fc(x), torch.zeros(5).long())
            by AF206
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for fold in project.ancestry(operation.tensors[0]) if operation.tensors else ():
            steps = _steps(project, fold)
            place, base = written(project, fold), argument_of(project, fold, 0, "input") if steps else None
            if place is None or base is None:
                continue
            text = receiver(base.text).removesuffix(".contiguous()")
            title = f"take the last step of {fold.tensors[0].shape}, `{text}{steps}`"
            reason = "a mean over the steps, or a target for each step, could be meant"
            edit = place.source.replace(place.node, f"{text}{steps}")
            yield self.fix(title, (edit,), Evidence.EXACT_FIT, reason=reason)


def _steps(project: Project, fold: Operation) -> str:
    """Return the subscript that takes the last step, where ``fold`` makes rows of the steps of a
    recurrent layer; else ''.
    """
    before, after = fold.before_and_after or (None, None)
    if before is None or after is None or before.rank != 3 or fold.operator not in {"view", "reshape", "flatten"}:
        return ""
    if after.shape != (before.shape[0] * before.shape[1], before.shape[2]):
        return ""
    for operation in project.ancestry(before):
        layer = project.layer_of(operation)
        if layer is not None and layer.kind in _RECURRENT:
            return "[:, -1]" if layer.setting("batch_first") else "[-1]"
        if (layer.kind if layer is not None else operation.operator) not in _KEEPING:
            return ""
    return ""
