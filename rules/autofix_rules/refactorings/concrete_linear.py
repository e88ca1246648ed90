"""RF105 concrete-linear: a lazy Linear layer takes its width from the first batch.

Why it fails. It does not fail, but the layer has no parameters until a batch has passed: optimizers,
initialisation, parameter counts and exports have to wait for it.
What the fix does. On a model that runs, if asked for by name: writes the width that the run showed,
``nn.LazyLinear(120)`` becomes ``nn.Linear(400, 120)``.
Fix safety. Safe: applied only if the outputs are equal with the same weights. The keys and shapes of the state dict
are those of the lazy layer after its first forward.
Source. torch.nn.LazyLinear.
"""

import ast
from collections.abc import Iterator

from autofix.records.locations import Range
from autofix.rule import Edit, Expression, Project, Rewrite, Rule, shown
from autofix.syntax.call_edits import NotACall, with_callee

_WIDTH = "LazyLinear"


class ConcreteLinear(Rule):
    mismatches = ()
    refactor = True
    examples = shown("""
        keywords: 2,30
            self.head = nn.<LazyLinear( => Linear(30, >out_features=5)
            self.head(x)
        declines a layer that a name stands for: 2,30
            above: LAYER = nn.LazyLinear
            self.head = LAYER(5)
            self.head(x)
    """)

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        widths: dict[tuple[str, Range], set[int]] = {}
        places: dict[tuple[str, Range], tuple[Expression, ast.Call, str]] = {}
        for operation in project.forward_operations():
            layer = project.layer_of(operation)
            place = None if layer is None else project.construction_call(layer)
            if layer is None or place is None or not operation.tensors or not isinstance(place.node, ast.Call):
                continue
            if not ast.unparse(place.node.func).endswith(_WIDTH):
                continue
            key = (str(place.source.path), place.source.range_of(place.node))
            widths.setdefault(key, set()).add(operation.tensors[0].shape[-1])
            places.setdefault(key, (place, place.node, layer.path or ""))
        for key, (place, call, name) in places.items():
            edit = _edit(place, call, min(widths[key])) if len(widths[key]) == 1 else None
            if edit is not None:
                title = f"write the width {min(widths[key])} of `{name}`"
                yield Rewrite(f"`{name}` takes its width from the first batch", place, self.fix(title, (edit,)), name)


def _edit(place: Expression, call: ast.Call, width: int) -> Edit | None:
    try:
        text = with_callee(place.text, "Linear")
    except NotACall:
        return None
    head, _, rest = text.partition("(")
    has_arguments = bool(call.args or call.keywords)
    return place.source.replace(call, f"{head}({width}{', ' if has_arguments else ''}{rest}")
