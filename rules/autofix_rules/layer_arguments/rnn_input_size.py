"""AF110 rnn-input-size: a recurrent layer is built for steps of another width.

Why it fails
    ``nn.LSTM(input_size, ...)``, GRU, RNN and their cells multiply each step by a weight of
    ``input_size`` columns; the last dimension of the input must agree, packed or not.
What the fix does
    Rewrites the place that sets ``input_size``: literal, default, constant, config entry or a
    caller's argument. Where the width stands in dimension 1 the input is transposed, and a
    series without a feature dimension gets one. Or the layer before gives out what this one takes.
Fix safety
    Safe where one place sets the size and the layer before is not as likely to be wrong; a
    transposition is unsafe.
Source
    torch.nn.LSTM, torch.nn.GRU and torch.nn.GRUCell, section Inputs.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.call_sites import argument_followed
from autofix.provenance import width_evidence
from autofix.provenance.producers import argument_sites, before_flattening, flattened_from, producer_sites, set_output
from autofix.records.locations import Edit
from autofix.records.trace import Layer, Operation
from autofix.records.values import Sequence, Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model


class RnnInputSize(Rule):
    code = "AF110"
    name = "rnn-input-size"
    mismatches = (Mismatch.RNN_INPUT_SIZE,)
    examples = (
        Example(
            "literal argument",
            ((2, 7, 9),),
            model("self.rnn = nn.LSTM(6, 8, batch_first=True)", "out, _ = self.rnn(x)\nout"),
            {"6": "9"},
        ),
        Example(
            "features before steps",
            ((2, 6, 5),),
            model("self.rnn = nn.GRU(6, 8, batch_first=True)", "out, _ = self.rnn(x)\nout"),
            {"(x)": "(x.transpose(1, 2))"},
        ),
        Example(
            "declines a width that is passed among others",
            ((2, 7, 9),),
            model("self.rnn = nn.LSTM(*[6, 8], batch_first=True)", "self.rnn(x)[0]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor, name = operation.tensors[0], layer.label
        width, expected = tensor.shape[-1], finding.expected[0]
        hints = flattened_from(project, tensor)
        own_evidence, before = width_evidence.extras(project, tensor, layer, expected, width, hints)
        for site in argument_sites(project, layer, "input_size", width, hints):
            yield self.fix(f"set `input_size` of `{name}` to {site.result}", site.edits, *site.evidence, *own_evidence)
        for text, evidence, words in _layouts(layer, operation, tensor, finding.expected[0]):
            for edits in _at_input(project, operation, text):
                yield self.fix(
                    f"{words} before `{name}`",
                    edits,
                    *evidence,
                    reason=f"{tensor.shape} has the {finding.expected[0]} features elsewhere",
                    unsafe=True,
                )
        channels = before_flattening(hints, expected)
        for producer, site in producer_sites(project, tensor, channels) if channels else ():
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, *before)


def _layouts(
    layer: Layer, operation: Operation, tensor: Tensor, features: int
) -> Iterator[tuple[str, tuple[Evidence, ...], str]]:
    """Yield the methods that bring the features to the end, with what speaks for and against them and words."""
    if isinstance(operation.arguments[0] if operation.arguments else None, Sequence) or layer.kind.endswith("Cell"):
        return
    if features == 1 and tensor.rank == 2:
        yield "unsqueeze(-1)", (Evidence.EXACT_FIT,), "add a dimension for the one feature"
    elif tensor.rank == 3 and tensor.shape[1] == features:
        if layer.setting("batch_first"):
            yield "transpose(1, 2)", (Evidence.EXACT_FIT,), "move the features to the end"
        else:
            yield (
                "permute(2, 0, 1)",
                (Evidence.EXACT_FIT, Evidence.OTHER_READING),
                "move the steps to the front and the features to the end",
            )


def _at_input(project: Project, operation: Operation, method: str) -> Iterator[tuple[Edit, ...]]:
    edit = argument_followed(project, operation, 0, "input", f".{method}")
    if edit is not None:
        yield (edit,)
