"""AF123 swapped-sizes: the sizes of a layer are written in the wrong order.

Why it fails. ``nn.Linear(64, 128)`` where 128 features come in: what was meant to go in stands where the layer says
what it gives out. The same happens to channels of convolutions, to the widths of recurrent layers, to the rows and
the width of an embedding, and to the two inputs of a bilinear layer.
What the fix does. Exchanges the two arguments, in the call where their names are crossed: of the layer, or of a
part that hands them on.
Fix safety. Safe where the names tell: ``hidden_size`` stands where the layer takes ``input_size``. Else unsafe
where giving the layer another input and leaving its output alone runs as well.
Source. torch.nn.Linear, torch.nn.Conv2d, torch.nn.GRU and torch.nn.Embedding, section Parameters.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression, producing_layer
from autofix.rule import Evidence, Example, Expression, Finding, Fixes, Layer, Mismatch, Project, Rule, model
from autofix.syntax.source import dotted

MAX_CALLERS = 6
_PART = """class Part(nn.Module):
    def __init__(self, width, rows):
        super().__init__()
        self.words = nn.Embedding(rows, width)

    def forward(self, x):
        return self.words(x)
"""
_TWO = "self.a = nn.Linear(6, 8)\nself.b = nn.Linear({})\nself.c = nn.Linear(3, 2)"


class SwappedSizes(Rule):
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.BILINEAR_FEATURES),
        *(Mismatch.RNN_INPUT_SIZE, Mismatch.EMBEDDING_RANGE, Mismatch.BROADCAST),
    )
    examples = (
        Example(
            "an embedding that has a row for each feature",
            ("int64:4,9@0..60",),
            model("self.words = nn.Embedding(8, 60)\nself.fc = nn.Linear(8, 2)", "self.fc(self.words(x))"),
            {"8, 60": "60, 8"},
        ),
        Example(
            "a part of the model, by the names of its parameters",
            ("int64:4,9@0..60",),
            model("rows, width = 60, 8\nself.part = Part(rows, width)", "self.part(x)", _PART),
            {"Part(rows, width)": "Part(width, rows)"},
        ),
        Example(
            "declines sizes that are not the other's",
            ((4, 6),),
            model(_TWO.format("3, 7"), "self.c(self.b(self.a(x)))"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        if finding.mismatch is Mismatch.BROADCAST:
            yield from self._producers(finding, project)
            return
        layer = project.layer(finding.layer)
        names = None if layer is None else _names(layer)
        if layer is not None and names is not None and _fits(finding, layer.setting(names[1])):
            yield from self._exchanged(project, layer, names)

    def _producers(self, finding: Finding, project: Project) -> Fixes:
        """Yield fixes that exchange the sizes of the layer that made one operand and takes as many
        features as the other has.
        """
        operation = project.operation(finding)
        tensors = operation.tensors if operation is not None and len(operation.tensors) == 2 else ()
        for tensor, other in zip(tensors, reversed(tensors), strict=True):
            producer = producing_layer(project, tensor)
            names = None if producer is None else _names(producer[1])
            if producer is None or names is None or tensor.shape[-1:] == other.shape[-1:] or not other.rank:
                continue
            if producer[1].setting(names[0]) == other.shape[-1]:
                yield from self._exchanged(project, producer[1], names, only_crossed=True)

    def _exchanged(self, project: Project, layer: Layer, names: tuple[str, str], only_crossed: bool = False) -> Fixes:
        incoming, outgoing = (argument_expression(project, layer, name) for name in names)
        if incoming is None or outgoing is None or incoming.source.path != outgoing.source.path:
            return
        calls = list(_calls(project, (incoming, outgoing), names))
        # Where the names of one call are crossed, that is the one: the calls inside it contradict no name.
        crossed = next((call for call in calls if call.crossed), None)
        if only_crossed and crossed is None:
            return
        depth, (first, second), named = crossed or calls[0]
        edits = (first.source.replace(first.node, second.text), second.source.replace(second.node, first.text))
        title = f"exchange the sizes of `{layer.label}`: {second.text} before {first.text}"
        evidence = (Evidence.EVIDENT, Evidence.OUTWARD * depth, Evidence.AGREES * named)
        reason = "their names do not say that they stand in each other's place"
        yield self.fix(
            title, edits, *evidence, reason=reason, unsafe=not named and _contradicts((first, second), names)
        )


class _Call(NamedTuple):
    """The two sizes as one call passes them, ``depth`` callers out; ``crossed``: each under the other's name."""

    depth: int
    sizes: tuple[Expression, Expression]
    crossed: bool


def _calls(project: Project, sizes: tuple[Expression, Expression], names: tuple[str, str]) -> Iterator[_Call]:
    """Yield the call that builds the layer, then those that hand the two sizes on to it."""
    for depth in range(MAX_CALLERS):
        yield _Call(depth, sizes, [_last_name(size) for size in sizes] == [names[1], names[0]])
        first, second = sizes
        if not (isinstance(first.node, ast.Name) and isinstance(second.node, ast.Name)):
            return
        outer = [next(iter(bindings(project, size)), None) for size in sizes]
        if (
            outer[0] is None
            or outer[1] is None
            or not all(binding.is_argument for binding in outer if binding is not None)
        ):
            return
        names, sizes = (first.node.id, second.node.id), (outer[0].expression, outer[1].expression)
        if sizes[0].source.path != sizes[1].source.path:
            return


def _fits(finding: Finding, outgoing: object) -> bool:
    """Return whether what the layer gives out is the size that it should take.

    An embedding needs that many rows or more.
    """
    (required,) = finding.actual[:1]
    if finding.mismatch is Mismatch.EMBEDDING_RANGE:
        return isinstance(outgoing, int) and outgoing >= required
    return outgoing == required


def _last_name(place: Expression) -> str:
    return dotted(place.node).rpartition(".")[2]


def _contradicts(sizes: tuple[Expression, Expression], names: tuple[str, str]) -> bool:
    """Return whether two names stand where they are, without a word that belongs in the other's place."""
    if not all(isinstance(size.node, (ast.Name, ast.Attribute)) for size in sizes):
        return False
    first, second = (set(_last_name(size).split("_")) for size in sizes)
    incoming, outgoing = (set(name.split("_")) for name in names)
    return not (first & (outgoing - incoming) or second & (incoming - outgoing))


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
