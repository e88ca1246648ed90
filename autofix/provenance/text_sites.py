"""Numbers in texts that a program parses, as places that set a size: under a key, or an entry of a list under one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.provenance import bindings, config_entries
from autofix.provenance.exchanged_entries import exchanged_lines
from autofix.provenance.keyed_lists import keyed_lists
from autofix.provenance.render_expression import text_key
from autofix.provenance.site import Site, SiteKind
from autofix.records.costs import Evidence, counted
from autofix.records.locations import Location


def text_sites(project: Project, expression: Expression, target_size: int, depth: int) -> Iterator[Site]:
    """Yield the numbers that set what is read; in a data file also in exchange for that of another line."""
    now = config_entries.number(project, expression)
    for entry in _entries(project, expression, now) if now is not None else ():
        site = Site(
            (config_entries.entry_edit(entry, str(target_size)),),
            counted((Evidence.OUTWARD * (depth + 1),)),
            str(target_size),
            SiteKind.NAMED,
            Location(entry.path, entry.edit_range),
            name=entry.name,
        )
        yield site
        if now is not None and entry.path.suffix not in {".py", ".ipynb"}:
            yield from exchanged_lines(project, site, now, target_size)


def _entries(project: Project, expression: Expression, now: int) -> Iterator[config_entries.TextEntry]:
    node = expression.node
    key = node.attr if isinstance(node, ast.Attribute) else text_key(node)
    key = key or bindings.unpacked_key(project, expression)
    yield from config_entries.text_entries(project, key, now) if key else ()
    for name, values in keyed_lists(project, expression):
        yield from config_entries.listed_entries(project, name, values, now)
