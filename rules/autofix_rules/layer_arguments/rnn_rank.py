"""AF117 rnn-rank: a recurrent layer is given maps, or too few dimensions.

Why it fails. Recurrent layers take ``(batch, time, features)`` or ``(time, batch, features)``, cells take
``(batch, features)``. Maps of convolutions and frames of videos have more dimensions.
What the fix does. Turns maps into a sequence in the order that gives the layer its ``input_size``: columns become
steps, an empty dimension goes, frames are flattened.
Fix safety. Unsafe: which dimension is time is read from the sizes alone.
Source. torch.nn.LSTM and torch.nn.GRUCell, section Inputs.
"""

from collections.abc import Iterator

from autofix.facts.call_sites import argument_followed
from autofix.records.finding import Mismatch
from autofix.rule import Applicability, Evidence, Finding, Fixes, Layer, Operation, Project, Rule, Tensor, shown


class RnnRank(Rule):
    mismatches = (Mismatch.RNN_RANK,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        columns of maps become steps: 2,1,4,9
            self.conv = nn.Conv2d(1, 8, 3, padding=1); self.rnn = nn.GRU(32, 6, batch_first=True)
            x = self.conv(x); self.rnn(x< => .permute(0, 3, 1, 2).flatten(2)>)[0]
        frames are flattened: 2,5,3,4
            self.rnn = nn.GRU(12, 6, batch_first=True)
            self.rnn(x< => .flatten(2)>)[0]
        declines where no order gives the input size: 2,1,4,9
            self.conv = nn.Conv2d(1, 8, 3, padding=1); self.rnn = nn.GRU(50, 6, batch_first=True)
            x = self.conv(x); self.rnn(x)[0]
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        size = layer.setting("input_size") if layer is not None else None
        if layer is None or not operation.tensors or not isinstance(size, int):
            return
        tensor = operation.tensors[0]
        for rank, method in enumerate(dict.fromkeys(_methods(layer, tensor, size))):
            edit = argument_followed(project, operation, 0, "input", f".{method}")
            if edit is not None:
                title = f"turn {tensor.shape} into a sequence for `{layer.label}` with `.{method}`"
                reason = f"which dimension of {tensor.shape} is time is read from the sizes"
                yield self.fix(title, (edit,), Evidence.RUNNER_UP * rank, reason=reason)


def _methods(layer: Layer, tensor: Tensor, size: int) -> Iterator[str]:
    """Yield the method chains that give the layer ``size`` features a step, the most natural first."""
    shape = tensor.shape
    if layer.kind.endswith("Cell"):
        if tensor.rank == 3 and shape[-1] == size and 1 in shape[:2]:
            yield f"squeeze({shape.index(1)})"
        return
    batch_first = bool(layer.setting("batch_first"))
    if tensor.rank == 1 and shape[0] == size:
        yield "unsqueeze(0)"
    elif tensor.rank == 4:
        yield from _from_maps(shape, size, batch_first)
    elif tensor.rank == 5 and shape[2] * shape[3] * shape[4] == size:
        yield "flatten(2)" if batch_first else "flatten(2).transpose(0, 1)"


def _from_maps(shape: tuple[int, ...], size: int, batch_first: bool) -> Iterator[str]:
    _, channels, height, width = shape
    if height == 1 and channels == size:
        yield "squeeze(2).transpose(1, 2)" if batch_first else "squeeze(2).permute(2, 0, 1)"
    if channels == 1 and width == size:
        yield "squeeze(1)" if batch_first else "squeeze(1).transpose(0, 1)"
    if channels * height == size:
        yield "permute(0, 3, 1, 2).flatten(2)" if batch_first else "permute(3, 0, 1, 2).flatten(2)"
    if height * width == size:
        yield "flatten(2)" if batch_first else "flatten(2).transpose(0, 1)"
    if channels == size:
        yield "flatten(2).transpose(1, 2)" if batch_first else "flatten(2).permute(2, 0, 1)"
    if channels * width == size:
        yield "transpose(1, 2).flatten(2)" if batch_first else "permute(2, 0, 1, 3).flatten(2)"
