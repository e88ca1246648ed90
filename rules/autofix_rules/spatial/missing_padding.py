"""AF506 missing-padding: a convolution lacks the padding that what follows it was counted with.

Why it fails. A kernel of three without padding takes two off every side; a transposed convolution of stride two and
kernel three gives one less than twice. What was counted for maps of the full size, the width of a Linear layer, a
view, the maps that they are added to or joined with, does not fit the smaller ones.
What the fix does. Gives the convolution the padding that keeps the size, or the transposed one
``output_padding=1``. It comes first where every other convolution of that kernel has it, second where none shows
what is meant and only the width behind speaks for it.
Fix safety. Unsafe where another width of the layer behind it is as plausible; safe for maps that meet others,
but where all convolutions are padded at once.
Source. torch.nn.Conv2d and torch.nn.ConvTranspose2d, section Shape.
"""

from collections import Counter
from collections.abc import Iterator

from autofix.edits.padding import alone_unpadded, every_padding, half_kernel, lacks_padding, padding_sites
from autofix.facts.branches import branch, layers_of, padding_for, spatial, uneven
from autofix.provenance.producers import flattened_from, producing_layer
from autofix.rule import MEETING, Evidence, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, Tensor, shown


class MissingPadding(Rule):
    mismatches = (*(Mismatch.LINEAR_IN_FEATURES, Mismatch.RNN_INPUT_SIZE, Mismatch.VIEW_SIZE, *MEETING),)
    examples = shown("""
        a transposed convolution that falls one short: 1,2,8,8
            self.up = nn.ConvTranspose2d(2, 2, 3, 2, 1< => , output_padding=1>)
            d = F.max_pool2d(x, 2); x + self.up(d)
        maps that all convolutions make smaller: 1,1,16,16
            self.a = nn.Conv2d(1, 4, 3< => , padding=1>); self.b = nn.Conv2d(4, 4, 3< => , padding=1>)
            self.up = nn.Upsample(scale_factor=2); self.pool = nn.MaxPool2d(2)
            a = self.a(x); b = self.up(self.b(self.pool(a))); torch.cat([a, b], dim=1)
        declines where no convolution has any: 2,1,9,9
            self.a = nn.Conv2d(1, 4, 3, padding=0); self.b = nn.Conv2d(4, 4, 3); self.fc = nn.Linear(4 * 9 * 9, 2)
            self.fc(self.b(self.a(x)).flatten(1))
            by AF101
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors:
            return
        for layer in _unpadded(project, _smaller(project, finding, operation.tensors)):
            alone = alone_unpadded(project, layer)
            if not alone and finding.mismatch not in {Mismatch.LINEAR_IN_FEATURES, Mismatch.RNN_INPUT_SIZE}:
                continue
            size = half_kernel(layer)
            for site in padding_sites(project, layer, "padding", size) if size is not None else ():
                title = f"set `padding` of `{layer.label}` to {size}, which keeps the size of the maps"
                yield self.fix(title, site.edits, *site.evidence, Evidence.AGREES if alone else Evidence.OTHER_READING)
        whole = every_padding(project, operation) if finding.mismatch in MEETING else None
        yield from () if whole is None else (self.change(whole),)
        for small, big in _pairs(operation.tensors) if finding.mismatch in MEETING else ():
            if uneven(project, small, big):
                yield from self._branch(project, small, big)

    def _branch(self, project: Project, small: Tensor, big: Tensor) -> Fixes:
        """Yield fixes for the layers of the branch that could have lost the rest, the last first."""
        missing = tuple(w - s for s, w in zip(spatial(small.shape), spatial(big.shape), strict=True))
        for count, (operation, layer) in enumerate(layers_of(project, branch(project, small, big), ("Conv",))):
            transposed = layer.kind.startswith("ConvTranspose")
            if transposed:
                size = 1 if set(missing) == {1} and _falls_short(layer, operation) else None
            else:
                size = padding_for(layer, missing)
            if size is not None:
                even = transposed or size == half_kernel(layer)
                against = (Evidence.OUTWARD * min(count, 3), Evidence.AGAINST * (not even))
                parameter = "output_padding" if transposed else "padding"
                title = f"set `{parameter}` of `{layer.label}` to {size}"
                for site in padding_sites(project, layer, parameter, size):
                    yield self.fix(title, site.edits, *site.evidence, *against, Evidence.EVIDENT)


def _smaller(project: Project, finding: Finding, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the tensors that larger maps would have made fit, as far as sizes tell."""
    if finding.mismatch in MEETING:
        return tensors if any(uneven(project, a, b) for a in tensors for b in tensors) else ()
    if finding.mismatch is Mismatch.VIEW_SIZE:
        return tensors[:1]
    producer, (expected, actual) = producing_layer(project, tensors[0]), (finding.expected[0], finding.actual[0])
    channels = producer[1].setting("out_channels") if producer is not None else None
    maps = len(flattened_from(project, tensors[0])) > 1
    return tensors[:1] if maps and isinstance(channels, int) and expected > actual and not expected % channels else ()


def _unpadded(project: Project, tensors: tuple[Tensor, ...]) -> Iterator[Layer]:
    seen: set[int | None] = set()
    for tensor in tensors:
        for _, layer in layers_of(project, list(project.ancestry(tensor)), ("Conv",)):
            if layer.identity not in seen and lacks_padding(layer):
                seen.add(layer.identity)
                yield layer


def _pairs(tensors: tuple[Tensor, ...]) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return each of two against the other; of more, each that differs against the size that most of them have."""
    if len(tensors) == 2:
        return ((tensors[0], tensors[1]), (tensors[1], tensors[0]))
    counts = Counter(spatial(tensor.shape) for tensor in tensors)
    usual, often = counts.most_common(1)[0] if counts else ((), 0)
    if 2 * often <= len(tensors):
        return ()
    big = next(tensor for tensor in tensors if spatial(tensor.shape) == usual)
    return tuple((tensor, big) for tensor in tensors if spatial(tensor.shape) != usual)


def _falls_short(layer: Layer, operation: Operation) -> bool:
    """Return whether a transposed convolution gives one less than its stride times the input."""
    before, after = operation.tensors[0], operation.result
    stride = layer.setting("stride")
    factor = getattr(stride, "items", (stride,))[0]
    if not isinstance(after, Tensor) or not isinstance(factor, int) or factor < 2:
        return False
    return after.shape[-1] == before.shape[-1] * factor - 1
