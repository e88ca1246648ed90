"""How one file would write something: what its imports call a module, how it reads sizes, what a method may follow.

It answers from a file's text alone; what is to be written is for the edits and rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.syntax.source import Source

# What a name is imported by that is often used without.
IMPORTS = {
    "F": "import torch.nn.functional as F",
    "nn": "import torch.nn as nn",
    "torch": "import torch",
    "optim": "import torch.optim as optim",
    "math": "import math",
    "np": "import numpy as np",
    "Tensor": "from torch import Tensor",
    "functional": "from torch.nn import functional",
    "einops": "import einops",
    "rearrange": "from einops import rearrange",
    "OrderedDict": "from collections import OrderedDict",
    "partial": "from functools import partial",
}


def imported_as(source: Source, name: str) -> str:
    """Return what an import at the top of the file calls ``name`` (``torch.nn.functional``); empty where none does."""
    for node in _imports(source):
        for alias in node.names:
            full = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
            is_bound = isinstance(node, ast.ImportFrom) or alias.asname or "." not in name
            if full == name and is_bound:
                return alias.asname or alias.name
    return ""


def module_text(source: Source, module: str) -> str:
    """Return how the file can write ``module``: by a name of its own, in full, or through what is above it; empty where
    nothing is imported that leads there.
    """
    own = imported_as(source, module)
    if own:
        return own
    package, above, last = module.partition(".")[0], *module.rpartition(".")[::2]
    plain = (node for node in _imports(source) if isinstance(node, ast.Import))
    if any(alias.name.partition(".")[0] == package and not alias.asname for node in plain for alias in node.names):
        return module
    base = module_text(source, above) if above else ""
    return f"{base}.{last}" if base else ""


def _imports(source: Source) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in source.nodes:
        is_absolute = isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
        if is_absolute and isinstance(node, (ast.Import, ast.ImportFrom)) and source.function_of(node) is None:
            yield node


def size_text(source: Source, name: str, dimension: int) -> str:
    """Return ``x.size(0)`` or ``x.shape[0]``, as the file reads sizes."""
    shapes = sum(1 for n in source.nodes if isinstance(n, ast.Attribute) and n.attr == "shape")
    calls = sum(
        1
        for n in source.nodes
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "size"
    )
    return f"{name}.shape[{dimension}]" if shapes > calls else f"{name}.size({dimension})"


def whole_shape_of(node: ast.expr) -> ast.expr | None:
    """Return what an expression reads the whole shape of, ``x`` of ``x.shape`` and ``x.size()``; None for any other."""
    is_call = isinstance(node, ast.Call) and not node.args and not node.keywords
    read = node.func if isinstance(node, ast.Call) and is_call else node
    return read.value if isinstance(read, ast.Attribute) and read.attr == ("size" if is_call else "shape") else None


def first_expanded(size: str, rank: int) -> str:
    """Return the call that expands the first of several dimensions and leaves the others: ``.expand(n, -1)``."""
    return f".expand({', '.join([size, *['-1'] * (rank - 1)])})"


def receiver(text: str) -> str:
    """Return the expression so that a method or subscript may follow it: in parentheses where it is an operation."""
    try:
        node = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError:
        return f"({text})"
    is_enclosed = (node.lineno, node.col_offset) > (1, 0 if isinstance(node, (ast.Tuple, ast.GeneratorExp)) else 1)
    is_plain = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict))
    return text if is_plain or is_enclosed else f"({text})"
