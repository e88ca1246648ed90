"""AF334 unequal-lengths: sequences of unequal lengths are stacked.

Why it fails. ``torch.stack`` takes tensors of one shape; sentences and signals in a batch rarely have one. A
``DataLoader`` stacks the parts of its samples unless it is passed a ``collate_fn``. A sample may have nothing in it.
What the fix does. Pads them to the longest: ``pad_sequence(x, batch_first=True)``, or to the bound that a data set cuts
them to. To a loader it passes a function that stacks what is of one size and leaves the rest a list, or else pads it.
An empty list becomes a table without rows, a length of zero is counted as one; a grey picture gets its colours.
Fix safety. Unsafe: zero may be a word of its own, and cutting could be meant.
Source. torch.nn.utils.rnn.pad_sequence, torch.stack and torch.utils.data.default_collate.
"""

import ast

from autofix.edits.collated_samples import collated_samples, differ_in_length, padding_of
from autofix.edits.nothing_to_join import nothing_to_join
from autofix.edits.odd_samples import odd_samples
from autofix.edits.padded_cuts import padded_cuts
from autofix.rule import Applicability, Finding, Fixes, Mismatch, Operation, Project, Rule, shown


class UnequalLengths(Rule):
    mismatches = (Mismatch.CONCATENATE, Mismatch.OTHER)
    applicability = Applicability.UNSAFE
    examples = shown("""
        a list of sequences: 4,6
            self.n = 2
            rows = [x[0, : i + 2] for i in range(self.n)]
            torch.<stack(rows => nn.utils.rnn.pad_sequence(rows, batch_first=True>)
        declines tensors that differ in more than their length: 4,6
            self.n = 2
            rows = [x[: i + 2, : i + 2] for i in range(self.n)]; torch.stack(rows)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        yield from map(self.change, (*padded_cuts(project), *collated_samples(project)))
        yield from map(self.change, (*nothing_to_join(project), *odd_samples(project)))
        yield from super().propose(finding, project)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        call = project.call(operation.frames)
        if call is None or not isinstance(call.node, ast.Call) or not differ_in_length(operation):
            return
        if len(call.node.args) != 1 or call.node.keywords or isinstance(call.node.args[0], ast.Starred):
            return
        if not (padding := padding_of(call.source)):
            return
        text = f"{padding}({call.source.text_of(call.node.args[0])}, batch_first=True)"
        edit = call.source.replace(call.node, text)
        reason = "zero may be a value of its own, and cutting the sequences could be meant"
        yield self.fix(f"pad the sequences to the longest: `{text}`", (edit,), reason=reason)
