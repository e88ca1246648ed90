"""RF104 lazy-linear: a Linear layer has its input width as a number.

Why it fails. It does not fail, but every change before the layer has to be carried into the number.
What the fix does. On a model that runs, if asked for by name: ``nn.Linear(400, 120)`` becomes
``nn.LazyLinear(120)``, which takes the width from the first batch.
Fix safety. Unsafe: until its first forward a lazy layer has no parameters, so optimizers, counts of parameters and
exports must come after one. After it, the keys and shapes of the state dict are those of before, and weights that
were saved before load.
Source. torch.nn.LazyLinear.
"""

from collections.abc import Iterator

from autofix.operators.table import position
from autofix.rule import Applicability, Project, Rewrite, Rule, shown
from autofix.syntax.call_edits import NotACall, with_callee, without_argument
from autofix_rules.refactorings._shared import layers_that_ran


class LazyLinear(Rule):
    mismatches = ()
    applicability = Applicability.UNSAFE
    refactor = True
    examples = shown("""
        keywords: 2,30
            self.head = nn.<Linear(in_features=30,  => LazyLinear(>out_features=5, bias=False)
            self.head(x)
        declines a layer that a name stands for: 2,30
            above: LAYER = nn.Linear
            self.head = LAYER(30, 5)
            self.head(x)
    """)

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        for layer, _, place, call in layers_that_ran(project, frozenset(("Linear",))):
            try:
                text = without_argument(place.text, "in_features", position("Linear", "in_features"))
                edit = place.source.replace(call, with_callee(text, "LazyLinear"))
            except NotACall:
                continue
            reason = "a lazy layer has no parameters before its first forward"
            fix = self.fix(f"make `{layer.path}` a LazyLinear", (edit,), reason=reason)
            yield Rewrite(f"`{layer.path}` has its input width as a number", place, fix, layer.path or "")
