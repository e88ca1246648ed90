"""AF402 batch-first: a sequence layer takes the steps for the batch, or the batch for the steps.

Why it fails. Recurrent and attention layers take ``(time, batch, features)`` unless they are built with
``batch_first=True``. Where input and layer disagree, states, masks and last steps have the size of the other axis.
What the fix does. Adds ``batch_first=True`` to a layer that is fed batch first; removes the permutes around a layer
that is batch first already; takes the last step along the axis it is on.
Fix safety. Unsafe: which axis is the batch follows from the order of the sample's dimensions alone.
Source. torch.nn.LSTM, torch.nn.MultiheadAttention and torch.nn.TransformerEncoderLayer, argument batch_first.
"""

import ast
from collections.abc import Iterator

from autofix.edits.caller_edits import in_program
from autofix.edits.exchange_arguments import is_swap, removed, swap_after
from autofix.edits.set_arguments import argument_set
from autofix.facts.written_order import steps_first
from autofix.operators.table import position
from autofix.provenance.producers import argument_expression, repeated_layer
from autofix.records.trace import Operation, OperationKind
from autofix.rule import Applicability, Edit, Evidence, Finding, Fixes, Layer, Mismatch, Project, Rule, Tensor, shown
from autofix.syntax.source import dotted
from autofix.syntax.subscripts import parts

MAX_VISITED = 60
RECURRENT = frozenset(("RNN", "LSTM", "GRU"))
STACKS = frozenset(("TransformerEncoder", "TransformerDecoder"))
KINDS = RECURRENT | STACKS | {"MultiheadAttention", "Transformer", "TransformerEncoderLayer", "TransformerDecoderLayer"}


