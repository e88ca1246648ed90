"""RF102 view-keeps-batch: a view writes the batch as a number, or leaves it to be worked out from everything else.

Why it fails. ``x.view(-1, 400)`` works while the rest of a sample has exactly 400 elements. With any other size it
folds samples into each other, and nothing raises until much later, if ever. ``x.view(32, -1)`` runs for batches of
32 only.
What the fix does. On a model that runs, if asked for by name: keeps the batch and leaves the rest to be worked out,
``torch.flatten(x, 1)``, or ``x.view(x.size(0), 16, 25)`` where more sizes are written.
Fix safety. Safe: applied only if the outputs are equal with the same weights; no parameter changes.
Source. torch.Tensor.view.
"""

from collections.abc import Iterator

from autofix.rule import Project, Rewrite, Rule, Tensor, shown
from autofix_rules.refactorings._shared import is_batch_of, method_calls, number, sizes, torch_name


class ViewKeepsBatch(Rule):
    mismatches = ()
    refactor = True
    examples = shown("""
        one row for each sample: 2,3,4
            self.head = nn.Linear(12, 5)
            self.head(<x.view(-1, 12 => torch.flatten(x, 1>))
        more sizes: 2,12
            self.head = nn.Linear(4, 5)
            self.head(x.view(<-1 => x.size(0)>, 3, 4))
        a batch of seven with one channel: 7,12
            self.head = nn.Linear(4, 5)
            self.head(x.reshape(<7 => x.size(0)>, 3, 4)).sum(dim=1)
        declines a view that means to join the batch: 2,3,4
            self.head = nn.Linear(4, 5)
            self.head(x.view(-1, 4))
    """)

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        for operation, place, call, text, tensor in method_calls(project, frozenset(("view", "reshape"))):
            asked, result = sizes(call), operation.result
            written = number(asked[0]) if asked else None
            if written not in {-1, tensor.shape[0]} - {0, 1} or not isinstance(result, Tensor):
                continue
            if tensor.rank < 2 or result.shape[0] != tensor.shape[0] or not is_batch_of(project, tensor):
                continue
            if len(asked) < 2 or not text.isidentifier():
                continue  # Written twice, an expression would be evaluated twice.
            if written == -1 and len(asked) == 2 and tensor.rank > 2 and torch_name(place):
                edit = place.source.replace(call, f"torch.flatten({text}, 1)")
                title = f"write `torch.flatten({text}, 1)`"
            else:
                edit = place.source.replace(asked[0], f"{text}.size(0)")
                title = f"keep the batch: `{text}.size(0)` instead of {written}"
            words = "a view works out the batch from the other sizes" if written == -1 else ""
            words = words or f"a view is written for batches of {written} only"
            yield Rewrite(words, place, self.fix(title, (edit,)))
