"""AF102 conv-channels: a convolution is built for another number of channels.

Why it fails
    ``nn.Conv2d(in_channels, out_channels, kernel_size)`` takes ``in_channels`` maps in dimension 1.
What the fix does
    Rewrites the place that sets ``in_channels``: literal, constant, default, config entry or a
    caller's argument. All channel numbers of a depthwise convolution change together. Where the
    dimension of a single channel (or the batch) is missing, it is added. Or the layer before is
    made to give out what this one takes: first where this fits the layers around both better.
Fix safety
    Safe where one place sets the size for this layer and no other repair is as plausible.
Source
    torch.nn.Conv2d and torch.nn.ConvTranspose2d, sections Shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.insert_view_op import insertions
from autofix.facts.call_sites import is_batch
from autofix.provenance.channel_sites import (
    doubt,
    number,
    producer_extra,
    same_width,
    spatial,
    stand_last,
    words_of,
)
from autofix.provenance.producers import argument_expression, argument_sites, producer_sites, set_output
from autofix.records.locations import Edit
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model


class ConvChannels(Rule):
    code = "AF102"
    name = "conv-channels"
    mismatches = (Mismatch.CONV_CHANNELS,)
    examples = (
        Example(
            "literal argument", ((2, 1, 8, 8),), model("self.conv = nn.Conv2d(3, 4, 3)", "self.conv(x)"), {"(3": "(1"}
        ),
        Example(
            "a default",
            ((2, 5, 8),),
            model(
                "self.conv = nn.Conv1d(in_channels=WIDTH, out_channels=4, kernel_size=3)", "self.conv(x)", "WIDTH = 3"
            ),
            {"= 3": "= 5"},
        ),
        Example(
            "all numbers of a depthwise convolution",
            ((2, 6, 8, 8),),
            model("self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=4)", "self.conv(x)"),
            {"4, 4": "6, 6", "=4": "=6"},
        ),
        Example(
            "the dimension of a single channel",
            ((4, 9, 9),),
            model("self.conv = nn.Conv2d(1, 4, 3)", "x = self.conv(x)\nx"),
            model("self.conv = nn.Conv2d(1, 4, 3)", "x = x.unsqueeze(1)\nx = self.conv(x)\nx"),
        ),
        Example(
            "declines where the number is made at run time",
            ((2, 5, 8),),
            model("self.conv = nn.Conv1d(*WIDTHS)", "self.conv(x)", "WIDTHS = [int(n) for n in '3 4 1'.split()]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        yield from self._missing_dimension(project, layer, operation, tensor)
        yield from self._sizes(finding, project, layer, tensor)

    def _sizes(self, finding: Finding, project: Project, layer: Layer, tensor: Tensor) -> Iterator[Fix]:
        (expected,), (actual,) = finding.expected, finding.actual
        name = layer.label
        own_evidence, before = producer_extra(project, tensor, layer, expected, actual)
        elsewhere = stand_last(project, tensor, layer, expected)
        if elsewhere or (tensor.rank == spatial(layer) + 1 and is_batch(project, actual)):
            own_evidence = (*own_evidence, Evidence.HIDES_FAULT)
        yield from self._depthwise(project, layer, actual, own_evidence)
        for site in argument_sites(project, layer, "in_channels", actual):
            reason = doubt(site)
            title = f"set `in_channels` of `{name}` to {words_of(site)}"
            yield self.fix(title, site.edits, *site.evidence, *own_evidence, reason=reason, unsafe=bool(reason))
        same = same_width(project, layer, "in_channels", tensor)
        if same is not None:
            yield self.fix(f"set `in_channels` of `{name}` to {same.text}", same.edits, *same.evidence, *own_evidence)
        for producer, site in producer_sites(project, tensor, expected):
            title = set_output(producer, site.result)
            reason = doubt(site)
            yield self.fix(title, site.edits, *site.evidence, *before, reason=reason, unsafe=bool(reason))

    def _depthwise(self, project: Project, layer: Layer, channels: int, extra: tuple[Evidence, ...]) -> Iterator[Fix]:
        """Yield the fix that changes channels and groups together where they are written as the same number."""
        groups, old, out = (number(layer, name) for name in ("groups", "in_channels", "out_channels"))
        if groups is None or old is None or out is None or groups == 1 or groups != old or out % old:
            return
        edits: list[Edit] = []
        for parameter, size in (
            ("in_channels", channels),
            ("out_channels", out // old * channels),
            ("groups", channels),
        ):
            expression = argument_expression(project, layer, parameter)
            if expression is None or not isinstance(expression.node, ast.Constant):
                return
            edits.append(expression.source.replace(expression.node, str(size)))
        title = f"set the channels and groups of `{layer.label}` to {channels}"
        yield self.fix(title, tuple(edits), *extra)

    def _missing_dimension(self, project: Project, layer: Layer, operation: Operation, tensor: Tensor) -> Iterator[Fix]:
        """Yield fixes that add the dimension of the one channel to ``(N, H, W)``."""
        if number(layer, "in_channels") != 1 or tensor.rank != spatial(layer) + 1:
            return
        title = f"add the dimension of the channel to {tensor.shape}"
        reason = f"`{layer.label}` takes one channel and {tensor.shape} has no dimension for it"
        for count, (edits, words) in enumerate(
            insertions(project, operation, layer, "unsqueeze(1)", "", "", outward=True)
        ):
            yield self.fix(f"{title} {words}", edits, Evidence.EXACT_FIT, Evidence.UPSTREAM * count, reason=reason)
