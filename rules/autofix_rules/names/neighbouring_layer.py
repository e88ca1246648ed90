"""AF705 neighbouring-layer: a layer beside the one that is meant is called.

Why it fails
    ``self.norm1(teacher)`` where ``self.norm`` was built for the teacher's width: both are there, and the call names
    the wrong one.
What the fix does
    Calls the layer of the same kind and the same owner that takes the size which comes in.
Fix safety
    Unsafe: the layer that is called may as well be built for another size.
Source
    torch.nn.Module, attributes that are modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import written
from autofix.rule import Applicability, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix.syntax.source import Source

_NORMS = "self.own = nn.BatchNorm1d(6)\nself.other = nn.BatchNorm1d(3)"
_HEADS = "self.body = nn.Linear(6, 4)\nself.a = nn.Linear(6, 2)\nself.b = nn.Linear(4, 2)"


class NeighbouringLayer(Rule):
    code = "AF705"
    name = "neighbouring-layer"
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE, Mismatch.NORM_FEATURES),
        *(Mismatch.ATTENTION_WIDTH, Mismatch.EMBEDDING_RANGE),
    )
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "the norm of another width",
            ((4, 6), (4, 3)),
            model(_NORMS, "self.own(x), self.own(y)", inputs="x, y"),
            {"self.own(y": "self.other(y"},
        ),
        Example(
            "a head that nothing else calls",
            ((4, 6),),
            model(_HEADS, "h = self.body(x)\nself.a(x), self.a(h)"),
            {"self.a(h": "self.b(h"},
        ),
        Example(
            "declines a layer of another kind",
            ((4, 6),),
            model("self.a = nn.Linear(5, 2)\nself.b = nn.Bilinear(6, 6, 2)", "self.a(x)"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        place = written(project, operation) if operation is not None else None
        if layer is None or not layer.path or place is None or len(finding.actual) != 1 or not finding.parameter:
            return
        called = place.node.func if isinstance(place.node, ast.Call) else None
        owner, _, own = layer.path.rpartition(".")
        if not isinstance(called, ast.Attribute) or called.attr != own:
            return
        for other in project.trace.layers:
            parent, _, name = (other.path or "").rpartition(".")
            fits = other.kind == layer.kind and other.setting(finding.parameter) == finding.actual[0]
            if parent == owner and name.isidentifier() and fits:
                text = f"{place.source.text_of(called.value)}.{name}"
                edit = place.source.replace(called, text)
                waits = _is_never_called(place.source, name)
                evidence = (Evidence.EXACT_FIT, Evidence.EVIDENT) if waits else (Evidence.OTHER_NAME,)
                title = f"call `{text}`, which takes {finding.actual[0]}"
                yield self.fix(title, (edit,), *evidence)


def _is_never_called(source: Source, name: str) -> bool:
    """Return whether a file only sets an attribute: a layer that was built for something waits for its call."""
    attributes = (node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute) and node.attr == name)
    return not any(isinstance(node.ctx, ast.Load) for node in attributes)
