"""AF701 missing-import: a name is used that nobody imported or that is spelled otherwise.

Why it fails. ``F.relu(x)`` without ``import torch.nn.functional as F`` raises NameError, often only in the branch
that runs last; the same goes for ``nn``, ``torch``, ``math`` and ``np``, for a function of a module of the project of
which others are imported, and for ``hiden`` where ``hidden`` was computed.
What the fix does. Adds the usual import next to the file's other imports, or the name to the import that is there;
writes the name that is there, which differs in its case or by a letter too many, too few or out of place.
Fix safety. Safe for the usual imports: each name has one meaning in PyTorch code; and for the only name that is spelled
alike, where nothing else reads it. Else unsafe.
Source. The import conventions of the PyTorch documentation.
"""

import ast

from autofix.edits.imports import from_project, imported
from autofix.edits.misspelled import missing, misspelled, misspelled_keywords
from autofix.rule import Example, Finding, Fixes, Mismatch, Project, Rule, model, shown
from autofix.syntax.spelling import IMPORTS

_NET = model("self.fc = nn.Linear(8, 4)", "torch.relu(self.fc(x))").partition("class")[2]


class MissingImport(Rule):
    mismatches = (Mismatch.MISSING_NAME, Mismatch.OTHER)
    examples = (
        *shown("""
        a letter left out: 2,8
            self.fc = nn.Linear(8, 4)
            hidden = torch.relu(self.fc(x)); <hiden => hidden>.sum(1)
        another case: 2,8
            self.fc = nn.Linear(8, 4)
            torch.relu(self.<FC => fc>(x))
        declines the next of several: 2,8
            self.fc1 = nn.Linear(8, 4)
            self.fc2(x)
        """),
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
        statement, source = IMPORTS.get(finding.expression), project.source(finding.call.path)
        name, is_attribute = missing(project)
        if name and not is_attribute:
            yield from map(self.change, from_project(project, source, name))
        yield from map(self.change, (*misspelled(project), *misspelled_keywords(project)))
        if statement is None:
            return
        if finding.expression == "nn" and any(_imports_from(node, "torch") for node in source.tree.body):
            statement = "from torch import nn"
        yield self.fix(f"add `{statement}`", (imported(source, statement),))


def _imports_from(node: ast.stmt, module: str) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == module and not node.level
