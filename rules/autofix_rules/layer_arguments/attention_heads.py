"""AF113 attention-heads: the heads of an attention layer do not divide its width.

Why it fails. Multi-head attention gives every head an equal share of the features, so the width has to be a
multiple of the number of heads; torch's layers and hand-written ones refuse anything else.
What the fix does. Sets the number of heads to the nearest number that divides the width, at the place it comes
from. At a higher cost, the width becomes the nearest multiple of the heads.
Fix safety. Unsafe: several numbers of heads divide a width, and which was meant is not in the shapes.
Source. torch.nn.MultiheadAttention, argument num_heads.
"""

import ast
import math
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.view_sizes import sizes_of
from autofix.operators.shape_functions import divisors
from autofix.operators.table import position
from autofix.provenance import SiteKind, bindings, sites
from autofix.rule import Applicability, Evidence, Expression, Finding, Fixes, Mismatch, Project, Rule, Site, shown
from autofix.syntax.source import argument


class AttentionHeads(Rule):
    mismatches = (Mismatch.ATTENTION_HEADS, Mismatch.VIEW_SIZE)
    applicability = Applicability.UNSAFE
    examples = shown("""
        declines numbers that are passed together: 2,5,64
            self.attn = nn.MultiheadAttention(*[64, 7])
            self.attn(x, x, x)[0]
            by AF801
            # Wrong: heads of one feature: the number next to 7 that divides the width would be meant.
        a check of the file's own: 2,5,8
            width, heads = 8, <3 => 4>; assert width % heads == 0; self.proj = nn.Linear(width, width)
            self.proj(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        division = _split(project, finding) if finding.mismatch is Mismatch.VIEW_SIZE else _division(project, finding)
        if division is None:
            return
        heads, width, whole, part = division
        every = sorted(divisors(width), key=lambda d: (abs(math.log(d / heads)), -d))
        ranked = every[:3]
        for rank, number in enumerate(every):
            for site in _all_sites(project, part, finding.parameter, heads, number):
                reason = f"{', '.join(map(str, sorted(ranked)))} heads all divide {width}"
                title = f"split the width {width} into {site.result} heads"
                beside = len(site.edits) > 1  # The number stands there and is not made up.
                if rank >= len(ranked) and (not beside or number in (1, width)):
                    continue
                title += f", and exchange it with the entry that is {number}" if beside else ""
                yield self.fix(
                    title, site.edits, *site.evidence, Evidence.RUNNER_UP * (0 if beside else rank), reason=reason
                )
        multiple = max(round(width / heads), 1) * heads
        for site in _all_sites(project, whole, "", width, multiple):
            title = f"set the width to {site.result}, a multiple of the {heads} heads"
            reason = "the width changes every layer around"
            yield self.fix(title, site.edits, *site.evidence, Evidence.OTHER_MODEL, reason=reason)


_Division = tuple[int, int, Expression | None, Expression | None]


def _division(project: Project, finding: Finding) -> _Division | None:
    """Return the expressions of the width and of the heads: arguments of the layer, or sides of a ``%``
    that is checked.
    """
    failure = project.trace.failure
    if failure is None or not failure.frames:
        return None
    heads, width = finding.expected[0], finding.actual[0]
    call = project.call(failure.frames)
    if call is not None and isinstance(call.node, ast.Call) and finding.parameter:
        kind = finding.subject.rpartition(".")[2]
        wide = "embed_dim" if finding.parameter == "num_heads" else "d_model"
        nodes = [argument(call.node, position(kind, name), name) for name in (wide, finding.parameter)]
        whole, part = (None if node is None else call.at(node) for node in nodes)
        return heads, width, whole, part
    source = project.source(failure.frames[0].path)
    function = source.function_at(failure.frames[0].range, failure.frames[0].function)
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            sides = [Expression(source, side, failure.frames) for side in (node.left, node.right)]
            if [project.integer(side) for side in sides] == [width, heads]:
                return heads, width, sides[0], sides[1]
    return None


def _split(project: Project, finding: Finding) -> _Division | None:
    """Return the heads of ``view(n, t, heads, width // heads)`` where they do not divide the width."""
    operation = project.operation(finding)
    sizes = sizes_of(project, operation) if operation is not None and operation.tensors else None
    if sizes is None or len(sizes.values) != len(sizes.shape) + 1:
        return None
    width, (heads, share) = sizes.shape[-1], sizes.values[-2:]
    if sizes.values[:-2] != sizes.shape[:-1] or heads < 2 or width // heads != share or width % heads == 0:
        return None
    return heads, width, None, sizes.expressions[-2]


def _all_sites(
    project: Project, expression: Expression | None, parameter: str, now: int, target_size: int
) -> Iterator[Site]:
    """Yield the places of the expression, or entries of a mapping that is passed as ``**options``."""
    if target_size == now:
        return
    if expression is not None:
        yield from sites(project, expression, target_size)
    elif parameter:
        for binding in bindings.keyed(project, parameter, now):
            for site in sites(project, binding.expression, target_size):
                yield replace(site.with_evidence(Evidence.OUTWARD), kind=SiteKind.NAMED, name=binding.name)
