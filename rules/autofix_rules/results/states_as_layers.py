"""AF605 states-as-layers: the pair of states of an LSTM is indexed as if it were the states of its layers.

Why it fails. After ``out, hidden = self.lstm(x)`` the name stands for two tensors, hidden and cell states.
``hidden[-1]`` is then the cell states of all layers, where the hidden state of the last layer is wanted.
What the fix does. Unpacks the pair: ``out, (hidden, _) = self.lstm(x)``.
Fix safety. Safe where every use of the name counts layers from the end, which nobody does with a pair; else it
declines.
Source. torch.nn.LSTM, section Outputs.
"""

import ast

from autofix.records.values import Sequence, Value
from autofix.rule import Edit, Evidence, Expression, Finding, Fixes, Mismatch, Project, Rule, Tensor, shown
from autofix.syntax.name_bindings import reads_from
from autofix.syntax.source import Source, dotted


class StatesAsLayers(Rule):
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.BROADCAST, Mismatch.CONCATENATE, Mismatch.MATMUL, Mismatch.RANK),
        *(Mismatch.LOSS_BATCH, Mismatch.LOSS_SHAPE, Mismatch.VIEW_SIZE, Mismatch.NORM_FEATURES, Mismatch.OTHER),
    )
    examples = shown("""
        the last states of both directions: 7,3,4
            self.lstm = nn.LSTM(4, 6, 2, bidirectional=True); self.fc = nn.Linear(12, 2)
            _, <h => (h, _)> = self.lstm(x); self.fc(torch.cat((h[-2], h[-1]), dim=1))
        declines a pair that is handed on: 7,3,4
            self.lstm = nn.LSTM(4, 6, 2, bidirectional=True); self.fc = nn.Linear(12, 2)
            _, h = self.lstm(x); _, g = self.lstm(x, h); self.fc(torch.cat((h[-2], h[-1]), dim=1))
            by AF301
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        if failure is None or not failure.frames:
            return
        source = project.source(failure.frames[0].path)
        names = project.names(Expression(source, ast.Constant(None), failure.frames)).local
        for name, value in names.items if names is not None else ():
            target = _bound(project, source, name) if _is_pair(project, value) else None
            if target is not None:
                edit = Edit(source.path, source.range_of(target), f"({name}, _)")
                title = f"unpack the pair of states: `{name}` is the hidden state, a row for each layer"
                yield self.fix(title, (edit,), Evidence.EXACT_FIT, Evidence.EVIDENT)


def _is_pair(project: Project, value: Value) -> bool:
    """Return whether a value is the hidden and the cell state that an LSTM gave back."""
    items = value.items if isinstance(value, Sequence) and value.type == "tuple" else ()
    makers = [project.producer(item) for item in items if isinstance(item, Tensor)]
    is_one = len(items) == len(makers) == 2 and makers[0] is makers[1]
    return is_one and makers[0] is not None and makers[0].operator == "LSTM"


def _bound(project: Project, source: Source, name: str) -> ast.Name | None:
    """Return the name of a pair beside the output on the left, if all that reads it counts layers from the end."""
    failure = project.trace.failure
    statements = [node for node in source.nodes if isinstance(node, ast.Assign) and len(node.targets) == 1]
    for frame in failure.frames[:1] if failure is not None else ():
        function = source.function_at(frame.range, frame.function)
        for statement in statements:
            target = statement.targets[0]
            pair = target.elts[1:] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else []
            if not isinstance(statement.value, ast.Call) or [dotted(element) for element in pair] != [name]:
                continue
            if source.function_of(statement) is not function or not isinstance(pair[0], ast.Name):
                continue
            uses = [use for use in reads_from(source, statement, name) if use.lineno > statement.lineno]
            if uses and all(_from_the_end(source, use) for use in uses):
                return pair[0]
    return None


def _from_the_end(source: Source, use: ast.Name) -> bool:
    parent = source.parents.get(use)
    index = parent.slice if isinstance(parent, ast.Subscript) and parent.value is use else None
    index = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    return isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub)
