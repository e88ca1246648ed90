"""AF410 norm-layout: a LayerNorm works on the width of maps whose channels stand in dimension 1.

Why it fails. ``nn.LayerNorm(C)`` normalises the last dimension; ``(N, C, H, W)`` has the width there.
What the fix does. Moves the channels to the end around the norm,
``self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)``. A norm that is chosen by name from a table or by tests is
exchanged for the batch norm of the same table, and one inside a Sequential for ``GroupNorm(1, C)``, which is a
LayerNorm of maps.
Fix safety. Safe where the channels are moved. Another kind of norm gives other statistics, so exchanging one is
unsafe.
Source. torch.nn.LayerNorm and torch.nn.GroupNorm.
"""

import ast
from collections.abc import Iterator

from autofix.edits.insert_view_op import wrapped
from autofix.provenance.channel_sites import number, to_back, to_front
from autofix.rule import Evidence, Finding, Fixes, Layer, Mismatch, Operation, Project, Rule, Tensor, shown
from autofix.syntax.source import Source, dotted

OTHER_STATISTICS = "a {} normalises over other values than the LayerNorm it replaces"


class NormLayout(Rule):
    mismatches = (Mismatch.NORM_FEATURES,)
    examples = shown("""
        inside a Sequential: 2,4,8,9
            self.net = nn.Sequential(nn.Conv2d(4, 6, 1), nn.<LayerNorm( => GroupNorm(1, >6), nn.ReLU())
            self.net(x)
        chosen by name from a table: 2,4,8,9
            above: NORMS = {'BN': nn.BatchNorm2d, 'LN': nn.LayerNorm}; KIND = '<LN => BN>'
            self.norm = NORMS[KIND](4)
            self.norm(x)
        declines where no dimension has the channels: 2,5,8,9
            above: SIZES = [int(n) for n in '4'.split()]
            self.norm = nn.LayerNorm(*SIZES)
            self.norm(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors or layer.kind not in {"LayerNorm", "RMSNorm"}:
            return
        tensor, channels = operation.tensors[0], number(layer, "normalized_shape")
        if channels is None or tensor.rank < 3 or tensor.shape[1] != channels:
            return
        yield from self._by_name(project, layer, tensor)
        yield from self._moved(project, operation, layer, tensor)
        yield from self._exchanged(project, layer)

    def _moved(self, project: Project, operation: Operation, layer: Layer, tensor: Tensor) -> Fixes:
        if (layer.path or "").rpartition(".")[2].isdigit():
            return
        title = f"normalise {tensor.shape} with the channels last"
        reason = f"the {tensor.shape[1]} channels of {tensor.shape} stand in dimension 1"
        for edits, words in wrapped(project, operation, to_back(tensor.rank), to_front(tensor.rank)):
            yield self.fix(f"{title} {words}", edits, Evidence.EVIDENT, reason=reason)

    def _exchanged(self, project: Project, layer: Layer) -> Fixes:
        call = project.construction_call(layer)
        if call is None or not isinstance(call.node, ast.Call) or len(call.node.args) != 1:
            return
        callee = dotted(call.node.func)
        if not callee.endswith(layer.kind) or call.node.keywords or isinstance(call.node.args[0], ast.Starred):
            return
        text = f"{callee.removesuffix(layer.kind)}GroupNorm(1, {call.source.text_of(call.node.args[0])})"
        title = f"make `{layer.path}` a GroupNorm of one group"
        edits, reason = (call.source.replace(call.node, text),), OTHER_STATISTICS.format("GroupNorm")
        attribute = isinstance(call.source.parents.get(call.node), ast.Assign)
        yield self.fix(title, edits, Evidence.AGAINST if attribute else Evidence.OTHER_READING, doubt=reason)

    def _by_name(self, project: Project, layer: Layer, tensor: Tensor) -> Fixes:
        """Yield fixes that exchange the name which chose this norm for the batch norm's, where a table has both."""
        batch_norm = f"BatchNorm{tensor.rank - 2}d"
        for old, new in _names(project, layer.kind, batch_norm):
            for source in project.sources():
                for node in source.nodes:
                    if isinstance(node, ast.Constant) and node.value == old and not _is_test_or_key(source, node):
                        quote = source.text_of(node)[0]
                        edits = (source.replace(node, f"{quote}{new}{quote}"),)
                        title = f"choose the norm {new!r} instead of {old!r} for maps"
                        reason = OTHER_STATISTICS.format(batch_norm)
                        yield self.fix(title, edits, Evidence.EVIDENT, doubt=reason)


def _names(project: Project, kind: str, batch_norm: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of names in one table or chain of tests: of the norm at hand, and of the norm wanted."""
    for source in project.sources():
        for node in source.nodes:
            names = {norm: name for name, norm in _choices(node)}
            if kind in names and batch_norm in names:
                yield names[kind], names[batch_norm]


def _choices(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield names and the norms they stand for, in a dict or in the tests of one function."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, _mentioned(value)
    elif isinstance(node, ast.FunctionDef):
        for test in (n for n in ast.walk(node) if isinstance(n, ast.If) and isinstance(n.test, ast.Compare)):
            names = [n.value for n in ast.walk(test.test) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            if len(names) == 1 and test.body:
                yield names[0], _mentioned(test.body[0])


def _mentioned(value: ast.AST) -> str:
    """Return the norm class that an entry of a table names, itself or in a function of one expression."""
    names = (dotted(n).rpartition(".")[2] for n in ast.walk(value) if isinstance(n, (ast.Name, ast.Attribute)))
    return next((name for name in names if "Norm" in name), "")


def _is_test_or_key(source: Source, node: ast.Constant) -> bool:
    """Return whether a text is a key of a table, or is compared with: then the choice is not made there."""
    parent = source.parents.get(node)
    return isinstance(parent, (ast.Compare, ast.Subscript)) or (isinstance(parent, ast.Dict) and node in parent.keys)
