"""RF103 batch-from-input: a view has the size of one batch as a number.

Why it fails
    ``x.view(32, -1)`` runs for batches of 32 only: the last batch of an epoch, or one sample at
    inference, dies or is folded.
What the fix does
    On a model that runs, if asked for by name: takes the size from the tensor, ``x.size(0)``.
Fix safety
    Safe: applied only if the outputs are equal with the same weights; no parameter changes.
Source
    torch.Tensor.view.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.records.values import Tensor
from autofix.rule import Example, Project, Rewrite, Rule, model
from autofix_rules.refactorings._shared import is_batch_of, method_calls, number, sizes


class BatchFromInput(Rule):
    code = "RF103"
    name = "batch-from-input"
    mismatches = ()
    refactor = True
    examples = (
        Example(
            "a batch of seven with one channel",
            ((7, 12),),
            model("self.head = nn.Linear(4, 5)", "self.head(x.reshape(7, 3, 4)).sum(dim=1)"),
            {"7": "x.size(0)"},
        ),
        Example(
            "declines a number that is no batch",
            ((2, 12),),
            model("self.head = nn.Linear(4, 5)", "self.head(x.view(x.size(0), 3, 4))"),
        ),
    )

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        for operation, place, call, text, tensor in method_calls(project, frozenset(("view", "reshape"))):
            asked, result = sizes(call), operation.result
            written = number(asked[0]) if asked else None
            if written is None or written < 2 or not isinstance(result, Tensor) or not text.isidentifier():
                continue
            if written == tensor.shape[0] and is_batch_of(project, tensor):
                fix = self.fix(
                    f"take the batch from the tensor: `{text}.size(0)` instead of {written}",
                    (place.source.replace(asked[0], f"{text}.size(0)"),),
                )
                yield Rewrite(f"a view is written for batches of {written} only", place, fix)
