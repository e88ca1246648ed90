"""A name that has a size by its origin, to be written where a repair would write the number.

``self.backbone.config.hidden_size`` for 768: what stands where the layer was built that gave the dimension its size, an
attribute of the object that this layer is a part of, or the size of the layer that is replaced. A name that only has
the same value is none. It proposes texts; whether one holds is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autofix.facts import size_origins
from autofix.facts.call_sites import is_one_call
from autofix.facts.evaluate import UNKNOWN, evaluate
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression, output_parameter
from autofix.provenance.render_expression import parsed
from autofix.records.finding import Finding
from autofix.records.trace import Frame, Layer, Operation
from autofix.records.values import Mapping, is_integer
from autofix.syntax.name_bindings import assignments, callee_name, parameters
from autofix.syntax.source import argument, below, dotted

MAX_STEPS = 6
# Words of an attribute that is the width of what an object gives out; one of the second kind has to be among them.
_OF_OUTPUT = frozenset(("num", "out", "output", "final", "last", "d"))
_WIDTHS = frozenset(("features", "feature", "channels", "size", "dim", "width", "hidden", "model", "planes"))
# Where no such attribute has the size: the width of what an object embeds, which most of them keep.
_EMBEDDED = frozenset(("embed", "embd", "embedding", "latent", "n"))


@dataclass(frozen=True, slots=True)
class _Part:
    """An expression with what is read of its value: ``config`` and ``.width``."""

    expression: Expression
    suffix: str = ""

    @property
    def text(self) -> str:
        return f"{self.expression.text}{self.suffix}"

    @property
    def key(self) -> tuple[object, ...]:
        return self.expression.source.path, self.expression.node.lineno, self.expression.node.col_offset, self.suffix


@dataclass(frozen=True, slots=True)
class _Maker:
    """The layer that gave a dimension its size, or the parameter that has it, and the frames it was made in."""

    layer: Layer | None
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class _Object:
    """What a name of the scope holds, ``layer`` in the run, and the call that made it.

    ``frames`` are those of its constructor, where a class of the project has one that built what gives the size.
    """

    name: str
    layer: Layer
    call: ast.Call
    frames: tuple[Frame, ...]


def named_size(project: Project, finding: Finding, operation: Operation, place: Expression, size: int) -> str:
    """Return the text of what is ``size`` at ``place`` because it decided a dimension of the operation's operands;
    empty where nothing at hand there did, or where the number itself stands in the same function.
    """
    for maker in _makers(project, finding, operation, size):
        parts = [] if maker.layer is None else list(_origins(project, maker.layer))
        here = [part for part in parts if _is_here(part, place)]
        if here and isinstance(here[0].expression.node, ast.Constant) and not here[0].suffix:
            return ""  # What is written there is a number: so is what is written beside it.
        texts, replaced = [part.text for part in here if _is_name(part)], list[str]()
        for thing in _objects(project, maker, place):
            texts += _attributes(project, thing, maker, place, size, parts)
            replaced += _replaced(project, thing, place, size, finding.parameter)
        for text in (*replaced, *(text for text in texts if _is_size(project, place, text, size))):
            return text
    return ""


def _makers(project: Project, finding: Finding, operation: Operation, size: int) -> Iterator[_Maker]:
    """Yield what gave the dimension that clashes its size; where that is not told, each that is as large."""
    seen: set[tuple[Frame, ...]] = set()
    for index, tensor in enumerate(operation.tensors):
        for dimension in (d for d, own in enumerate(tensor.shape) if own == size):
            if finding.operand not in (None, index) or finding.dimension not in (None, dimension):
                continue
            by = size_origins.maker(project, tensor, dimension)
            layer = None if by is None else (project.layer_of(by) or project.layer(by.scope_index))
            frames = layer.construction if layer is not None else by.frames if by is not None else ()
            if frames and frames not in seen:
                seen.add(frames)
                yield _Maker(layer, frames)


def _is_size(project: Project, place: Expression, text: str, size: int) -> bool:
    """Return whether a text has the size at a place, or is not told there by what was recorded."""
    value = evaluate(parsed(text), project.names(place))
    return value == UNKNOWN or (is_integer(value) and value == size)


# -- what was written for it -------------------------------------------------------------------------------------------


def _origins(project: Project, layer: Layer) -> Iterator[_Part]:
    """Yield what a layer's output size is written as, from the layer's own call outwards."""
    call = project.construction_call(layer)
    is_own = call is not None and isinstance(call.node, ast.Call) and callee_name(call.node) == layer.kind
    expression = argument_expression(project, layer, output_parameter(layer)) if is_own else None
    if expression is not None:
        yield from _back(project, _Part(expression))


def _back(project: Project, part: _Part) -> Iterator[_Part]:
    todo, seen = [(part, 0)], set()
    while todo:
        part, steps = todo.pop(0)
        if part.key in seen or steps > MAX_STEPS:
            continue
        seen.add(part.key)
        yield part
        todo += [(earlier, steps + 1) for earlier in _before(project, part)]


def _before(project: Project, part: _Part) -> Iterator[_Part]:
    for binding in bindings(project, part.expression):
        if binding.inverse is None and binding.distance == 1:
            yield replace(part, expression=binding.expression)
    node, source = part.expression.node, part.expression.source
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        rest = source.text_of(node)[len(source.text_of(node.value)) :]
        yield _Part(replace(part.expression, node=node.value), f"{rest}{part.suffix}")


def _is_here(part: _Part, place: Expression) -> bool:
    """Return whether an expression stands in the call of the function that ``place`` is evaluated in."""
    return part.expression.source.path == place.source.path and is_one_call(part.expression.frames, place.frames)


def _is_name(part: _Part) -> bool:
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return isinstance(part.expression.node, kinds) and "\n" not in part.text and isinstance(parsed(part.text), kinds)


# -- objects that the layer is a part of -------------------------------------------------------------------------------


def _objects(project: Project, maker: _Maker, place: Expression) -> Iterator[_Object]:
    """Yield what the function around ``place`` bound to a name before, and that the maker of the size was built for."""
    scope = place.source.function_of(place.node) or place.source.tree
    for index, frame in enumerate(maker.frames):
        if frame.path != place.source.path or not is_one_call(maker.frames[index:], place.frames):
            continue
        for statement in below(scope):
            value = getattr(statement, "value", None)
            if not isinstance(statement, ast.Assign) or not isinstance(value, ast.Call):
                continue
            name = dotted(statement.targets[0]) if len(statement.targets) == 1 else ""
            is_before = (statement.end_lineno or 0) < place.node.lineno
            if name and is_before and place.source.range_of(value) == frame.range:
                outer = min(_built_at(project, maker.frames[index:]), key=_depth, default=None)
                if outer is not None:
                    yield _Object(name, outer, value, maker.frames[index - 1 :] if index else ())


def _built_at(project: Project, frames: tuple[Frame, ...]) -> Iterator[Layer]:
    """Yield the layers that one call built, however deep in it."""
    key = [frame.place for frame in frames]
    for layer in project.trace.layers:
        if [frame.place for frame in layer.construction[-len(key) :]] == key:
            yield layer


def _depth(layer: Layer) -> tuple[bool, int]:
    return layer.path is None, (layer.path or "").count(".") if layer.path else -1


def _attributes(
    project: Project, thing: _Object, maker: _Maker, place: Expression, size: int, parts: list[_Part]
) -> Iterator[str]:
    """Yield the attributes of an object, and of the configs that it was built from, that say how wide it gives out."""
    name = output_parameter(thing.layer)
    if maker.layer is not None and maker.layer.identity == thing.layer.identity and name:
        if thing.layer.setting(name) == size:
            yield f"{thing.name}.{name}"
        return
    if thing.frames:
        yield from _of_own_class(project, thing, size, {part.key for part in parts})
        return
    for node in (*thing.call.args, *(keyword.value for keyword in thing.call.keywords)):
        value = project.value(place.at(node))
        if dotted(node) and isinstance(value, Mapping):
            yield from (f"{dotted(node)}.{name}" for name in _widths(value.items, size))
    yield from (f"{thing.name}.{name}" for name in _widths(thing.layer.settings, size))
    for key, value in thing.layer.settings:
        if isinstance(value, Mapping) and not value.type.startswith("torch.") and key.isidentifier():
            is_part = any(part.path == f"{thing.layer.path}.{key}".lstrip(".") for part in project.trace.layers)
            yield from () if is_part else (f"{thing.name}.{key}.{name}" for name in _widths(value.items, size))


def _widths(items: tuple[tuple[str, object], ...], size: int) -> tuple[str, ...]:
    """Return the one entry that has the size and is called a width of what comes out; none where several are."""
    equal = [name for name, value in items if is_integer(value) and value == size and name.isidentifier()]
    for further in (frozenset[str](), _EMBEDDED):
        known = _OF_OUTPUT | _WIDTHS | further
        called = [name for name in equal if known.issuperset(name.split("_")) and _names_width(name)]
        if called:
            return tuple(called) if len(called) == 1 else ()
    return ()


def _names_width(name: str) -> bool:
    return not (_WIDTHS | _EMBEDDED).isdisjoint(name.split("_"))


def _of_own_class(project: Project, thing: _Object, size: int, keys: set[tuple[object, ...]]) -> Iterator[str]:
    """Yield the attributes of an object of a class of the project that are set to what set the layer's size."""
    source = project.source(thing.frames[0].path)
    function = source.function_at(thing.frames[0].range, thing.frames[0].function)
    own = next(iter(parameters(function)), "") if function is not None else ""
    for name, value in thing.layer.settings if function is not None else ():
        if is_integer(value) and value == size and name.isidentifier():
            assigned = assignments(source, function, f"{own}.{name}") if function is not None else ()
            backs = (_back(project, _Part(Expression(source, node, thing.frames))) for _, node in assigned)
            if any(part.key in keys for back in backs for part in back):
                yield f"{thing.name}.{name}"


# -- the layer that is replaced ----------------------------------------------------------------------------------------


def _replaced(project: Project, thing: _Object, place: Expression, size: int, parameter: str) -> Iterator[str]:
    """Yield the size that the layer had whose place another is given: ``net.fc.in_features`` in ``net.fc = ...``."""
    source = place.source
    call = next((node for node in source.ancestors(place.node) if isinstance(node, ast.Call)), None)
    statement = source.statement_of(place.node)
    is_it = call is not None and isinstance(statement, ast.Assign) and statement.value is call
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not is_it or not isinstance(target, (ast.Attribute, ast.Subscript)) or call is None:
        return
    text = source.text_of(target)
    gone = [layer for layer in _built_at(project, thing.layer.construction) if layer.path is None and layer.parameters]
    is_asked = argument(call, 0, parameter) is place.node
    is_of_object = text.startswith(f"{thing.name}.") and len(gone) == 1 and gone[0].kind == callee_name(call)
    if is_asked and is_of_object and gone[0].setting(parameter) == size:
        yield f"{text}.{parameter}"
