"""AF406 index-range: a subscript has too many parts, an index is past the end, or more entries are asked for.

Why it fails. ``x[:, -1, :]`` needs three dimensions; ``x[:, 4]`` needs five entries there, and so does ``x.topk(5)``.
What the fix does. A subscript that takes the last step of what is a row per sample already is left out; an index
past the end becomes the last one, at the place that sets it; what counts (from one, or how many) less one; of
fewer entries than are asked for all are taken; a mask goes to the dimension that is as long, an index to one that has
the entry; ``x[..., 0]`` for one row; a loop counts the list that it reads, a default has an entry for each stage.
Fix safety. Unsafe: the tensor could be meant to have the dimension, or the entry.
Source. torch's documentation of indexing.
"""

import ast

from autofix.edits.counted_from_one import counted_from_zero
from autofix.edits.counted_lengths import counted_lengths
from autofix.edits.fewer_entries import fewer_entries
from autofix.edits.moved_parts import moved_parts
from autofix.edits.stage_counts import stage_counts
from autofix.edits.subscript_places import from_the_end, is_one_of_many, is_whole, moved_indices, moved_masks
from autofix.facts.call_sites import written
from autofix.records.finding import WIDTHS, Detail, Mismatch
from autofix.rule import Applicability, Evidence, Expression, Finding, Fixes, Operation, Project, Rule, shown, sites
from autofix.syntax import subscripts

_ENTRY = "another entry could be meant"


class IndexRange(Rule):
    mismatches = (Mismatch.INDEX_RANGE, Mismatch.OTHER, Mismatch.BROADCAST, *WIDTHS)
    applicability = Applicability.UNSAFE
    examples = shown("""
        declines a mask of another size: 4,6
            self.fc = nn.Linear(6, 2)
            self.fc(x[torch.ones(3, dtype=torch.bool)])
            by AF304 AF801
        an index past the end: 4,6,3
            self.fc = nn.Linear(3, 2)
            self.fc(x[:, <6 => 5>])
        the best of fewer: 4,3
            self.k = 1
            k = <2 + 3 => min(2 + 3, x.size(1))>; x.topk(k)[0].sum(1) / k
        an index of another dimension: 4,9,6
            self.fc = nn.Linear(6, 2)
            keep = torch.arange(0, 9, 2); self.fc(x[< => :, >keep]).sum(1)
        more passes than layers: 4,6
            self.fcs = nn.ModuleList([nn.Linear(6, 6)])
            sum(self.fcs[i](x) for i in range(<2 => len(self.fcs)>))
        the number of steps for the last of them: 4,6,3
            self.fc = nn.Linear(3, 2)
            lengths = (x < 9).any(2).sum(1); rows = torch.arange(x.size(0))
            self.fc(x[rows, <lengths => lengths - 1>]) / lengths[:, None]
        the last step of a row: 4,6
            self.fc = nn.Linear(6, 2)
            self.fc(x<[:, -1, :] => >)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        yield from map(self.change, (*stage_counts(project, finding), *moved_parts(project, finding)))
        yield from map(self.change, counted_lengths(project, finding))
        yield from super().propose(finding, project) if finding.mismatch is Mismatch.INDEX_RANGE else ()

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        yield from self.ranked(fewer_entries(project, operation, finding))
        yield from map(self.change, moved_masks(project, operation) if finding.detail is Detail.MASK else ())
        asked = finding.expected[0] if finding.detail is Detail.INDEX else -1
        yield from map(self.change, moved_indices(project, operation, asked) if asked >= 0 else ())
        place = written(project, operation)
        if place is None or not isinstance(place.node, ast.Subscript):
            return
        if finding.detail is Detail.INDEX:
            yield from self._past(project, place, place.node, finding)
        elif finding.detail is Detail.RANK:
            yield from self._too_many(project, place, place.node, operation)

    def _past(self, project: Project, place: Expression, node: ast.Subscript, finding: Finding) -> Fixes:
        last, asked = finding.actual[0] - 1, finding.expected[0]
        if last < 0 or asked < 0:
            return
        for part in subscripts.parts(node):
            index = place.at(part)
            if isinstance(part, ast.Slice) or project.integer(index) != asked:
                continue
            if asked == last + 1 and (edits := counted_from_zero(index)):
                title = f"take one from `{index.text}`, which counts from one"
                yield self.fix(title, edits, Evidence.EXACT_FIT, reason=_ENTRY)
            if last == 0:
                yield self.fix("take the only entry", (place.source.replace(part, "0"),), reason=_ENTRY)
            for site in sites(project, index, last):
                yield self.fix(f"take index {last}, the last there is", site.edits, *site.evidence, reason=_ENTRY)

    def _too_many(self, project: Project, place: Expression, node: ast.Subscript, operation: Operation) -> Fixes:
        parts = subscripts.parts(node)
        rank = operation.tensors[0].rank
        reason = "the tensor could be meant to have the dimension"
        picks_one = is_whole(parts[0]) and sum(not is_whole(part) for part in parts) == 1
        if picks_one and rank == 2 and len(parts) == 3:
            edit = place.source.replace(node, place.source.text_of(node.value))
            title = "leave out the subscript: there is one row per sample already"
            yield self.fix(title, (edit,), Evidence.RUNNER_UP, reason=reason)
        last, title = from_the_end(place, rank), "count the dimensions from the end, where there are fewer in front"
        is_one = is_one_of_many(project, operation)
        if last and (is_one or rank == 1):
            evidence = Evidence.AGREES if is_one else Evidence.OTHER_READING
            yield self.fix(title, last, evidence, Evidence.RUNNER_UP * (rank > 1), reason=reason)
        while len(parts) > rank and is_whole(parts[-1]):
            parts = parts[:-1]
        if len(parts) == rank and len(parts) != len(subscripts.parts(node)):
            text = f"{place.source.text_of(node.value)}[{', '.join(place.source.text_of(p) for p in parts)}]"
            edits, title = (place.source.replace(node, text),), f"index the {rank} dimensions there are"
            yield self.fix(title, edits, Evidence.OTHER_READING, reason=reason)
