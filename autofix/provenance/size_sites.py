"""From a size at a place to the edits in the source that would set it, in the order a person would think of them.

Every edit keeps the way the file is written: a product stays a product, a name stays a name where one still fits, a
keyword stays a keyword. It proposes and states evidence; running decides.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from autofix.facts.evaluate import integer
from autofix.facts.passed_arguments import has_argument_of, is_beside, is_shared
from autofix.facts.project_view import Expression, Project
from autofix.provenance import bindings, near_sizes
from autofix.provenance.exchanged_entries import exchanged, exchanged_beside
from autofix.provenance.handed_names import has_its_name, role_of
from autofix.provenance.inverse_arithmetic import does_nothing, fit, inverse_operands, moves_far
from autofix.provenance.left_out_arguments import left_out_sites
from autofix.provenance.render_expression import (
    ceiling,
    factor_text,
    factors_of,
    has_name,
    likeness,
    operator_text,
    parsed,
    shift,
)
from autofix.provenance.repeated_entries import at_all
from autofix.provenance.sibling_products import (
    FEWEST,
    differing,
    entry_left_out,
    entry_of_loop,
    passed_name,
    rest_of_half,
    sibling_factor,
    sibling_product,
    switched_factor,
)
from autofix.provenance.site import PARTS, Site, SiteKind, together
from autofix.provenance.text_sites import text_sites
from autofix.records.costs import Evidence, Piece, counted
from autofix.records.locations import Edit
from autofix.records.values import Mapping, Sequence, Tensor, is_integer
from autofix.syntax import name_bindings
from autofix.syntax.source import below, dotted

MAX_DEPTH = 7
FEW_TIMES = 64
# What speaks for the entry that a loop leaves out, where its name is read behind the loop.
_LEFT_OUT = (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.AGREES)

# What speaks for the name that the parameter has for it.
_ITS_NAME = (Evidence.AGREES, Evidence.SAME_NAME, Evidence.EVIDENT)


def sites(
    project: Project, expression: Expression, target_size: int, hints: tuple[int, ...] = (), now: int | None = None
) -> tuple[Site, ...]:
    """Return every way found to make ``expression`` equal ``target_size``, cheapest first, one per edit.

    ``hints`` are sizes whose product is ``target_size`` (the dimensions that were flattened), used to keep products
    products. ``now`` is what the expression came to where no name tells that.
    """
    if target_size <= 0:
        return ()
    cheapest: dict[tuple[Edit, ...], Site] = {}
    solver = _Solver(project, hints)
    for site in (*solver.solve(expression, target_size, 0), *solver.near(expression, now, target_size, 0)):
        known = cheapest.get(site.edits)
        if known is None or site.cost < known.cost:
            cheapest[site.edits] = site
    ordered = sorted(cheapest.values(), key=lambda site: (site.cost, site.edits))
    chosen = _without_equals(ordered) if _is_plain(expression.node) else ordered
    return tuple(replace(site, size=target_size) if site.kind in PARTS else site for site in chosen)


def _without_equals(ordered: list[Site]) -> Iterator[Site]:
    """Yield the sites, but of an expression of literals alone only the cheapest change to another such:
    all make the same model.
    """
    plain = False
    for site in ordered:
        try:
            stays_plain = _is_plain(ast.parse(site.text, mode="eval").body)
        except SyntaxError:
            stays_plain = False
        if not (plain and stays_plain):
            yield site
        plain = plain or stays_plain


def _is_plain(node: ast.AST) -> bool:
    """Return whether it has neither names nor calls, so that it has one value wherever it is evaluated."""
    return not any(isinstance(part, (ast.Name, ast.Call, ast.Attribute)) for part in ast.walk(node))


def spelled_in_scope(project: Project, expression: Expression, target_size: int) -> tuple[str, ...]:
    """Return names and expressions of the function around ``expression`` that have the size ``target_size`` there."""
    return tuple(_Solver(project, ()).expressions_in_scope(expression, target_size))


@dataclass(frozen=True, slots=True)
class _Solver:
    project: Project
    hints: tuple[int, ...]

    def solve(
        self, expression: Expression, target_size: int, depth: int, kind: SiteKind = SiteKind.ARGUMENT, name: str = ""
    ) -> Iterator[Site]:
        node = expression.node
        if depth > MAX_DEPTH or target_size < 0:
            return
        if isinstance(node, ast.Constant):
            for site in self._constant(expression, target_size, depth, kind):
                yield replace(site, name=name)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            yield from self._read(expression, target_size, depth)
        elif isinstance(node, ast.BinOp):
            yield from self._arithmetic(expression, node, target_size, depth)
        elif isinstance(node, ast.Call):
            yield from self._call(expression, node, target_size, depth, kind, name)
        elif isinstance(node, ast.IfExp):
            yield from self._choice(expression, node, target_size, depth)
        if not isinstance(node, ast.Constant):
            yield from self._in_place(expression, target_size, depth)

    def _site(self, expression: Expression, text: str, depth: int, kind: SiteKind, *evidence: Piece) -> Site:
        edit = expression.source.replace(expression.node, text)
        pieces = counted((Evidence.OUTWARD * depth, *evidence))
        return Site((edit,), pieces, text, kind, expression.source.location(expression.node))

    def near(self, expression: Expression, now: int | None, target_size: int, depth: int) -> Iterator[Site]:
        """Yield a computed size with a step or two behind it; ``now`` is what it came to, where no name tells that."""
        value = self.project.integer(expression)
        text = near_sizes.moved(self.project, expression, now if value is None else value, target_size)
        if text:
            yield self._site(expression, text, depth, SiteKind.EXPRESSION, *near_sizes.STATED)

    # -- literals ----------------------------------------------------------------------------------------------------

    def _constant(self, expression: Expression, target_size: int, depth: int, kind: SiteKind) -> Iterator[Site]:
        value = getattr(expression.node, "value", None)
        if not is_integer(value) or value == target_size:
            return
        spelled = sibling_product(expression, value, target_size)
        option = switched_factor(self.project, expression, target_size / value) if value else ""
        factor = option or sibling_factor(self.project, expression, target_size, value)
        if factor is not None:
            text = f"{factor} * {value}"
            yield self._site(expression, text, depth, SiteKind.EXPRESSION, Evidence.AGREES, Evidence.INSERTED)
        if spelled is not None:
            yield self._site(expression, spelled, depth, kind, Evidence.EVIDENT)
        yield from at_all(expression, self._site(expression, str(target_size), depth, kind, Evidence.MORE_PLACES))
        coincides = kind is SiteKind.ARGUMENT and has_argument_of(self.project, expression, target_size)
        # What is passed as two sizes may be different: that it runs with equal ones hides where they are mixed up.
        twice = 2 * (kind is SiteKind.NAMED and is_beside(self.project, expression, target_size))
        doubts = Evidence.COINCIDES * coincides, Evidence.OTHER_MEANING * bool(option), Evidence.DISAGREES * twice
        plain = self._site(expression, str(target_size), depth, kind, *doubts)
        yield plain
        yield from exchanged(expression, plain, value, target_size)

    # -- names, attributes, entries ----------------------------------------------------------------------------------

    def _read(self, expression: Expression, target_size: int, depth: int) -> Iterator[Site]:
        now = self.project.integer(expression)
        for binding in bindings.bindings(self.project, expression):
            inner = target_size if binding.inverse is None else binding.inverse(target_size)
            if inner is None:
                continue
            value = self.project.integer(binding.expression)
            changed_later = value is not None and now is not None and binding.inverse is None and value != now
            if changed_later and binding.distance > 1:
                continue
            if changed_later and isinstance(expression.node, ast.Subscript) and value is not None and now is not None:
                # ``mlp[0] += 3`` on the way: the entry is to change by as much as its later value.
                inner = target_size - now + value
            for site in self.solve(binding.expression, inner, depth + binding.distance, SiteKind.NAMED, binding.name):
                yield site.with_evidence(Evidence.OTHER_READING) if changed_later else site
            if binding.inverse is None and binding.distance == 1 and not changed_later:
                yield from self.near(binding.expression, now, target_size, depth + 1)
        yield from left_out_sites(self.project, expression, target_size, depth, self.expressions_in_scope)
        yield from text_sites(self.project, expression, target_size, depth)
        if isinstance(node := expression.node, ast.Subscript):
            yield from self._shifted_index(expression, node, target_size, depth)

    def _shifted_index(
        self, expression: Expression, node: ast.Subscript, target_size: int, depth: int
    ) -> Iterator[Site]:
        """Yield the neighbouring entry of a sequence where it has the size wanted, since the index may
        be off by one.
        """
        index = expression.at(node.slice)
        position = self.project.integer(index)
        if position is None:
            return
        base = self.project.value(expression.at(node.value))
        if isinstance(base, Sequence) and base.type == "Size":
            yield from self._other_dimension(index, base, target_size, depth)
            return
        entry = entry_of_loop(expression, node)
        if entry and self._text_value(expression, entry) == target_size:
            yield self._site(expression, entry, depth, SiteKind.INDEX, Evidence.EVIDENT)
        for step in (1, -1):
            shifted = f"{position + step}" if isinstance(node.slice, ast.Constant) else shift(index.text, step)
            if self._text_value(expression, f"{expression.source.text_of(node.value)}[{shifted}]") == target_size:
                yield self._site(index, shifted, depth, SiteKind.INDEX, Evidence.OTHER_NAME)

    def _other_dimension(self, index: Expression, shape: Sequence, target_size: int, depth: int) -> Iterator[Site]:
        """Yield another dimension of a shape that has the size wanted: ``x.shape[1]`` for ``x.shape[0]``."""
        for position, size in enumerate(shape.items):
            if size == target_size and isinstance(index.node, ast.Constant):
                yield self._site(index, str(position), depth, SiteKind.INDEX, Evidence.OTHER_NAME)

    def _text_value(self, expression: Expression, text: str) -> int | None:
        return integer(parsed(text), self.project.names(expression))

    # -- arithmetic --------------------------------------------------------------------------------------------------

    def _arithmetic(self, expression: Expression, node: ast.BinOp, target_size: int, depth: int) -> Iterator[Site]:
        products = list(self._product(expression, node, target_size, depth)) if isinstance(node.op, ast.Mult) else []
        yield from products
        left, right = (expression.at(side) for side in (node.left, node.right))
        a, b = self.project.integer(left), self.project.integer(right)
        sides = ((left, a), (right, b))
        for side, inner in inverse_operands(node.op, a, b, target_size):
            operand, before = sides[side]
            named = not isinstance(operand.node, ast.Constant)
            if does_nothing(node.op, side, inner):
                other = sides[1 - side][0].text
                yield self._site(expression, other, depth, SiteKind.OPERAND, Evidence.OTHER_MEANING * named)
                continue
            against = bool(products) or (not named and moves_far(node.op, before, inner))
            for site in self.solve(operand, inner, depth, SiteKind.OPERAND):
                yield site.with_evidence(Evidence.AGAINST * against)
        if isinstance(node.op, ast.FloorDiv):
            yield from self._rounded_up(expression, node, target_size, depth)

    def _product(self, expression: Expression, node: ast.BinOp, target_size: int, depth: int) -> Iterator[Site]:
        """Yield a product refitted factor by factor: ``16 * 5 * 5`` becomes ``16 * 6 * 6`` where (16,
        6, 6) was flattened.
        """
        factors = [expression.at(factor) for factor in factors_of(node)]
        values = [self.project.integer(factor) for factor in factors]
        targets = fit(values, self.hints) if math.prod(self.hints or (0,)) == target_size else None
        if targets is None:
            return
        changed = [
            (factor, target) for factor, value, target in zip(factors, values, targets, strict=True) if value != target
        ]
        if not changed:
            return
        per_factor = [next(self._cheapest(factor, target, depth), None) for factor, target in changed]
        chosen = [site for site in per_factor if site is not None]
        if len(chosen) < len(changed) or any(site.place.path != expression.source.path for site in chosen):
            return
        if len(chosen) == 1:
            yield chosen[0]
            return
        edits, evidence = together(chosen)
        text = " * ".join(factor_text(factor, target) for factor, target in zip(factors, targets, strict=True))
        yield Site(edits, evidence, text, SiteKind.PRODUCT, expression.source.location(expression.node))

    def _cheapest(self, factor: Expression, target_size: int, depth: int) -> Iterator[Site]:
        return iter(sorted(self.solve(factor, target_size, depth, SiteKind.FACTOR), key=lambda site: site.cost)[:1])

    # -- calls and choices -------------------------------------------------------------------------------------------

    def _call(
        self, expression: Expression, node: ast.Call, target_size: int, depth: int, kind: SiteKind, place: str
    ) -> Iterator[Site]:
        name = dotted(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "size" and len(node.args) == 1:
            base = self.project.value(expression.at(node.func.value))
            if isinstance(base, Tensor):
                index = expression.at(node.args[0])
                yield from self._other_dimension(index, Sequence("Size", base.shape), target_size, depth)
        if name in {"int", "round", "max", "min"} or name.endswith((".ceil", ".floor")):
            for argument in node.args:
                inner = expression.at(argument)
                if name not in {"max", "min"} or self.project.integer(inner) == self.project.integer(expression):
                    yield from self.solve(inner, target_size, depth, kind, place)
        division = node.args[0] if name in {"int", "math.floor", "np.floor"} and len(node.args) == 1 else None
        if isinstance(division, ast.BinOp) and isinstance(division.op, ast.Div):
            yield from self._rounded_up(expression, division, target_size, depth)

    def _rounded_up(self, expression: Expression, division: ast.BinOp, target_size: int, depth: int) -> Iterator[Site]:
        """Yield the division that rounds up, where one cuts off what the strided layers round up."""
        left, right = (expression.at(side) for side in (division.left, division.right))
        a, b = self.project.integer(left), self.project.integer(right)
        if a is not None and b and -(-a // b) == target_size:
            yield self._site(expression, ceiling(expression, left, right), depth, SiteKind.ROUNDING, Evidence.EVIDENT)

    def _choice(self, expression: Expression, node: ast.IfExp, target_size: int, depth: int) -> Iterator[Site]:
        test = integer(parsed(f"1 if {expression.source.text_of(node.test)} else 0"), self.project.names(expression))
        branches = (node.body, node.orelse) if test is None else (node.body if test else node.orelse,)
        for branch in branches:
            yield from self.solve(expression.at(branch), target_size, depth, SiteKind.CHOICE)
        # ``a * 2 if b else 1`` was meant as ``a * (2 if b else 1)``.
        if isinstance(node.body, ast.BinOp) and not isinstance(node.orelse, ast.BinOp):
            text = expression.source.text_of(node.body.left)
            inner = expression.text[len(text) :].lstrip()
            operator, rest = operator_text(node.body.op), None
            if inner.startswith(operator):
                rest = f"{text} {operator} ({inner[len(operator) :].strip()})"
            if rest is not None and self._text_value(expression, rest) == target_size:
                yield self._site(expression, rest, depth, SiteKind.PRECEDENCE, Evidence.EVIDENT)

    # -- another expression in its place -----------------------------------------------------------------------------

    def _in_place(self, expression: Expression, target_size: int, depth: int) -> Iterator[Site]:
        now = self.project.integer(expression)
        texts = tuple(self.expressions_in_scope(expression, target_size))
        role = role_of(self.project, expression) if texts else ""
        for text in texts:
            is_its_name = bool(role) and has_its_name(self.project, expression, role, text)
            pieces = Evidence.OTHER_NAME, *(_ITS_NAME if is_its_name else likeness(expression.node, text))
            shared = Evidence.COINCIDES * (not is_its_name and is_shared(self.project, expression, text))
            own = self._site(expression, text, depth, SiteKind.EXPRESSION, *pieces, shared)
            yield from (own, *exchanged_beside(expression, own))
        yield from self._other_attribute(expression, target_size, depth)
        if rest := rest_of_half(self.project, expression, target_size):
            yield self._site(expression, rest, depth, SiteKind.ROUNDING, Evidence.EVIDENT)
        if last := entry_left_out(self.project, expression, target_size):
            yield self._site(expression, last, depth, SiteKind.INDEX, *_LEFT_OUT)
        less = "" if texts or now is None else differing(self.project, expression, target_size - now)
        if less:
            yield self._site(expression, less, depth, SiteKind.EXPRESSION, Evidence.INSERTED, Evidence.COINCIDES)
        if now and target_size % now == 0 and target_size // now > 1:
            yield from self._counted(expression, target_size // now, depth)
            yield from self._multiple(expression, target_size // now, depth)
        if isinstance(expression.node, (ast.Name, ast.Attribute, ast.BinOp, ast.Subscript)):
            spelled = self._spelled(expression, target_size)
            yield self._site(expression, spelled, depth, SiteKind.EXPRESSION, Evidence.LITERAL_FOR_EXPRESSION)

    def _other_attribute(self, expression: Expression, target_size: int, depth: int) -> Iterator[Site]:
        """Yield the only other entry that has the size wanted: ``config.n_kv_heads`` becomes ``config.n_heads``."""
        node = expression.node
        if not isinstance(node, ast.Attribute) or dotted(node.value) in {"", "self"}:
            return
        owner = self.project.value(expression.at(node.value))
        items = owner.items if isinstance(owner, Mapping) else ()
        fitting = [name for name, value in items if value == target_size and type(value) is int and name.isidentifier()]
        if len(fitting) == 1:
            text = f"{expression.source.text_of(node.value)}.{fitting[0]}"
            yield self._site(expression, text, depth, SiteKind.EXPRESSION, Evidence.OTHER_NAME)

    def _spelled(self, expression: Expression, target_size: int) -> str:
        """Return the text of the size: a product where a product stood, else the number."""
        is_product = isinstance(expression.node, ast.BinOp) and isinstance(expression.node.op, ast.Mult)
        if is_product and len(self.hints) > 1 and math.prod(self.hints) == target_size:
            return " * ".join(map(str, self.hints))
        return str(target_size)

    def _counted(self, expression: Expression, factor: int, depth: int) -> Iterator[Site]:
        """Yield ``width * len(columns)`` for ``width``, where one of that width was made for each column."""
        if not isinstance(expression.node, (ast.Name, ast.Attribute)) or factor < FEWEST or not expression.frames:
            return
        local = self.project.names(expression).local
        for name, value in local.items if local is not None else ():
            if name.isidentifier() and isinstance(value, Sequence) and len(value.items) == factor:
                yield self._site(expression, f"{expression.text} * len({name})", depth, SiteKind.EXPRESSION)

    def _multiple(self, expression: Expression, factor: int, depth: int) -> Iterator[Site]:
        """Yield ``hidden * 7 * 7`` for ``hidden`` where the flattened rest is known, else ``hidden * 4``."""
        if isinstance(expression.node, ast.BinOp) and not isinstance(expression.node.op, ast.Mult):
            return
        now = self.project.integer(expression)
        if len(self.hints) > 1 and self.hints[0] == now and math.prod(self.hints[1:]) == factor:
            rest = [size for size in self.hints[1:] if size != 1]
            text = " * ".join([expression.text, *map(str, rest)])
            pooled = Evidence.OTHER_MEANING * isinstance(expression.node, ast.Attribute)
            yield self._site(expression, text, depth, SiteKind.EXPRESSION, Evidence.INSERTED, pooled)
            return
        option = switched_factor(self.project, expression, factor)
        name = option or passed_name(self.project, expression, factor)
        if name:
            stated = Evidence.INSERTED, Evidence.AGREES if option else Evidence.COINCIDES
            yield self._site(expression, f"{expression.text} * {name}", depth, SiteKind.EXPRESSION, *stated)
        if factor <= FEW_TIMES:  # A number says for all callers what an option says for one.
            evidence = (Evidence.INSERTED, Evidence.FROM_THIS_RUN, Evidence.OTHER_MEANING)
            yield self._site(expression, f"{expression.text} * {factor}", depth, SiteKind.EXPRESSION, *evidence)

    def expressions_in_scope(self, expression: Expression, target_size: int) -> Iterator[str]:
        """Yield texts used elsewhere in the same function, or at the top of the file, that have the size wanted
        here.
        """
        source = expression.source
        function = source.function_of(expression.node) or source.tree
        if not expression.frames or source.class_of(expression.node) is not source.class_of(function):
            return
        names = self.project.names(expression)
        # What it is an operand of would stand within itself.
        wholes = takewhile(lambda node: isinstance(node, ast.BinOp), source.ancestors(expression.node))
        seen = {expression.text, *map(source.text_of, wholes)}
        outer = set(ast.walk(expression.node))
        later = name_bindings.bound_later(function, source.statement_of(expression.node).lineno)
        for node in below(function):
            if not isinstance(node, (ast.Name, ast.Attribute, ast.BinOp, ast.Subscript)) or node in outer:
                continue
            if isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            if isinstance(function, ast.Module) and source.function_of(node) is not None:
                continue  # Names of other scopes.
            text = source.text_of(node)
            if text in seen or "\n" in text or not has_name(node):
                continue
            seen.add(text)
            if integer(node, names) == target_size and not later & name_bindings.targets(node):
                yield text
        for name, value in names.local.items if names.local else ():
            if (
                name not in seen
                and name.isidentifier()
                and is_integer(value)
                and value == target_size
                and name not in later
            ):
                seen.add(name)
                yield name
