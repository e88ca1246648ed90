"""AF412 extra-columns: a tensor named for its columns, ``xyz`` or ``rgb``, has more columns than its name has letters.

Why it fails. Point clouds come with an intensity after their coordinates, images with an alpha after their colours.
The layers are built for the columns that the name tells.
What the fix does. Takes the first columns where the name is assigned: ``xyz = points[..., :3]``.
Fix safety. Unsafe: the further columns may be meant to be used, by a wider layer.
Source. The documentation of torch.Tensor on indexing.
"""

import ast

from autofix.facts.project_view import Project
from autofix.rule import Applicability, Edit, Evidence, Expression, Finding, Fixes, Mismatch, Rule, Tensor, shown
from autofix.syntax.source import dotted
from autofix.syntax.spelling import receiver

_LAST = frozenset(("xy", "xyz"))
_FIRST = frozenset(("rgb", "bgr"))
REASON = "the columns after the first {} could be meant to be used"


class ExtraColumns(Rule):
    mismatches = (Mismatch.CONV_CHANNELS, Mismatch.LINEAR_IN_FEATURES)
    applicability = Applicability.UNSAFE
    examples = shown("""
        points with an intensity: 2,9,4
            self.conv = nn.Conv1d(3, 8, 1)
            xyz = x< => [..., :3]>; self.conv(xyz.transpose(1, 2))
        images with an alpha: 2,4,9,9
            self.conv = nn.Conv2d(3, 8, 1)
            rgb = < => (>x / 255< => )[:, :3]>; self.conv(rgb)
        declines where the name tells nothing: 2,9,4
            above: SIZES = [int(n) for n in '3 8 1'.split()]
            self.conv = nn.Conv1d(*SIZES)
            p = x; self.conv(p.transpose(1, 2))
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        if failure is None or not finding.expected or not finding.actual:
            return
        expected, actual = finding.expected[0], finding.actual[0]
        for level, frame in enumerate(failure.frames):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            for node in ast.walk(function) if function is not None else ():
                if not isinstance(node, ast.Assign) or node.lineno > frame.range.start.line:
                    continue
                name = dotted(node.targets[0])
                value = project.value(Expression(source, node.targets[0], failure.frames[level:]))
                index = _cut(name, value, expected, actual)
                if index:
                    text = f"{receiver(source.text_of(node.value))}[{index}]"
                    edits = (Edit(source.path, source.range_of(node.value), text),)
                    title = f"take the first {expected} of {actual} columns as `{name}`"
                    yield self.fix(title, edits, Evidence.EVIDENT, reason=REASON.format(expected))


def _cut(name: str, value: object, expected: int, actual: int) -> str:
    """Return the index that leaves as many columns as ``name`` has letters; empty where it tells nothing."""
    if not isinstance(value, Tensor) or len(name) != expected or value.rank < 2:
        return ""
    if name in _LAST and value.shape[-1] == actual:
        return f"..., :{expected}"
    return f":, :{expected}" if name in _FIRST and value.shape[1] == actual else ""
