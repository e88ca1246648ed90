"""AF101 linear-in-features: a Linear layer is built for another width.

Why it fails
    ``nn.Linear(in_features, out_features)`` multiplies the last dimension of its
    input by a weight of shape ``(out_features, in_features)``; the sizes must agree.
What the fix does
    Rewrites the place that sets ``in_features``: literal, product, constant, default, config
    entry or a caller's argument, found along the construction chain. A product stays a
    product. Or the layer before is made to give out what this one takes: that comes first where
    this width fits the layers around both better than the one that came out.
Fix safety
    Safe where one place sets the size for this layer and no other repair is as plausible, such as
    another width of the layer before. Unsafe where the layer receives maps instead of a row per
    sample, since it would then work on the last axis of the maps.
Source
    torch.nn.Linear, section Shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from autofix.edits.caller_edits import lacks_batch
from autofix.provenance import width_evidence
from autofix.provenance.producers import argument_sites, before_flattening, flattened_from, producer_sites, set_output
from autofix.records.values import Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model


class LinearInFeatures(Rule):
    code = "AF101"
    name = "linear-in-features"
    mismatches = (Mismatch.LINEAR_IN_FEATURES,)
    examples = (
        Example(
            "literal argument", ((1, 256),), model("self.head = nn.Linear(128, 10)", "self.head(x)"), {"128": "256"}
        ),
        Example(
            "keeps a product a product",
            ((1, 64, 2, 2),),
            model("self.head = nn.Linear(64 * 3 * 3, 10)", "self.head(x.flatten(1))"),
            {"3 * 3": "2 * 2"},
        ),
        Example(
            "edits the constant that sets the size",
            ((2, 256),),
            model("self.head = nn.Linear(WIDTH, 10)", "self.head(x)", "WIDTH = 128"),
            {"128": "256"},
        ),
        Example(
            "keeps a keyword a keyword",
            ((2, 20),),
            model("self.head = nn.Linear(in_features=30, out_features=10)", "self.head(x)"),
            {"30": "20"},
        ),
        Example(
            "declines a size that is made at run time",
            ((2, 20),),
            model("self.head = nn.Linear(WIDTHS.pop(), 10)", "self.head(x)", "WIDTHS = [30]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        width = tensor.shape[-1]
        hints = flattened_from(project, tensor)
        subject = layer.label
        doubt = _doubt(project, tensor, finding.expected[0], subject)
        expected = finding.expected[0]
        own_evidence, before = width_evidence.extras(project, tensor, layer, expected, width, hints)
        for site in argument_sites(project, layer, "in_features", width, hints):
            place = f" ({site.words})" if site.words else ""
            title = f"set `in_features` of `{subject}` to {site.result}{place}"
            yield self.fix(
                title,
                site.edits,
                *site.evidence,
                *((Evidence.HIDES_FAULT,) if doubt else own_evidence),
                reason=doubt,
                unsafe=bool(doubt),
            )
        channels = before_flattening(hints, expected)
        for producer, site in producer_sites(project, tensor, channels) if channels else ():
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, *before)


def _doubt(project: Project, tensor: Tensor, expected: int, subject: str) -> str:
    """Return why another width would only hide the fault; empty where it would not."""
    if tensor.rank > 1 and lacks_batch(project, tensor) is not None:
        return f"the input has no batch dimension, so `{subject}` receives its channels as rows"
    if tensor.rank >= 4:
        return f"`{subject}` would work on the last axis of {tensor.shape}"
    if tensor.rank == 3 and math.prod(tensor.shape[1:]) == expected:
        return f"{tensor.shape} flattened has the {expected} features that `{subject}` takes"
    if expected != 1 and expected in tensor.shape[1:-1]:
        return f"the {expected} features that `{subject}` takes stand in another dimension of {tensor.shape}"
    sources = [operation.tensors[0] for operation in project.ancestry(tensor) if operation.tensors]
    if tensor.rank == 1 and any(source.rank > 1 for source in sources):
        return f"the batch was flattened into the {tensor.shape[0]} features of `{subject}`"
    return ""
