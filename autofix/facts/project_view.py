"""What a rule may ask: the parsed files of the project, the run's trace, and the way from one to the other.

It looks things up; it judges nothing and changes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autofix.facts.evaluate import Names, evaluate, integer, names_of
from autofix.operators.families import Family
from autofix.operators.table import family, layer_like
from autofix.records.finding import Finding
from autofix.records.trace import Frame, Layer, Operation, OperationKind, Phase, Trace
from autofix.records.values import Mapping, Tensor, Value
from autofix.syntax.source import Source

T = TypeVar("T")
_LEAST_RANKS = {
    **dict.fromkeys((Family.CONVOLUTION, Family.POOLING, Family.BATCH_NORM, Family.GROUP_NORM), 2),
    Family.RESAMPLING: 3,
}
_KEEPING_RANK = frozenset((Family.ACTIVATION, Family.DROPOUT, Family.POINTWISE, Family.SOFTMAX, Family.PADDING))


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression in the frame it was evaluated in; ``frames[0]`` is that frame, the rest its callers.

    No frames: it stands at module or class level, or its frame was not recorded.
    """

    source: Source
    node: ast.expr
    frames: tuple[Frame, ...] = ()

    @property
    def text(self) -> str:
        return self.source.text_of(self.node)

    def at(self, node: ast.expr) -> Expression:
        """Return another expression that is evaluated in the same frame."""
        return Expression(self.source, node, self.frames)

    def named(self, name: str) -> Expression:
        """Return a name in the place of this expression."""
        return self.at(ast.copy_location(ast.Name(name, ast.Load()), self.node))


