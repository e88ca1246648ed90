"""AF123 swapped-sizes: the sizes of a layer are written in the wrong order.

Why it fails
    ``nn.Linear(64, 128)`` where 128 features come in: what was meant to go in stands where the layer
    says what it gives out. The same happens to channels of convolutions, to the widths of recurrent layers, to the rows
    and the width of an embedding, and to the two inputs of a bilinear layer.
What the fix does
    Exchanges the two arguments.
Fix safety
    Safe where the names tell: ``hidden_size`` stands where the layer takes ``input_size``. Else
    unsafe where giving the layer another input and leaving its output alone runs as well.
Source
    torch.nn.Linear, torch.nn.Conv2d, torch.nn.GRU and torch.nn.Embedding, section Parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.provenance.producers import argument_expression
from autofix.records.trace import Layer
from autofix.rule import Evidence, Example, Expression, Finding, Fix, Mismatch, Project, Rule, model
from autofix.syntax.source import dotted

_SIZES = "input_size, hidden_size = 3, 8"
_GRU = "self.rnn = nn.GRU({}, batch_first=True)"
_TWO = "self.a = nn.Linear(6, 8)\nself.b = nn.Linear({})\nself.c = nn.Linear(3, 2)"


class SwappedSizes(Rule):
    code = "AF123"
    name = "swapped-sizes"
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.BILINEAR_FEATURES),
        *(Mismatch.RNN_INPUT_SIZE, Mismatch.EMBEDDING_RANGE),
    )
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
            name="a recurrent layer, by its names",
            inputs=((4, 9, 3),),
            before=model(_GRU.format("hidden_size, input_size"), "self.rnn(x)[0]", _SIZES),
            after=model(_GRU.format("input_size, hidden_size"), "self.rnn(x)[0]", _SIZES),
        ),
        Example(
            name="an embedding that has a row for each feature",
            inputs=("int64:4,9@0..60",),
            before=model("self.words = nn.Embedding(8, 60)\nself.fc = nn.Linear(8, 2)", "self.fc(self.words(x))"),
            after=model("self.words = nn.Embedding(60, 8)\nself.fc = nn.Linear(8, 2)", "self.fc(self.words(x))"),
        ),
        Example(
            name="declines sizes that are not the other's",
            inputs=((4, 6),),
            before=model(_TWO.format("3, 7"), "self.c(self.b(self.a(x)))"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer = project.layer(finding.layer)
        names = None if layer is None else _names(layer)
        if layer is None or names is None or not _fits(finding, layer.setting(names[1])):
            return
        incoming, outgoing = (argument_expression(project, layer, name) for name in names)
        if incoming is None or outgoing is None or incoming.source.path != outgoing.source.path:
            return
        edits = (
            incoming.source.replace(incoming.node, outgoing.text),
            outgoing.source.replace(outgoing.node, incoming.text),
        )
        title = f"exchange the sizes of `{layer.label}`: {outgoing.text} before {incoming.text}"
        named = [_last_name(incoming), _last_name(outgoing)] == [names[1], names[0]]
        yield self.fix(title, edits, Evidence.EVIDENT, Evidence.AGREES * named)


def _fits(finding: Finding, outgoing: object) -> bool:
    """Whether what the layer gives out is the size that it should take; an embedding needs that many rows or more."""
    (wanted,) = finding.actual[:1]
    if finding.mismatch is Mismatch.EMBEDDING_RANGE:
        return isinstance(outgoing, int) and outgoing >= wanted
    return outgoing == wanted


def _last_name(place: Expression) -> str:
    return dotted(place.node).rpartition(".")[2]


def _names(layer: Layer) -> tuple[str, str] | None:
    if layer.kind == "Bilinear":
        return "in1_features", "in2_features"
    pairs = (
        ("in_features", "out_features"),
        ("in_channels", "out_channels"),
        ("input_size", "hidden_size"),
        ("num_embeddings", "embedding_dim"),
    )
    return next((pair for pair in pairs if layer.setting(pair[0]) is not None), None)
