"""AF107 norm-groups: a GroupNorm cannot split its channels into so many groups.

Why it fails
    ``nn.GroupNorm(num_groups, num_channels)`` makes groups of equal size.
What the fix does
    Sets the number of groups to a divisor that both numbers share, or the channels to the next
    multiple of the groups, at the place that sets the number: literal, default, constant, config
    entry or a caller's argument. Where the groups stand as a number inside a function that builds
    norms for many layers, the channels are changed, else the groups.
Fix safety
    Unsafe: both numbers are choices of the model's author.
Source
    torch.nn.GroupNorm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.provenance import Site
from autofix.provenance.channel_sites import words_of
from autofix.provenance.producers import argument_expression, argument_sites
from autofix.records.trace import Layer
from autofix.rule import Applicability, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix_rules.layer_arguments._shared import common_groups, failed_construction, scaled_roots

CHOICE = "the number of groups and the number of channels are both choices of the model"


class NormGroups(Rule):
    code = "AF107"
    name = "norm-groups"
    mismatches = (Mismatch.NORM_GROUPS,)
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "a divisor of both", ((2, 12, 4, 4),), model("self.norm = nn.GroupNorm(8, 12)", "self.norm(x)"), {"8": "4"}
        ),
        Example(
            "the channels, where many layers share the groups",
            ((2, 3, 4, 4),),
            model(
                "self.conv = nn.Conv2d(3, WIDTH, 1)\nself.norm = norm(WIDTH)",
                "self.norm(self.conv(x))",
                "WIDTH = 12\n\n\ndef norm(channels):\n    return nn.GroupNorm(8, channels)",
            ),
            {"12": "16"},
        ),
        Example(
            "declines where the numbers are made at run time",
            ((2, 12, 4, 4),),
            model("self.norm = nn.GroupNorm(*SIZES)", "self.norm(x)", "SIZES = [int(n) for n in '8 12'.split()]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer = failed_construction(project)
        if layer is None or not finding.expected or not finding.actual:
            return
        groups, channels = finding.expected[0], finding.actual[0]
        shared = _is_shared(project, layer)
        divisor, multiple = common_groups(channels, groups), -(-channels // groups) * groups
        for site in argument_sites(project, layer, "num_groups", divisor):
            yield self._fix("num_groups", divisor, site, other=shared)
        for site in (
            *argument_sites(project, layer, "num_channels", multiple),
            *scaled_roots(project, argument_expression(project, layer, "num_channels"), multiple),
        ):
            yield self._fix("num_channels", multiple, site, other=not shared)

    def _fix(self, parameter: str, target_size: int, site: Site, *, other: bool) -> Fix:
        words = words_of(site)
        change = words if words.startswith(str(target_size)) else f"{target_size}: {words}"
        title = f"set `{parameter}` of the GroupNorm to {change}"
        return self.fix(title, site.edits, *site.evidence, Evidence.AGAINST * other, reason=CHOICE)


def _is_shared(project: Project, layer: Layer) -> bool:
    """Return whether the groups are a plain number inside a function that is given the channels."""
    expression = argument_expression(project, layer, "num_groups")
    channels = argument_expression(project, layer, "num_channels")
    if expression is None or channels is None or not isinstance(expression.node, ast.Constant):
        return False
    function = expression.source.function_of(expression.node)
    names = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)} if function is not None else set()
    return isinstance(channels.node, ast.Name) and channels.node.id in names
