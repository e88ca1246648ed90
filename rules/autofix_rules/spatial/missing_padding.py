"""AF506 missing-padding: a convolution lacks the padding that what follows it was counted with.

Why it fails
    A kernel of three without padding takes two off every side. What was counted for maps of the full size, the width of
    a Linear layer, a view, the maps of a skip connection, does not fit the smaller ones.
What the fix does
    Gives the convolution the padding that keeps the size. It comes first where every other convolution of that kernel
    has it, second where none shows what is meant and only the width behind speaks for it.
Fix safety
    Unsafe where another width of the layer behind it is as plausible; safe for maps that meet others.
Source
    torch.nn.Conv2d, section Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.padding import alone_unpadded, half_kernel, lacks_padding, padding_sites
from autofix.facts.branches import layers_of, uneven
from autofix.provenance.producers import flattened_from, producing_layer
from autofix.records.trace import Layer
from autofix.records.values import Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_NET = "self.a = nn.Conv2d(1, 4, 3, padding={})\nself.b = nn.Conv2d(4, 4, 3{})\nself.fc = nn.Linear(4 * {}, 2)"
_FORWARD = "self.fc(self.b(self.a(x)).flatten(1))"
_JOIN = "x = self.a(x)\ntorch.cat([x, self.b(x)], 1)"


class MissingPadding(Rule):
    code = "AF506"
    name = "missing-padding"
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.RNN_INPUT_SIZE, Mismatch.VIEW_SIZE),
        *(Mismatch.CONCATENATE, Mismatch.BROADCAST),
    )
    examples = (
        Example(
            "the only convolution without it",
            ((2, 1, 8, 8),),
            model(_NET.format(1, "", "8 * 8"), _FORWARD),
            {"3)": "3, padding=1)"},
        ),
        Example(
            "maps that meet those from before",
            ((2, 1, 8, 8),),
            model(_NET.format(1, "", "8 * 8"), _JOIN),
            {"3)": "3, padding=1)"},
        ),
        Example(
            "declines where the width was counted without it",
            ((2, 1, 8, 8),),
            model(_NET.format(1, "", "5 * 5"), _FORWARD),
            repaired_by=("AF101",),
        ),
        Example(
            "declines where no convolution has any",
            ((2, 1, 9, 9),),
            model(_NET.format(0, "", "9 * 9"), _FORWARD),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or not operation.tensors:
            return
        for layer in _unpadded(project, _smaller(project, finding, operation.tensors)):
            alone = alone_unpadded(project, layer)
            if not alone and finding.mismatch not in {Mismatch.LINEAR_IN_FEATURES, Mismatch.RNN_INPUT_SIZE}:
                continue
            size = half_kernel(layer)
            for site in padding_sites(project, layer, "padding", size) if size is not None else ():
                title = f"set `padding` of `{layer.label}` to {size}, which keeps the size of the maps"
                yield self.fix(title, site.edits, *site.evidence, Evidence.AGREES if alone else Evidence.OTHER_READING)


def _smaller(project: Project, finding: Finding, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the tensors that larger maps would have made fit, as far as sizes tell."""
    if finding.mismatch in {Mismatch.CONCATENATE, Mismatch.BROADCAST}:
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
