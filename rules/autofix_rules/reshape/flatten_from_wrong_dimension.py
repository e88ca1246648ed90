"""AF204 flatten-from-wrong-dimension: a flatten starts at the batch or leaves the channels out.

Why it fails. ``torch.flatten(x)`` and ``x.view(-1)`` merge every dimension, the batch too; a flatten that starts at
dimension 2 keeps the channels apart. The Linear layer behind takes a row per sample.
What the fix does. Lets the flatten start at dimension 1: ``torch.flatten(x, 1)``, ``nn.Flatten()``,
``x.view(x.size(0), -1)``. Where the layer takes another number of features, both are repaired.
Fix safety. Safe where the layer was built for the features of one sample.
Source. torch.flatten and torch.nn.Flatten.
"""

import ast
import math

from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import is_method, layer_called, operands, written
from autofix.provenance.producers import argument_sites
from autofix.rule import Edit, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown
from autofix.syntax.source import argument
from autofix.syntax.spelling import size_text

MERGING = frozenset(("flatten", "ravel", "Flatten", "view", "reshape"))


class FlattenStart(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.NORM_RANK, Mismatch.DIMENSION_RANGE, Mismatch.CONCATENATE)
    examples = shown("""
        a function without a start: 4,2,3,3
            self.fc = nn.Linear(18, 5)
            x = torch.flatten(x< => , 1>); self.fc(x)
        declines a flatten of tokens: 4,5,3
            self.fc = nn.Linear(7, 5)
            x = x.flatten(0, 1); self.fc(x).view(4, 5, 5, 5)
            by AF101 AF202
            # Wrong: two sizes of one layer and a view are changed until they agree, which nothing speaks for.
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if not operation.tensors:
            return
        flat = _merged(project, operation.tensors[0])
        edits = () if flat is None else _from_one(project, flat)
        if flat is None or not edits:
            return
        width = math.prod(flat.tensors[0].shape[1:])
        title = f"flatten {flat.tensors[0].shape} from dimension 1"
        if layer is None or layer.setting("in_features") in (None, width):
            yield self.fix(title, edits, Evidence.EXACT_FIT, reason="every sample keeps its row")
            return
        for site in argument_sites(project, layer, "in_features", width, flat.tensors[0].shape[1:])[:3]:
            both = f"{title} and set `in_features` of `{layer.path}` to {site.result}"
            yield self.fix(both, (*edits, *site.edits), *site.evidence, Evidence.MORE_PLACES)


def _merged(project: Project, tensor: Tensor) -> Operation | None:
    """Return the flatten behind ``tensor`` that merged the batch or kept the channels; None if a row is a sample."""
    for operation in project.ancestry(tensor):
        if operation.before_and_after is None:
            return None
        before, after = operation.before_and_after
        if operation.operator in MERGING and before.rank > 2 and after.rank < before.rank:
            wrong = after.rank == 1 or (after.rank == before.rank - 1 and after.shape[:2] == before.shape[:2])
            return operation if wrong and after.shape != (before.shape[0], math.prod(before.shape[1:])) else None
        if after.rank != before.rank:
            return None
    return None


def _from_one(project: Project, flat: Operation) -> tuple[Edit, ...]:
    """Return the edit that starts at dimension 1: ``torch.flatten(x)`` -> ``torch.flatten(x, 1)``."""
    layer = layer_called(project, flat)
    place = written(project, flat) if layer is None else project.construction_call(layer)
    if place is None or not isinstance(place.node, ast.Call) or flat.operator == "ravel":
        return ()
    call, source, tensors = place.node, place.source, operands(project, flat)
    if flat.operator in {"view", "reshape"}:
        is_one_size = len(flat.arguments) == 2 and call.args and tensors and isinstance(tensors[0].node, ast.Name)
        return (source.replace(call.args[-1], f"{size_text(source, tensors[0].text, 0)}, -1"),) if is_one_size else ()
    at = 1 if flat.operator == "flatten" and not is_method(flat, call) else 0
    if argument(call, at, "start_dim") is not None or call.keywords or len(call.args) != at:
        return argument_set(place, "start_dim", "1", at)
    text = place.text[: place.text.rindex(")")].rstrip().rstrip(",")
    return (source.replace(call, f"{text}{', ' if at else ''}1)"),)
