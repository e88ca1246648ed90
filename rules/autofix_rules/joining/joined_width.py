"""AF306 joined-width: a layer behind a concatenation counts one of the parts wrongly.

Why it fails. The width of joined tensors is the sum of theirs; ``nn.Linear(16 + 10, ...)`` spells that sum, and one
term is not the width of its part.
What the fix does. Corrects that term at its root, so that the sum still says what is joined. Where the layer counts
some of the parts only, the names that hold the widths of the others are added: ``latent + n_classes``.
Fix safety. Unsafe where a layer gave the part, since its width may be the one that is wrong, and where a name that is
added does not say that it holds a width; else safe, because the other terms are the widths of the other parts.
Source. torch.cat.
"""

import ast
import re
from collections.abc import Iterator

from autofix.facts.joins import joined
from autofix.provenance import width_evidence
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression
from autofix.provenance.size_sites import spelled_in_scope
from autofix.rule import FEATURES, Evidence, Expression, Finding, Fixes, Operation, Project, Rule, shown, sites

MAX_HOPS = 5
# What a name says that holds a width; another, such as a number of layers, may be as large by chance.
_OF_WIDTHS = re.compile(r"dim|size|feat|chan|width|class|hidden|latent|emb|unit|plane|cond|(^|_)(ch|nz|nc|d)(_|$)")


class JoinedWidth(Rule):
    mismatches = FEATURES
    examples = shown("""
        declines a number that is no sum: 4,6
            self.fc = nn.Linear(11, 2)
            self.fc(torch.cat([x, x], 1))
            by AF101
        a part that is not counted: 4,6 4,3
            wide, narrow = 6, 3; self.narrow = nn.Linear(narrow, narrow); self.fc = nn.Linear(wide< =>  + narrow>, 2)
            self.fc(torch.cat([x, y], 1))
        beside a product, of a weight that is computed: 4,8 4,3
            k, n = 4, 3; self.fc = nn.utils.parametrizations.weight_norm(nn.Linear(k * 2< =>  + n>, 2))
            self.fc(torch.cat([x, y], 1))
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or not operation.tensors or not finding.parameter or finding.dimension is None:
            return
        tensors = joined(project, operation.tensors[0], finding.dimension)
        parts = tuple(tensor.shape[finding.dimension] for tensor in tensors)
        argument = argument_expression(project, layer, finding.parameter)
        terms = _terms(project, argument, len(parts)) if argument is not None and len(parts) > 1 else []
        if argument is not None and len(parts) > 1 and not terms:
            yield from self._uncounted(project, argument, parts, layer.label)
        wrong = [(term, part) for term, part in zip(terms, parts, strict=False) if project.integer(term) != part]
        if len(wrong) != 1:
            return
        ((term, part),) = wrong
        sizes = finding.expected[0], finding.actual[0]
        evidence, _ = width_evidence.extras(project, operation.tensors[0], layer, *sizes)
        title = f"count {part} for the part that is joined, not {project.integer(term)}"
        for site in sites(project, term, part):
            yield self.fix(title, site.edits, *site.evidence, Evidence.EXACT_FIT, *evidence)

    def _uncounted(self, project: Project, argument: Expression, parts: tuple[int, ...], subject: str) -> Fixes:
        """Yield fixes that count every part for a layer built for one of them: the others by their names."""
        for hops, place in enumerate(_readings(project, argument)):
            missing = _missing(parts, project.integer(place))
            options = [spelled_in_scope(project, place, part) for part in missing]
            names = [_best(place, spelled) for spelled in options]
            unsure = any(len({text.rpartition(".")[2] for text in spelled}) > 1 for spelled in options)
            unsure = unsure or not all(_OF_WIDTHS.search(name.lower()) for name in names)
            if missing and all(names):
                text = " + ".join((place.text, *names))
                edit = place.source.replace(place.node, text)
                reason = f"the parts that are joined are {' and '.join(map(str, parts))} wide"
                title = f"count every part that `{subject}` receives: {text}"
                yield self.fix(title, (edit,), Evidence.AGREES, Evidence.OUTWARD * hops, reason=reason, unsafe=unsure)


def _best(place: Expression, spelled: tuple[str, ...]) -> str:
    """Return the best spelling: an attribute beside an attribute, a plain name beside a plain name."""
    return min(spelled, key=lambda text: ("." in text) != ("." in place.text), default="")


def _readings(project: Project, argument: Expression) -> Iterator[Expression]:
    """Yield the argument, and the arguments of callers that it was handed through, outwards."""
    place: Expression | None = argument
    for _ in range(MAX_HOPS):
        is_product = place is not None and isinstance(place.node, ast.BinOp) and isinstance(place.node.op, ast.Mult)
        if place is None or not (is_product or isinstance(place.node, (ast.Name, ast.Attribute))):
            return
        yield place
        now = project.integer(place)
        plain = (binding.expression for binding in bindings(project, place) if binding.inverse is None)
        place = next((expression for expression in plain if project.integer(expression) == now), None)


def _missing(parts: tuple[int, ...], counted: int | None) -> tuple[int, ...]:
    """Return the other parts, where one of several different ones is counted."""
    if counted not in parts or len(set(parts)) < 2:
        return ()
    index = parts.index(counted)
    return parts[:index] + parts[index + 1 :]


def _terms(project: Project, expression: Expression, count: int, hops: int = 0) -> list[Expression]:
    """Return the terms of the sum that the expression is, or comes from."""
    if isinstance(expression.node, ast.BinOp):
        nodes = _flat(expression.node)
        return [expression.at(node) for node in nodes] if len(nodes) == count else []
    if hops < MAX_HOPS:
        for binding in bindings(project, expression):
            terms = _terms(project, binding.expression, count, hops + 1) if binding.inverse is None else []
            if terms:
                return terms
    return []


def _flat(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_flat(node.left), *_flat(node.right)]
    return [node]
