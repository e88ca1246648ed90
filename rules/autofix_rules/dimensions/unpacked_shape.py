"""AF407 unpacked-shape: a shape is unpacked into more or fewer names than it has dimensions.

Why it fails. ``b, c, h, w = x.shape`` needs four dimensions.
What the fix does. Drops a name that nothing reads, or adds ``_`` for a dimension that nothing reads; two names for
maps get the maps flattened.
Fix safety. Unsafe: the tensor could be meant to have the rank that is unpacked.
Source. torch.Tensor.shape.
"""

from __future__ import annotations

import ast

from autofix.facts.project_view import Project
from autofix.rule import Applicability, Evidence, Example, Expression, Finding, Fixes, Mismatch, Rule, Tensor, model
from autofix.syntax.source import Source


class UnpackedShape(Rule):
    mismatches = (Mismatch.UNPACK,)
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "a name that nothing reads",
            ((4, 6, 8),),
            model("self.fc = nn.Linear(48, 2)", "b, c, h, w = x.shape\nself.fc(x.reshape(b, c * h))"),
            {", w": ""},
        ),
        Example(
            "rows and features of maps",
            ((4, 2, 3, 3),),
            model("self.fc = nn.Linear(18, 2)", "b, n = x.size()\nself.fc(x).view(b, 2)"),
            model("self.fc = nn.Linear(18, 2)", "x = x.flatten(1)\nb, n = x.size()\nself.fc(x).view(b, 2)"),
        ),
        Example(
            "declines where every name is read",
            ((4, 6, 8),),
            model("self.fc = nn.Linear(48, 2)", "b, c, h, w = x.shape\nself.fc(x.reshape(b * c, h * w))"),
            repaired_by=("AF403",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure = project.trace.failure
        if failure is None or not failure.frames or len(finding.expected) != 1:
            return
        source = project.source(failure.frames[0].path)
        node = source.node_at(failure.frames[0].range, ast.Tuple)
        statement = source.parents.get(node) if node is not None else None
        if node is None or not isinstance(statement, ast.Assign):
            return
        names, rank = [source.text_of(e) for e in node.elts], len(finding.actual)
        reason = "the tensor could be meant to have the rank that is unpacked"
        unread = [i for i, name in enumerate(names) if not _is_read(source, node, name)]
        if rank == len(names) - 1:
            for later, index in enumerate(reversed(unread)):
                text = ", ".join(name for i, name in enumerate(names) if i != index)
                yield self.fix(
                    f"unpack {rank} dimensions",
                    (source.replace(node, text),),
                    Evidence.OTHER_READING,
                    Evidence.RUNNER_UP * later,
                    reason=reason,
                )
        base = _base(statement.value)
        tensor = project.value(Expression(source, base, failure.frames)) if base is not None else None
        if (
            rank > len(names) == 2
            and isinstance(base, ast.Name)
            and isinstance(tensor, Tensor)
            and source.stands_alone(statement)
        ):
            edit = source.insert_before(statement, f"{base.id} = {base.id}.flatten(1)")
            yield self.fix(f"flatten {tensor.shape} to a row per sample", (edit,), Evidence.INSERTED, reason=reason)
        if rank == len(names) + 1:
            text = ", ".join([*names, "_"])
            yield self.fix(f"unpack {rank} dimensions", (source.replace(node, text),), Evidence.AGAINST, reason=reason)


def _is_read(source: Source, node: ast.Tuple, name: str) -> bool:
    function = source.function_of(node)
    return function is None or any(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(function)
    )


def _base(node: ast.expr) -> ast.expr | None:
    """Return the ``x`` of ``x.shape`` and ``x.size()``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size":
        return node.func.value
    return node.value if isinstance(node, ast.Attribute) and node.attr == "shape" else None
