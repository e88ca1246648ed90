"""A name that nothing reads, in place of one that is read where it does not fit.

What a function was handed, or what it has computed and then left alone, was meant for some place: a read of another
name on the way to the fault may stand there. The same for an argument that is called otherwise than its parameter,
where the name of the parameter is at hand. It proposes names; whether one fits is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, product

from autofix.edits.code_change import CodeChange
from autofix.edits.verdicts import verdict_of_name
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.fault_path import ADDS, FaultPlace, places, way
from autofix.facts.passed_arguments import PassedArgument, PassedCall, passed_calls
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence, Piece
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.alike_expressions import odd_names
from autofix.syntax.name_bindings import bound_above, bound_later, left_over, parameters, reads, stores
from autofix.syntax.source import Function, Source, below, dotted

MAX_SUBSTITUTIONS = 12
_STEM = 4  # Letters that make two words one: ``drop`` of ``drop_prob`` and ``Dropout``.


@dataclass(frozen=True, slots=True)
class Substitution:
    """A name to stand for ``read``.

    ``unread``: nothing else reads it. ``telling``: it is called like what it is passed to, unlike what stands there.
    ``repeated``: what stands there is passed under its own name beside it. ``alike``: a neighbour is written so.
    ``copied``: the line is a copy of another, with another target. ``fits``: what the contracts of what ran say of it;
    None where they cannot tell. ``is_left_over``: a loop or an unpacking binds it, which is often for nothing.
    """

    read: Expression
    name: str
    unread: bool
    telling: bool
    repeated: bool = False
    alike: bool = False
    copied: bool = False
    fits: bool | None = None
    is_left_over: bool = False

    @property
    def change(self) -> CodeChange:
        words = f"read `{self.name}` for `{self.read.text}`" + ", which nothing else reads" * self.unread
        doubt = "" if self.is_certain else "that another name is meant is told by the run, not by its name"
        return CodeChange(words, (self.read.source.replace(self.read.node, self.name),), self.evidence, doubt)

    @property
    def is_open(self) -> bool:
        """Whether only that nothing reads it speaks for it: no name, no contract, no layer that was built for it."""
        return self.unread and not self.telling and not self.fits and self.name.isidentifier()

    @property
    def is_certain(self) -> bool:
        """Whether the names alone say that this one is meant."""
        return self.telling and not self.copied and (self.unread or self.repeated)

    @property
    def evidence(self) -> tuple[Piece, ...]:
        if self.unread and not self.telling:
            left, fits = self.is_left_over, Evidence.EXACT_FIT * (not self.is_open)
            return (Evidence.EVIDENT, fits, Evidence.OTHER_NAME * left, Evidence.BY_RUN * left)
        if self.unread or self.repeated:
            return (Evidence.AGREES, Evidence.OTHER_NAME * (not self.unread))
        # Lines that are written alike differ in their names more often than not.
        return (Evidence.OTHER_NAME, Evidence.RUNNER_UP * self.alike)


def substitutions(project: Project, operation: Operation | None, layer: int | None) -> Iterator[Substitution]:
    """Yield names for reads in the statements that led to the fault, each place once."""
    seen: set[tuple[str, int, int, str]] = set()
    at = places(project, operation, layer)
    for substitution in chain(
        _unread(project, at, operation),
        _of_copies(project, way(project, operation, layer)),
        _of_parameters(project, operation, layer),
        _of_neighbours(project, at),
    ):
        node = substitution.read.node
        key = (str(substitution.read.source.path), node.lineno, node.col_offset, substitution.name)
        if key not in seen and len(seen) < MAX_SUBSTITUTIONS:
            seen.add(key)
            yield substitution


def ranked(others: Iterator[Substitution]) -> Iterator[tuple[int, CodeChange]]:
    """Yield each with how many come before it that rest on as little: neither a name nor a contract speaks for them."""
    before = 0
    for other in others:
        yield before * other.is_open, other.change
        before += other.is_open


def _unread(project: Project, at: tuple[FaultPlace, ...], operation: Operation | None) -> Iterator[Substitution]:
    for place in at:
        source, function, statement = place.source, place.scope, place.statement
        if isinstance(function, ast.Module):
            continue
        names = _unread_names(function)
        class_ = source.class_of(function)
        attributes = project.once(("unread attributes", class_), partial(_unread_attributes, class_))
        if not names and not attributes:
            continue
        overwritten = _overwritten(function, statement)
        later = bound_later(function, statement.lineno) - overwritten
        names += sorted(overwritten - {*names})
        local = _bound(function)
        for read in place.reads():
            node = read.node
            for name in names if dotted(node) in local else ():
                if name == dotted(node) or name in later or not _may_stand(project, read, name, operation):
                    continue
                fits = verdict_of_name(project, operation, read, name)
                if fits is not False:
                    telling, is_left_over = _is_telling(source, node, name), name in left_over(function)
                    yield Substitution(read, name, True, telling, fits=fits, is_left_over=is_left_over)
            for name in attributes.get(dotted(node), ()) if isinstance(node, ast.Attribute) else ():
                yield Substitution(read, name, True, False)


def _bound(function: Function) -> set[str]:
    """Return the names that a function has of its own: parameters and what it binds."""
    return {*parameters(function), *(node.id for node in stores(function))} - {"self", "cls"}


def _unread_names(function: Function) -> list[str]:
    """Return the names of a function that nothing in it reads, lists that are only added to among them; one that begins
    with ``_`` is meant to be left.
    """
    added_to = {node.value for node in below(function) if isinstance(node, ast.Attribute) and node.attr in ADDS}
    loads = {node.id for node in reads(function) if node not in added_to}
    return sorted(name for name in _bound(function) - loads if not name.startswith("_"))


def _overwritten(function: Function, statement: ast.stmt) -> set[str]:
    """Return the parameter, or name bound before, that a statement binds anew before anything, it included, has read
    it.
    """
    last, bound = statement.end_lineno or statement.lineno, dict.fromkeys(parameters(function), function.lineno)
    if not isinstance(function, ast.Lambda) and statement in function.body:
        bound |= {node.id: node.lineno for node in stores(function) if node.lineno < statement.lineno}
    read = {node.id for node in reads(function) if bound.get(node.id, last) < node.lineno <= last}
    return {node.id for node in stores(statement) if node.id in bound} - read - {"self", "cls"}


def _unread_attributes(class_: ast.ClassDef | None) -> dict[str, list[str]]:
    """Return, for each attribute of ``self`` that a class makes, those of the same make that it never reads."""
    made_by: dict[str, str] = {}
    for node in below(class_) if class_ is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made_by |= {dotted(t): dotted(node.value.func) for t in node.targets if dotted(t).count(".") == 1}
    own = {name: call for name, call in made_by.items() if name.startswith("self.") and call}
    loads = {
        node.attr
        for node in (below(class_) if class_ is not None else ())
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    unread = [name for name in own if name.removeprefix("self.") not in loads]
    return {
        name: [other for other in unread if own[other] == call and other != name]
        for name, call in own.items()
        if unread
    }


def _may_stand(project: Project, place: Expression, name: str, operation: Operation | None) -> bool:
    """Return whether a name has another value than the one read, and of its kind where an operation failed over it."""
    if _are_equal(project, place, name):
        return False
    value, other = project.value(place), project.value(place.named(name))
    return operation is None or value is UNKNOWN or isinstance(value, Tensor) == isinstance(other, Tensor)


def _are_equal(project: Project, place: Expression, name: str) -> bool:
    """Return whether both names have one value at the place, so that nothing would change."""
    value = project.value(place)
    return value is not UNKNOWN and project.value(place.named(name)) == value


def _is_telling(source: Source, node: ast.expr, name: str) -> bool:
    """Return whether a name is called like the parameter or the callee that it would be passed to, and the name that
    is passed now is not.
    """
    parent = source.parents.get(node)
    called = source.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(called, ast.Call) or node is called.func:
        return False
    words = _words(dotted(called.func).rpartition(".")[2]) if len(called.args) + len(called.keywords) == 1 else set()
    words |= _words(parent.arg or "") if isinstance(parent, ast.keyword) else set()
    return _share(_words(name), words) and not _share(_words(dotted(node)), words)


def _words(name: str) -> set[str]:
    return {word for word in name.lower().split("_") if word}


def _share(first: set[str], second: set[str]) -> bool:
    return any(a == b or (min(len(a), len(b)) >= _STEM and a[:_STEM] == b[:_STEM]) for a in first for b in second)


# -- arguments that are not called like their parameter --------------------------------------------------------------


def _of_parameters(project: Project, operation: Operation | None, layer: int | None) -> Iterator[Substitution]:
    for passed in passed_calls(project, operation, layer):
        function = passed.call.source.function_of(passed.call.node)
        for argument in passed.arguments if function is not None else ():
            expression, node = argument.expression, argument.expression.node
            if not isinstance(node, ast.Name) or argument.has_its_own_name or function is None:
                continue
            if any((other.name, other.parameter) == (argument.parameter, argument.name) for other in passed.arguments):
                continue  # They are exchanged, and neither is meant twice.
            fits = argument.parameter in _bound(function) - bound_later(function, node.lineno)
            if fits and not _are_equal(project, expression, argument.parameter):
                unread = argument.parameter in _unread_names(function)
                yield Substitution(expression, argument.parameter, unread, True, _is_passed_beside(passed, argument))


def _is_passed_beside(passed: PassedCall, argument: PassedArgument) -> bool:
    """Return whether the same name is passed a second time in the call, under its own name."""
    return any(other.has_its_own_name and other.name == argument.name for other in passed.arguments)


# -- lines that were copied ------------------------------------------------------------------------------------------


def _of_copies(project: Project, at: tuple[FaultPlace, ...]) -> Iterator[Substitution]:
    """Yield what a line should read that was copied: ``y_scale = Scale(train_x)`` below ``x_scale = Scale(train_x)``
    reads ``train_y`` where there is such a name.
    """
    for place in at:
        statement = place.statement
        if not isinstance(statement, ast.Assign):
            continue
        at_hand = bound_above(place.scope, statement.lineno)
        names = [node for node in below(statement.value) if isinstance(node, ast.Name)]
        for (old, new), node in product(_other_words(place, statement), names):
            read, name = place.at(node), _with_word(node.id, old, new)
            if name in at_hand and not _are_equal(project, read, name):
                yield Substitution(read, name, False, True, repeated=True, copied=True)


def _other_words(place: FaultPlace, statement: ast.Assign) -> Iterator[tuple[str, str]]:
    """Yield the words in which the target of a statement differs from those of others that assign the same text."""
    text = place.source.text_of(statement.value)
    for twin in below(place.scope):
        if isinstance(twin, ast.Assign) and twin is not statement and place.source.text_of(twin.value) == text:
            words = _other_word(twin.targets[0], statement.targets[0])
            if words is not None:
                yield words


def _other_word(first: ast.expr, second: ast.expr) -> tuple[str, str] | None:
    """Return the one word in which two targets differ: ``x`` and ``y`` of ``x_scale`` and ``y_scale``."""
    words = [dotted(target).split("_") for target in (first, second)]
    odd = [(a, b) for a, b in zip(*words, strict=False) if a != b]
    return odd[0] if len(words[0]) == len(words[1]) and len(odd) == 1 and all(odd[0]) else None


def _with_word(name: str, old: str, new: str) -> str:
    """Return a name with one of its words exchanged; empty where it has no such word."""
    words = name.split("_")
    return "_".join(new if word == old else word for word in words) if old in words else ""


# -- statements that are written alike -------------------------------------------------------------------------------


def _of_neighbours(project: Project, at: tuple[FaultPlace, ...]) -> Iterator[Substitution]:
    """Yield the name that another assignment of the function has where this one, written alike, has another."""
    for there in at:
        source, function, statement = there.source, there.scope, there.statement
        if (
            isinstance(function, ast.Module)
            or not isinstance(statement, ast.Assign)
            or not isinstance(statement.value, ast.Call)
        ):
            continue
        local = _bound(function)
        for other in below(function):
            if not isinstance(other, ast.Assign) or other is statement:
                continue
            pair = odd_names(statement.value, other.value, (dotted(statement.targets[0]), dotted(other.targets[0])))
            if pair is None or not {name.id for name in pair} <= local:
                continue
            place = Expression(source, pair[0], there.frames)
            if not _are_equal(project, place, pair[1].id):
                yield Substitution(place, pair[1].id, False, False, alike=True)
