"""A torch.fx.Tracer over a concrete run: graph, shapes, source ranges.

Layers are recorded by wrapping ``nn.Module.__call__``, functions and tensor methods by a TorchFunctionMode, so
control flow, loops and Python numbers work as they do for the user. It records and does not interpret.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import torch
import torch.fx

from ..main.wire import LayerRow, Nested, OperationKind, OperationRow, Phase
from ..run.memory_budget import Meter
from . import module_tree, values
from .frames import Stack, current_frame
from .fx_graph import Drawing
from .operation_rows import begun
from .stand_ins import stand_in

if TYPE_CHECKING:
    from ..meta.meta import MetaMode
_WRAPPERS = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)


class Recorder(torch.fx.Tracer):
    """Holds the operations and layers of one run in wire form, and the fx graph of its forward where that is drawn."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        super().__init__()
        self.drawing: Drawing | None = None
        self.stack = Stack(roots, self.producer)
        self.operations: list[OperationRow] = []
        self.layers: list[dict[str, Any]] = []
        self.modules: list[torch.nn.Module] = []
        self.phase = Phase.CONSTRUCT
        self.quick_weights = False
        self.suppressed = 0
        self.scopes: list[torch.nn.Module] = []
        self.on_forward: Callable[[torch.nn.Module], None] | None = None
        self.paused = False
        self.program: ModuleType | None = None
        self.meter: Meter | None = None
        self.meta: MetaMode | None = None
        self._identities: dict[int, int] = {}
        self._producers: dict[int, tuple[Any, int]] = {}
        self._paths: dict[int, str] = {}
        self._names: dict[int, tuple[Any, str]] = {}
        self._raised: list[tuple[BaseException, int]] = []
        self.called_before: set[int] = set()
        self.past: dict[int, Nested] = {}

    @property
    def in_forward(self) -> bool:
        """Whether what is computed now are activations, of a program's models or of the model."""
        return bool(self.scopes) if self.program is not None else self.phase is Phase.FORWARD

    # -- tensors and the operations that made them -------------------------------------------------------------------

    def producer(self, tensor: torch.Tensor) -> int | None:
        entry = self._producers.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def _produce(self, value: Any, index: int) -> None:
        """Remember who made the tensors in ``value``."""
        if isinstance(value, torch.Tensor):
            try:
                self._producers[id(value)] = (weakref.ref(value), index)
            except TypeError:  # A class of tensors without room for it.
                return
        elif isinstance(value, (list, tuple, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                self._produce(item, index)

    def adopt(self, source: torch.Tensor, parameter: torch.Tensor) -> None:
        """Give a parameter made from ``source`` the producer of ``source``."""
        index = self.producer(source)
        if index is not None:
            self._produce(parameter, index)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Record nothing inside the block: it is the inside of one operation."""
        self.suppressed += 1
        try:
            yield
        finally:
            self.suppressed -= 1

    def forget_operations(self) -> None:
        """Forget what was recorded so far but which layers ran, so that a run of many models stays small."""
        for row in self.operations:
            self.called_before.update(index for index in (row["identity"], row["scope"]) if index is not None)
        self.operations.clear()
        self._producers.clear()
        self._raised.clear()
        self.stack.forget_environments()

    # -- layers ------------------------------------------------------------------------------------------------------

    def constructed(self, module: torch.nn.Module) -> None:
        if id(module) in self._identities:
            return
        frames = self.stack.user_frames(current_frame(), environments=True)
        self._identities[id(module)] = len(self.modules)
        self.modules.append(module)
        self.layers.append({"frames": frames})

    def adopt_model(self, model: torch.nn.Module, further: bool = False) -> None:
        """Name layers, parameters and buffers by their paths in ``model``; a further model's carry its class name."""
        self.root = model
        prefix = f"{type(model).__name__}." if further else ""
        twins: dict[Any, int] = {}
        for path, module in module_tree.named_modules(model, each_once=False):
            self._paths.setdefault(id(module), (prefix + path).rstrip("."))
            if id(module) not in self._identities:
                self._adopt_copy(module, path.rpartition(".")[2], twins)
        for name, tensor in module_tree.named_tensors(model):
            if self._name_of(tensor) is None:
                self._names[id(tensor)] = (weakref.ref(tensor), prefix + name)

    def _name_of(self, tensor: torch.Tensor) -> str | None:
        """Return the path of a parameter or buffer; another tensor may stand where one that is gone stood in memory."""
        entry = self._names.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def _adopt_copy(self, module: torch.nn.Module, name: str, twins: dict[Any, int]) -> None:
        """Add a deep copy, built without its constructor, with the construction chain of the layer that it copies.

        ``twins`` are the first layers of each make, and of each make and name, found when the first copy asks.
        """
        if not twins:
            names = {id(part): own for known in self.modules for own, part in module_tree.own_parts(known)}
            for index, known in enumerate(self.modules):
                twins.setdefault(_make(known), index)
                twins.setdefault((_make(known), names.get(id(known))), index)
        twin = twins.get((_make(module), name), twins.get(_make(module)))
        self._identities[id(module)] = len(self.modules)
        self.modules.append(module)
        self.layers.append({"frames": [] if twin is None else self.layers[twin]["frames"]})

    def layer_path(self, module: torch.nn.Module) -> str | None:
        return self._paths.get(id(module))

    def describe_layers(self) -> list[LayerRow]:
        return [self._describe_layer(i, module) for i, module in enumerate(self.modules)]

    def _describe_layer(self, index: int, module: torch.nn.Module) -> LayerRow:
        own = vars(module).get("_parameters", {})
        return {
            "path": self.layer_path(module),
            "type": values.type_name(type(module)),
            "base": values.base_name(type(module)),
            "settings": [[k, values.plain(v, self.producer, depth=2)] for k, v in values.settings(module).items()],
            "parameters": [[k, list(v.shape)] for k, v in own.items() if v is not None and not values.is_lazy(v)],
            "frames": self.layers[index]["frames"],
            "leaf": self._is_leaf(module),
        }

    def _is_leaf(self, module: torch.nn.Module) -> bool:
        """Return whether the inside of a layer is the own code of torch; one around the code of the user is opened."""
        if not super().is_leaf_module(module, "") or isinstance(module, _WRAPPERS):
            return False
        return all(type(part).__module__.startswith("torch.") for part in module_tree.children(module))

    # -- operations --------------------------------------------------------------------------------------------------

    def begin(
        self, kind: OperationKind, target: str, args: Any, kwargs: dict[str, Any], module: torch.nn.Module | None = None
    ) -> int:
        """Record an operation before it runs, since it may change its operands in place."""
        arguments = [self._operand(value) for value in args]
        keywords = [[name, self._operand(value)] for name, value in kwargs.items()]
        index = len(self.operations)
        name = self._drawn(index, kind, target, args, kwargs, module)
        # What a tensor's sizes were computed from is asked only where numbers alone made it.
        from_numbers = module is None and not values.has_tensor((*args, *kwargs.values()))
        frames = self.stack.user_frames(current_frame(), environments=from_numbers)
        row = begun(kind, name, target, arguments, keywords, frames, self.phase)
        if module is not None:
            row["layer"], row["identity"] = self.layer_path(module), self._identities.get(id(module))
        if self.scopes:
            row["scope"] = self._identities.get(id(self.scopes[-1]))
        self.operations.append(row)
        return index

    def finish(self, index: int, result: Any) -> None:
        self._produce(result, index)
        operation = self.operations[index]
        plain = operation["result"] = values.plain(result, self.producer, depth=1)
        operation["raised"] = False
        if self.meter is not None:
            self.meter.gave(plain)

    def drop(self, index: int) -> None:
        """Forget the last operation: it made no tensor."""
        self.operations.pop()
        if self.drawing is not None:
            self.drawing.erase(index)

    def fail(self, index: int, error: BaseException, args: Any, kwargs: dict[str, Any]) -> None:
        """Record the innermost operation that an error passed through as the one that raised it."""
        if any(known is error for known, _ in self._raised):
            return
        operation = self.operations[index]
        has_values = self.meta is None or not self.meta.misleads((*args, *kwargs.values()))
        operation["args"] = [values.plain(value, self.producer, depth=1, values=has_values) for value in args]
        operation["kwargs"] = [
            [k, values.plain(v, self.producer, depth=1, values=has_values)] for k, v in kwargs.items()
        ]
        self._raised.append((error, index))

    def past_failure(self, index: int) -> Any:
        """Return what stands in for the result of an operation of ``past`` that raised."""
        result = stand_in(self.past[index], without_storage=self.meta is not None)
        self.finish(index, result)
        self.operations[index]["raised"] = True
        return result

    def raised_by(self, error: BaseException) -> int | None:
        return next((index for known, index in self._raised if known is error), None)

    def place(self, name: str, value: Any) -> None:
        """Record an input of the model."""
        index = self.begin(OperationKind.PLACEHOLDER, name, (), {})
        self.finish(index, value)

    def _operand(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor) and self._name_of(value) is not None:
            self._fetch(value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, torch.Tensor) and self._name_of(item) is not None:
                    self._fetch(item)
        return values.plain(value, self.producer, depth=1)

    def _fetch(self, tensor: torch.Tensor) -> None:
        """Add a parameter or buffer to the graph as a get_attr node where it is first used."""
        producer = self.producer(tensor)
        if producer is not None and self.operations[producer]["kind"] is OperationKind.GET_ATTR:
            return
        if self.phase is not Phase.FORWARD:
            return
        name = self._name_of(tensor)
        assert name is not None
        index, operand = len(self.operations), values.plain(tensor, self.producer)
        drawn = self._drawn(index, OperationKind.GET_ATTR, name, (), {}, None)
        row = begun(OperationKind.GET_ATTR, drawn, name, [operand], [], [], self.phase)
        self.operations.append(row)
        self._produce(tensor, index)
        row["result"], row["raised"] = values.plain(tensor, self.producer), False

    def _drawn(
        self,
        index: int,
        kind: OperationKind,
        target: Any,
        args: Any,
        kwargs: dict[str, Any],
        module: torch.nn.Module | None,
    ) -> str:
        """Add the operation to the drawn graph and return the name of its node, '' where none is drawn."""
        if self.drawing is None or self.phase is not Phase.FORWARD:
            return ""
        if module is not None:
            target = self.layer_path(module)
            if target is None:
                kind, target = OperationKind.CALL_FUNCTION, type(module)
        elif kind is OperationKind.CALL_METHOD:
            target = target.rpartition(".")[2]
        elif kind is OperationKind.CALL_FUNCTION:
            target = self._function
        return self.drawing.add(index, kind, target, args, kwargs)

    _function: Any = None


def _make(module: torch.nn.Module) -> Any:
    """Return a key that is equal for layers of one type with equal numbers and texts."""
    return type(module), frozenset(
        (name, value)
        for name, value in vars(module).items()
        if isinstance(value, (int, float, str, bool)) or _plain(value)
    )


def _plain(value: Any) -> bool:
    """Return whether the value is a tuple of numbers and texts, which alone is quick and safe to hash."""
    return isinstance(value, tuple) and all(isinstance(item, (int, float, str, bool)) for item in value)
