"""AF201 missing-flatten: feature maps go into a Linear layer without being flattened.

Why it fails
    A Linear layer works on the last dimension. Maps ``(N, C, H, W)`` have their width there,
    while the layer was built for ``C * H * W`` features of one row per sample.
What the fix does
    Inserts a flatten before the layer: ``x = torch.flatten(x, 1)`` as a line of ``forward``,
    ``.flatten(1)`` on the argument, or ``nn.Flatten()`` inside a Sequential. Where the flattened
    size is not what the layer takes either, both are repaired together.
Fix safety
    Safe where the flattened size is the one the layer was built for.
Source
    torch.nn.Linear and torch.flatten.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.records import Edit, Layer, Operation, Position, Range, Tensor
from autofix.rule import Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix.source import Source, dotted
from autofix_rules._sizes import argument_sites

FLATTEN = 10
WITH_SIZE = 4
FOLDED_ROWS = 12


class MissingFlatten(Rule):
    code = "AF201"
    name = "missing-flatten"
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.NORM_RANK)
    examples = (
        Example(
            name="a line of forward",
            inputs=((4, 3, 8, 8),),
            before=model("self.head = nn.Linear(3 * 8 * 8, 10)", "x = torch.relu(x)\nself.head(x)"),
            after=model("self.head = nn.Linear(3 * 8 * 8, 10)", "x = torch.relu(x)\nx = torch.flatten(x, 1)\nself.head(x)"),
        ),
        Example(
            name="a layer of a Sequential",
            inputs=((4, 3, 8, 8),),
            before=model("self.net = nn.Sequential(nn.ReLU(), nn.Linear(192, 10))", "self.net(x)"),
            after=model("self.net = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(192, 10))", "self.net(x)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        if tensor.rank < 3 or layer.kind not in {"Linear", "BatchNorm1d"}:
            return
        want = math.prod(tensor.shape[1:])
        parameter = "in_features" if layer.kind == "Linear" else "num_features"
        fits = layer.setting(parameter) == want
        if tensor.rank == 3 and not fits and layer.kind != "Linear":
            return
        for edits, words in insertions(project, operation, layer):
            title = f"flatten {tensor.shape} to {(tensor.shape[0], want)} {words}"
            if fits:
                yield Fix(self.code, title, edits, FLATTEN, self.applicability, f"{tensor.shape[1:]} has the {want} features that `{layer.path}` takes")
            elif tensor.rank >= 4:
                yield from self._with_size(project, layer, tensor, want, edits, title)

    def _with_size(self, project: Project, layer: Layer, tensor: Tensor, want: int, edits: tuple[Edit, ...], title: str) -> Iterator[Fix]:
        """Flatten and build the layer for what comes out."""
        parameter = "in_features" if layer.kind == "Linear" else "num_features"
        for site in argument_sites(project, layer, parameter, want, tensor.shape[1:])[:3]:
            both = (*edits, *site.edits)
            yield Fix(self.code, f"{title} and set `{parameter}` of `{layer.path}` to {site.text}", both, site.cost + WITH_SIZE, self.applicability)


def insertions(project: Project, operation: Operation, layer: Layer, method: str = "flatten(1)", function: str = "torch.flatten({}, 1)", module: str = "Flatten()") -> Iterator[tuple[tuple[Edit, ...], str]]:
    """Ways to put a shape change before the call of ``layer``, the most natural first."""
    inside = _sequential_entry(project, layer, module)
    if inside is not None:
        yield inside
        return
    call = project.call(operation.frames)
    if call is None or not isinstance(call.node, ast.Call) or not call.node.args:
        return
    first = call.node.args[0]
    if isinstance(first, ast.Starred):
        return
    line = _own_line(call.source, call.node, first, function if _has_torch(call.source) else "{}." + method)
    if line is not None:
        yield (line,), "before the layer"
        return
    text = call.source.text_of(first)
    plain = isinstance(first, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    yield (call.source.replace(first, f"{text if plain else f'({text})'}.{method}"),), "at the call"


def _has_torch(source: Source) -> bool:
    return any(isinstance(n, ast.Import) and any(a.name == "torch" and a.asname is None for a in n.names) for n in source.tree.body)


def _own_line(source: Source, call: ast.Call, first: ast.expr, function: str) -> Edit | None:
    """``x = torch.flatten(x, 1)`` on a line before, where the layer is given a plain name that it also rebinds or returns."""
    statement = source.statement_of(call)
    if not isinstance(first, ast.Name) or not source.stands_alone(statement) or not _dies_here(source, statement, first.id):
        return None
    return source.insert_before(statement, f"{first.id} = {function.format(first.id)}")


def _dies_here(source: Source, statement: ast.stmt, name: str) -> bool:
    """Whether nothing after the statement reads the unflattened value of ``name``."""
    if isinstance(statement, ast.Return):
        return True
    targets = [dotted(t) for t in statement.targets] if isinstance(statement, ast.Assign) else []
    if name in targets:
        uses = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
        return len(uses) == 1
    function = source.function_of(statement)
    later = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name and n.lineno > (statement.end_lineno or statement.lineno)] if function else []
    return not later and not any(isinstance(a, (ast.For, ast.While)) for a in source.ancestors(statement))


def _sequential_entry(project: Project, layer: Layer, module: str) -> tuple[tuple[Edit, ...], str] | None:
    """An entry before the layer's own where it is written inside ``nn.Sequential(...)``."""
    call = project.construction_call(layer)
    if call is None:
        return None
    source, node = call.source, call.node
    parent = source.parents.get(node)
    prefix = source.text_of(node.func.value) + "." if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    if isinstance(parent, ast.Call) and dotted(parent.func).endswith("Sequential") and node in parent.args:
        return (_entry(source, node, f"{prefix}{module}"),), "in the Sequential"
    if isinstance(parent, (ast.List,)) and _is_sequential_list(source, parent):
        return (_entry(source, node, f"{prefix}{module}"),), "in the Sequential"
    if isinstance(parent, ast.Tuple) and len(parent.elts) == 2 and isinstance(parent.elts[0], ast.Constant):
        name = "flatten" if "Flatten" in module else "reshape"
        return (_entry(source, parent, f"({name!r}, {prefix}{module})".replace("'", _quote(source, parent.elts[0]))),), "in the Sequential"
    return None


def _quote(source: Source, node: ast.expr) -> str:
    return source.text_of(node)[:1]


def _is_sequential_list(source: Source, node: ast.AST) -> bool:
    """A list that a Sequential is built from, at once or by a name."""
    return any(isinstance(a, ast.Call) and dotted(a.func).rpartition(".")[2] in {"Sequential", "extend"} for a in source.ancestors(node)) or isinstance(
        source.parents.get(node), (ast.Assign, ast.AugAssign, ast.Return)
    )


def _entry(source: Source, node: ast.expr, text: str) -> Edit:
    """A new element before ``node``, on a line of its own where the elements have one each."""
    place = source.range_of(node).start
    line = source.line(place.line)
    alone = not line[: place.column].strip()
    separator = f",{source.newline}{line[: place.column]}" if alone else ", "
    return Edit(source.path, Range(Position(place.line, place.column), Position(place.line, place.column)), f"{text}{separator}")


