"""AF208 window-padding: maps are cut into windows that do not divide them.

Why it fails. ``x.view(B, H // w, w, W // w, w, C)`` drops the rest of a division, so the sizes no longer make up
the maps. Height and width have to be multiples of the window.
What the fix does. Pads the maps at the start of the forward that unpacks their shape, on the right and at the
bottom, and crops what that forward returns, so that every other size works too.
Fix safety. Unsafe: the windows at the border see padding; resizing the input could be meant.
Source. Liu et al., Swin Transformer, section 3.2; torch.nn.functional.pad.
"""

import ast
import re
from dataclasses import replace
from itertools import pairwise

from autofix.edits.view_sizes import sizes_of
from autofix.facts.call_sites import frames_of
from autofix.records.finding import Mismatch
from autofix.records.trace import Frame
from autofix.rule import Applicability, Edit, Evidence, Example, Expression, Finding, Fixes, Project, Rule, model, shown
from autofix.syntax.source import Source, dotted
from autofix.syntax.spelling import module_text

FORWARD = """\
b, c, h, w = x.shape
{}y = x.view(b, c, h // self.k, self.k, w // self.k, self.k)
y = self.act(y).view(b, c, h, w)
y + x{}"""
PAD = "x = F.pad(x, (0, -w % self.k, 0, -h % self.k))\nheight, width = h, w\nb, c, h, w = x.shape\n"


class WindowPadding(Rule):
    mismatches = (Mismatch.VIEW_SIZE,)
    applicability = Applicability.UNSAFE
    examples = (
        *shown("""
        declines windows that divide the maps: 2,3,8,6
            self.k = 2
            b, c, h, w = x.shape; x.view(b, c, h // self.k, self.k, w // self.k, 5, 7)
    """),
        Example(
            "windows of maps",
            ((2, 3, 7, 6),),
            model("self.k = 2\nself.act = nn.ReLU()", FORWARD.format("", "")),
            model("self.k = 2\nself.act = nn.ReLU()", FORWARD.format(PAD, "")).replace(
                "return y + x", "return (y + x)[:, :, :height, :width]"
            ),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        sizes = sizes_of(project, operation) if operation is not None and operation.tensors else None
        if operation is None or sizes is None or len(sizes.values) != 6:
            return
        window = _window(project, sizes.expressions)
        frames = frames_of(project, operation)
        dividends = tuple(_sides(project, e)[0] for e in sizes.expressions if isinstance(e.node, ast.BinOp))
        for depth, frame in enumerate(frames if window else ()):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            if function is not None:
                edits = _edits(project, source, function, frames[depth:], window, dividends)
                title = f"pad height and width to multiples of the window {window} and crop what is returned"
                evidence = (Evidence.INSERTED, Evidence.OTHER_READING, Evidence.OUTWARD * depth)
                yield self.fix(title, edits, *evidence, reason="windows at the border then see padding")


def _window(project: Project, places: tuple[Expression, ...]) -> int:
    """Return the window of sizes such as ``H // w, w, W // w, w``; 0 where they divide, or are no windows."""
    pairs = [(a, b) for a, b in pairwise(places) if _divides(a, b)]
    values = {project.integer(b) for _, b in pairs}
    uneven = any(whole and window and whole % window for whole, window in (_sides(project, a) for a, _ in pairs))
    (value,) = values if len(pairs) == 2 and len(values) == 1 and uneven else (0,)
    return value or 0


def _divides(whole: Expression, part: Expression) -> bool:
    node = whole.node
    is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)
    return is_division and isinstance(node, ast.BinOp) and whole.source.text_of(node.right) == part.text


def _sides(project: Project, place: Expression) -> list[int | None]:
    """Return dividend and divisor."""
    assert isinstance(place.node, ast.BinOp)
    return [project.integer(replace(place, node=side)) for side in (place.node.left, place.node.right)]


def _edits(
    project: Project,
    source: Source,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    frames: tuple[Frame, ...],
    window: int,
    sizes: tuple[int | None, ...],
) -> tuple[Edit, ...]:
    """Return edits that pad behind ``B, C, H, W = x.shape`` and crop the only return, in a forward of maps."""
    unpacked = next((s for s in function.body if isinstance(s, ast.Assign) and _unpacks(s)), None)
    returned = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    name = _window_name(project, source, function, frames, window)
    prefix = module_text(source, "torch.nn.functional")
    if unpacked is None or len(returned) != 1 or returned[0].value is None or not name or not prefix:
        return ()
    target = unpacked.targets[0]
    assert isinstance(target, ast.Tuple)
    height, width = (source.text_of(e) for e in target.elts[2:])
    if tuple(project.integer(Expression(source, e, frames)) for e in target.elts[2:]) != sizes:
        return ()
    base = source.text_of(unpacked.value).removesuffix(".shape").removesuffix(".size()")
    lines = (
        f"{base} = {prefix}.pad({base}, (0, -{width} % {name}, 0, -{height} % {name}))",
        f"height, width = {height}, {width}",
        source.text_of(unpacked),
    )
    if any(isinstance(n, ast.Name) and n.id in {"height", "width"} for n in ast.walk(function)):
        return ()
    added = source.insert_after(unpacked, f"{source.newline}{source.indent_of(unpacked.lineno)}".join(lines))
    output = returned[0].value
    text = source.text_of(output)
    plain = isinstance(output, (ast.Name, ast.Call, ast.Attribute, ast.Subscript))
    return added, source.replace(output, f"{text if plain else f'({text})'}[:, :, :height, :width]")


def _unpacks(statement: ast.Assign) -> bool:
    """Return whether the statement is ``B, C, H, W = x.shape`` of a name."""
    target = statement.targets[0]
    is_four = isinstance(target, ast.Tuple) and len(target.elts) == 4
    return is_four and re.fullmatch(r"\w+\.(shape|size\(\))", ast.unparse(statement.value)) is not None


def _window_name(project: Project, source: Source, function: ast.AST, frames: tuple[Frame, ...], window: int) -> str:
    """Return how the function names the window: an attribute, else a name, that holds it and is no size of the maps."""
    unpacked = {n.id for s in ast.walk(function) if isinstance(s, ast.Tuple) for n in s.elts if isinstance(n, ast.Name)}
    reads = [n for n in ast.walk(function) if isinstance(n, (ast.Attribute, ast.Name)) and isinstance(n.ctx, ast.Load)]
    for node in sorted(reads, key=lambda n: isinstance(n, ast.Name)):
        name = dotted(node)
        if name and name not in unpacked and project.integer(Expression(source, node, frames)) == window:
            return name
    return ""
