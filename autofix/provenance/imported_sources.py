"""Files of the project that an import names, and what their functions return as a configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.syntax.name_bindings import imported_from, parameters
from autofix.syntax.source import Source


def module_source(project: Project, source: Source, module: str) -> Source | None:
    """Return the project file that ``module`` names, relative or absolute."""
    tail = tuple(module.split(".")) if module else ()
    for path in project.files:
        parts = (*path.parts[:-1], path.stem) if path.stem != "__init__" else path.parts[:-1]
        if tail and parts[-len(tail) :] == tail and path != source.path:
            return project.source(path)
    return None


def returned_by(project: Project, source: Source, name: str) -> Iterator[Expression]:
    """Yield what a function of the project returns that is given nothing: one that makes a configuration."""
    places = [(source, name)]
    for module, original in imported_from(source, name):
        other = module_source(project, source, module)
        places += [(other, original)] if other is not None else []
    for place, own in places:
        for function in (node for node in place.tree.body if isinstance(node, ast.FunctionDef) and node.name == own):
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None and not parameters(function):
                    yield Expression(place, node.value)
