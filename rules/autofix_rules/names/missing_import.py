"""AF701 missing-import: a module that torch code always has is used but never imported.

Why it fails. ``F.relu(x)`` without ``import torch.nn.functional as F`` raises NameError, often only in the branch
that runs last; the same goes for ``nn``, ``torch``, ``math`` and ``np``.
What the fix does. Adds the usual import next to the file's other imports.
Fix safety. Safe: each name has one usual meaning in PyTorch code.
Source. The import conventions of the PyTorch documentation.
"""

import ast

from autofix.records.locations import Position, Range
from autofix.rule import Edit, Example, Finding, Fixes, Mismatch, Project, Rule, model
from autofix.syntax.source import Source
from autofix.syntax.spelling import IMPORTS

_NET = model("self.fc = nn.Linear(8, 4)", "torch.relu(self.fc(x))").partition("class")[2]


class MissingImport(Rule):
    mismatches = (Mismatch.MISSING_NAME,)
    examples = (
        Example(
            "nn beside torch",
            ((2, 8),),
            f"import torch\n\n\nclass{_NET}",
            f"import torch\nimport torch.nn as nn\n\n\nclass{_NET}",
        ),
        Example(
            "declines a name of the user's own",
            ((2, 8),),
            f"import torch.nn as nn\n\n\nclass{_NET.replace('torch.', 'my_')}",
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        statement = IMPORTS.get(finding.expression)
        if statement is None:
            return
        source = project.source(finding.call.path)
        if finding.expression == "nn" and any(_imports_from(node, "torch") for node in source.tree.body):
            statement = "from torch import nn"
        yield self.fix(f"add `{statement}`", (_insertion(source, statement),))


def _imports_from(node: ast.stmt, module: str) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == module and not node.level


def _insertion(source: Source, statement: str) -> Edit:
    """Return an edit that inserts the import among those of torch if there are any, else among all, in
    the usual order.
    """
    imports = [node for node in source.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    group = [node for node in imports if _module(node).partition(".")[0] == "torch"] if "torch" in statement else []
    group = group or [node for node in imports if _module(node) != "__future__"]
    if not group:
        return source.insert_after(imports[-1], statement) if imports else _at_top(source, statement)
    new = ast.parse(statement).body[0]
    assert isinstance(new, (ast.Import, ast.ImportFrom))
    before = [node for node in group if _order(node) < _order(new)]
    return source.insert_after(before[-1], statement) if before else source.insert_before(group[0], statement)


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name


def _order(node: ast.Import | ast.ImportFrom) -> tuple[bool, str]:
    """Return a key by which plain imports come before ``from`` imports, each by module."""
    return isinstance(node, ast.ImportFrom), _module(node)


def _at_top(source: Source, statement: str) -> Edit:
    """Return an edit that inserts the import below the module's docstring and leading comments."""
    body = source.tree.body
    has_docstring = bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    line = (body[0].end_lineno or 1) + 1 if has_docstring else body[0].lineno if body else 1
    start = Position(line, 0)
    return Edit(source.path, Range(start, start), f"{statement}{source.newline}")
