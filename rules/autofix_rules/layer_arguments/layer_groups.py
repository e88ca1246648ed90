"""AF103 layer-groups: the channels of a convolution or GroupNorm do not divide into its groups.

Why it fails. A convolution with ``groups`` splits its input and its output channels into that many equal parts, and
``nn.GroupNorm(num_groups, num_channels)`` makes groups of equal size.
What the fix does. A depthwise convolution gets as many channels out as in, or one group per input channel. Else the
number of groups becomes a divisor that both numbers share, or the channels the next multiple of the groups, at the
place that sets the number: literal, default, constant, config entry or a caller's argument. Where the groups of a
norm stand as a number inside a function that builds norms for many layers, the channels are changed.
Fix safety. Safe for a depthwise convolution, else unsafe: both numbers are choices of the model's author.
Source. torch.nn.Conv2d, parameter groups; torch.nn.GroupNorm.
"""

import ast
import math

from autofix.provenance.channel_sites import number, words_of
from autofix.provenance.producers import argument_expression, argument_sites
from autofix.rule import Evidence, Finding, Fixes, Layer, Mismatch, Piece, Project, Rule, shown
from autofix_rules.layer_arguments._shared import common_groups, failed_construction, scaled_roots

CHOICE = "the number of groups and the number of channels are both choices of the model"


class LayerGroups(Rule):
    mismatches = (Mismatch.CONV_GROUPS, Mismatch.NORM_GROUPS)
    examples = shown("""
        a divisor of both numbers of a norm: 2,12,4,4
            self.norm = nn.GroupNorm(<8 => 4>, 12)
            self.norm(x)
        declines where the numbers are made at run time: 2,12,8
            above: SIZES = [int(n) for n in '12 18 3 1 0 1 4'.split()]
            self.conv = nn.Conv1d(*SIZES)
            self.conv(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        layer = failed_construction(project)
        if layer is not None and finding.mismatch is Mismatch.NORM_GROUPS:
            yield from self._norm(finding, project, layer)
        elif layer is not None:
            yield from self._convolution(project, layer)

    def _convolution(self, project: Project, layer: Layer) -> Fixes:
        groups, into, out = (number(layer, name) for name in ("groups", "in_channels", "out_channels"))
        if groups is None or into is None or out is None:
            return
        if groups == into:
            yield from self._rewritten(project, layer, "out_channels", "groups", "as many channels out as in")
        elif out in {groups, into} and out % into == 0:
            yield from self._rewritten(project, layer, "groups", "in_channels", "one group per input channel")
        fewer = common_groups(math.gcd(into, out), groups)
        yield from self._resized(project, layer, "groups", fewer, Evidence.OTHER_READING)
        for name, size in (("in_channels", into), ("out_channels", out)):
            if size % groups:
                yield from self._resized(project, layer, name, -(-size // groups) * groups, Evidence.OTHER_MODEL)

    def _rewritten(self, project: Project, layer: Layer, parameter: str, source: str, words: str) -> Fixes:
        """Yield the fix that gives one argument the text of another."""
        old, new = argument_expression(project, layer, parameter), argument_expression(project, layer, source)
        if old is not None and new is not None:
            edits = (old.source.replace(old.node, new.text),)
            title = f"set `{parameter}` of the {layer.kind} to {new.text}: {words}"
            yield self.fix(title, edits, Evidence.EVIDENT, reason=words)

    def _norm(self, finding: Finding, project: Project, layer: Layer) -> Fixes:
        groups, channels = finding.expected[0], finding.actual[0]
        shared, multiple = _is_shared(project, layer), -(-channels // groups) * groups
        divisor = common_groups(channels, groups)
        yield from self._resized(project, layer, "num_groups", divisor, Evidence.AGAINST * shared)
        other = Evidence.AGAINST * (not shared)
        yield from self._resized(project, layer, "num_channels", multiple, other)
        for site in scaled_roots(project, argument_expression(project, layer, "num_channels"), multiple):
            title = f"set `num_channels` of the {layer.kind} to {multiple}: {words_of(site)}"
            yield self.fix(title, site.edits, *site.evidence, other, doubt=CHOICE)

    def _resized(self, project: Project, layer: Layer, parameter: str, target_size: int, extra: Piece) -> Fixes:
        for site in argument_sites(project, layer, parameter, target_size):
            title = f"set `{parameter}` of the {layer.kind} to {words_of(site)}"
            yield self.fix(title, site.edits, *site.evidence, extra, doubt=CHOICE)


def _is_shared(project: Project, layer: Layer) -> bool:
    """Return whether the groups are a plain number inside a function that is given the channels."""
    expression = argument_expression(project, layer, "num_groups")
    channels = argument_expression(project, layer, "num_channels")
    if expression is None or channels is None or not isinstance(expression.node, ast.Constant):
        return False
    function = expression.source.function_of(expression.node)
    names = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)} if function is not None else set()
    return isinstance(channels.node, ast.Name) and channels.node.id in names
