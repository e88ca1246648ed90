"""AF309 uneven-maps: maps that are joined or added differ by the rest that a pooling rounded away.

Why it fails. Pooling and strided layers round sizes down, upsampling doubles what is left: 25 becomes 12, then 24. A
skip connection joins maps of 25 with maps of 24.
What the fix does. Brings the upsampled maps to the size of the others before they meet: ``F.interpolate(y,
size=x.shape[2:])``. A scale factor gives way to the size, or is that of the pooling. At a higher cost the maps are
padded. Joined padding is counted anew; where nothing was upsampled, longer steps are cut off. Where one operand has
an entry or two more than the other, those are left out, at the call or where it was made, returned or passed.
Fix safety. Unsafe: interpolating, padding and cropping are all plausible.
Source. torch.nn.functional.interpolate and torch.nn.functional.pad.
"""

import ast
from itertools import islice

from autofix.edits.cut_steps import ENDS, cut_before
from autofix.edits.joined_padding import joined_padding
from autofix.edits.mirrored_pools import by_factors
from autofix.edits.rank_changes import behind
from autofix.edits.slices import slices
from autofix.edits.upsampling_factors import other_factors
from autofix.facts.branches import branch, spatial, uneven
from autofix.facts.call_sites import followed, operands, prepared, written
from autofix.facts.project_view import Project
from autofix.records.finding import Finding, Mismatch
from autofix.rule import MEETING, Applicability, Edit, Evidence, Expression, Fixes, Operation, Rule, Tensor, shown
from autofix.syntax.spelling import module_text

UPSAMPLING = (
    *("ConvTranspose", "Upsample", "interpolate", "PixelShuffle", "UpsamplingBilinear2d", "UpsamplingNearest2d"),
    *("MaxUnpool", "upsample", "conv_transpose"),
)
_LOSSES = (Mismatch.LOSS_SHAPE, Mismatch.LOSS_BATCH)
_MOST_CUTS = 6


