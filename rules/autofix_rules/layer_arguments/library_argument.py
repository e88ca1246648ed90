"""AF126 library-argument: a module of a library is built for another size than it is given.

Why it fails. ``GCNConv(32, classes)`` behind a ``GCNConv`` that gives out 16; ``BertConfig(vocab_size=100)`` for a text
with 150 words. The layer that fails stands in the library, the size in the project.
What the fix does. Changes the argument of the project's call that has the size which clashes, also where it is written
in a configuration that is passed on.
Fix safety. Unsafe: the argument is told by its value, and another one may have the same.
Source. torch.nn.Module; the libraries' own pages name their arguments.
"""

from autofix.edits.library_arguments import library_arguments
from autofix.rule import LOUD, Applicability, Evidence, Finding, Fixes, Project, Rule, shown, sites

_LIBRARY = '''import types
library = types.ModuleType("library")
exec("""import torch
from torch import nn
class Block(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden, width))
    def forward(self, x):
        return nn.functional.linear(x, self.weight).relu()
""", vars(library))
'''
_BY_VALUE = "the argument of the library is told by its value alone"


class LibraryArgument(Rule):
    mismatches = LOUD
    applicability = Applicability.UNSAFE
    examples = shown(
        """
        a block that stands in no file of the project: 4,6
            above: LIBRARY
            self.one = library.Block(6, 5); self.two = library.Block(<8 => 5>, 3)
            self.two(self.one(x))
        declines what the project builds itself: 4,6
            self.fc = nn.Linear(5, 3)
            self.fc(x)
            by AF101
    """,
        LIBRARY=_LIBRARY,
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        pairs = [(e, a) for e, a in zip(finding.expected, finding.actual, strict=False) if e != a]
        operation, layer = project.operation(finding), project.layer(finding.layer)
        for expected, actual in pairs[:1]:
            places = list(library_arguments(project, operation, layer, expected))
            for rank, place in enumerate(places):
                for site in sites(project, place, actual):
                    title = f"pass {site.result} for `{place.text}` of a library"
                    evidence = (*site.evidence, Evidence.OTHER_READING * (len(places) > 1), Evidence.RUNNER_UP * rank)
                    yield self.fix(title, site.edits, *evidence, reason=_BY_VALUE)
