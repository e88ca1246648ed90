"""AF103 conv-groups: the channels of a convolution do not divide into its groups.

Why it fails
    With ``groups``, both ``in_channels`` and ``out_channels`` are split into groups of equal size.
What the fix does
    A depthwise convolution (one group per input channel) gives out as many channels as it takes.
    Else the number of groups becomes one that divides both.
Fix safety
    Safe for a depthwise convolution; another number of groups is a choice and unsafe.
Source
    torch.nn.Conv2d, parameter groups.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from autofix.provenance import sites
from autofix.provenance.channel_sites import number, words_of
from autofix.provenance.producers import argument_expression
from autofix.records.trace import Layer
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix_rules.layer_arguments._shared import common_groups, failed_construction

CHOICE = "another number of groups is another model"


class ConvGroups(Rule):
    code = "AF103"
    name = "conv-groups"
    mismatches = (Mismatch.CONV_GROUPS,)
    examples = (
        Example(
            "a depthwise convolution",
            ((2, 4, 8, 8),),
            model("self.conv = nn.Conv2d(4, 6, 3, groups=4)", "self.conv(x)"),
            {"6": "4"},
        ),
        Example(
            "a number that divides both",
            ((2, 12, 8),),
            model("self.conv = nn.Conv1d(12, 18, 3, groups=4)", "self.conv(x)"),
            {"4": "2"},
        ),
        Example(
            "declines where the numbers are made at run time",
            ((2, 12, 8),),
            model(
                "self.conv = nn.Conv1d(*SIZES)", "self.conv(x)", "SIZES = [int(n) for n in '12 18 3 1 0 1 4'.split()]"
            ),
        ),
    )

    def propose(self, _: Finding, project: Project) -> Iterator[Fix]:
        layer = failed_construction(project)
        if layer is None:
            return
        groups, into, out = (number(layer, name) for name in ("groups", "in_channels", "out_channels"))
        if groups is None or into is None or out is None:
            return
        if groups == into:
            yield from self._rewritten(project, layer, "out_channels", "groups", "as many channels out as in")
        elif out in {groups, into} and out % into == 0:
            yield from self._rewritten(project, layer, "groups", "in_channels", "one group per input channel")
        yield from self._resized(
            project, layer, "groups", common_groups(math.gcd(into, out), groups), Evidence.OTHER_READING
        )
        for name, size in (("in_channels", into), ("out_channels", out)):
            if size % groups:
                yield from self._resized(project, layer, name, -(-size // groups) * groups, Evidence.OTHER_MODEL)

    def _rewritten(self, project: Project, layer: Layer, parameter: str, source: str, words: str) -> Iterator[Fix]:
        """Yield the fix that gives one argument the text of another."""
        old, new = argument_expression(project, layer, parameter), argument_expression(project, layer, source)
        if old is not None and new is not None:
            edits = (old.source.replace(old.node, new.text),)
            title = f"set `{parameter}` of the {layer.kind} to {new.text}: {words}"
            yield self.fix(title, edits, Evidence.EVIDENT, reason=words)

    def _resized(
        self, project: Project, layer: Layer, parameter: str, target_size: int, extra: Evidence
    ) -> Iterator[Fix]:
        expression = argument_expression(project, layer, parameter)
        for site in sites(project, expression, target_size) if expression is not None else ():
            title = f"set `{parameter}` of the {layer.kind} to {words_of(site)}"
            yield self.fix(title, site.edits, *site.evidence, extra, reason=CHOICE, unsafe=True)
