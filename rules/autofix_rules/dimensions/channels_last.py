"""AF401 channels-last: the channels of an image, signal or point cloud stand in the last dimension.

Why it fails. Convolutions and norms take channels in dimension 1: ``(N, C, L)``, ``(N, C, H, W)``. Images as they
are loaded, point clouds and embeddings have them last.
What the fix does. Moves the channels before the layer: ``x = x.permute(0, 3, 1, 2)`` or ``x = x.transpose(1, 2)``;
around a single layer, and back after it, where later code needs the old order. Rows of tokens that go through a
Sequential are packed into one batch and unpacked after it.
Fix safety. Safe where the size the layer takes stands in the last dimension and nowhere else, and no call before has
named a dimension.
Source. torch.nn.Conv2d and torch.nn.BatchNorm1d, sections Shape.
"""

from autofix.edits.caller_edits import in_program, made_like, names_its_dimensions
from autofix.edits.insert_view_op import insertions, wrapped
from autofix.facts.call_sites import followed
from autofix.provenance.channel_sites import spatial, stand_last, to_back, to_front
from autofix.provenance.producers import producing_layer
from autofix.rule import Evidence, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, shown

SHORT = 40
_BEFORE = "what worked on its dimensions before may have meant that order"


class ChannelsLast(Rule):
    mismatches = (Mismatch.CONV_CHANNELS, Mismatch.NORM_FEATURES)
    examples = shown("""
        rows of tokens through a Sequential: 2,5,6
            self.net = nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 3))
            x = self.net(x< => .flatten(0, 1)).unflatten(0, x.shape[:2]>); x
        declines where the size stands in no other dimension: 2,8,9,5
            above: WIDTHS = [3]
            self.conv = nn.Conv2d(WIDTHS.pop(), 4, 3)
            self.conv(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors or not spatial(layer):
            return
        tensor, channels = operation.tensors[0], finding.expected[0]
        if not stand_last(project, tensor, layer, channels):
            return
        reason = f"the {channels} channels of {tensor.shape} stand in the last dimension"
        title = f"move the {channels} channels of {tensor.shape} to dimension 1"
        if "Conv" in layer.kind:
            yield from self._for_convolution(project, operation, layer, title, reason)
        else:
            yield from self._for_norm(project, operation, layer, title, reason)

    def _for_convolution(self, project: Project, operation: Operation, layer: Layer, title: str, reason: str) -> Fixes:
        rank = operation.tensors[0].rank
        method, back = to_front(rank), to_back(rank)
        doubt = _BEFORE if names_its_dimensions(project, operation) else ""
        for count, (edits, words) in enumerate(insertions(project, operation, layer, method, "", "", outward=True)):
            pieces = Evidence.EXACT_FIT, Evidence.UPSTREAM * count
            yield self.fix(f"{title} {words}", edits, *pieces, reason=reason, doubt=doubt)
        for expression in made_like(project, operation.tensors[0]) if in_program(project) else ():
            words = f"where `{expression.text}` makes the data" if len(expression.text) < SHORT else "in the data"
            edits = (followed(expression, f".{method}"),)
            yield self.fix(f"{title} {words}", edits, Evidence.EVIDENT, reason=reason)
        if producing_layer(project, operation.tensors[0]) is None:
            return  # Raw data: what comes after the layer wants the channels in front as well.
        for edits, words in wrapped(project, operation, method, back):
            yield self.fix(f"{title} and back {words}", edits, Evidence.INSERTED, Evidence.OTHER_READING, reason=reason)

    def _for_norm(self, project: Project, operation: Operation, layer: Layer, title: str, reason: str) -> Fixes:
        rank = operation.tensors[0].rank
        is_entry = (layer.path or "").rpartition(".")[2].isdigit()  # Of a container, which calls it.
        if project.trace.failure is not None and not is_entry:
            for edits, words in wrapped(project, operation, to_front(rank), to_back(rank)):
                yield self.fix(f"{title} and back {words}", edits, Evidence.EXACT_FIT, reason=reason)
        else:
            packed = f"flatten(0, {rank - 2})"
            for edits, words in wrapped(project, operation, packed, f"unflatten(0, {{}}.shape[:{rank - 1}])"):
                packing = f"pack the rows of {operation.tensors[0].shape} into one batch {words}"
                yield self.fix(packing, edits, Evidence.INSERTED, reason=reason)
