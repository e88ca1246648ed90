"""AF104 conv-rank: a convolution or pooling layer is built for inputs of another number of dimensions.

Why it fails
    ``nn.Conv1d`` slides over one dimension, ``(N, C, L)``, ``nn.Conv2d`` over two, ``(N, C, H, W)``,
    ``nn.Conv3d`` over three. A kernel of two sizes belongs to two dimensions. A pooling layer of
    the wrong class takes a signal for one image and pools its channels too, which shows later.
What the fix does
    Builds the class for the dimensions that arrive, with the pools and norms beside it in the
    same container; or brings the input into shape: a dimension of size one is squeezed or added,
    positions or frames are folded.
Fix safety
    Safe where the channels fit the other class. Folding dimensions changes what one sample is and
    is unsafe.
Source
    torch.nn.Conv1d, torch.nn.Conv2d and torch.nn.MaxPool2d, sections Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.insert_view_op import insertions
from autofix.edits.swap_class import beside, exchanged, exchanged_function
from autofix.facts.call_sites import is_batch
from autofix.provenance.channel_sites import number, spatial
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

FOLDED_WORDS = "it changes what is one sample: {}"


class ConvRank(Rule):
    code = "AF104"
    name = "conv-rank"
    mismatches = (Mismatch.CONV_RANK, Mismatch.CONV_CHANNELS, Mismatch.NORM_FEATURES, Mismatch.LINEAR_IN_FEATURES)
    examples = (
        Example(
            "another class, with the pool beside it",
            ((2, 3, 9, 9),),
            model("self.net = nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.MaxPool1d(2))", "self.net(x)"),
            {"Conv1d": "Conv2d", "MaxPool1d": "MaxPool2d"},
        ),
        Example(
            "a kernel of two sizes",
            ((2, 1, 6, 5),),
            model("self.conv = nn.Conv1d(1, 4, (2, 5))", "self.conv(x)"),
            {"Conv1d": "Conv2d"},
        ),
        Example(
            "a pool that takes a signal for an image",
            ((2, 3, 12),),
            model(
                "self.a = nn.Conv1d(3, 8, 3)\nself.pool = nn.MaxPool2d(2)\nself.b = nn.Conv1d(8, 4, 3)",
                "self.b(self.pool(self.a(x)))",
            ),
            {"MaxPool2d": "MaxPool1d"},
        ),
        Example(
            "declines where neither class nor folding fits",
            ((2, 3, 4, 4, 4, 4),),
            model("self.conv = nn.Conv2d(7, 4, 1)", "self.conv(x)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        yield from self._pools_before(project, tensor)
        if layer is None and finding.mismatch is Mismatch.CONV_RANK:
            yield from self._function(project, operation, tensor)
        if layer is None or not spatial(layer) or "Norm" in layer.kind:
            return
        yield from self._classes(project, layer, tensor, _kernel_width(layer))
        yield from self._shapes(project, operation, layer, tensor)

    def _classes(self, project: Project, layer: Layer, tensor: Tensor, width: int) -> Iterator[Fix]:
        dimensions = width or tensor.rank - 2
        fits = tensor.rank > 2 and number(layer, "in_channels") in (None, tensor.shape[1])
        if dimensions == spatial(layer) or dimensions not in (1, 2, 3) or not (fits or width):
            return
        kind = f"{layer.kind[:-2]}{dimensions}d"
        others = beside(project, layer, f"{dimensions}d")
        for edits, against in exchanged(project, layer, kind):
            title = f"make `{layer.label}` a {kind}"
            evidence = (Evidence.EXACT_FIT,) if width else against
            yield self.fix(title, (*edits, *others), *evidence, reason=f"{tensor.shape} is for {kind}")

    def _function(self, project: Project, operation: Operation, tensor: Tensor) -> Iterator[Fix]:
        for edits, name in exchanged_function(project, operation, f"{tensor.rank - 2}d"):
            yield self.fix(f"call {name} instead", edits, reason=f"{tensor.shape} is for {name}")

    def _shapes(self, project: Project, operation: Operation, layer: Layer, tensor: Tensor) -> Iterator[Fix]:
        unsqueezed = any(o.target.endswith("unsqueeze") for o in project.ancestry(tensor))
        for method, strength, words in _reshapings(layer, tensor):
            folds = method.startswith("flatten")
            evidence = (strength, Evidence.AGAINST * unsqueezed)
            reason = FOLDED_WORDS.format(words) if folds else words
            inserted = insertions(project, operation, layer, method, "", "", outward=True)
            for count, (edits, place) in enumerate(inserted):
                title, further = f"{words} of {tensor.shape} {place}", Evidence.UPSTREAM * count
                yield self.fix(title, edits, *evidence, further, reason=reason, unsafe=folds)

    def _pools_before(self, project: Project, tensor: Tensor) -> Iterator[Fix]:
        """Yield fixes for a pool that took ``(N, C, L)`` for one image ``(C, H, W)``."""
        for operation in project.ancestry(tensor):
            operand = operation.tensors[0] if operation.tensors else None
            name = operation.operator.lower()
            if operand is None or "pool" not in name or f"{operand.rank - 1}d" not in name or operand.rank < 3:
                continue
            if not is_batch(project, operand.shape[0]):
                continue
            reason = f"it took {operand.shape} for one sample and pooled its channels"
            layer = project.layer_of(operation)
            if layer is None:
                for edits, called in exchanged_function(project, operation, f"{operand.rank - 2}d"):
                    yield self.fix(f"call {called} instead", edits, Evidence.EXACT_FIT, reason=reason)
                continue
            kind = f"{layer.kind[:-2]}{operand.rank - 2}d"
            for edits, against in exchanged(project, layer, kind):
                title = f"make `{layer.label}` a {kind}"
                yield self.fix(title, edits, *against, Evidence.EXACT_FIT, reason=reason)


def _kernel_width(layer: Layer) -> int:
    """Return the number of sizes in a kernel given as a tuple, where it differs from the layer's dimensions; else 0."""
    kernel = layer.setting("kernel_size")
    width = len(kernel.items) if isinstance(kernel, Sequence) else 0
    return width if width > 1 and width != spatial(layer) else 0


def _reshapings(layer: Layer, tensor: Tensor) -> Iterator[tuple[str, Evidence, str]]:
    """Yield the method calls that give ``tensor`` the rank and channels that ``layer`` takes, with
    evidence and words.
    """
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
