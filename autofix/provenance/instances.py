"""Which instance of a class a piece of code was run for, among all that the model has.

It compares what frames and layers hold; it follows no name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.records.trace import Layer
from autofix.records.values import Mapping
from autofix.syntax.source import Source, dotted


def instances(project: Project, expression: Expression, class_: ast.ClassDef) -> list[Layer]:
    """Return the layers of a class, that one first in whose method the expression was evaluated.

    It is told by its attributes, as the frame holds them, and by its place in the model: among the last to run.
    """
    layers = [layer for layer in project.trace.layers if layer.kind == class_.name]
    layers = layers or [layer for layer in project.trace.layers if _inherits(project, layer.kind, class_)]
    scope = project.scope
    names = project.names(expression).local
    instance = names.items[0][1] if names is not None and names.items else None
    own = dict(instance.items) if isinstance(instance, Mapping) else {}

    def differs(layer: Layer) -> bool:
        return any(own.get(name, value) != value for name, value in layer.settings if isinstance(value, (int, str)))

    return sorted(layers, key=lambda layer: (differs(layer), not layer.contains(scope)))


def _inherits(project: Project, name: str, class_: ast.ClassDef) -> bool:
    """Return whether ``class_`` is a base of the class called ``name``."""
    for source in project.sources():
        subclass = source.classes.get(name)
        if subclass is not None:
            return any(base is class_ for _, base in class_line(project, source, subclass))
    return False


def class_line(project: Project, source: Source, class_: ast.ClassDef) -> Iterator[tuple[Source, ast.ClassDef]]:
    """Yield a class and its bases, as far as the project's files define them."""
    yield source, class_
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        for other in project.sources():
            base_class = other.classes.get(name)
            if base_class is not None and base_class is not class_:
                yield from class_line(project, other, base_class)
                break
