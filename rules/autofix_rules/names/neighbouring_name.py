"""AF704 neighbouring-name: a size is given by a name beside the one that is meant.

Why it fails. Keys and values have ``kv_heads`` heads, and a table for them, or the view that takes them apart, is
written with ``heads``. Often several lines are written alike and share the mistake.
What the fix does. Writes the name of the same scope, or the attribute of the same object, that has the size needed
and a word in common with the one written; in all lines that are written alike together.
Fix safety. Unsafe where two such names fit, or have only a word such as `size` in common. A name that only has the
same value is not taken.
Source. torch.Tensor.view, torch.cat, section Shape.
"""

import math
from collections.abc import Iterator

from autofix.edits.names_in_scope import is_telling, related_names, renamed, renamed_alike
from autofix.edits.resize_tensor import clashing, deciding
from autofix.facts.call_sites import argument_of
from autofix.records.values import is_integer
from autofix.rule import Evidence, Example, Expression, Finding, Fixes, Mismatch, Operation, Project, Rule, model, shown

_VIEWS = frozenset(("view", "reshape"))
_TABLES = (
    "rows, memory_rows = 3, 5\nself.key = nn.Parameter(torch.ones({0}, 6))\nself.kez = nn.Parameter(torch.ones({0}, 6))"
)


class NeighbouringName(Rule):
    mismatches = (Mismatch.BROADCAST, Mismatch.CONCATENATE, Mismatch.VIEW_SIZE)
    examples = (
        *shown("""
        keys and values with fewer heads, in two lines: 2,5,8
            self.heads, self.kv_heads = 4, 2; self.q, self.k, self.v = nn.Linear(8, 8), nn.Linear(8, 4), nn.Linear(8, 4)
            b, t, _ = x.shape; q = self.q(x).view(b, t, self.heads, 2).transpose(1, 2)
            k = self.k(x).view(b, t, self.<heads => kv_heads>, 2).transpose(1, 2)
            v = self.v(x).view(b, t, self.<heads => kv_heads>, 2).transpose(1, 2)
            k, v = (one.repeat_interleave(2, dim=1) for one in (k, v))
            (q @ k.transpose(-1, -2)).softmax(-1) @ v
        declines a name that only has the value: 2,5,6
            slots, depth = 3, 5; self.depth = depth; self.words = nn.Parameter(torch.ones(1, slots, 6))
            x + self.words
            by AF303
    """),
        Example(
            "two tables of one cause",
            ((2, 5, 6),),
            model(_TABLES.format("<rows => memory_rows>"), "(x + self.key) * (x - self.kez)"),
        ),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for expression, target_size in _wanted(finding, project, operation):
            names = related_names(project, expression, target_size)
            for name in names:
                reason = f"{' and '.join(names)} are all {target_size}" if len(names) > 1 else ""
                if not is_telling(name, expression.text):
                    reason = "that both names are sizes is all that they have in common"
                title = f"use `{name}` for `{expression.text}`"
                together = renamed_alike(expression, name)
                if together:
                    lines = f"{title} in {len(together)} lines that are written alike"
                    yield self.fix(lines, together, Evidence.EXACT_FIT, Evidence.SAME_NAME, doubt=reason)
                edit = renamed(expression, name)
                yield self.fix(title, (edit,), Evidence.EXACT_FIT, doubt=reason)


def _wanted(finding: Finding, project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield the expressions that gave a size that does not fit, with the value that would."""
    if operation.operator in _VIEWS:
        yield from _of_view(project, operation)
        return
    for expression, _, size in deciding(project, clashing(finding, operation)):
        yield expression, size


def _of_view(project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield each size of a view with the value at which all sizes together make up the tensor."""
    sizes = [size for size in operation.arguments[1:] if is_integer(size)]
    if len(sizes) != len(operation.arguments) - 1 or not operation.tensors or 0 in sizes or -1 in sizes:
        return
    elements = math.prod(operation.tensors[0].shape)
    for place, size in enumerate(sizes):
        rest = math.prod(sizes) // size
        expression = argument_of(project, operation, 1 + place, "")
        if expression is not None and elements % rest == 0:
            yield expression, elements // rest