@dataclass(frozen=True)
class Project:
    """``data`` are files beside the code that it names and may read sizes from: JSON, YAML, TOML, INI.

    ``is_configured``: the model is built from some of them, with arguments that no call of the project shows.
    """

    root: Path
    trace: Trace
    load: Callable[[Path], Source]
    main: Path
    data: tuple[Path, ...] = ()
    is_configured: bool = False
    _sources: dict[Path, Source] = field(default_factory=dict, repr=False)
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def once(self, key: tuple[Any, ...], work: Callable[[], T]) -> T:
        """Return what ``work`` comes to, worked out when it is first asked for: several rules ask the same of a run."""
        if key not in self._known:
            self._known[key] = work()
        result: T = self._known[key]
        return result

    # -- files -------------------------------------------------------------------------------------------------------

    def source(self, path: Path) -> Source:
        if path not in self._sources:
            self._sources[path] = self.load(path)
        return self._sources[path]

    @property
    def files(self) -> tuple[Path, ...]:
        """Project files the run imported, the target first."""
        return self.trace.files or (self.main,)

    def sources(self) -> Iterator[Source]:
        return (self.source(path) for path in self.files)

    # -- values ------------------------------------------------------------------------------------------------------

    def names(self, expression: Expression) -> Names:
        """Return what names mean for an expression: its frame, the enclosing functions' frames, the module."""
        frames, path = expression.frames, expression.source.path
        module = names_of(self.trace, None, path).module
        if not frames:
            return Names(None, module)
        items: list[tuple[str, Value]] = []
        for frame in self._lexical_frames(frames):
            local = names_of(self.trace, frame, path).local
            known = {name for name, _ in items}
            items += [(name, value) for name, value in (local.items if local else ()) if name not in known]
        return Names(Mapping("locals", tuple(items)), module)

    def _lexical_frames(self, frames: tuple[Frame, ...]) -> Iterator[Frame]:
        """Yield the innermost frame and those of the functions its code is nested in, as far as they
        are still on the stack.
        """
        yield frames[0]
        name = frames[0].function
        while ".<locals>." in name:
            name = name.rpartition(".<locals>.")[0]
            outer = next((f for f in frames[1:] if f.function == name and f.path == frames[0].path), None)
            if outer is not None:
                yield outer

    def value(self, expression: Expression) -> Value:
        return evaluate(expression.node, self.names(expression))

    def integer(self, expression: Expression) -> int | None:
        return integer(expression.node, self.names(expression))

    @property
    def scope(self) -> str:
        """The path of the layer whose forward ran last: the one that failed, where one did."""
        failed = self.trace.failed_operation
        last = failed or next(reversed(self.trace.operations), None)
        return "" if last is None else last.scope

    # -- layers and operations ---------------------------------------------------------------------------------------

    def layer(self, index: int | None) -> Layer | None:
        return None if index is None or index >= len(self.trace.layers) else self.trace.layers[index]

    def operation(self, finding: Finding) -> Operation | None:
        return None if finding.operation is None else self.trace.operations[finding.operation]

    def layer_of(self, operation: Operation) -> Layer | None:
        """Return the layer that an operation is the call of, or that extends one of torch's and calls its function:
        ``F.conv2d(x, self.weight)`` in a class made of ``nn.Conv2d``.
        """
        if operation.layer_index is not None:
            return self.layer(operation.layer_index)
        around = self.layer(operation.scope_index)
        if around is None or not around.base:
            return None
        twin = layer_like(around.kind)
        return around if twin is not None and family(operation.target) is twin.family else None

    def construction_call(self, layer: Layer) -> Expression | None:
        """Return the call that built ``layer``, innermost: ``nn.Linear(128, 10)``, or
        ``super().__init__(...)`` of a subclass.
        """
        return self.call(layer.construction)

    def call(self, frames: tuple[Frame, ...]) -> Expression | None:
        """Return the call expression at which ``frames[0]`` stood."""
        if not frames:
            return None
        source = self.source(frames[0].path)
        node = source.call_at(frames[0].range)
        return None if node is None else Expression(source, node, frames)

    def expression(self, operation: Operation) -> Expression | None:
        """Return the expression that an operation was recorded at: a call, an arithmetic expression or a subscript."""
        if not operation.frames:
            return None
        source = self.source(operation.frames[0].path)
        nodes = [node for node in source.nodes_at(operation.frames[0].range) if isinstance(node, ast.expr)]
        preferred = next((n for n in nodes if isinstance(n, (ast.Call, ast.BinOp, ast.Subscript, ast.Attribute))), None)
        node = preferred or (nodes[0] if nodes else None)
        return None if node is None else Expression(source, node, operation.frames)

    def frames_in(self, source: Source, function: ast.AST | None, running: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """Return the frames from that on which stands in a function; none where it is not running."""
        depths = (
            depth
            for depth, frame in enumerate(running)
            if frame.path == source.path and source.function_at(frame.range, frame.function) is function
        )
        return running[next(depths, len(running)) :]

    def statement(self, operation: Operation) -> tuple[Source, ast.stmt] | None:
        if not operation.frames:
            return None
        source = self.source(operation.frames[0].path)
        nodes = source.nodes_at(operation.frames[0].range)
        return (source, source.statement_of(nodes[0])) if nodes else None

    # -- data flow ---------------------------------------------------------------------------------------------------

    def producer(self, tensor: Tensor) -> Operation | None:
        index = tensor.producer
        return None if index is None or index >= len(self.trace.operations) else self.trace.operations[index]

    def ancestry(self, tensor: Tensor) -> Iterator[Operation]:
        """Yield the operations ``tensor`` came from, nearest first, following the first operand of each."""
        seen: set[int] = set()
        operation = self.producer(tensor)
        while operation is not None and operation.index not in seen:
            seen.add(operation.index)
            yield operation
            tensors = operation.tensors
            operation = self.producer(tensors[0]) if tensors else None

    def readers(self, reached: set[int]) -> Iterator[tuple[Operation, list[Tensor]]]:
        """Yield what read a result of the operations in ``reached``, in order, with those operands: what is added to it
        on the way is followed as well.
        """
        for later in self.trace.operations[min(reached) + 1 :]:
            tensors = [tensor for tensor in later.tensors if tensor.producer in reached]
            if tensors:
                yield later, tensors

    def least_rank(self, tensor: Tensor) -> int:
        """Return how many dimensions a tensor has at least by what made it, on any sample; 0 where that is not told.

        A layer between that works element by element leaves them.
        """
        for operation in self.ancestry(tensor):
            kind = family(operation.operator)
            if kind not in _KEEPING_RANK:
                return 0 if kind is None else _LEAST_RANKS.get(kind, 0)
        return 0

    def is_input(self, tensor: Tensor) -> bool:
        producer = self.producer(tensor)
        return producer is not None and producer.kind is OperationKind.PLACEHOLDER

    def inputs(self) -> tuple[Tensor, ...]:
        return self.trace.inputs

    def is_batch(self, size: int) -> bool:
        """Return whether every input of the model has ``size`` as its first dimension."""
        return bool(self.inputs()) and all(tensor.shape[:1] == (size,) for tensor in self.inputs())

    def forward_operations(self) -> tuple[Operation, ...]:
        return tuple(operation for operation in self.trace.operations if operation.phase is Phase.FORWARD)
