"""Layers stored under the name of another one: what is bound twice in a class, and what is read and bound nowhere.

It compares what a class binds with what it reads; which of two layers belongs to which use is for the rule.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.syntax.source import Source, dotted

_DOUBT = "which of the two belongs there is told by words"


def stored_names(project: Project) -> Iterator[CodeChange]:
    """Yield, for each name that a class reads of itself and never binds, the bindings of one that it binds twice and
    that has a word in common with it.
    """
    for source in project.sources():
        for class_ in source.classes.values():
            attributes = [n for n in ast.walk(class_) if isinstance(n, ast.Attribute) and dotted(n.value) == "self"]
            stores = [node for node in attributes if isinstance(node.ctx, ast.Store)]
            defined = {node.attr for node in stores} | {getattr(n, "name", "") for n in class_.body}
            counts = Counter(node.attr for node in stores)
            for name in sorted({node.attr for node in attributes} - defined):
                for node in stores:
                    if counts[node.attr] > 1 and _words(name) & _words(node.attr) and _is_made(source, node):
                        own = _words(name) - _words(node.attr)
                        evidence = Evidence.AGREES if own & _words_beside(source, node) else Evidence.OTHER_READING
                        title = f"store it as `{name}`, which nothing binds, and not as `{node.attr}` again"
                        yield CodeChange(title, (source.replace(node, f"self.{name}"),), (evidence,), _DOUBT)


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"_|(?<=\D)(?=\d)", name.lower()) if word}


def _is_made(source: Source, node: ast.Attribute) -> bool:
    """Return whether an attribute is what a plain assignment makes by a call."""
    statement = source.parents.get(node)
    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)


def _words_beside(source: Source, node: ast.Attribute) -> set[str]:
    """Return the words of the names in what is assigned, and in the condition around it."""
    statement = source.statement_of(node)
    around = source.parents.get(statement)
    parts = [getattr(statement, "value", statement), *([around.test] if isinstance(around, ast.If) else [])]
    names = (dotted(n).rpartition(".")[2] for part in parts for n in ast.walk(part))
    return set().union(*map(_words, names))


def target_of(source: Source, call: ast.expr) -> ast.Attribute | None:
    """Return the attribute that the call is assigned to."""
    statement = source.parents.get(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    return target if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) else None


def uses_of(owner: ast.ClassDef, target: ast.Attribute) -> list[ast.Attribute]:
    """Return the reads of an attribute in a class, in their order."""
    reads = [n for n in ast.walk(owner) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)]
    uses = [node for node in reads if dotted(node) == dotted(target)]
    return sorted(uses, key=lambda node: (node.lineno, node.col_offset))


def free_name(source: Source, owner: ast.ClassDef, target: ast.Attribute, use: ast.Attribute) -> str:
    """Return ``bn_fc`` for a norm after ``self.fc``, else the name with the next number that is free."""
    taken = {node.attr for node in ast.walk(owner) if isinstance(node, ast.Attribute)}
    stem = re.sub(r"_?\d+$", "", target.attr)
    call = source.parents.get(use)
    inner = call.args[0] if isinstance(call, ast.Call) and call.args else None
    fed = dotted(inner.func) if isinstance(inner, ast.Call) else ""
    if fed.startswith("self.") and f"{stem}_{fed[5:]}" not in taken and fed.count(".") == 1:
        return f"{stem}_{fed[5:]}"
    number = next(n for n in range(2, len(taken) + 3) if f"{stem}{n}" not in taken)
    return f"{stem}{number}"
