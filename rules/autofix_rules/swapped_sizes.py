"""AF123 swapped-sizes: the sizes of a layer are written in the wrong order.

Why it fails
    ``nn.Linear(64, 128)`` where 128 features come in: what was meant to go in stands where the layer
    says what it gives out. The same happens to channels of convolutions, and to the two inputs of a bilinear layer.
What the fix does
    Exchanges the two arguments.
Fix safety
    Safe where no other repair is as plausible; giving the layer a wider input and leaving its output
    alone usually is.
Source
    torch.nn.Linear and torch.nn.Conv2d, section Parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.records import Layer
from autofix.rule import Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix_rules._sizes import argument_expression

COST = 9
_TWO = "self.a = nn.Linear(6, 8)\nself.b = nn.Linear({})\nself.c = nn.Linear(3, 2)"


class SwappedSizes(Rule):
    code = "AF123"
    name = "swapped-sizes"
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.BILINEAR_FEATURES)
    examples = (
        Example(
            name="Linear",
            inputs=((4, 6),),
            before=model(_TWO.format("3, 8"), "self.c(self.b(self.a(x)))"),
            after=model(_TWO.format("8, 3"), "self.c(self.b(self.a(x)))"),
        ),
        Example(
            name="keywords",
            inputs=((4, 6),),
            before=model(_TWO.format("in_features=3, out_features=8"), "self.c(self.b(self.a(x)))"),
            after=model(_TWO.format("in_features=8, out_features=3"), "self.c(self.b(self.a(x)))"),
        ),
        Example(
            name="Bilinear",
            inputs=((4, 6), (4, 3)),
            before=model("a, b = 6, 3\nself.bil = nn.Bilinear(b, a, 2)", "self.bil(x, y)").replace(
                "(self, x)", "(self, x, y)"
            ),
            after=model("a, b = 6, 3\nself.bil = nn.Bilinear(a, b, 2)", "self.bil(x, y)").replace(
                "(self, x)", "(self, x, y)"
            ),
        ),
        Example(
            name="declines sizes that are not the other's",
            inputs=((4, 6),),
            before=model(_TWO.format("3, 7"), "self.c(self.b(self.a(x)))"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer = project.layer(finding.layer)
        names = None if layer is None else _names(layer)
        if layer is None or names is None or layer.setting(names[1]) != finding.actual[0]:
            return
        incoming, outgoing = (argument_expression(project, layer, name) for name in names)
        if incoming is None or outgoing is None or incoming.source.path != outgoing.source.path:
            return
        edits = (
            incoming.source.replace(incoming.node, outgoing.text),
            outgoing.source.replace(outgoing.node, incoming.text),
        )
        title = f"exchange the sizes of `{layer.path or layer.kind}`: {outgoing.text} before {incoming.text}"
        yield Fix(self.code, title, edits, COST, self.applicability)


def _names(layer: Layer) -> tuple[str, str] | None:
    if layer.kind == "Bilinear":
        return "in1_features", "in2_features"
    if layer.kind == "Linear":
        return "in_features", "out_features"
    return ("in_channels", "out_channels") if layer.setting("in_channels") is not None else None
