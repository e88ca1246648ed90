"""The name by which a function was handed a size, to be written where a repair would write the number of this run.

``Stem(channels)`` for ``Stem(1)`` in a constructor that was handed ``channels=3`` and reads it nowhere, or that passes
it on under the name which the callee has for it. That a value is the same is chance often enough, so it stays a doubt.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts import size_origins
from autofix.facts.project_view import Expression, Project
from autofix.operators import table
from autofix.provenance.render_expression import parsed
from autofix.records.finding import Finding
from autofix.records.trace import Layer, Operation
from autofix.records.values import Mapping, is_integer
from autofix.syntax.name_bindings import (
    assignments,
    callee_name,
    constructor_of,
    default_of,
    function_called,
    is_bound_call,
    parameters,
    reads,
)
from autofix.syntax.source import Function, Source, below

# What is counted by a number, or is what comes out: not as wide as what comes in, whatever the value.
_COUNTS = frozenset(("depth", "layers", "heads", "head", "kernel", "stride", "batch", "seed", "epochs", "blocks"))
_MORE_COUNTS = frozenset(
    ("groups", "dilation", "padding", "steps", "levels", "stages", "scale", "factor", "ratio", "k")
)
_OUTPUTS = frozenset(("out", "output", "outputs", "nout", "class", "classes", "nclass", "labels", "targets", "cout"))
_INPUTS = frozenset(("in", "input", "inputs", "cin", "ni"))
# Words that nearly every size has.
_UNITS = frozenset(("dim", "dims", "size", "width", "num", "len", "length", "features", "channels", "number", "max"))
_WORDS = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class _Handed:
    """A name with the size: what is written to read it, and whether nothing reads it so far."""

    text: str
    name: str
    is_parameter: bool
    is_unread: bool


def handed_name(project: Project, finding: Finding, place: Expression, size: int) -> str:
    """Return the one name that a function was handed ``size`` by and that is meant at ``place``; empty where nothing
    but the value speaks for one, or several are as likely.
    """
    function = place.source.function_of(place.node)
    if function is None or size < 2 or any(node is place.node for node in ast.walk(function.args)):
        return ""
    role = role_of(project, place) or finding.parameter
    handed_to = list(_names(project, place, function, size))
    names = [handed for handed in handed_to if not _is_other(handed.name, role)]
    comes_in = _comes_in(project, finding, place, size)
    kinds = (
        [handed for handed in handed_to if handed.is_parameter and _is_by_default(handed.name, function, place)],
        [handed for handed in names if handed.name == role and (handed.is_unread or comes_in)],
        [handed for handed in names if handed.is_unread and (handed.is_parameter or _is_alike(handed.name, role))],
        [handed for handed in names if comes_in and _is_passed(project, place, function, handed, role)],
    )
    texts = next(([handed.text for handed in kind] for kind in kinds if kind), [])
    return texts[0] if len(texts) == 1 else ""


def is_handed(project: Project, layer: Layer, size: int) -> bool:
    """Return whether what built a layer was handed a size by a name that may be that of what comes in."""
    for level, frame in enumerate(layer.construction):
        source = project.source(frame.path)
        function = source.function_at(frame.range, frame.function)
        local = project.names(Expression(source, ast.Constant(None), layer.construction[level:])).local
        for name in parameters(function) if function is not None and local is not None and size > 1 else ():
            value = local.get(name) if local is not None else None
            if is_integer(value) and value == size and not _is_other(name, "in"):
                return True
    return False


def role_of(project: Project, place: Expression) -> str:
    """Return the name of the parameter that an argument is passed as; empty where that is not told."""
    source, node = place.source, place.node
    while isinstance(around := source.parents.get(node), ast.IfExp):
        node = around
    if isinstance(around, ast.keyword):
        return around.arg or ""
    return _parameter(project, source, around, node) if isinstance(around, ast.Call) and node in around.args else ""


def is_of_outputs(text: str) -> bool:
    """Return whether an expression is a number, or a name that says how many classes or outputs there are."""
    names = _WORDS.findall(text)
    return not names or not _OUTPUTS.isdisjoint(names[-1].lower().split("_"))


def is_called_so(role: str, text: str, other: str) -> bool:
    """Return whether one expression has a telling word of the parameter that it is passed as, and another none."""
    words, first, second = (_telling(name) for name in (role, text, other))
    return bool(words & first) and not words & second


def has_its_name(project: Project, place: Expression, role: str, text: str) -> bool:
    """Return whether a text is called like the parameter that ``place`` is passed as, and what stands there is not.

    What is passed beside it as the parameter that is called like ``place`` is exchanged with it, and not meant twice.
    """
    call = next((node for node in place.source.ancestors(place.node) if isinstance(node, ast.Call)), None)
    beside = [place.at(argument) for argument in call.args] if call is not None else []
    is_exchanged = any(other.text == text and role_of(project, other) == place.text for other in beside)
    return is_called_so(role, text, place.text) and not is_exchanged


def _telling(text: str) -> set[str]:
    """Return the words of the name that is read last, ``latent`` of ``CONFIG["latent_dim"]``; units tell nothing."""
    names = _WORDS.findall(text)
    return {word for word in (names[-1] if names else "").lower().split("_") if len(word) > 1} - _UNITS


def _parameter(project: Project, source: Source, call: ast.Call, node: ast.expr) -> str:
    index, name = call.args.index(node), callee_name(call)
    if any(isinstance(argument, ast.Starred) for argument in call.args[:index]):
        return ""
    row = table.layer(name)
    if row is not None:
        return row.constructor[index].name if index < len(row.constructor) else ""
    for other in (source, *project.sources()):
        called = function_called(other, name)
        if called is not None:
            names = parameters(called)[is_bound_call(other, called, call) :]
            return names[index] if index < len(names) else ""
    return ""


# -- names with the size -----------------------------------------------------------------------------------------------


def _names(project: Project, place: Expression, function: Function, size: int) -> Iterator[_Handed]:
    local = project.names(place).local
    for name in parameters(function) if local is not None else ():
        value = local.get(name) if local is not None else None
        if is_integer(value) and value == size and not any(True for _ in assignments(place.source, function, name)):
            yield _Handed(name, name, True, not any(_reads(project, place.source, function, name)))
    yield from _kept(project, place, function, size)
    for owner, held in local.items if local is not None else ():
        if not isinstance(held, Mapping) or owner not in parameters(function):
            continue  # A part of the model that is as wide by chance is handed by nobody.
        for key, value in held.items:
            if is_integer(value) and value == size and key.isidentifier():
                text = f"{owner}[{key!r}]" if held.type == "dict" else f"{owner}.{key}"
                if project.integer(place.at(_expression(text))) == size:
                    yield _Handed(text, key, False, not _is_attribute_read(project, key))


def _kept(project: Project, place: Expression, function: Function, size: int) -> Iterator[_Handed]:
    """Yield the attributes that the constructor, which called another method, keeps its parameters as."""
    class_ = place.source.class_of(place.node)
    init = None if class_ is None else constructor_of(class_)
    level = next((i for i, frame in enumerate(place.frames) if frame.function.endswith(".__init__")), 0)
    if init is None or init is function or not level or not parameters(function):
        return
    source, frames = place.source, place.frames[level:]
    if source.function_at(frames[0].range, frames[0].function) is not init:
        return
    for node in below(init):
        target = node.targets[0] if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Attribute) and source.class_of(node) is class_:
            is_own = source.text_of(target.value) == parameters(init)[0]
            if is_own and project.integer(Expression(source, node.value, frames)) == size:
                text = f"{parameters(function)[0]}.{target.attr}"
                yield _Handed(text, target.attr, True, not _is_attribute_read(project, target.attr))


def _expression(text: str) -> ast.expr:
    node = parsed(text)
    return node if isinstance(node, ast.expr) else ast.Constant(None)


def _reads(project: Project, source: Source, function: Function, name: str) -> Iterator[bool]:
    """Yield True for each read of a parameter; to be kept as an attribute that nothing reads is none."""
    for node in reads(function, name):
        statement = source.statement_of(node)
        is_kept = isinstance(statement, ast.Assign) and statement.value is node
        kept = statement.targets if is_kept and isinstance(statement, ast.Assign) else []
        attributes = [target.attr for target in kept if isinstance(target, ast.Attribute)]
        if not kept or len(attributes) < len(kept) or any(_is_attribute_read(project, a) for a in attributes):
            yield True


def _is_attribute_read(project: Project, name: str) -> bool:
    def names() -> frozenset[str]:
        nodes = [node for source in project.sources() for node in source.nodes]
        read = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        keys = {n.slice.value for n in nodes if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)}
        return frozenset((*read, *(key for key in keys if isinstance(key, str))))

    return name in project.once(("attributes that are read",), names)


# -- whether it is meant -----------------------------------------------------------------------------------------------


def _is_other(name: str, role: str) -> bool:
    """Return whether a name is that of a count, or of the other side than the argument is for."""
    words, own = set(name.lower().split("_")), set(role.lower().split("_"))
    if words & (_COUNTS | _MORE_COUNTS) and not words & own:
        return True
    return bool(words & _OUTPUTS and not own & _OUTPUTS) or bool(words & _INPUTS and own & _OUTPUTS)


def _is_alike(name: str, role: str) -> bool:
    return not set(name.lower().split("_")).isdisjoint(role.lower().split("_"))


def _is_by_default(name: str, function: Function, place: Expression) -> bool:
    """Return whether what is written is the default of a parameter: it was right for that alone."""
    default, node = default_of(function, name), place.node
    if not isinstance(default, ast.Constant) or not isinstance(node, ast.Constant):
        return False
    return is_integer(default.value) and default.value == node.value


def _is_passed(project: Project, place: Expression, function: Function, handed: _Handed, role: str) -> bool:
    """Return whether the function passes the name elsewhere as the same parameter of what it calls."""
    names = [node for node in below(function) if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))]
    same = [node for node in names if place.source.text_of(node) == handed.text]
    return bool(role) and any(role_of(project, place.at(node)) == role for node in same)


def _comes_in(project: Project, finding: Finding, place: Expression, size: int) -> bool:
    """Return whether the dimension that clashes had its size before anything of this call of the function ran."""
    operation = project.operation(finding)
    for index, tensor in enumerate(operation.tensors if operation is not None else ()):
        if finding.operand not in (None, index):
            continue
        for dimension in (d for d, own in enumerate(tensor.shape) if own == size):
            maker = size_origins.maker(project, tensor, dimension)
            if finding.dimension in (None, dimension) and not _is_of_call(project, maker, place):
                return True
    return False


def _is_of_call(project: Project, maker: Operation | None, place: Expression) -> bool:
    layer = None if maker is None else project.layer_of(maker)
    key = [frame.place for frame in place.frames[1:]]
    return layer is not None and any(
        frame.function == place.frames[0].function and [f.place for f in layer.construction[level + 1 :]] == key
        for level, frame in enumerate(layer.construction)
    )
