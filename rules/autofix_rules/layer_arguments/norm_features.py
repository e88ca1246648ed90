"""AF105 norm-features: a normalising layer is built for another number of features.

Why it fails
    ``nn.BatchNorm2d(num_features)`` and ``nn.GroupNorm(num_groups, num_channels)`` take that many
    channels in dimension 1; ``nn.LayerNorm(normalized_shape)`` normalises the last dimensions.
What the fix does
    Rewrites the place that sets the number: literal, constant, default, config entry, index or a
    caller's argument; entry by entry where ``normalized_shape`` is a list. Where the layers after
    it agree with the norm, the layer before it is made to give out what they take.
Fix safety
    Safe where one place sets the size and the layers around agree. A number of tokens or of
    samples is never taken for a number of features without saying so.
Source
    torch.nn.BatchNorm2d, torch.nn.GroupNorm and torch.nn.LayerNorm, sections Shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.caller_edits import lacks_batch
from autofix.provenance.channel_sites import (
    beyond_argument,
    doubt,
    number,
    producer_extra,
    same_width,
    stand_last,
    words_of,
)
from autofix.provenance.producers import argument_expression, argument_sites, producer_sites, set_output
from autofix.records.trace import Layer
from autofix.records.values import Tensor
from autofix.rule import (
    Evidence,
    Example,
    Expression,
    Finding,
    Fix,
    Mismatch,
    Project,
    Rule,
    Site,
    dearest,
    model,
    sites,
)

_SYNCED = """from torch.nn.modules.batchnorm import _BatchNorm


class Synced(_BatchNorm):
    def __init__(self, channels, eps=1e-5):
        super().__init__(channels, eps)

    def forward(self, maps):
        mean, var, weight, bias = self.running_mean, self.running_var, self.weight, self.bias
        return F.batch_norm(maps, mean, var, weight, bias, self.training, self.momentum, self.eps)
"""
TOKENS = "the {} would become the number of positions, which differs from input to input"


class NormFeatures(Rule):
    code = "AF105"
    name = "norm-features"
    mismatches = (Mismatch.NORM_FEATURES,)
    examples = (
        Example(
            "literal argument",
            ((2, 3, 8, 8),),
            model("self.conv = nn.Conv2d(3, 4, 3)\nself.bn = nn.BatchNorm2d(8)", "self.bn(self.conv(x))"),
            {"8": "4"},
        ),
        Example(
            "an entry of a list",
            ((2, 3, 8, 6),),
            model("self.norm = nn.LayerNorm([3, 8, 8])", "self.norm(x)"),
            {", 8]": ", 6]"},
        ),
        Example(
            "the layer before, where the layer after agrees with the norm",
            ((2, 3, 8, 8),),
            model(
                "self.a = nn.Conv2d(3, 4, 3)\nself.bn = nn.BatchNorm2d(8)\nself.b = nn.Conv2d(8, 2, 3)",
                "self.b(self.bn(self.a(x)))",
            ),
            {"4": "8"},
        ),
        Example(
            "a class that extends a norm and calls its function",
            ((2, 3, 8, 8),),
            model("self.conv = nn.Conv2d(3, 4, 3)\nself.bn = Synced(8)", "self.bn(self.conv(x))", _SYNCED),
            {"8": "4"},
        ),
        Example(
            "declines where the number is made at run time",
            ((2, 3, 8, 8),),
            model("self.bn = nn.BatchNorm2d(*WIDTHS)", "self.bn(x)", "WIDTHS = [int(n) for n in '4'.split()]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        if len(finding.actual) == 1 and len(finding.expected) == 1:
            yield from self._one_size(finding, project, layer, tensor)
        elif len(finding.actual) == len(finding.expected):
            yield from self._entries(finding, project, layer)

    def _one_size(self, finding: Finding, project: Project, layer: Layer, tensor: Tensor) -> Iterator[Fix]:
        expected, actual = finding.expected[0], finding.actual[0]
        own_evidence, before = producer_extra(project, tensor, layer, expected, actual)
        warning = _misplaced(project, layer, tensor, finding)
        misplaced = bool(warning)
        for site in _size_sites(project, layer, finding.parameter, actual):
            reason = warning if misplaced else doubt(site)
            title = f"set `{finding.parameter}` of `{layer.label}` to {words_of(site)}"
            shared = beyond_argument(project, layer, finding.parameter, site)
            against = (Evidence.HIDES_FAULT * misplaced, Evidence.MORE_PLACES * (shared and not misplaced))
            yield self.fix(
                title, site.edits, *site.evidence, *own_evidence, *against, reason=reason, unsafe=bool(reason)
            )
        same = None if misplaced else same_width(project, layer, finding.parameter, tensor)
        if same is not None:
            yield self.fix(
                f"set `{finding.parameter}` of `{layer.label}` to {same.text}",
                same.edits,
                *same.evidence,
                *own_evidence,
            )
        for producer, site in () if misplaced else producer_sites(project, tensor, expected):
            reason = doubt(site)
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, *before, reason=reason, unsafe=bool(reason))

    def _entries(self, finding: Finding, project: Project, layer: Layer) -> Iterator[Fix]:
        """Yield the fix of ``[C, H, W]``: each entry that differs is set at its cheapest place."""
        expression = argument_expression(project, layer, finding.parameter)
        if expression is None or not isinstance(expression.node, (ast.List, ast.Tuple)):
            return
        chosen: list[Site] = []
        entries = expression.node.elts
        if len(entries) != len(finding.actual):
            return
        for node, old, new in zip(entries, finding.expected, finding.actual, strict=True):
            entry_sites = (
                sites(project, Expression(expression.source, node, expression.frames), new) if old != new else ()
            )
            if old != new and not entry_sites:
                return
            chosen += entry_sites[:1]
        edits = tuple(sorted({edit for site in chosen for edit in site.edits}))
        title = f"set `{finding.parameter}` of `{layer.label}` to {list(finding.actual)}"
        yield self.fix(title, edits, *dearest(chosen))


def _size_sites(project: Project, layer: Layer, parameter: str, target_size: int) -> tuple[Site, ...]:
    """Return the places of the argument; of a list of one entry, those of the entry."""
    expression = argument_expression(project, layer, parameter)
    if expression is not None and isinstance(expression.node, (ast.List, ast.Tuple)) and len(expression.node.elts) == 1:
        return sites(project, Expression(expression.source, expression.node.elts[0], expression.frames), target_size)
    return argument_sites(project, layer, parameter, target_size)


def _misplaced(project: Project, layer: Layer, tensor: Tensor, finding: Finding) -> str:
    """Return why another number of features would only hide the fault; empty where it would not."""
    if lacks_batch(project, tensor) is not None:
        return "a convolution before took one sample without a batch dimension, so its channels arrive as rows"
    elsewhere = _stands_elsewhere(project, layer, tensor, finding.expected[0])
    return TOKENS.format(f"`{finding.parameter}`") if elsewhere else ""


def _stands_elsewhere(project: Project, layer: Layer, tensor: Tensor, expected: int) -> bool:
    """Return whether the features stand in another dimension: a norm over tokens, or LayerNorm on channels first."""
    if layer.kind in {"LayerNorm", "RMSNorm"}:
        return tensor.rank > 2 and expected > 1 and tensor.shape[1] == expected
    return stand_last(project, tensor, layer, expected) or (
        number(layer, "num_features") is not None and tensor.rank == 3 and tensor.shape[2] == expected
    )
