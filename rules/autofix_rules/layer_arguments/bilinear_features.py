"""AF116 bilinear-features: a Bilinear layer is built for other widths than its two inputs have.

Why it fails
    ``nn.Bilinear(in1_features, in2_features, out_features)`` pairs the last dimensions of two
    inputs; each has to have its own size.
What the fix does
    Rewrites the place that sets the size of the input at fault. At a higher cost, the layer
    before gives out what this one takes.
Fix safety
    Safe where one place sets the size.
Source
    torch.nn.Bilinear, section Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.provenance.producers import argument_sites, flattened_from, producer_sites, set_output
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model


class BilinearFeatures(Rule):
    code = "AF116"
    name = "bilinear-features"
    mismatches = (Mismatch.BILINEAR_FEATURES,)
    examples = (
        Example(
            "the second input",
            ((4, 8),),
            model("self.score = nn.Bilinear(8, 6, 1)", "self.score(x, x[:, :5])"),
            {"6": "5"},
        ),
        Example(
            "declines sizes that are not written out",
            ((4, 8),),
            model("self.score = nn.Bilinear(*[8, 6], 1)", "self.score(x, x[:, :5])"),
            repaired_by=("AF125",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation, place = project.layer(finding.layer), project.operation(finding), finding.operand
        if layer is None or operation is None or place is None or place >= len(operation.tensors):
            return
        tensor, name = operation.tensors[place], layer.label
        for site in argument_sites(
            project, layer, finding.parameter, finding.actual[0], flattened_from(project, tensor)
        ):
            yield self.fix(f"set `{finding.parameter}` of `{name}` to {site.result}", site.edits, *site.evidence)
        for producer, site in producer_sites(project, tensor, finding.expected[0]):
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, Evidence.PRODUCER)
