"""AF310 swapped-padding: maps are padded to the size of others with height and width in the wrong order.

Why it fails. ``F.pad`` takes the last dimension first: (left, right, top, bottom). Differences that were taken from
the other dimension, or halves of them that lose an odd one, leave the sizes apart.
What the fix does. Gives the padding each difference at its place, both halves making up the whole; where the names
say the opposite of what they hold, the names are swapped.
Fix safety. Safe where both differences are computed from sizes beside the padding.
Source. torch.nn.functional.pad.
"""

import ast
import re
from collections.abc import Iterator

from autofix.edits.rank_changes import behind
from autofix.facts.call_sites import argument_of
from autofix.rule import MEETING, Edit, Evidence, Expression, Finding, Fixes, Operation, Project, Rule, shown

WIDTH_WORDS = re.compile(r"(?:x|w|width|cols?)\d*$", re.IGNORECASE)
HEIGHT_WORDS = re.compile(r"(?:y|h|height|rows?)\d*$", re.IGNORECASE)


class SwappedPadding(Rule):
    mismatches = MEETING
    examples = shown("""
        height first: 1,2,8,9
            self.k = 1
            y = F.max_pool2d(x, 2).repeat(1, 1, 2, 2); dh = x.size(2) - y.size(2)
            dw = x.size(3) - y.size(3)
            y = F.pad(y, (< => dw // 2, dw - dw // 2, >dh // 2, dh - dh< // 2, dw // 2, dw - dw => > // 2))
            torch.cat([x, y], dim=1)
        declines a padding by numbers: 1,2,9,9
            self.k = 1
            x + F.pad(F.max_pool2d(x, 3), (1, 1, 2, 2))
            by AF309
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for pad in behind(project, operation.tensors, frozenset(("pad",))):
            padding = argument_of(project, pad, 1, "pad")
            function = padding.source.function_of(padding.node) if padding is not None else None
            if padding is None or function is None or not isinstance(padding.node, (ast.Tuple, ast.List)):
                continue
            if len(padding.node.elts) != 4:
                continue
            held = {at: (name, target) for name, target, at in _differences(function, padding.node.lineno)}
            width, height = held.get(3) or held.get(-1), held.get(2) or held.get(-2)
            if width is None or height is None:
                continue
            edits = tuple(edit for edit in _edits(padding, width, height) if edit is not None)
            title = "pad the width by the difference of widths, the height by that of heights"
            yield self.fix(title, edits, Evidence.EXACT_FIT)


def _edits(padding: Expression, width: tuple[str, ast.Name], height: tuple[str, ast.Name]) -> Iterator[Edit | None]:
    """Yield edits that put the padding in order, after swapping names that say the opposite of what they hold."""
    source = padding.source
    first, second = width[0], height[0]
    if HEIGHT_WORDS.search(first) and WIDTH_WORDS.search(second):
        yield source.replace(width[1], second)
        yield source.replace(height[1], first)
        first, second = second, first
    texts = [f"{first} // 2", f"{first} - {first} // 2", f"{second} // 2", f"{second} - {second} // 2"]
    assert isinstance(padding.node, (ast.Tuple, ast.List))
    for element, text in zip(padding.node.elts, texts, strict=True):
        if source.text_of(element) != text:
            yield source.replace(element, text)


def _differences(function: ast.AST, before: int) -> Iterator[tuple[str, ast.Name, int]]:
    """Yield (name, target, dimension) of ``name = a.size(2) - b.size(2)``, in every spelling of a size."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or node.lineno > before:
            continue
        target, value = node.targets[0], node.value
        while isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.func, ast.Name):
            value = value.args[0]  # ``abs(...)`` and ``int(...)`` hold the same difference.
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) and isinstance(target, ast.Name):
            left, right = _dimension(value.left), _dimension(value.right)
            if left is not None and left == right:
                yield target.id, target, left


def _dimension(node: ast.expr) -> int | None:
    """Return the 2 of ``x.size(2)``, ``x.size()[2]`` and ``x.shape[2]``."""
    size = re.fullmatch(r".*(?:\.size\(|\.(?:shape|size\(\))\[)(-?\d+)[])]", ast.unparse(node))
    return None if size is None else int(size[1])
