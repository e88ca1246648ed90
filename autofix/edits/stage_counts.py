"""A loop over a number that is written out, where lists that are passed have as many entries as there are passes.

``for i in range(4)`` reads ``depths[i]``: with three entries it is one pass too long, with five one too short. The
count is that of the list, and with it that of all loops of the class that were written for as many.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.edits.stage_defaults import stage_defaults
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.trace import Frame
from autofix.records.values import Sequence, is_integer
from autofix.syntax.name_bindings import default_of, parameters, stores
from autofix.syntax.source import Source, below, dotted

_DOUBT = "the lists could be meant to have as many entries as the loops count"
_ADDING = frozenset(("append", "extend", "insert", "add_module"))
_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop over a number: where that is written, how many entries a list has by it, and the lists that it reads so
    far, each with how much less than their length is counted.
    """

    count: ast.Constant
    entries: int
    lists: tuple[tuple[str, int], ...]

    def edited(self, preferred: str) -> tuple[ast.Constant, str]:
        name, less = next((pair for pair in self.lists if pair[0] == preferred), self.lists[0])
        text = f"len({name})" if not less else f"len({name}) {'-' if less > 0 else '+'} {abs(less)}"
        return self.count, text


def stage_counts(project: Project, finding: Finding) -> Iterator[CodeChange]:
    """Yield the counts of loops as the lengths of the lists that they read: of the loop in which an entry that is not
    there was read, else of those that read a list only in part.
    """
    failure, layer = project.trace.failure, project.layer(finding.layer)
    frames = failure.frames if failure is not None else ()
    if not frames:
        return
    source = project.source(frames[0].path)
    yield from stage_defaults(project)
    if finding.operation is None:
        nodes = source.nodes_at(frames[0].range)
        for loop in _loops_around(source, nodes):
            names = [name for node in nodes for name in [source.text_of(getattr(node, "value", node))]]
            own = next((name for name, _ in loop.lists if name in names), "")
            if own:
                yield _change(source, nodes[0], loop, own)
                return
        yield from _counted_otherwise(source, nodes)
    yield from _cut_short(project, layer.construction if layer is not None else ())


def _counted_otherwise(source: Source, nodes: list[ast.AST]) -> Iterator[CodeChange]:
    """Yield the length of a list for what a loop works out as the number of its entries: ``range(n + 1)``."""
    read = next((node for node in nodes if isinstance(node, ast.Subscript)), None)
    name, index = ("", "") if read is None else (dotted(read.value), dotted(read.slice))
    for above in source.ancestors(read) if read is not None and name and index else ():
        pairs = [(above.target, above.iter)] if isinstance(above, ast.For) else []
        pairs += [(p.target, p.iter) for p in above.generators] if isinstance(above, _COMPREHENSIONS) else []
        for target, counted in pairs:
            is_range = isinstance(counted, ast.Call) and dotted(counted.func) == "range" and len(counted.args) == 1
            if isinstance(counted, ast.Call) and is_range and dotted(target) == index:
                words = f"count by the list: `len({name})` for {source.text_of(counted.args[0])}"
                edits = (source.replace(counted.args[0], f"len({name})"),)
                yield CodeChange(words, edits, (Evidence.OTHER_READING,), _DOUBT)
                return


def _loops_around(source: Source, nodes: list[ast.AST]) -> Iterator[_Loop]:
    for node in nodes[:1]:
        for above in source.ancestors(node):
            yield from _loops_at(source, above)


def _cut_short(project: Project, frames: tuple[Frame, ...]) -> Iterator[CodeChange]:
    """Yield the change of a loop in a constructor that leaves out the last entries of a list it was passed."""
    for depth, frame in enumerate(frames):
        source = project.source(frame.path)
        function = source.function_at(frame.range, frame.function)
        for node in below(function) if function is not None else ():
            for loop in _loops_at(source, node):
                place = Expression(source, loop.count, frames[depth:])
                for name, _ in loop.lists:
                    value = project.value(place.at(ast.parse(name, mode="eval").body))
                    if isinstance(value, Sequence) and len(value.items) > loop.entries:
                        yield _change(source, node, loop, name)
                        return