class BatchFirst(Rule):
    mismatches = (
        *(Mismatch.RNN_HIDDEN, Mismatch.ATTENTION_MASK, Mismatch.CONCATENATE, Mismatch.BROADCAST, Mismatch.MATMUL),
        *(Mismatch.EXPAND, Mismatch.VIEW_SIZE, Mismatch.SILENT_STEPS, Mismatch.LOSS_BATCH, Mismatch.LOSS_SHAPE),
    )
    applicability = Applicability.UNSAFE
    examples = shown("""
        permutes around a layer that is batch first: 3,7,8
            self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
            m = torch.ones(7, 7).triu(1).bool(<); x = x.permute(1, 0, 2 => >)
            x, _ = self.attn(x, x, x, attn_mask=m); x< = x.permute(1, 0, 2); x => >
        steps that are averaged behind a layer which takes them first: 4,7,8
            self.rnn = nn.GRU(8, 6< => , batch_first=True>)
            self.rnn(x)[0].mean(1)
        the last step of a layer that was built for steps first: 4,7,8 y=4,6
            self.rnn = nn.GRU(8, 6< => , batch_first=True>)
            F.mse_loss(self.rnn(x)[0][<-1 => :, -1>], y)
        declines a layer that is batch first and fed so: 3,7,4
            self.rnn = nn.GRU(4, 6, batch_first=True)
            self.rnn(x, torch.zeros(1, 9, 6).relu())[0]
            by AF111
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for used in _behind(project, operation):
            layer = project.layer_of(used)
            taken = used.tensors[0] if used.tensors else None
            if layer is None or taken is None or taken.rank != 3 or taken.shape[0] == taken.shape[1]:
                continue
            first = _setting(project, layer)
            batch = taken.shape[0] if finding.mismatch is Mismatch.SILENT_STEPS else _batch(project)
            evident = {*finding.expected, *finding.actual} >= set(taken.shape[:2]) or used is operation
            if not first and taken.shape[0] == batch:
                evidence = (Evidence.EVIDENT,) if evident else (Evidence.INSERTED, Evidence.OTHER_READING)
                against = (Evidence.AGAINST,) if steps_first(project, used) else ()
                steps = _first_steps(project, used, _behind(project, operation, steps=True))
                yield from self._flag(project, layer, taken, tuple(steps), *evidence, *against)
            elif first and taken.shape[0] != batch == taken.shape[1]:
                yield from self._unpermuted(project, used, layer, taken)
        for step in _behind(project, operation, steps=True):
            yield from self._last_step(project, step)

    def _flag(
        self, project: Project, layer: Layer, taken: Tensor, steps: tuple[Edit, ...], *evidence: Evidence
    ) -> Fixes:
        call = project.construction_call(repeated_layer(project, layer))
        if call is None:
            return
        kind = dotted(getattr(call.node, "func", call.node)).rpartition(".")[2]
        edits = argument_set(call, "batch_first", "True", position(kind, "batch_first"))
        reason = f"the first dimension of {taken.shape} is taken to be the batch"
        if steps:
            title = f"make `{layer.label}` batch first, and take steps along its second axis"
            yield self.fix(title, (*edits, *steps), *evidence, reason=reason)
        yield self.fix(f"make `{layer.label}` batch first", edits, *evidence, reason=reason)

    def _unpermuted(self, project: Project, used: Operation, layer: Layer, taken: Tensor) -> Fixes:
        """Yield the fix that removes the exchange of axes before the layer, and the one that takes it back."""
        before = next((o for o in (project.producer(taken),) if o is not None), None)
        swap = project.expression(before) if before is not None else None
        call = project.call(used.frames)
        if swap is None or call is None or not is_swap(swap.source, swap.node) or swap.source.path != call.source.path:
            return
        after = swap_after(call)
        edits = (removed(swap), *([removed(after)] if after is not None else []))
        reason = f"`{layer.path}` is batch first; the input is taken to be so as well"
        title = f"feed `{layer.path}` batch first, without exchanging the axes"
        yield self.fix(title, edits, Evidence.EXACT_FIT, reason=reason)

    def _last_step(self, project: Project, step: Operation) -> Fixes:
        """Yield fixes that make ``out[-1]`` of a batch-first output ``out[:, -1]``, and the reverse."""
        producer = project.producer(step.tensors[0])
        layer = project.layer_of(producer) if producer is not None else None
        subscript = project.expression(step)
        if layer is None or layer.kind not in RECURRENT or step.tensors[0].rank != 3 or subscript is None:
            return
        if not isinstance(subscript.node, ast.Subscript) or step.tensors[0].shape[-1] == 0:
            return
        written = subscript.source.text_of(subscript.node.slice).replace(" ", "")
        taken = producer.tensors[:1] if producer is not None else ()
        is_output = any(step.tensors[0].shape[:2] == tensor.shape[:2] for tensor in taken)
        new = {"-1": ":, -1"} if layer.setting("batch_first") else {":,-1": "-1", ":,-1,:": "-1"}
        if is_output and written in new:
            edit = Edit(subscript.source.path, subscript.source.range_of(subscript.node.slice), new[written])
            title = f"take the last step of `{layer.path}` with `[{new[written]}]`"
            yield self.fix(title, (edit,), Evidence.EVIDENT, reason="the output is indexed along its other axis")


def _first_steps(project: Project, used: Operation, subscripts: Iterator[Operation]) -> Iterator[Edit]:
    """Yield edits that take a step along the second axis of what a recurrent layer gave, where it is the first."""
    for step in subscripts:
        place, maker = project.expression(step), project.producer(step.tensors[0])
        node = place.node if place is not None else None
        if maker is not used or used.operator not in RECURRENT or step.tensors[0].rank != 3:
            continue
        if place is not None and isinstance(node, ast.Subscript):
            first, *rest = parts(node)
            if all(place.source.text_of(part) == ":" for part in rest) and not isinstance(first, ast.Slice):
                text = ", ".join((":", place.source.text_of(first), *[":"] * (len(rest) - 1)))
                yield Edit(place.source.path, place.source.range_of(node.slice), text)


def _behind(project: Project, operation: Operation, steps: bool = False) -> Iterator[Operation]:
    """Yield the sequence layers (with ``steps``: subscripts) that ``operation`` got its operands
    through, nearest first.
    """
    queue, seen = [operation], {operation.index}
    while queue and len(seen) < MAX_VISITED:
        current = queue.pop(0)
        layers = current.kind is OperationKind.CALL_MODULE and current.operator in KINDS
        if (layers and not steps) or (steps and current.target.endswith("getitem") and current.tensors):
            yield current
        for tensor in current.tensors:
            before = project.producer(tensor)
            if before is not None and before.index not in seen:
                seen.add(before.index)
                queue.append(before)


def _setting(project: Project, layer: Layer) -> bool:
    own = layer.setting("batch_first")
    if own is not None:
        return bool(own)
    passed = argument_expression(project, repeated_layer(project, layer), "batch_first")
    return passed is not None and project.value(passed) is True


def _batch(project: Project) -> int | None:
    """Return the first size of the model's input; in a program, that of what its first layer was given."""
    called = (o.tensors[0] for o in project.trace.operations if o.kind is OperationKind.CALL_MODULE and o.tensors)
    tensor = next(iter(project.inputs()), None) or (next(called, None) if in_program(project) else None)
    return tensor.shape[0] if tensor is not None and tensor.shape else None
