"""AF801 literal-by-value: try the numbers of the source that equal a size in the failure.

Why it fails. Some faults no other rule understands: sizes that travel through code of the user's own.
What the fix does. The last resort. Numbers that stand in the functions on the stack, or in the chain that built the
layer, and that equal one of the sizes that disagree, are replaced by the other. So is an argument with which the
project has a library build the module that fails: ``GCNConv(32, 3)``, ``BertConfig(vocab_size=100)``.
Fix safety. Always unsafe: it only shows that the model runs with another number, not that it is meant.
Source. None; running is all the evidence.
"""

from autofix.edits.library_arguments import library_arguments
from autofix.facts.numbers_on_stack import numbers, sizes_that_disagree
from autofix.rule import LOUD, Applicability, Evidence, Example, Finding, Fixes, Mismatch, Project, Rule, sites

_REASON = "only running speaks for it: a number of the failure was replaced by the other"
_SCALED = """import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        table = torch.tensor([1.0] * {})
        return torch.einsum("ab,b->ab", x, table)
"""


class LiteralByValue(Rule):
    mismatches = tuple(m for m in LOUD if m not in (Mismatch.DTYPE, Mismatch.EMBEDDING_DTYPE))
    applicability = Applicability.UNSAFE
    examples = (
        Example("a number in forward", ((4, 6),), _SCALED.format(5), {"5": "6"}),
        Example(
            "declines where no number agrees",
            ((4, 6),),
            _SCALED.format("x.size(0)"),  # Wrong: samples and features are exchanged.
            repaired_by=("AF313",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        pairs, operation = sizes_that_disagree(finding, project), project.operation(finding)
        for expected, actual in [pair for pair in zip(finding.expected, finding.actual, strict=False) if pair in pairs][
            :1
        ]:
            for rank, place in enumerate(library_arguments(project, operation, project.layer(finding.layer), expected)):
                for site in sites(project, place, actual):
                    title = f"pass {site.result} for `{place.text}` of a library"
                    yield self.fix(title, site.edits, *site.evidence, Evidence.RUNNER_UP * rank, reason=_REASON)
        for distance, source, node in numbers(project):
            for old, new in pairs:
                if node.value == old:
                    edit = source.replace(node, str(new))
                    line = node.lineno
                    evidence = (Evidence.BY_VALUE, Evidence.RUNNER_UP * distance)
                    yield self.fix(f"replace {old} by {new} in line {line}", (edit,), *evidence, reason=_REASON)
