"""Entries of a list that are written alike: what is wrong in one is wrong in all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.project_view import Expression
from autofix.provenance.site import Site
from autofix.syntax.source import Source, below


def at_all(literal: Expression, site: Site) -> Iterator[Site]:
    """Yield the site with the same edit in the other entries of the list that are written as this one is: the two
    ``dict(type="conv", filters=15)`` of a configuration.
    """
    source = literal.source
    twins = list(_twins(source, literal.node))
    if twins:
        yield replace(site, edits=tuple(sorted((*site.edits, *(source.replace(twin, site.text) for twin in twins)))))


def _twins(source: Source, node: ast.expr) -> Iterator[ast.expr]:
    """Yield the same literal in the other entries of the outermost list around it whose text is equal; none where the
    literal is an entry by itself.
    """
    path = [node, *source.ancestors(node)]
    at = max((index for index, above in enumerate(path) if isinstance(above, (ast.List, ast.Tuple))), default=0)
    around, entry = path[at], path[at - 1]
    if at < 2 or not isinstance(around, (ast.List, ast.Tuple)):
        return
    text, place = source.text_of(entry), list(below(entry)).index(node)
    for other in around.elts:
        if other is not entry and source.text_of(other) == text:
            twin = list(below(other))[place]
            if isinstance(twin, ast.Constant):
                yield twin
