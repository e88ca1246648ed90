"""AF206 folded-batch: a reshape puts the sizes of the maps into the rows, so rows are no longer samples.

Why it fails. ``view(-1, K)`` with a K that is too small makes several rows of each sample, ``view(K, -1)`` and
``view(64, -1)`` lay rows by other numbers. Later layers meet rows that belong to no sample.
What the fix does. Gives the reshape the sizes that leave the first dimension alone, and the next Linear layer the
features that then come out.
Fix safety. Safe where the features that come out are those the next layer takes; else unsafe, since the maps could
be meant to be pooled first.
Source. torch.Tensor.view.
"""

import ast
import math
from collections.abc import Iterator

from autofix.edits.unfolded_views import KEPT, unfolded_views
from autofix.edits.view_sizes import Sizes, sizes_of
from autofix.facts.call_sites import operands
from autofix.provenance import SiteKind, dearest, sites
from autofix.provenance.channel_sites import number
from autofix.provenance.producers import argument_expression
from autofix.records.trace import Operation
from autofix.rule import Edit, Evidence, Expression, Finding, Fixes, Layer, Mismatch, Project, Rule, Site, Tensor, shown
from autofix.syntax.spelling import size_text


class FoldedBatch(Rule):
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONCATENATE, Mismatch.VIEW_SIZE, Mismatch.BROADCAST),
        *(Mismatch.DIMENSION_RANGE, Mismatch.MATMUL, Mismatch.LOSS_BATCH, Mismatch.SILENT_FOLD),
        *(Mismatch.SILENT_BATCH, Mismatch.CONV_CHANNELS),
    )
    examples = shown("""
        a batch size as a number: 4,2,3,3
            self.fc = nn.Linear(18, 5)
            x = x.view(<8 => x.size(0)>, -1); self.fc(x)
        rows and features swapped: 4,2,3,3
            self.fc = nn.Linear(18, 5)
            x = x.view(<18, -1 => -1, 18>); self.fc(x)
        declines rows that are meant to be positions: 4,2,3,3
            self.k = 3
            x = x.view(-1, 3); x.view(5, 2)
            by AF202
            # Wrong: a view to the sizes that there are does nothing.
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for steps, edits in unfolded_views(project, operation):
            far = Evidence.UPSTREAM * steps
            yield self.fix("keep the samples, leave another size open", edits, *KEPT, far, unsafe=True)
        own = (operation,) if finding.mismatch is Mismatch.SILENT_FOLD else ()
        for folds in (own, *(tuple(_folds(project, tensor)) for tensor in operation.tensors[:2] if not own)):
            for count, fold in enumerate(folds):
                sizes = sizes_of(project, fold)
                if sizes is not None and len(sizes.values) == 2:
                    yield from self._rows(project, fold, sizes, finding, count)

    def _rows(self, project: Project, fold: Operation, sizes: Sizes, finding: Finding, further: int) -> Fixes:
        width = math.prod(sizes.shape[1:])
        first, second = sizes.expressions
        taken = _consumer(project, fold)
        if sizes.values[1] == -1:
            fits = taken is None or number(taken, "in_features") == width
            evidence = (Evidence.EXACT_FIT, Evidence.OTHER_READING * (not fits), Evidence.UPSTREAM * further)
            if sizes.values[0] == width:
                edits = (first.source.replace(first.node, second.text), second.source.replace(second.node, first.text))
                yield self.fix(f"lay out rows of {width} features", edits, *evidence)
                return
            tensors = operands(project, fold)
            if tensors and isinstance(tensors[0].node, ast.Name):
                text = size_text(first.source, tensors[0].text, 0)
                yield self.fix(f"keep the batch: `{text}` rows", (first.source.replace(first.node, text),), *evidence)
        elif sizes.values[0] == -1 and taken is not None and finding.mismatch is Mismatch.LINEAR_IN_FEATURES:
            if number(taken, "in_features") == width:
                yield from self._fitted(project, fold, sizes, width, further)
        elif sizes.values[0] == -1 and taken is not None:
            yield from self._wider(project, sizes, taken, width, further)

    def _fitted(self, project: Project, fold: Operation, sizes: Sizes, width: int, further: int) -> Fixes:
        """Yield fixes of ``view(-1, K)`` with the K that the layer takes.

        A computed K is replaced by ``view(x.size(0), -1)``.
        """
        first, second = sizes.expressions
        for site in sites(project, second, width, sizes.shape[1:]):
            title, evidence = f"lay out rows of {width} features", (Evidence.EVIDENT, Evidence.UPSTREAM * further)
            yield self.fix(title, site.edits, *site.evidence, *evidence)
        tensors = operands(project, fold)
        if isinstance(second.node, ast.Call) and tensors and isinstance(tensors[0].node, ast.Name):
            text = size_text(first.source, tensors[0].text, 0)
            edits = (first.source.replace(first.node, text), second.source.replace(second.node, "-1"))
            yield self.fix(f"keep the batch: `{text}` rows", edits, Evidence.EXACT_FIT, Evidence.UPSTREAM * further)

    def _wider(self, project: Project, sizes: Sizes, taken: Layer, width: int, further: int) -> Fixes:
        """Yield fixes of ``view(-1, K)`` and the layer after it, both with the size of a sample."""
        argument = argument_expression(project, taken, "in_features")
        if argument is None:
            return
        hints = sizes.shape[1:]
        for size_site in _sites(project, sizes.expressions[1], width, hints)[:3]:
            for layer_site in _sites(project, argument, width, hints)[:3]:
                edits = tuple(sorted({*size_site.edits, *layer_site.edits}))
                title = f"keep {width} features of a sample in one row, also in `{taken.path}`"
                evidence = (*dearest((size_site, layer_site)), Evidence.UPSTREAM * further)
                yield self.fix(title, edits, *evidence, doubt="the maps could be meant to be pooled first")


def _folds(project: Project, tensor: Tensor) -> Iterator[Operation]:
    """Yield the reshapes to two dimensions that changed the number of rows."""
    for operation in project.ancestry(tensor):
        if operation.operator in {"view", "reshape"} and operation.before_and_after is not None:
            before, after = operation.before_and_after
            if before.rank > 2 and after.rank == 2 and before.shape[0] != after.shape[0]:
                yield operation


def _consumer(project: Project, fold: Operation) -> Layer | None:
    """Return the first Linear layer that gets the rows."""
    for operation in project.forward_operations():
        layer = project.layer_of(operation)
        is_later = operation.index > fold.index and bool(operation.tensors)
        if is_later and layer is not None and layer.kind == "Linear":
            return layer if operation.tensors[0].shape == fold.result_shape else None
    return None


def _sites(project: Project, expression: Expression, width: int, hints: tuple[int, ...]) -> tuple[Site, ...]:
    """Return the sites, and the channel count times the rest as a product where the number is the channel count."""
    options = sites(project, expression, width, hints)
    now = project.integer(expression)
    text = ""
    if isinstance(expression.node, ast.Constant) and now == hints[0]:
        text = " * ".join(map(str, hints))
    elif isinstance(expression.node, ast.BinOp) and now is not None and now * hints[0] == width:
        text = f"{hints[0]} * {expression.text}"
    if text:
        edit: Edit = expression.source.replace(expression.node, text)
        return (Site((edit,), (), text, SiteKind.PRODUCT, expression.source.location(expression.node)),)
    return options
