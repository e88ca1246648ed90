"""A name that nothing has, with one letter too many, too few or out of place, or in another case.

What differs in a digit or in another letter (``fc1`` and ``fc2``, ``q_proj`` and ``k_proj``) is another name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.operators.table import rows
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import callee_name, function_called, parameters, targets
from autofix.syntax.source import Source, below, dotted

FEWEST_LETTERS = 4
_KEYWORD = re.compile(r"unexpected keyword argument '(\w+)'")
# What functions that make tensors take beside what gives these their shape.
_OF_FACTORIES = ("dtype", "device", "layout", "requires_grad", "generator")
_NAME = re.compile(r"name '(\w+)' is not defined|variable '(\w+)' where it is not associated")
_ATTRIBUTE = re.compile(r"(?:object|module '[\w.]+'|type object '\w+') has no attribute '(\w+)'")


def missing(project: Project) -> tuple[str, bool]:
    """Return the name that the run could not find and whether it is that of an attribute; empty for another failure."""
    failure = project.trace.failure
    message = "" if failure is None else failure.message
    name, attribute = _NAME.search(message), _ATTRIBUTE.search(message)
    if failure is None or not failure.frames or (name is None and attribute is None):
        return "", False
    return (
        (attribute[1], True)
        if name is None and attribute is not None
        else ((name[1] or name[2]) if name else "", False)
    )


def misspelled(project: Project) -> Iterator[CodeChange]:
    """Yield the names that are there and nearly spelled like the one that is missing."""
    written, is_attribute = missing(project)
    failure = project.trace.failure
    if not written or failure is None:
        return
    source = project.source(failure.frames[0].path)
    places = (node for around in source.nodes_at(failure.frames[0].range) for node in below(around))
    kind = ast.Attribute if is_attribute else ast.Name
    node = next((n for n in places if isinstance(n, kind) and _spelled(n) == written), None)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return
    place = Expression(source, node, failure.frames)
    known = _attributes(project, place, node) if isinstance(node, ast.Attribute) else _names(project, place)
    near = [name for name in dict.fromkeys(known) if is_slip(written, name)]
    for name in near:
        alike = [other for other in source.nodes if isinstance(other, kind) and _spelled(other) == written]
        edits = tuple(_respelled(source, other, name) for other in alike if _stands_for(source, node, other))
        reads = [n for n in source.nodes if _spelled(n) == name and isinstance(getattr(n, "ctx", None), ast.Load)]
        is_plural = written.rstrip("s") == name.rstrip("s")
        is_idle = len(near) == 1 and not reads and not is_plural
        doubt = "" if is_idle else "that this name is meant is told by its spelling alone"
        yield CodeChange(f"write `{name}` for `{written}`", edits, (Evidence.AGREES,), doubt)


def misspelled_keywords(project: Project) -> Iterator[CodeChange]:
    """Yield the keyword of a call nearly spelled like the one that it does not take: ``dytpe`` for ``dtype``."""
    failure = project.trace.failure
    written = None if failure is None else _KEYWORD.search(failure.message)
    call = None if failure is None else project.call(failure.frames)
    if written is None or call is None or not isinstance(call.node, ast.Call):
        return
    name = callee_name(call.node)
    functions = (function_called(source, name) for source in (call.source, *project.sources()))
    own = next((parameters(function) for function in functions if function is not None), None)
    listed = [
        p.name for row in rows() if name in (*row.functions, *row.layers) for p in (*row.constructor, *row.arguments)
    ]
    for keyword in call.node.keywords:
        known = dict.fromkeys(own if own is not None else (*listed, *_OF_FACTORIES))
        for near in (other for other in known if keyword.arg == written[1] and is_slip(written[1], other)):
            start = call.source.range_of(keyword).start
            span = Range(start, Position(start.line, start.column + len(written[1])))
            edits = (Edit(call.source.path, span, near),)
            doubt = "that this name is meant is told by its spelling alone"
            yield CodeChange(f"write `{near}` for `{written[1]}`", edits, (Evidence.AGREES,), doubt)


def _spelled(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _stands_for(source: Source, node: ast.AST, other: ast.AST) -> bool:
    """Return whether two nodes of one spelling read the same: names in one function, attributes of one object."""
    if not isinstance(getattr(other, "ctx", None), ast.Load):
        return False
    if isinstance(node, ast.Attribute) and isinstance(other, ast.Attribute):
        return dotted(node) == dotted(other) != "" and source.class_of(node) is source.class_of(other)
    return source.function_of(node) is source.function_of(other)


def _respelled(source: Source, node: ast.expr, name: str) -> Edit:
    owner = f"{source.text_of(node.value)}." if isinstance(node, ast.Attribute) else ""
    return source.replace(node, f"{owner}{name}")


def _names(project: Project, place: Expression) -> Iterator[str]:
    names = project.names(place)
    for scope in (names.local, names.module):
        yield from (name for name, _ in scope.items) if scope is not None else ()
    for node in place.source.tree.body:
        yield from (name for name in (getattr(node, "name", ""), *targets(node)) if name)


def _attributes(project: Project, place: Expression, node: ast.Attribute) -> Iterator[str]:
    """Yield the attributes that an object is known to have: of the class around it, of a tensor, of torch's modules."""
    owner, class_ = dotted(node.value), place.source.class_of(node)
    if owner == "self" and class_ is not None:
        yield from _of_class(project, place.source, class_)
    elif isinstance(project.value(place.at(node.value)), Tensor):
        yield from (name for row in rows() if row.library == "torch" for name in row.functions if "." not in name)
    elif owner.rpartition(".")[2] in {"torch", "nn", "F", "functional"}:
        of_layers = owner.rpartition(".")[2] == "nn"
        yield from (
            name for row in rows() if row.library == "torch" for name in (row.layers if of_layers else row.functions)
        )


def _of_class(project: Project, source: Source, class_: ast.ClassDef) -> Iterator[str]:
    for node in below(class_):
        if isinstance(node, ast.FunctionDef) and source.class_of(node) is class_:
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and dotted(node.value) == "self":
            yield node.attr
    bases: Iterable[str] = {dotted(base).rpartition(".")[2] for base in class_.bases}
    for other in project.sources():
        for node in other.nodes:
            if isinstance(node, ast.ClassDef) and node.name in bases and node is not class_:
                yield from _of_class(project, other, node)


def is_slip(written: str, name: str) -> bool:
    """Return whether two names are one name spelled in two ways."""
    plain = [word.replace("_", "").casefold() for word in (written, name)]
    if plain[0] == plain[1]:
        return written != name and len(plain[0]) > 1
    parts = [(a, b) for a, b in zip(written.split("_"), name.split("_"), strict=False) if a != b]
    if written.count("_") != name.count("_") or len(parts) != 1 or min(map(len, parts[0])) < FEWEST_LETTERS:
        return False
    shorter, longer = sorted(parts[0], key=len)
    if len(longer) == len(shorter):
        differ = [at for at, (a, b) in enumerate(zip(longer, shorter, strict=True)) if a != b]
        first = differ[0] if len(differ) == 2 and differ[1] == differ[0] + 1 else -1
        return first >= 0 and longer[first : first + 2] == shorter[first : first + 2][::-1]
    left_out = [longer[at] for at in range(len(longer)) if longer[:at] + longer[at + 1 :] == shorter]
    return any(letter.isalpha() for letter in left_out)
