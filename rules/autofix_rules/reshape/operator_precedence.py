"""AF205 operator-precedence: ``a != b | c != d`` compares with the result of ``b | c``.

Why it fails. ``|`` and ``&`` bind tighter than comparisons. ``H != H2 | W != W2`` is the chain
``H != (H2 | W) != W2``, so a resize or reshape behind the condition is skipped or done by chance.
What the fix does. Puts each comparison in parentheses, in the functions that the failure passed through.
Fix safety. Safe where the repaired condition makes the model run.
Source. The Python Language Reference, section Operator precedence.
"""

import ast

from autofix.rule import Evidence, Finding, Fixes, Mismatch, Project, Rule, shown
from autofix.syntax.source import Source


class OperatorPrecedence(Rule):
    mismatches = tuple(Mismatch)
    examples = shown("""
        two comparisons: 1,2,3,7
            self.conv = nn.Conv2d(2, 2, 3, 2, 1)
            y = self.conv(x); h, w = x.shape[2:]; v, u = y.shape[2:]
            if <v != h | u != w => (v != h) | (u != w)>:;     y = F.interpolate(y, (h, w)); x + y
        declines comparisons in parentheses: 1,2,5,5
            self.k = 3
            if (x.size(2) != 5) | (x.size(3) != 5):;     x = x[:, :, :5, :5]; x.view(1, 2, 3)
            by AF202
            # Wrong: the batch stays the one sample that it was run with.
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        for depth, frame in enumerate(failure.frames if failure is not None else ()):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            for node in ast.walk(function) if function is not None else ():
                text = _grouped(source, node) if isinstance(node, ast.Compare) else None
                if text is not None and isinstance(node, ast.Compare):
                    edit = source.replace(node, text)
                    title, reason = f"compare before joining: `{text}`", "`|` and `&` bind tighter than comparisons"
                    yield self.fix(title, (edit,), Evidence.EVIDENT, Evidence.OUTWARD * depth, reason=reason)


def _grouped(source: Source, node: ast.Compare) -> str | None:
    """Return ``a != b | c != d`` as ``(a != b) | (c != d)``; None where no operand is a bare ``|`` or ``&``."""
    operands = [node.left, *node.comparators]
    pieces: list[str] = []
    group = ""
    joined = False
    for index, operand in enumerate(operands):
        sign = "" if index == 0 else f" {_sign(source, operands[index - 1], operand)} "
        if _is_bare_join(source, operand) and isinstance(operand, ast.BinOp):
            joined = True
            left, right = source.text_of(operand.left), source.text_of(operand.right)
            first = f"{group}{sign}{left}"
            pieces += [f"({first})" if index else first, "|" if isinstance(operand.op, ast.BitOr) else "&"]
            group = right
        else:
            group = f"{group}{sign}{source.text_of(operand)}"
    last = group if _is_bare_join(source, operands[-1]) else f"({group})"
    return " ".join([*pieces, last]) if joined else None


def _is_bare_join(source: Source, node: ast.expr) -> bool:
    """Return whether the node is ``b | c`` without parentheses around it."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.BitOr, ast.BitAnd)):
        return False
    place = source.range_of(node)
    line = source.line(place.start.line)
    return not line[: place.start.column].rstrip().endswith("(")


def _sign(source: Source, left: ast.expr, right: ast.expr) -> str:
    """Return the comparison sign as it is written between two operands."""
    between = type(source.range_of(left))(source.range_of(left).end, source.range_of(right).start)
    return source.segment(between).strip().strip("()").strip()