class UnevenMaps(Rule):
    mismatches = (*MEETING, *_LOSSES)
    applicability = Applicability.UNSAFE
    examples = shown("""
        a factor gives way to the size: 1,2,9,9
            self.k = 2
            y = F.max_pool2d(x, 2); x + F.interpolate(y, <scale_factor=2 => size=x.shape[2:]>)
        steps that a layer padded at both ends: 2,4,12
            self.conv = nn.Conv1d(4, 4, 3, padding=2)
            self.conv(x)< => [:, :, :x.size(2)]> + x
        the sides that a pooling keeps: 2,2,8,6
            self.pool = nn.MaxPool2d((2, 1)); self.up = nn.Upsample(scale_factor=<2 => (2, 1)>)
            torch.cat([self.up(self.pool(x)), x], dim=1)
        padding that is joined for odd windows alone: 2,9,3
            self.k = 6; self.avg = nn.AvgPool1d(6, 1)
            a = x[:, :1].repeat(1, (self.k - 1) // 2, 1); b = x[:, -1:].repeat(1, <(self.k - 1) => self.k> // 2, 1)
            x - self.avg(torch.cat([a, x, b], 1).transpose(1, 2)).transpose(1, 2)
        declines maps of different rank: 1,2,9,9 1,3,7
            self.k = 1
            x + y
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        places = operands(project, operation)
        yield from map(self.change, (*joined_padding(project, operation), *by_factors(project, operation)))
        yield from map(self.change, islice(slices(project, operation), _MOST_CUTS))
        if len(operation.tensors) != 2 or operation.target.endswith("stack") or finding.mismatch in _LOSSES:
            return
        if len(places) == 2 and uneven(project, *operation.tensors):
            moved = _upsampled(project, operation)
            yield from self._resized(project, operation, places, moved)

    def _resized(self, project: Project, operation: Operation, places: tuple[Expression, ...], moved: int) -> Fixes:
        place, other = places[moved], places[1 - moved]
        small, big = operation.tensors[moved].shape, operation.tensors[1 - moved].shape
        name = module_text(place.source, "torch.nn.functional")
        if not name or not isinstance(other.node, (ast.Name, ast.Attribute, ast.Subscript)):
            return
        gap = max(abs(a - b) for a, b in zip(spatial(small), spatial(big), strict=True))
        grown = branch(project, operation.tensors[moved], operation.tensors[1 - moved])
        against: tuple[Evidence, ...] = ()
        if not any(_grows(o) for o in grown):
            against = (Evidence.AGAINST, *([Evidence.OTHER_READING] if gap > 2 else []))
            yield from self._cut(project, operation, places)
        size = f"{other.text}.shape[2:]"
        reason = "padding, cropping and interpolating would all fit"
        if any(True for _ in (*other_factors(project, operation), *by_factors(project, operation))):
            against = (*against, Evidence.AGAINST)  # By a whole factor: it is no rest that was rounded away.
        if any(True for _ in behind(project, operation.tensors, frozenset(("pad",)))):
            against = (*against, Evidence.OTHER_MODEL)
        scaled = _rescaled(project, operation.tensors[moved], size)
        if scaled is not None:
            title = f"interpolate to {spatial(big)}, the size of the other maps"
            yield self.fix(title, (scaled,), Evidence.EVIDENT, *against, reason=reason)
            return
        edit = prepared(place, f"{name}.interpolate({{}}, size={size})")
        others = f"the {spatial(big)} of the other maps"
        yield self.fix(f"bring {small} to {others}", (edit,), Evidence.INSERTED, *against, reason=reason)
        if len(spatial(small)) == 2 and isinstance(place.node, ast.Name):
            sides = ", ".join(f"0, {other.text}.size({d}) - {place.text}.size({d})" for d in (3, 2))
            edit = prepared(place, f"{name}.pad({{}}, ({sides}))")
            evidence = (Evidence.INSERTED, Evidence.AGAINST, *against)
            yield self.fix(f"pad {small} to {others}", (edit,), *evidence, reason=reason)

    def _cut(self, project: Project, operation: Operation, places: tuple[Expression, ...]) -> Fixes:
        """Yield the longer steps without what a padded layer gave them at the end."""
        a, b = (tensor.shape for tensor in operation.tensors)
        odd = [d for d in range(2, len(a)) if a[d] != b[d]]
        if len(odd) != 1:
            return
        shorter = min(a[odd[0]], b[odd[0]])
        yield from map(self.change, cut_before(project, operation, odd[0], shorter))
        longer = 0 if a[odd[0]] > b[odd[0]] else 1
        other = places[1 - longer]
        if isinstance(other.node, (ast.Name, ast.Attribute, ast.Subscript)):
            colons = ", ".join([*[":"] * odd[0], f":{other.text}.size({odd[0]})"])
            title = f"cut dimension {odd[0]} off after {shorter}, as the other operand has it"
            edits, against = (followed(places[longer], f"[{colons}]"),), Evidence.AGAINST * (len(a) != 3)
            yield self.fix(title, edits, Evidence.INSERTED, against, reason=ENDS)


def _grows(operation: Operation) -> bool:
    return operation.operator.startswith(UPSAMPLING)


def _upsampled(project: Project, operation: Operation) -> int:
    """Return the operand that was upsampled last, else the one made last."""
    a, b = operation.tensors
    for i, (own, other) in enumerate(((a, b), (b, a))):
        if any(_grows(o) for o in branch(project, own, other)[:6]):
            return i
    return 0 if a.producer is not None and (b.producer is None or a.producer > b.producer) else 1


def _rescaled(project: Project, tensor: Tensor, size: str) -> Edit | None:
    """Return the edit that gives ``F.interpolate(y, scale_factor=2)`` the size of the other maps for the factor."""
    producer = project.producer(tensor)
    place = written(project, producer) if producer is not None and producer.target.endswith("interpolate") else None
    if place is None or not isinstance(place.node, ast.Call):
        return None
    factor = next((k for k in place.node.keywords if k.arg == "scale_factor"), None)
    return None if factor is None else Edit(place.source.path, place.source.range_of(factor), f"size={size}")
