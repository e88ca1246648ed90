"""AF201 missing-flatten: feature maps go into a Linear layer without being flattened.

Why it fails. A Linear layer works on the last dimension. Maps ``(N, C, H, W)`` have their width there, while the
layer was built for ``C * H * W`` features of one row per sample.
What the fix does. Inserts a flatten before the layer: ``x = torch.flatten(x, 1)`` as a line of ``forward``,
``.flatten(1)`` on the argument, or ``nn.Flatten()`` inside a Sequential; of tokens and heads only the last
dimensions. Where the flattened size is not what the layer takes either, both are repaired together.
Fix safety. Safe where the flattened size is the one the layer was built for, in the class that has the maps. Unsafe
where another class passes them.
Source. torch.nn.Linear and torch.flatten.
"""

import math

from autofix.edits.bound_results import bound_results
from autofix.edits.insert_view_op import insertions, is_passed_in
from autofix.provenance.channel_sites import spatial
from autofix.provenance.producers import argument_sites
from autofix.records.values import Value
from autofix.rule import Edit, Evidence, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, Tensor, shown

_PASSED = "another class passes the maps, and may be meant to flatten them"


class MissingFlatten(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.NORM_RANK)
    examples = shown("""
        a child of a model that loops over its children: 4,3,8,8
            self.pool = nn.AdaptiveAvgPool2d(1); self.< => flatten = nn.Flatten(); self.>fc = nn.Linear(3, 2)
            for layer in self.children():;     x = layer(x); x
        heads that were not put side by side again: 2,5,24
            self.out = nn.Linear(24, 3)
            y = x.view(x.size(0), 5, 4, 6); y = y * y; < => y = torch.flatten(y, 2); >self.out(y)
        declines rows that are flat already: 4,20
            self.head = nn.Linear(30, 10)
            self.head(x)
            by AF101
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        if tensor.rank < 3 or layer.kind not in {"Linear", "BatchNorm1d"}:
            return
        width, parameter = math.prod(tensor.shape[1:]), "in_features" if layer.kind == "Linear" else "num_features"
        fits = layer.setting(parameter) == width
        if tensor.rank == 3 and not fits and layer.kind != "Linear":
            return
        if not fits:
            yield from self._last_dimensions(project, operation, layer, tensor, layer.setting(parameter))
        rows = (tensor.shape[0], width)
        yield from map(self.change, bound_results(project, operation, rows, "flatten(1)") if fits else ())
        for edits, words in insertions(project, operation, layer):
            title = f"flatten {tensor.shape} to {rows} {words}"
            if fits:
                reason = f"{tensor.shape[1:]} has the {width} features that `{layer.path}` takes"
                yield self.fix(title, edits, reason=reason, doubt=_PASSED * is_passed_in(project, operation))
            elif tensor.rank >= 4:
                yield from self._with_size(project, layer, tensor, width, edits, title)

    def _last_dimensions(
        self, project: Project, operation: Operation, layer: Layer, tensor: Tensor, size: Value
    ) -> Fixes:
        """Yield fixes that merge the last dimensions, those before as they are, where they make up what it takes."""
        start = next((d for d in range(2, tensor.rank - 1) if math.prod(tensor.shape[d:]) == size), None)
        if start is None or layer.kind != "Linear":
            return
        merged = (*tensor.shape[:start], size)
        spelled = (f"flatten({start})", f"torch.flatten({{}}, {start})", f"Flatten({start})")
        for edits, words in insertions(project, operation, layer, *spelled):
            yield self.fix(f"flatten {tensor.shape} to {merged} {words}", edits)

    def _with_size(
        self, project: Project, layer: Layer, tensor: Tensor, width: int, edits: tuple[Edit, ...], title: str
    ) -> Fixes:
        """Yield fixes that flatten and build the layer for what comes out."""
        parameter = "in_features" if layer.kind == "Linear" else "num_features"
        layers = map(project.layer_of, project.ancestry(tensor))
        from_maps = any(spatial(before) for before in layers if before is not None)
        for site in argument_sites(project, layer, parameter, width, tensor.shape[1:])[:3]:
            all_edits = (*edits, *site.edits)
            both = f"{title} and set `{parameter}` of `{layer.path}` to {site.result}"
            doubt = "" if from_maps else "what is flattened was not made by layers over maps"
            yield self.fix(both, all_edits, *site.evidence, Evidence.MORE_PLACES, doubt=doubt)
