"""RF106 adaptive-pooling: a pool before the head is made for one size of maps.

Why it fails. ``nn.AvgPool2d(7)`` gives one value per channel for maps of 7 by 7 only; with other images the layer
after it gets another width.
What the fix does. On a model that runs, if asked for by name: ``nn.AvgPool2d(7)`` becomes
``nn.AdaptiveAvgPool2d(1)`` where the pool covers its whole input.
Fix safety. Safe: applied only if the outputs are equal with the same weights; no parameter changes. Images of
another size, which died before, now pass.
Source. torch.nn.AdaptiveAvgPool2d.
"""

from collections.abc import Iterator

from autofix.rule import Project, Rewrite, Rule, Tensor, shown
from autofix.syntax.call_edits import NotACall, with_callee
from autofix_rules.refactorings._shared import layers_that_ran

_ADAPTIVE = {f"{kind}Pool{n}d": (f"Adaptive{kind}Pool{n}d", n) for kind in ("Avg", "Max") for n in (1, 2, 3)}


class AdaptivePooling(Rule):
    mismatches = ()
    refactor = True
    examples = shown("""
        one value for each channel: 2,3,7,7
            self.pool = nn.<AvgPool2d(7 => AdaptiveAvgPool2d(1>); self.head = nn.Linear(3, 5)
            self.head(self.pool(x).flatten(1))
        declines a pool between layers: 2,3,8,8
            self.pool = nn.AvgPool2d(2)
            self.pool(x)
    """)

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        for layer, operation, place, call in layers_that_ran(project, frozenset(_ADAPTIVE)):
            name, dimensions = _ADAPTIVE[layer.kind]
            tensor, result = operation.tensors[0], operation.result
            if not isinstance(result, Tensor) or set(result.shape[-dimensions:]) != {1}:
                continue
            if set(tensor.shape[-dimensions:]) == {1} or layer.setting("return_indices") is True:
                continue
            try:
                head = with_callee(place.text, name).partition("(")[0]
            except NotACall:
                continue
            fix = self.fix(f"make `{layer.path}` adaptive: `{head}(1)`", (place.source.replace(call, f"{head}(1)"),))
            yield Rewrite(f"`{layer.path}` is made for one size of maps", place, fix, layer.path or "")
