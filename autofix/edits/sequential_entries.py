"""A new layer before another one where layers run in the order of the text: in a Sequential, or in a model that loops
over its children.
"""

from __future__ import annotations

import ast

from autofix.facts.project_view import Project
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Layer
from autofix.syntax.source import Source, dotted

Insertion = tuple[tuple[Edit, ...], str]


def sequential_entry(project: Project, layer: Layer, module: str) -> Insertion | None:
    """Return an entry inserted before the layer's own, where its order is that of the text."""
    call = project.construction_call(layer)
    if call is None:
        return None
    source, node = call.source, call.node
    parent = source.parents.get(node)
    prefix = (
        source.text_of(node.func.value) + "."
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        else ""
    )
    if isinstance(parent, ast.Call) and dotted(parent.func).endswith("Sequential") and node in parent.args:
        return (_entry(source, node, f"{prefix}{module}"),), "in the Sequential"
    if isinstance(parent, (ast.List,)) and _is_sequential_list(source, parent):
        return (_entry(source, node, f"{prefix}{module}"),), "in the Sequential"
    if isinstance(parent, ast.Tuple) and len(parent.elts) == 2 and isinstance(parent.elts[0], ast.Constant):
        entry = f"({_name(module)!r}, {prefix}{module})".replace("'", source.text_of(parent.elts[0])[:1])
        return (_entry(source, parent, entry),), "in the Sequential"
    owner = source.class_of(node)
    if not isinstance(parent, ast.Assign) or owner is None or not _loops_over_children(owner):
        return None
    target = parent.targets[0]
    if isinstance(target, ast.Attribute) and len(parent.targets) == 1:
        line = f"{source.text_of(target.value)}.{_name(module)} = {prefix}{module}"
        taken = any(isinstance(part, ast.Attribute) and part.attr == _name(module) for part in ast.walk(owner))
        return None if taken else ((source.insert_before(parent, line),), "as a child of its own")
    return None


def _name(module: str) -> str:
    return "flatten" if "Flatten" in module else "pool" if "Pool" in module else "reshape"


_CHILDREN = frozenset(("self.children", "self.named_children", "self._modules.values"))


def _loops_over_children(owner: ast.ClassDef) -> bool:
    """Return whether a method of the class runs its children in the order in which they were set."""
    loops = (node.iter for node in ast.walk(owner) if isinstance(node, ast.For))
    return any(isinstance(iterated, ast.Call) and dotted(iterated.func) in _CHILDREN for iterated in loops)


def _is_sequential_list(source: Source, node: ast.AST) -> bool:
    """Return whether the list is one that a Sequential is built from, at once or by a name."""
    builders = {"Sequential", "extend"}
    if any(isinstance(a, ast.Call) and dotted(a.func).rpartition(".")[2] in builders for a in source.ancestors(node)):
        return True
    return isinstance(source.parents.get(node), (ast.Assign, ast.AugAssign, ast.Return))


def _entry(source: Source, node: ast.expr, text: str) -> Edit:
    """Return an edit that inserts a new element before ``node``, on a line of its own where the
    elements have one each.
    """
    place = source.range_of(node).start
    line = source.line(place.line)
    alone = not line[: place.column].strip()
    separator = f",{source.newline}{line[: place.column]}" if alone else ", "
    position = Position(place.line, place.column)
    return Edit(source.path, Range(position, position), f"{text}{separator}")
