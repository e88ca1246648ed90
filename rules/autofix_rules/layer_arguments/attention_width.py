"""AF112 attention-width: an attention or transformer layer is built for another width.

Why it fails
    ``nn.MultiheadAttention(embed_dim, ...)`` projects queries of ``embed_dim`` features, keys of
    ``kdim`` and values of ``vdim``; a transformer layer works on ``d_model`` features throughout.
What the fix does
    Rewrites the place that sets the width; key and value widths that are wrong together are
    corrected together, and are added where none were given. At a higher cost, the layer before
    gives out the width this one takes.
Fix safety
    Safe where one place sets the width.
Source
    torch.nn.MultiheadAttention and torch.nn.TransformerEncoderLayer.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.diagnosis.cause import tensor_at
from autofix.provenance.producers import argument_expression, argument_sites, producer_sites, repeated_layer, set_output
from autofix.records.trace import Layer, Operation
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, dearest, model
from autofix.syntax.call_edits import with_argument

_CROSS = "a, b = x.split([7, 5], 1)\nb = self.text(b)\nself.attn(self.image(a), b, b)[0]"
_INIT = (
    "self.image, self.text = nn.Linear(6, 8), nn.Linear(6, 12)\n"
    "self.attn = nn.MultiheadAttention(8, 2{}, batch_first=True)"
)


class AttentionWidth(Rule):
    code = "AF112"
    name = "attention-width"
    mismatches = (Mismatch.ATTENTION_WIDTH,)
    examples = (
        Example(
            "literal argument",
            ((2, 5, 8),),
            model("self.attn = nn.MultiheadAttention(16, 2, batch_first=True)", "self.attn(x, x, x)[0]"),
            {"16": "8"},
        ),
        Example(
            "key and value widths together",
            ((2, 12, 6),),
            model(_INIT.format(", kdim=10, vdim=10"), _CROSS),
            {"10, vdim=10": "12, vdim=12"},
        ),
        Example(
            "declines where only the layer before can change",
            ((2, 5, 8),),
            model("self.attn = nn.MultiheadAttention(*[16, 2], batch_first=True)", "self.attn(x, x, x)[0]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation, place = project.layer(finding.layer), project.operation(finding), finding.operand
        if layer is None or operation is None or place is None or place >= len(operation.tensors):
            return
        width, tensor = finding.actual[0], operation.tensors[place]
        inner, name = repeated_layer(project, layer) if finding.parameter == "d_model" else layer, layer.label
        if layer.kind == "MultiheadAttention" and place > 0:
            yield from self._key_and_value(project, layer, operation, width)
        for site in argument_sites(project, inner, finding.parameter, width):
            yield self.fix(f"set `{finding.parameter}` of `{name}` to {site.result}", site.edits, *site.evidence)
        for producer, site in producer_sites(project, tensor, finding.expected[0]):
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, Evidence.PRODUCER)

    def _key_and_value(self, project: Project, layer: Layer, operation: Operation, width: int) -> Iterator[Fix]:
        """Yield the fix that sets ``kdim`` and ``vdim`` in one step, where key and value are equally wide."""
        key, value = (tensor_at(operation, place, name) for place, name in ((1, "key"), (2, "value")))
        call = project.construction_call(layer)
        if key is None or value is None or key.shape[-1] != value.shape[-1] or call is None:
            return
        names = [name for name in ("kdim", "vdim") if layer.setting(name) != width]
        title = f"set `kdim` and `vdim` of `{layer.label}` to {width}"
        per_name = [argument_sites(project, layer, name, width) for name in names]
        if all(argument_expression(project, layer, name) is None for name in ("kdim", "vdim")):
            text = with_argument(with_argument(call.text, "kdim", str(width)), "vdim", str(width))
            edit = call.source.replace(call.node, text)
            yield self.fix(title, (edit,), Evidence.INSERTED)
        elif all(per_name):
            for first in per_name[0]:
                chosen = [next((s for s in options if s.text == first.text), options[0]) for options in per_name]
                edits = tuple(sorted({edit for site in chosen for edit in site.edits}))
                yield self.fix(title, edits, *dearest(chosen))
