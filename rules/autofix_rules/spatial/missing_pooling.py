"""AF507 missing-pooling: a Linear layer takes one number for each map, and gets the maps.

Why it fails. ``nn.Linear(64, 10)`` behind a convolution with 64 maps stands for global pooling: without it, the last
axis of the maps is taken for the features.
What the fix does. Averages each map, in ``forward`` or as layers of the Sequential, so that the layer, its weights
and the shape of the output stay as they are meant; instead of flattening them where the layer is built for their
number.
Fix safety. Unsafe where flattening the maps into a larger layer, or a score for every pixel, runs as well.
Source. Lin et al., Network in Network, section 3.2; torch.nn.AdaptiveAvgPool2d.
"""

import ast
import math
from dataclasses import replace

from autofix.edits.insert_view_op import insertions
from autofix.edits.sequential_entries import sequential_entry
from autofix.facts.call_sites import lineage, operands, written
from autofix.provenance.producers import argument_expression, producing_layer
from autofix.rule import Edit, Expression, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, Tensor, shown
from autofix.syntax.spelling import receiver


class MissingPooling(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES,)
    examples = shown("""
        a line of forward: 4,3,9,9
            self.conv = nn.Conv2d(3, 8, 3); self.fc = nn.Linear(8, 10)
            x = self.conv(x); < => x = x.mean((2, 3)); >self.fc(x)
        a width that is named for the maps, flattened: 4,3,9,9
            self.conv = nn.Conv2d(3, 8, 3); self.fc = nn.Linear(self.conv.out_channels, 10)
            x = self.conv(x).<flatten(1) => mean(dim=(2, 3))>; self.fc(x)
        declines a layer that takes the flattened maps: 4,3,9,9
            self.conv = nn.Conv2d(3, 8, 3); self.fc = nn.Linear(8 * 7 * 7, 10)
            x = self.conv(x); self.fc(x)
            by AF201
        two layers of a Sequential: 4,3,9,9
            self.net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.< => AdaptiveAvgPool2d(1), nn.Flatten(), nn.>Linear(8, 10))
            self.net(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors:
            return
        tensor, expected = operation.tensors[0], finding.expected[0]
        if tensor.rank == 2:
            yield from self._instead_of_flattening(project, layer, tensor, expected)
        maps = producing_layer(project, tensor)
        if tensor.rank < 4 or tensor.shape[1] != expected or max(tensor.shape[2:]) == 1:
            return
        if maps is None or maps[1].setting("out_channels") != expected:
            return
        axes = ", ".join(map(str, range(2, tensor.rank)))
        pool = f"AdaptiveAvgPool{tensor.rank - 2}d(1)"
        for edits, words in insertions(project, operation, layer, f"mean(({axes}))", "", pool):
            title = f"average each of the {expected} maps {words}"
            reason = f"`{layer.path}` takes as many features as {tensor.shape} has maps"
            yield self.fix(title, _flattened(project, layer, edits), reason=reason)

    def _instead_of_flattening(self, project: Project, layer: Layer, tensor: Tensor, expected: int) -> Fixes:
        """Yield the mean of each map for the line that flattens them, where the width of the layer is a name."""
        maker = next(lineage(project, tensor, 1), None)
        place = written(project, maker) if maker is not None and maker.tensors else None
        if maker is None or maker.layer is not None or place is None or not isinstance(place.node, ast.Call):
            return
        maps, width = maker.tensors[0], argument_expression(project, layer, "in_features")
        flattens = maps.rank > 3 and tensor.shape == (maps.shape[0], math.prod(maps.shape[1:]))
        base = next(iter(operands(project, maker)), None)
        pooled = any("pool" in earlier.operator.lower() for earlier in lineage(project, maps, 2))
        if flattens and maps.shape[1] == expected and base is not None and not pooled and _is_read(width):
            axes = ", ".join(map(str, range(2, maps.rank)))
            edit = place.source.replace(place.node, f"{receiver(base.text)}.mean(dim=({axes}))")
            title, doubt = f"average each of the {expected} maps", f"a layer for all of {maps.shape[1:]} would run"
            yield self.fix(title, (edit,), doubt=doubt)


def _is_read(width: Expression | None) -> bool:
    """Return whether a width is read from somewhere; one that is worked out or a number is more likely wrong itself."""
    return width is not None and isinstance(width.node, (ast.Name, ast.Attribute))


def _flattened(project: Project, layer: Layer, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return the edits with an added flatten, since pooling leaves axes of one, which the next entry has to remove."""
    entry = sequential_entry(project, layer, "Flatten()")
    if entry is None or entry[0][0].range != edits[0].range:
        return edits
    return (replace(edits[0], text=edits[0].text + entry[0][0].text),)
