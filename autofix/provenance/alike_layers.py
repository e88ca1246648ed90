"""How wide it is between two layers elsewhere: between a pair built alike in the same model, and between the layers of
the same two names in another class of the file.

Two critics of one network have the same hidden layers, and so have an actor and its critic. It states widths; which of
two layers is changed is for others.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from autofix.facts.project_view import Project
from autofix.operators.table import position
from autofix.provenance.producers import argument_expression, output_parameter, width
from autofix.records.trace import Layer
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import argument, dotted

INPUTS = ("in_channels", "in_features", "input_size")
NORMED = ("num_features", "num_channels", "normalized_shape")


def widths_between(project: Project, producer: Layer, consumer: Layer) -> frozenset[int]:
    """Return the widths that stand elsewhere where ``producer`` hands its features to ``consumer``."""
    if producer.setting("bidirectional"):  # It gives out twice what is written there.
        return frozenset()
    in_model = _in_model if output_parameter(consumer) else _before_norms
    return frozenset((*in_model(project, producer, consumer), *_in_file(project, producer, consumer)))


def _in_model(project: Project, producer: Layer, consumer: Layer) -> Iterator[int]:
    """Yield the widths between layers that were built one after the other, with the same widths around both."""
    sized = [layer for layer in project.trace.layers if output_parameter(layer)]
    around = _sizes(producer)[0], _sizes(consumer)[1]
    for first, second in pairwise(sized):
        (before, between), (taken, after) = _sizes(first), _sizes(second)
        is_other = first is not producer and second is not consumer
        kinds = (first.kind, second.kind) == (producer.kind, consumer.kind)
        if is_other and kinds and (before, after) == around and between == taken and between is not None:
            yield between


def _before_norms(project: Project, producer: Layer, consumer: Layer) -> Iterator[int]:
    """Yield the widths that others of the model have twice or more before a layer of the consumer's kind; of numbers
    only: a name says itself what is meant.
    """
    written = argument_expression(project, producer, output_parameter(producer))
    if written is None or not isinstance(written.node, ast.Constant):
        return
    counts: Counter[int] = Counter()
    for first, second in pairwise(project.trace.layers):
        between = _sizes(first)[1] if output_parameter(first) else None
        kinds = (first.kind, second.kind) == (producer.kind, consumer.kind)
        if kinds and first is not producer and between is not None and between == width(second, NORMED):
            counts[between] += 1
    yield from (between for between, count in counts.items() if count > 1)


def _sizes(layer: Layer) -> tuple[int | None, int | None]:
    return width(layer, INPUTS), width(layer, (output_parameter(layer),))


def _in_file(project: Project, producer: Layer, consumer: Layer) -> Iterator[int]:
    """Yield the numbers that other classes of the file write on both sides for layers of the same two names."""
    calls = [project.construction_call(layer) for layer in (producer, consumer)]
    source = calls[0].source if calls[0] is not None else None
    names = [(layer.path or "").rpartition(".")[2] for layer in (producer, consumer)]
    if source is None or calls[0] is None or calls[1] is None or calls[1].source is not source or "" in names:
        return
    own = source.class_of(calls[0].node)
    outputs, inputs = (
        output_parameter(producer),
        next((n for n in (*INPUTS, *NORMED) if consumer.setting(n) is not None), ""),
    )
    for class_ in (node for node in source.nodes if isinstance(node, ast.ClassDef) and node is not own):
        built = {dotted(line.targets[0]): line.value for line in ast.walk(class_) if isinstance(line, ast.Assign)}
        number = _number(built.get(f"self.{names[0]}"), producer.kind, outputs)
        if number is not None and number == _number(built.get(f"self.{names[1]}"), consumer.kind, inputs):
            yield number


def _number(call: ast.expr | None, kind: str, parameter: str) -> int | None:
    """Return the number that the constructor of a layer of that kind is passed for ``parameter``."""
    if not isinstance(call, ast.Call) or callee_name(call) != kind or not parameter:
        return None
    node = argument(call, position(kind, parameter), parameter)
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None
