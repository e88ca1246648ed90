"""AF104 layer-rank: a convolution, pooling or norm layer is built for inputs of another number of dimensions.

Why it fails. ``nn.Conv1d`` slides over one dimension, ``(N, C, L)``, ``nn.Conv2d`` over two, ``(N, C, H, W)``,
``nn.Conv3d`` over three; batch and instance norms come in the same classes. A pooling layer of the wrong class
takes a signal for one image and pools its channels too, which shows later; a convolution lets an image without a
batch pass.
What the fix does. Builds the class for the dimensions that arrive, with the pools and norms beside it in the same
container and what has a kernel of as many sizes;
or brings the input into shape: a dimension of size one is squeezed or added, positions or frames are
folded, one sample becomes a batch of one.
Fix safety. Safe where the channels fit the other class. Folding dimensions changes what one sample is and is
unsafe.
Source. torch.nn.Conv2d, torch.nn.MaxPool2d and torch.nn.BatchNorm2d, sections Shape.
"""

from collections.abc import Iterator

from autofix.edits.caller_edits import batch_of_one, in_program, lacks_batch
from autofix.edits.insert_view_op import insertions
from autofix.edits.swap_class import beside, exchanged, exchanged_function
from autofix.provenance.channel_sites import number, spatial
from autofix.records.costs import Piece
from autofix.records.values import Sequence, Tensor
from autofix.rule import FEATURES, Edit, Evidence, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, shown

FOLDED_WORDS = "it changes what is one sample: {}"
_DIMENSIONS = {2: 1, 3: 1, 4: 2, 5: 3}


