"""AF115 embedding-range: an embedding is asked for a row it does not have.

Why it fails. ``nn.Embedding(num_embeddings, ...)`` has the rows 0 to ``num_embeddings - 1``.
What the fix does. Sets ``num_embeddings`` to what the input asks for, at the place the number comes from: literal,
default, constant, config entry, option. What counts from below zero counts from zero.
Fix safety. Safe as far as the sample's values are those of the data. Unsafe where a name is multiplied or replaced
by a number, and for the positions of a program, whose next batch may be longer.
Source. torch.nn.Embedding and torch.nn.EmbeddingBag.
"""

import ast

from autofix.edits.counted_rows import adds_a_number, counts_steps
from autofix.edits.negative_indices import not_below_zero
from autofix.facts.fault_path import calls
from autofix.provenance.producers import argument_expression, argument_sites
from autofix.rule import Evidence, Example, Finding, Fixes, Mismatch, Operation, Project, Rule, shown
from autofix.syntax.name_bindings import callee_name

MAX_ONE_MORE = 2
_HIGHEST = frozenset(("max", "amax", "nanmax"))
_LONGEST = "the longest sequence of this run tells nothing of the longest that may come"
_COUNTED = "the data could also have an index too many"
_PROGRAM = """import torch
from torch import nn


def count(table):
    return int(table.max())


table = torch.tensor([[0, 4], [2, 7]])
embed = nn.Embedding(count(table), 6)
print(embed(table).shape)
"""


class EmbeddingRange(Rule):
    mismatches = (Mismatch.EMBEDDING_RANGE,)
    examples = (
        *shown("""
        declines a negative index: int64:4,9@-1..50
            self.embed = nn.Embedding(50, 8)
            self.embed(x)
        positions that begin too early: int64:4,9@0..50
            self.embed = nn.Embedding(50, 8); self.rows = nn.Embedding(16, 8)
            self.embed(x) + self.rows(torch.arange(<-1 => 0>, x.size(1)))
    """),
        Example("a highest index taken for a number of rows", (), _PROGRAM, {"max()": "max() + 1"}),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None:
            return
        name = layer.label
        rows, required = finding.expected[0], finding.actual[0]
        if required <= rows:
            yield from map(self.change, not_below_zero(project, operation))
            return
        yield from self._counted(project, operation, finding)
        count = argument_expression(project, layer, "num_embeddings")
        for site in argument_sites(project, layer, "num_embeddings", required):
            is_own_place = count is not None and site.place == count.source.location(count.node)
            # What a name counts is more than the highest index that this sample happens to have.
            made_up = count is not None and is_own_place and adds_a_number(count.node, site.text)
            reason = "the rows are counted from this sample, and a name said how many there are" if made_up else ""
            reason = reason or _LONGEST * counts_steps(project, operation)
            yield self.fix(f"give `{name}` {site.result} rows", site.edits, *site.evidence, doubt=reason)
        if count is not None and 0 < required - rows <= MAX_ONE_MORE and not isinstance(count.node, ast.Constant):
            text = f"{count.text} + {required - rows}"
            edit = count.source.replace(count.node, text)
            computed = not isinstance(count.node, (ast.Name, ast.Attribute))
            reason = f"what `{count.text}` is computed from may count one too few" if computed else ""
            title = f"give `{name}` {text} rows"
            yield self.fix(title, (edit,), Evidence.OTHER_READING, reason=reason, unsafe=computed)

    def _counted(self, project: Project, operation: Operation, finding: Finding) -> Fixes:
        """Yield one more for a highest index that is taken for a number of rows."""
        for call, node in calls(project, operation, finding.layer):
            above = call.source.parents.get(call.node)
            is_counted = isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add)
            if callee_name(node) in _HIGHEST and not is_counted:
                edit = call.source.replace(call.node, f"{call.text} + 1")
                title = f"count one more than the highest index: `{call.text} + 1`"
                yield self.fix(title, (edit,), Evidence.EVIDENT, doubt=_COUNTED)