def _change(source: Source, node: ast.AST, loop: _Loop, name: str) -> CodeChange:
    around, function = source.class_of(node), source.function_of(node)
    loops = [other for part in below(around or function or source.tree) for other in _loops_at(source, part)]
    alike = [other for other in loops if other.count is not loop.count and _is_alike(other, loop)]
    pairs = [each.edited(name) for each in (loop, *alike)]
    edits = tuple(source.replace(count, text) for count, text in dict(pairs).items())
    default = None if function is None else default_of(function, name)
    agrees = isinstance(default, (ast.List, ast.Tuple)) and len(default.elts) == loop.entries
    evidence = (Evidence.AGREES if agrees else Evidence.OTHER_READING, Evidence.MORE_PLACES * bool(alike))
    words = f"count by the list: `{pairs[0][1]}` for {source.text_of(loop.count)}"
    return CodeChange(words, edits, evidence, _DOUBT)


def _is_alike(other: _Loop, loop: _Loop) -> bool:
    """Return whether a loop was written for lists of as many entries, or for as many parts as the other one makes."""
    is_of_parts = all("." in name for name, _ in other.lists) and not all("." in name for name, _ in loop.lists)
    return other.entries == loop.entries or (is_of_parts and other.entries == loop.count.value)


def _loops_at(source: Source, node: ast.AST) -> Iterator[_Loop]:
    """Yield the loop that a node is, where it counts up to a number and picks by that from lists that it leaves as they
    are.
    """
    pairs: list[tuple[ast.expr, ast.expr]] = []
    body: list[ast.AST] = []
    if isinstance(node, ast.For):
        pairs, body = [(node.target, node.iter)], list(node.body)
    elif isinstance(node, _COMPREHENSIONS):
        pairs = [(part.target, part.iter) for part in node.generators]
        body = [node]
    for target, counted in pairs:
        count = _count(counted)
        if count is None or not isinstance(target, ast.Name) or not is_integer(count.value) or count.value < 1:
            continue
        inside = [part for statement in body for part in below(statement)]
        guarded = {part for test in inside if isinstance(test, (ast.If, ast.IfExp)) for part in below(test)}
        entries, lists = _picked(source, node, (inside, guarded), target.id, count.value)
        if lists:
            yield _Loop(count, entries, lists)


def _count(node: ast.expr) -> ast.Constant | None:
    """Return the number up to which ``range`` counts."""
    is_range = isinstance(node, ast.Call) and dotted(node.func) == "range" and not node.keywords
    arguments = node.args[:2] if isinstance(node, ast.Call) and is_range and len(node.args) < 3 else []
    last = arguments[-1] if arguments else None
    return last if isinstance(last, ast.Constant) else None


def _picked(
    source: Source, node: ast.AST, body: tuple[list[ast.AST], set[ast.AST]], index: str, count: int
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return how many entries the longest list has of those that a loop picks from, and which lists have that many."""
    function = source.function_of(node)
    passed = parameters(function) if function is not None else []
    known: dict[str, int] = {}
    inside, guarded = body
    for part in inside:
        step = _step(part.slice, index) if isinstance(part, ast.Subscript) and part not in guarded else None
        name = dotted(part.value) if isinstance(part, ast.Subscript) else ""
        is_own = name in passed or (name.count(".") == 1 and name.partition(".")[0] in passed[:1])
        if step is not None and is_own and isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
            known[name] = max(step, known.get(name, step))
    changed = {thing.id for part in inside for thing in stores(part)} | {
        dotted(part.func.value)
        for part in below(function or node)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in _ADDING
    }
    known = {name: step for name, step in known.items() if name not in changed}
    most = max(known.values(), default=0)
    return count + most, tuple((name, step) for name, step in known.items() if step == most)


def _step(node: ast.expr, index: str) -> int | None:
    """Return how far behind the index an entry is picked: 1 for ``i + 1``."""
    match node:
        case ast.Name(id=name) if name == index:
            return 0
        case ast.BinOp(left=ast.Name(id=name), op=op, right=ast.Constant(value=int(step))) if name == index:
            return step if isinstance(op, ast.Add) else -step if isinstance(op, ast.Sub) else None
    return None
