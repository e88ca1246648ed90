"""What stands between the brackets of a subscript."""

from __future__ import annotations

import ast


def parts(node: ast.Subscript) -> list[ast.expr]:
    """Return the entries of an index or of an annotation: ``i`` and ``:`` of ``x[i, :]``."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
