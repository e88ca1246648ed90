"""AF308 missing-axes: an operand lacks the dimensions that would line it up with the other.

Why it fails. Shapes are aligned from the end: a mask ``(N, L)`` against scores ``(N, H, L, L)``, or weights
``(N, C)`` against maps ``(N, C, H, W)``, meet the wrong dimensions.
What the fix does. Adds dimensions of one where they belong: ``mask[:, None, None, :]``, ``w.unsqueeze(-1)``.
Fix safety. Safe where there is one way to line the sizes up and the code added no last dimension itself; a mask of
attention lines up with the keys.
Source. The broadcasting semantics note of torch.
"""

from autofix.edits.lined_up import (
    axes_suffix,
    got_last_axis,
    is_cut_elsewhere,
    made_with_axes,
    under_signs,
    ways_to_line_up,
)
from autofix.edits.same_values import same_values
from autofix.facts.call_sites import followed, is_stored, operands
from autofix.facts.reduced_dimensions import reductions
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, shown

_OTHERS = "what else reads it is given other dimensions too"
_AXIS_ADDED = "it was given a last dimension already, so that what it was made from may lack one"
_CUT = "what it meets may be cut in the wrong dimension"
_ATTENTION = "scaled_dot_product_attention"


class MissingAxes(Rule):
    mismatches = (Mismatch.BROADCAST, Mismatch.EXPAND, Mismatch.ATTENTION_MASK)
    examples = shown("""
        a mask over heads: 2,3,5,5 m=bool:2,5
            self.k = 1
            x.masked_fill(~m< => [:, None, None, :]>, -1e9)
        words that only fill up: 2,4,5,8 keep=bool:2,5
            self.k = 1
            F.scaled_dot_product_attention(x, x, x, attn_mask=keep< => [:, None, None, :]>)
        declines sizes that do not line up: 2,3,5 2,4
            self.k = 1
            x * y
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors:
            return
        places = operands(project, operation)
        shapes = [t.shape for t in operation.tensors] + ([finding.expected] if len(operation.tensors) == 1 else [])
        is_mask = "mask" in operation.target or operation.operator == _ATTENTION
        if operation.operator == _ATTENTION and len(shapes) == 4:  # Queries, keys, values and the mask of both.
            small, low, high = 3, shapes[3], (*shapes[0][:-1], *shapes[1][-2:-1])
        elif len(shapes) == 2:
            small = 0 if len(shapes[0]) < len(shapes[1]) else 1
            low, high = shapes[small], shapes[1 - small]
        else:
            return
        if len(low) >= len(high) or not low or small >= len(places):
            return
        if next(reductions(project, operation.tensors[small], high), None) is not None:
            return
        ways = ways_to_line_up(low, high)
        if is_mask or operation.target.endswith(("where", "and")):
            ways.reverse()
        # A row for each sample is nothing that a model brings along: such a table was meant to be cut by a length.
        is_own = is_stored(project, operation.tensors[small])
        for rank, way in enumerate(ways[:2]):
            by_sample = is_own and way[0] == 0 and low[0] > 1 and project.is_batch(low[0])
            unsafe = by_sample or (len(ways) > 1 and not is_mask)
            reason = f"{low} lines up with {high} in more than one way" if unsafe else ""
            if by_sample:
                reason = "a table of the model's own would have a row for each sample of a batch"
            reason = reason or _CUT * (len(shapes) == 2 and is_cut_elsewhere(project, operation, 1 - small))
            reason = reason or _AXIS_ADDED * (not is_mask and got_last_axis(project, operation.tensors[small]))
            title, place = f"align dimensions: {low} with {high}", under_signs(places[small])
            evidence = (Evidence.INSERTED, Evidence.OTHER_READING * rank, Evidence.AGAINST * by_sample)
            edit = followed(place, axes_suffix(way, len(high)))
            yield self.fix(title, (edit,), *evidence, Evidence.RUNNER_UP * rank, doubt=reason)
            for steps, before in same_values(project, place, operation.tensors[small]) if not rank else ():
                longer, title = made_with_axes(before, way, len(high)), f"make {low} with the dimensions of {high}"
                if longer is not None:
                    yield self.fix(title, (longer,), *evidence, Evidence.OUTWARD * steps, doubt=_OTHERS)
