"""AF411 wrong-permute: a permute or transpose brings the wrong dimension to where the channels belong.

Why it fails. ``x.permute(0, 1, 3, 2)`` of images ``(N, H, W, C)`` swaps the wrong pair, ``x.transpose(0, 1)`` moves
the batch; the next layer finds another size where it takes its channels.
What the fix does. Names the order that keeps the batch first, brings the size that the layer takes to its place and
leaves the other dimensions in their order; puts the features behind windows of ``unfold``, where they stood last.
Fix safety. Safe where one order does that and the size wanted stands in one dimension only.
Source. torch.permute and torch.transpose.
"""

from autofix.edits.layout import LayoutChange
from autofix.edits.other_orders import orders
from autofix.edits.unfolded_windows import features_last
from autofix.rule import FEATURES, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, shown


class WrongPermute(Rule):
    mismatches = (*FEATURES, Mismatch.ATTENTION_WIDTH)
    examples = shown("""
        a transpose that moves the batch: 2,8,3
            self.conv = nn.Conv1d(3, 4, 3)
            self.conv(x.transpose(<0, 1 => 1, 2>))
        windows behind their features: 2,12,3
            self.rnn = nn.GRU(3, 5)
            h = x.unfold(1, 4, 4)< => .transpose(2, 3)>; self.rnn(h.flatten(0, 1))[0]
        declines a size that no dimension has: 2,8,3
            self.conv = nn.Conv1d(5, 4, 20)
            self.conv(x.transpose(0, 1))
            by AF101 AF501
            # Wrong: the samples are taken for channels.
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors or len(finding.expected) != 1 or finding.dimension is None:
            return
        tensor, dimension, size = operation.tensors[0], finding.dimension, finding.expected[0]
        windows = features_last(project, tensor, size)
        if windows is not None:
            evidence, doubt = (
                (Evidence.INSERTED, Evidence.EXACT_FIT, Evidence.AGREES),
                "the windows may be its features",
            )
            yield self.fix(windows.words, (windows.edit,), *evidence, doubt=doubt)
        reason = f"several dimensions of {tensor.shape} have the size {size}" if tensor.shape.count(size) > 1 else ""
        for order, layout in orders(project, tensor):
            if order[0] == 0 and layout.after[dimension] == size:
                others = [at for place, at in enumerate(order) if place != dimension]
                unordered = Evidence.OTHER_READING * (others != sorted(others))
                is_kept = Evidence.EVIDENT * (layout.change is LayoutChange.REMOVED)
                yield self.fix(layout.words, (layout.edit,), Evidence.EXACT_FIT, is_kept, unordered, doubt=reason)
