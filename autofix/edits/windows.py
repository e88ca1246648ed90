"""Maps that are cut into windows: how large these are, and what pads the maps to a multiple of them."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Frame
from autofix.syntax.source import Source, dotted
from autofix.syntax.spelling import module_text


def window_of(project: Project, places: tuple[Expression, ...]) -> int:
    """Return the window of sizes such as ``H // w, w, W // w, w``; 0 where they divide, or are no windows."""
    pairs = [(a, b) for a, b in pairwise(places) if _divides(a, b)]
    values = {project.integer(b) for _, b in pairs}
    uneven = any(whole and window and whole % window for whole, window in (sides(project, a) for a, _ in pairs))
    (value,) = values if len(pairs) == 2 and len(values) == 1 and uneven else (0,)
    return value or 0


def _divides(whole: Expression, part: Expression) -> bool:
    node = whole.node
    is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)
    return is_division and isinstance(node, ast.BinOp) and whole.source.text_of(node.right) == part.text


def sides(project: Project, place: Expression) -> list[int | None]:
    """Return the values of dividend and divisor."""
    assert isinstance(place.node, ast.BinOp)
    return [project.integer(place.at(side)) for side in (place.node.left, place.node.right)]


def padded_and_cropped(
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