class LayerRank(Rule):
    mismatches = (Mismatch.CONV_RANK, Mismatch.NORM_RANK, *FEATURES)
    examples = shown("""
        another class, with the pool beside it: 2,3,9,9
            self.net = nn.Sequential(nn.<Conv1d => Conv2d>(3, 4, 3), nn.ReLU(), nn.<MaxPool1d => MaxPool2d>(2))
            self.net(x)
        layers of one function with kernels of two sizes: 2,3,9,9
            self.a = nn.<Conv1d => Conv2d>(3, 4, (1, 3)); self.b = nn.<Conv1d => Conv2d>(4, 2, kernel_size=(3, 1))
            self.b(self.a(x))
        a pool that takes a signal for an image: 2,3,12
            self.a = nn.Conv1d(3, 8, 3); self.pool = nn.<MaxPool2d => MaxPool1d>(2); self.b = nn.Conv1d(8, 4, 3)
            self.b(self.pool(self.a(x)))
        declines where neither class nor folding fits: 2,3,4,4,4,4
            self.conv = nn.Conv2d(7, 4, 1)
            self.conv(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if not operation.tensors:
            return
        tensor = operation.tensors[0]
        if layer is not None and finding.mismatch is Mismatch.NORM_RANK:
            yield from self._norm(project, layer, tensor)
            return
        yield from self._pools_before(project, tensor)
        if layer is None and finding.mismatch is Mismatch.CONV_RANK:
            yield from self._function(project, operation, tensor, f"{tensor.shape} has {tensor.rank} dimensions")
        if layer is None or not spatial(layer) or "Norm" in layer.kind:
            return
        yield from self._classes(project, layer, tensor, _kernel_width(layer))
        yield from self._shapes(project, operation, layer, tensor)

    def _classes(self, project: Project, layer: Layer, tensor: Tensor, width: int) -> Fixes:
        dimensions = width or tensor.rank - 2
        fits = tensor.rank > 2 and number(layer, "in_channels") in (None, tensor.shape[1])
        if dimensions == spatial(layer) or dimensions not in (1, 2, 3) or not (fits or width):
            return
        others, reason = beside(project, layer, f"{dimensions}d"), f"{tensor.shape} has {tensor.rank} dimensions"
        yield from self._class(project, layer, dimensions, reason, Evidence.EXACT_FIT * bool(width), others=others)

    def _norm(self, project: Project, layer: Layer, tensor: Tensor) -> Fixes:
        unbatched, rank = lacks_batch(project, tensor), tensor.rank
        if unbatched is not None:
            yield from self._batched(project, unbatched)
        evidence = (
            Evidence.HIDES_FAULT * bool(unbatched),
            Evidence.OTHER_READING * (rank > 3 and set(tensor.shape[2:]) == {1}),
            Evidence.AGAINST * (rank > 1 and tensor.shape[1] != number(layer, "num_features")),
        )
        if _DIMENSIONS.get(rank, spatial(layer)) != spatial(layer):
            reason = f"{tensor.shape} has {rank} dimensions"
            yield from self._class(project, layer, _DIMENSIONS[rank], reason, *evidence)

    def _batched(self, project: Project, unbatched: Operation) -> Fixes:
        """Yield fixes that add the batch dimension before the first convolution that ran without it."""
        layer, shape = project.layer_of(unbatched), unbatched.tensors[0].shape
        reason = f"a convolution took {shape} as one sample without a batch dimension"
        addition = batch_of_one(project, unbatched) if in_program(project) else None
        if addition is not None:
            yield self.fix(addition[0], (addition[1],), Evidence.EXACT_FIT, reason=reason)
        elif layer is not None:
            inserted = insertions(project, unbatched, layer, "unsqueeze(0)", "", "", outward=True)
            for count, (edits, words) in enumerate(inserted):
                title, further = f"add the batch dimension to {shape} {words}", Evidence.UPSTREAM * count
                yield self.fix(title, edits, Evidence.EXACT_FIT, further, reason=reason)

    def _class(
        self, project: Project, layer: Layer, size: int, reason: str, *evidence: Piece, others: tuple[Edit, ...] = ()
    ) -> Fixes:
        kind = f"{layer.kind[:-2]}{size}d"
        for edits, against in exchanged(project, layer, kind):
            yield self.fix(f"make `{layer.label}` a {kind}", (*edits, *others), *against, *evidence, reason=reason)

    def _function(self, project: Project, operation: Operation, tensor: Tensor, reason: str, *evidence: Piece) -> Fixes:
        for edits, name in exchanged_function(project, operation, f"{tensor.rank - 2}d"):
            yield self.fix(f"call {name} instead", edits, *evidence, reason=reason)

    def _shapes(self, project: Project, operation: Operation, layer: Layer, tensor: Tensor) -> Fixes:
        unsqueezed = any(o.target.endswith("unsqueeze") for o in project.ancestry(tensor))
        for method, strength, words in _reshapings(layer, tensor):
            folds = method.startswith("flatten")
            evidence = (strength, Evidence.AGAINST * unsqueezed)
            reason = FOLDED_WORDS.format(words) if folds else words
            inserted = insertions(project, operation, layer, method, "", "", outward=True)
            for count, (edits, place) in enumerate(inserted):
                title, further = f"{words} of {tensor.shape} {place}", Evidence.UPSTREAM * count
                yield self.fix(title, edits, *evidence, further, reason=reason, unsafe=folds)

    def _pools_before(self, project: Project, tensor: Tensor) -> Fixes:
        """Yield fixes for a pool that took ``(N, C, L)`` for one image ``(C, H, W)``."""
        for operation in project.ancestry(tensor):
            operand = operation.tensors[0] if operation.tensors else None
            name = operation.operator.lower()
            if operand is None or "pool" not in name or f"{operand.rank - 1}d" not in name or operand.rank < 3:
                continue
            if not project.is_batch(operand.shape[0]):
                continue
            reason = f"it took {operand.shape} for one sample and pooled its channels"
            layer = project.layer_of(operation)
            if layer is None:
                yield from self._function(project, operation, operand, reason, Evidence.EXACT_FIT)
            else:
                yield from self._class(project, layer, operand.rank - 2, reason, Evidence.EXACT_FIT)


def _kernel_width(layer: Layer) -> int:
    """Return the number of sizes in a kernel given as a tuple, where it differs from the layer's dimensions; else 0."""
    kernel = layer.setting("kernel_size")
    width = len(kernel.items) if isinstance(kernel, Sequence) else 0
    return width if width > 1 and width != spatial(layer) else 0


def _reshapings(layer: Layer, tensor: Tensor) -> Iterator[tuple[str, Evidence, str]]:
    """Yield the methods that give ``tensor`` the rank and channels that ``layer`` takes, with evidence and words."""
    shape, rank, channels = tensor.shape, tensor.rank, number(layer, "in_channels")
    target_rank = spatial(layer) + 2
    if rank == target_rank + 1:
        for d in range(1, rank):
            if shape[d] == 1 and channels in (None, (shape[:d] + shape[d + 1 :])[1]):
                yield f"squeeze({d})", Evidence.EVIDENT, f"squeeze dimension {d}"
        if channels == shape[2] and shape[1] > 1:
            yield "flatten(0, 1)", Evidence.OTHER_READING, "fold the first two dimensions"
        if channels == shape[1]:
            yield "flatten(2)", Evidence.OTHER_READING, "fold the last dimensions"
    if rank == target_rank - 1 and channels == 1:
        yield "unsqueeze(1)", Evidence.EXACT_FIT, "add the dimension of the one channel"
    if rank == target_rank - 1 and channels == shape[1] and shape[0] != channels:
        yield "unsqueeze(-1)", Evidence.INSERTED, "add a dimension to the end"
