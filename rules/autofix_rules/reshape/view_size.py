"""AF202 view-size: a view, reshape or unflatten asks for sizes that the tensor does not make up.

Why it fails. ``view`` keeps the number of elements; the product of the sizes must be that of the shape.
What the fix does. Corrects the size at fault where it is set: a product stays a product, a name or an entry of a
list is followed to its root. A number that stands for the batch becomes ``x.size(0)``. ``view(-1, K)`` keeps its
form and gets the K that leaves the rows alone.
Fix safety. Unsafe where another size could be meant, or where the layer before could give out what is asked.
Source. torch.Tensor.view and torch.nn.Unflatten.
"""

import ast
import math
from collections.abc import Iterator

from autofix.edits.made_for_views import made_products
from autofix.edits.view_sizes import Sizes, changes, sizes_of
from autofix.facts.call_sites import operands
from autofix.provenance import Site, dearest, sites
from autofix.provenance.producers import flattened_from, producer_sites, producing_layer, set_output
from autofix.records.trace import Layer, Operation
from autofix.rule import Counted, Edit, Evidence, Finding, Fixes, Mismatch, Project, Rule, Tensor, shown
from autofix.syntax.spelling import size_text

Evidences = tuple[Evidence, ...]


class ViewSize(Rule):
    mismatches = (Mismatch.VIEW_SIZE, Mismatch.SILENT_BATCH)
    examples = shown("""
        a batch size as a number: 3,4,6
            self.head = nn.Linear(24, 10)
            x = x.view(<64 => x.size(0)>, 24); self.head(x)
        a layer of a Sequential: 2,8
            self.net = nn.Sequential(nn.Linear(8, 64), nn.Unflatten(1, (4, <5, 5 => 4, 4>)))
            self.net(x)
        declines sizes read from another tensor: 2,8
            self.fc = nn.Linear(8, 6)
            self.fc(x).view(x.size())
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if not operation.tensors:
            return
        sizes = sizes_of(project, operation, layer)
        if sizes is None:
            return
        tensor = operation.tensors[0]
        folded = (Evidence.AGAINST, Evidence.OTHER_MODEL) if _was_folded(project, tensor) else ()
        yield from self.ranked(made_products(project, tensor, sizes))
        yield from self._batch(project, operation, sizes)
        yield from self._corrected(project, layer, sizes, tensor, folded)
        yield from self._producer(project, sizes, tensor, folded)

    def _batch(self, project: Project, operation: Operation, sizes: Sizes) -> Fixes:
        """Yield fixes for a first size that is a number of samples other than this run's."""
        values, shape = sizes.values, sizes.shape
        rest = math.prod(v for v in values[1:] if v != -1)
        whole = math.prod(shape[1:])
        fits = rest != 0 and (whole % rest == 0 if -1 in values[1:] else whole == rest)
        if len(values) < 2 or len(shape) < 2 or values[0] in (-1, shape[0]) or not fits or project.is_batch(values[0]):
            return
        place, tensors = sizes.expressions[0], operands(project, operation)
        if tensors and isinstance(tensors[0].node, ast.Name):
            text = size_text(place.source, tensors[0].text, 0)
            edits = (place.source.replace(place.node, text),)
            yield self.fix(f"take the batch size from the tensor: `{text}`", edits, Evidence.EXACT_FIT)
        elif -1 not in values:
            yield self.fix("leave the batch size open", (place.source.replace(place.node, "-1"),), Evidence.EXACT_FIT)

    def _corrected(
        self, project: Project, layer: Layer | None, sizes: Sizes, tensor: Tensor, folded: Evidences
    ) -> Fixes:
        for new, against in changes(sizes.values, sizes.shape):
            are_rows = len(sizes.values) == 2 and 1 in new and len(sizes.shape) > 2
            hints = sizes.shape[1:] if are_rows else flattened_from(project, tensor)
            evidence = (*against, *folded)
            for edits, stated, texts in _together(project, sizes, new, hints):
                words = " and ".join(f"{sizes.values[i]} to {text}" for i, text in zip(new, texts, strict=True))
                # Of two settings that disagree either may be the one that is meant.
                is_setting = any(edit.path.suffix not in {".py", ".ipynb"} for edit in edits) and producing_layer(
                    project, tensor
                )
                doubt = "a setting of the layer before could be meant instead" if is_setting else ""
                title, for_now = f"correct {words} in the sizes asked for", Evidence.FROM_THIS_RUN * sizes.varies
                first = sizes.expressions[0].text
                if 0 in new or first.isdigit() or first not in texts:  # Nobody asks for the samples twice.
                    yield self.fix(title, edits, *stated, *evidence, for_now, doubt=doubt)
            if len(new) == 1 and layer is None and -1 not in sizes.values:
                ((index, target_size),) = new.items()
                yield from self._worded(project, sizes, index, target_size, evidence)

    def _worded(self, project: Project, sizes: Sizes, index: int, target_size: int, evidence: Evidences) -> Fixes:
        """Yield fixes that ask for a multiple of the expression, or with ``-1`` for whatever is left."""
        place, other = sizes.expressions[index], Evidence.OTHER_READING * (not sizes.varies)
        now = project.integer(place)
        # One number for a vector that has more: what it was when the line was written.
        is_whole = sizes.values == (1,) and len(sizes.shape) == 1
        if (isinstance(place.node, ast.Constant) and not is_whole) or not now:
            return
        if target_size % now == 0 and isinstance(place.node, ast.BinOp):
            text = f"{place.text} * {target_size // now}"
            edits, reason = (place.source.replace(place.node, text),), "the factor is taken from this run"
            yield self.fix(f"ask for {text}", edits, Evidence.INSERTED, *evidence, doubt=reason)
        edits, reason = (place.source.replace(place.node, "-1"),), "the size is then whatever is left"
        yield self.fix("leave that size open", edits, other, *evidence, doubt=reason)

    def _producer(self, project: Project, sizes: Sizes, tensor: Tensor, folded: Evidences) -> Fixes:
        """Yield fixes of the layer before, whose output has another size than the sizes make up."""
        features, split = _features(sizes, tensor)
        channels = _channels(sizes)
        for layer, site in producer_sites(project, tensor, channels or features) if channels or features else ():
            if channels or layer.kind == "Linear":
                title = set_output(layer, site.result) + (", as it is split" if channels else "")
                reason = "the sizes asked for could be meant instead"
                how = Evidence.EXACT_FIT if channels or split else Evidence.OTHER_MODEL
                # A number that is written follows what others are computed to.
                follows = bool(channels) and sizes.is_computed and not site.replaces_expression
                further = (Evidence.PRODUCER, how, Evidence.AGREES * follows)
                yield self.fix(title, site.edits, *site.evidence, *folded, *further, doubt=reason)


def _features(sizes: Sizes, tensor: Tensor) -> tuple[int, bool]:
    """Return how many features the sizes ask for, 0 where that is not evident, and whether heads share them."""
    values, leading = sizes.values, len(sizes.shape) - 1
    # Every step keeps its place, so what is asked for is what its features are split into.
    split = len(values) > leading + 1 and values[1:leading] == sizes.shape[1:leading]
    split = split and (leading > 1 or (tensor.rank == 2 and values[0] == sizes.shape[0]))
    plain = -1 not in values[leading:] and (split or tensor.rank == 2)
    return (math.prod(values[leading:]) if plain else 0), split


def _channels(sizes: Sizes) -> int:
    """Return the channels that maps are split from where everything else is as asked; 0 elsewhere. Where one part is
    left open, as many for each of the others as there are in all.
    """
    values, shape, maps = sizes.values, sizes.shape, sizes.shape[2:]
    whole = maps and len(values) > len(shape) and values[0] == shape[0] and values[-len(maps) :] == maps
    parts = values[1 : -len(maps)] if whole else ()
    count = math.prod(size for size in parts if size != -1) if parts else 0
    return count * shape[1] if -1 in parts else count


def _together(
    project: Project, sizes: Sizes, new: dict[int, int], hints: tuple[int, ...]
) -> Iterator[tuple[tuple[Edit, ...], tuple[Counted, ...], tuple[str, ...]]]:
    """Yield edits that set all sizes of ``new``: every site for one size, the nearest site of each for several."""
    choices: list[tuple[Site, ...]] = [sites(project, sizes.expressions[i], size, hints) for i, size in new.items()]
    if len(choices) == 1:
        yield from ((site.edits, site.evidence, (site.result,)) for site in choices[0])
    elif all(choices):
        nearest = [options[0] for options in choices]
        edits = tuple(sorted({edit for site in nearest for edit in site.edits}))
        yield edits, dearest(nearest), tuple(site.result for site in nearest)


def _was_folded(project: Project, tensor: Tensor) -> bool:
    """Return whether an earlier reshape made rows out of more than the batch."""
    for operation in project.ancestry(tensor):
        if operation.operator in {"view", "reshape"} and operation.before_and_after is not None:
            before, after = operation.before_and_after
            return before.rank > after.rank and before.shape[0] < after.shape[0]
    return False
