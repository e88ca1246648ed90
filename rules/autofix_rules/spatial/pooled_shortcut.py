"""AF503 pooled-shortcut: two branches halve an odd size, and one rounds up while the other rounds down.

Why it fails. A convolution with a kernel of 3, a stride of 2 and padding makes 8 of 15; a pool of 2 makes 7. Where
the branches meet again, their sizes differ by one.
What the fix does. Lets the pool round up: ``ceil_mode=True``. For even sizes nothing changes.
Fix safety. Safe where the sizes agree after it.
Source. torch.nn.AvgPool2d, parameter ceil_mode.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.facts.project_view import Project
from autofix.operators.table import function_parameters, layer_parameters
from autofix.rule import Evidence, Example, Expression, Finding, Fixes, Mismatch, Operation, Rule, Tensor, model
from autofix.syntax.call_edits import NotACall, with_argument


class PooledShortcut(Rule):
    mismatches = (Mismatch.BROADCAST, Mismatch.CONCATENATE)
    examples = (
        Example(
            "a pooled shortcut",
            ((2, 3, 7, 7),),
            model(
                "self.conv = nn.Conv2d(3, 3, 3, 2, 1)\nself.pool = nn.AvgPool2d(2, stride=2)",
                "self.conv(x) + self.pool(x)",
            ),
            {"2)": "2, ceil_mode=True)"},
        ),
        Example(
            "a pool that is joined with a convolution",
            ((2, 3, 7, 7),),
            model("self.conv = nn.Conv2d(3, 3, 3, 2, 1)", "torch.cat([self.conv(x), F.max_pool2d(x, 2)], 1)"),
            {"2)": "2, ceil_mode=True)"},
        ),
        Example(
            "declines where the sizes differ by more",
            ((2, 3, 9, 9),),
            model(
                "self.conv = nn.Conv2d(3, 3, 3, SIZES[0], 1)\nself.pool = nn.AvgPool2d(SIZES[1])",
                "self.conv(x) + self.pool(x)",
                "SIZES = [int(n) for n in '1 2'.split()]",
            ),
        ),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) < 2:
            return
        tensors = operation.tensors
        for small in tensors:
            if any(_one_less(small, other) for other in tensors):
                for count, (pool, expression) in enumerate(_pools(project, small)):
                    yield from self._rounded(pool, expression, count)

    def _rounded(self, pool: Operation, expression: Expression, further: int) -> Fixes:
        name = pool.operator
        parameters = layer_parameters(name) if pool.layer is not None else function_parameters(name)
        try:
            text = with_argument(expression.text, "ceil_mode", "True", parameters.index("ceil_mode"))
        except (NotACall, ValueError):
            return
        edits = (expression.source.replace(expression.node, text),)
        title = f"set `ceil_mode=True` on `{pool.layer or name}`"
        reason = f"the other branch rounds up where {name} cuts off"
        yield self.fix(title, edits, Evidence.EXACT_FIT, Evidence.UPSTREAM * further, reason=reason)


def _one_less(small: Tensor, other: Tensor) -> bool:
    """Return whether the sizes of the maps are the other's or one less; channels may differ."""
    if small.rank != other.rank or small.rank < 3:
        return False
    pairs = list(zip(small.shape[2:], other.shape[2:], strict=True))
    return all(b - a in (0, 1) for a, b in pairs) and any(a != b for a, b in pairs)


def _pools(project: Project, tensor: Tensor) -> Iterator[tuple[Operation, Expression]]:
    """Yield the pools that a branch came through, nearest first, with the calls that could be told to round up."""
    for operation in project.ancestry(tensor):
        if "pool" not in operation.target.lower() or "daptive" in operation.target.lower():
            continue
        layer = project.layer_of(operation)
        expression = project.expression(operation) if layer is None else project.construction_call(layer)
        if expression is not None:
            yield operation, expression
