"""Divisions with ``/`` where a whole number is meant, as edits to ``//``: those that an expression gets a whole number
of floating point from, and those whose fraction is cut only where it is used. Products with a fraction are cut.

It looks behind names and arguments; that the number is wanted whole is for whoever asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import reads
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Range
from autofix.records.trace import Operation
from autofix.syntax.source import below

_FAR = 4


def whole_divisions(project: Project, expression: Expression, depth: int = 0) -> Iterator[Edit]:
    """Yield an edit for each; none where the number is not whole, there or in a division on the way."""
    value = project.value(expression)
    if depth > _FAR or not isinstance(value, float) or not value.is_integer():
        return
    for node in ast.walk(expression.node):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
            continue
        share = project.value(expression.at(node))
        if isinstance(share, float) and share.is_integer():
            yield _whole(expression, node)
    for binding in bindings(project, expression):
        yield from whole_divisions(project, binding.expression, depth + 1)


def cut_products(project: Project, expression: Expression, depth: int = 0) -> Iterator[CodeChange]:
    """Yield ``int(...)`` around the product with a number of floating point that gives a size its own."""
    if depth > _FAR or (depth == 0 and not isinstance(project.value(expression), float)):
        return
    nodes = [node for node in below(expression.node) if isinstance(node, ast.BinOp)]
    products = [node for node in nodes if _is_product(project, expression, node)]
    if products:
        text = expression.source.text_of(products[0])
        words, doubt = f"cut `{text}` to a whole number", "whether it is to be cut or rounded nothing says"
        yield CodeChange(words, (expression.source.replace(products[0], f"int({text})"),), (Evidence.EVIDENT,), doubt)
        return
    node = expression.node
    whole = node.value if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) else node
    for binding in bindings(project, expression.at(whole)):
        yield from cut_products(project, binding.expression, depth + 1)


def _is_product(project: Project, expression: Expression, node: ast.BinOp) -> bool:
    """Return whether a node is a product, one factor of which is a name that holds a number of floating point."""
    if not isinstance(node.op, ast.Mult):
        return False
    names = (part for part in below(node) if isinstance(part, (ast.Name, ast.Attribute)))
    return any(isinstance(project.value(expression.at(part)), float) for part in names)


def cut_fractions(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the whole for the names on the way to a fault that hold the fraction of a division: ``int(n * steps)`` is
    no multiple of ``steps`` where ``n`` is none of a whole.
    """
    doubt = "that the fraction is to be left out is told by the run"
    seen: set[Edit] = set()
    for read in reads(project, operation, layer):
        value = project.value(read)
        if not isinstance(value, float) or value.is_integer() or not value > 1:
            continue
        for binding in bindings(project, read):
            node = binding.expression.node
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                terms = [project.value(replace(binding.expression, node=part)) for part in (node.left, node.right)]
                edit = _whole(binding.expression, node)
                if not any(isinstance(term, float) for term in terms) and edit not in seen:
                    seen.add(edit)
                    words = f"divide with `//`: `{read.text}` is {value:g}"
                    yield CodeChange(words, (edit,), (Evidence.EVIDENT,), doubt)


def _whole(expression: Expression, node: ast.BinOp) -> Edit:
    """Return the edit of the sign alone: what stands in parentheses on either side stays there."""
    source = expression.source
    between = Range(source.range_of(node.left).end, source.range_of(node.right).start)
    return Edit(source.path, between, source.segment(between).replace("/", "//", 1))
