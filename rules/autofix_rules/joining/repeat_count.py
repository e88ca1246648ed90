"""AF319 repeat-count: a tensor is repeated another number of times than the one it meets has entries.

Why it fails
    Keys and values with fewer heads than the queries are repeated until there is one for each query head. Where the
    count is a number, or the quotient of other sizes, the heads do not line up in the product.
What the fix does
    Corrects the count where it is set: literal, quotient, default or config entry. A quotient stays a quotient.
Fix safety
    Unsafe where another count of heads could be meant, which is where both sides have a size in the code.
Source
    torch.repeat_interleave, torch.Tensor.repeat and torch.matmul.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.resize_tensor import clashes
from autofix.facts.size_origins import origin
from autofix.records.trace import Phase
from autofix.rule import Example, Finding, Fix, Mismatch, Project, Rule, model, sites

_HEADS = "self.q = nn.Linear(6, 8)\nself.k = nn.Linear(6, 4)"
_SPLIT = "q = self.q(x).view(-1, 5, 4, 2).transpose(1, 2)\nk = self.k(x).view(-1, 5, 2, 2).transpose(1, 2)\n"
_USED = _SPLIT + "k = k.repeat_interleave({}, dim=1)\nq @ k.transpose(2, 3)"


class RepeatCount(Rule):
    code = "AF319"
    name = "repeat-count"
    mismatches = (Mismatch.MATMUL, Mismatch.BROADCAST)
    examples = (
        Example("keys for every query head", ((2, 5, 6),), model(_HEADS, _USED.format(3)), {"(3": "(2"}),
        Example(
            "declines heads that no count makes up",
            ((2, 5, 6),),
            model(
                _HEADS.replace("6, 4", "6, 6"), _USED.format(2).replace("5, 2, 2", "5, 3, 2")
            ),  # Wrong: queries and keys lose the places of their heads and steps.
            repaired_by=("AF305", "AF405", "AF801"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or len(operation.tensors) < 2:
            return
        # The last two dimensions of a product are multiplied, not repeated.
        inner = 2 if finding.mismatch is Mismatch.MATMUL else 0
        left, right = operation.tensors[0], operation.tensors[max(finding.operand or 0, 1)]
        for tensor, other in ((right, left), (left, right)):
            for dimension, target_size in clashes(tensor, other).items():
                size_origin = origin(project, tensor, dimension) if dimension < tensor.rank - inner else None
                size = None if size_origin is None else size_origin.wanted(target_size)
                if size_origin is None or size is None or size_origin.phase is not Phase.FORWARD or size_origin.of == 1:
                    continue
                for site in sites(project, size_origin.expression, size):
                    title = f"repeat the {size_origin.of} entries {size} times, for {target_size} in the other operand"
                    reason = "the other operand could be meant to have another number"
                    yield self.fix(title, site.edits, *site.evidence, reason=reason, unsafe=True)
