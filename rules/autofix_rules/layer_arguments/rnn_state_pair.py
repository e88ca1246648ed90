"""AF118 rnn-state-pair: an LSTM is given one state, or a GRU a pair.

Why it fails. An LSTM carries a hidden and a cell state and takes the pair ``(h, c)``; a GRU or plain RNN carries
one and takes ``h``. Code that swaps one for the other keeps the old state.
What the fix does. Gives an LSTM ``(h, torch.zeros_like(h))`` at the call, or makes both states where the one is
made if the call's own result replaces it. Gives a GRU the first of the pair.
Fix safety. Safe for states made of zeros next to the call; unsafe elsewhere.
Source. torch.nn.LSTM and torch.nn.GRU, section Inputs.
"""

import ast

from autofix.edits.recurrent_states import state_tensors
from autofix.facts.call_sites import argument_of
from autofix.records.finding import Finding
from autofix.rule import Detail, Evidence, Expression, Fix, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown
from autofix.syntax.source import dotted


class RnnStatePair(Rule):
    mismatches = (Mismatch.RNN_HIDDEN,)
    examples = shown("""
        declines where only sizes differ: 7,3,4
            self.rnn = nn.GRU(4, 6, batch_first=True)
            self.rnn(x, torch.zeros(1, 9, 6))[0]
            by AF111
        a GRU is given a pair: 7,3,4
            self.rnn = nn.GRU(4, 6, batch_first=True)
            h = torch.zeros(1, x.size(0), 6); self.rnn(x, <(h, h) => h>)[0]
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        state = argument_of(project, operation, 1, "hx")
        if state is None:
            return
        if finding.detail is Detail.SINGLE:
            yield self._first(state, finding)
        elif finding.detail is Detail.PAIR:
            yield from self._pair(project, operation, state, finding)

    def _first(self, state: Expression, finding: Finding) -> Fix:
        elements = state.node.elts if isinstance(state.node, (ast.Tuple, ast.List)) else []
        text = state.source.text_of(elements[0]) if elements else f"{state.text}[0]"
        reason = "" if elements else "the second of the pair is not used any more"
        edit = state.source.replace(state.node, text)
        return self.fix(f"give `{finding.subject}` one state, {text}", (edit,), doubt=reason)

    def _pair(self, project: Project, operation: Operation, state: Expression, finding: Finding) -> Fixes:
        title = f"give `{finding.subject}` a hidden and a cell state"
        making = _zeros_call(project, state_tensors(operation))
        rebound = _is_rebound(state)
        if making is not None and isinstance(making.source.parents.get(making.node), (ast.Assign, ast.Return)):
            pair = f"({making.text}, {making.text})"
            edit = making.source.replace(making.node, pair)
            yield self.fix(title, (edit,), Evidence.EXACT_FIT if rebound else Evidence.UPSTREAM)
        text = state.text
        new = f"({text}, torch.zeros_like({text}))"
        if isinstance(state.node, ast.Call) and making is not None and state.node is making.node:
            new = f"({text}, {text})"
        doubt = "" if making is not None else "the cell state starts at zero"
        doubt = "the cell state is zero again at every step, since only the hidden state is kept" if rebound else doubt
        yield self.fix(title, (state.source.replace(state.node, new),), doubt=doubt)


def _zeros_call(project: Project, tensors: tuple[Tensor, ...]) -> Expression | None:
    producer = project.producer(tensors[0]) if len(tensors) == 1 else None
    if producer is None or producer.operator not in {"zeros", "new_zeros", "randn", "zeros_like"}:
        return None
    return project.call(producer.frames)


def _is_rebound(state: Expression) -> bool:
    """Return whether the layer's own result takes the name of the state: ``out, h = self.rnn(x, h)``."""
    statement = state.source.statement_of(state.node)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    written = {dotted(node) for target in targets for node in ast.walk(target)}
    return isinstance(state.node, (ast.Name, ast.Attribute)) and dotted(state.node) in written
