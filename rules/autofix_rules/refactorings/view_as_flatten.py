"""RF101 view-as-flatten: a view that keeps the batch and joins the rest is written out by hand.

Why it fails. It does not fail: ``x.view(x.size(0), -1)`` only says less plainly what ``torch.flatten(x, 1)`` says,
and needs a contiguous tensor.
What the fix does. On a model that runs, if asked for by name: writes ``torch.flatten(x, 1)``, or ``x.flatten(1)``.
Fix safety. Safe: applied only if the outputs are equal with the same weights; no parameter changes. Behind a
convolution, a pool or a norm on a sample that was chosen to fit as well: what they give has a batch and more.
Source. torch.flatten.
"""

import ast
from collections.abc import Iterator

from autofix.rule import Project, Rewrite, Rule, Tensor, shown
from autofix_rules.refactorings._shared import method_calls, number, sizes, torch_name


class ViewAsFlatten(Rule):
    mismatches = ()
    refactor = True
    examples = shown("""
        size of the batch and the rest: 2,3,4
            self.head = nn.Linear(12, 5)
            self.head(<x.view(x.size(0), - => torch.flatten(x, >1))
        shape of the batch, reshape: 2,3,4
            self.head = nn.Linear(12, 5)
            self.head(<x.reshape((x.shape[0], -1) => torch.flatten(x, 1>))
        declines a view that joins the batch: 2,3,4
            self.head = nn.Linear(4, 5)
            self.head(x.view(-1, x.size(2)))
    """)

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        for operation, place, call, text, tensor in method_calls(project, frozenset(("view", "reshape"))):
            asked, result = sizes(call), operation.result
            if len(asked) != 2 or number(asked[1]) != -1 or not _is_batch(asked[0], text):
                continue
            if isinstance(result, Tensor) and tensor.rank > 1:
                flat = f"torch.flatten({text}, 1)" if torch_name(place) else f"{text}.flatten(1)"
                edits = (place.source.replace(call, flat),)
                fix = self.fix(f"write `{flat}`", edits, of_text=project.least_rank(tensor) > 1)
                yield Rewrite("a flatten is written as a view", place, fix)


def _is_batch(node: ast.expr, text: str) -> bool:
    """Return whether the node is ``x.size(0)`` or ``x.shape[0]`` of the tensor itself."""
    return ast.unparse(node) in {f"{text}.size(0)", f"{text}.shape[0]", f"len({text})", f"{text}.size(dim=0)"}
