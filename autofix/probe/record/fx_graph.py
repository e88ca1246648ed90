"""The fx graph of a forward, drawn node by node beside the operations that are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.fx

from ..main.wire import OperationKind


class Drawing:
    """A ``torch.fx.Graph`` and the node of each recorded operation, by its index.

    ``producer`` gives the index of the operation that made a tensor, None where none did.
    """

    def __init__(self, tracer: type[torch.fx.Tracer], producer: Callable[[torch.Tensor], int | None]) -> None:
        self.graph = torch.fx.Graph(tracer_cls=tracer)
        self._producer = producer
        self._nodes: dict[int, torch.fx.Node] = {}

    def add(self, index: int, kind: OperationKind, target: Any, args: Any, kwargs: dict[str, Any]) -> str:
        """Draw an operation; the name of its node."""
        if kind in (OperationKind.PLACEHOLDER, OperationKind.GET_ATTR):
            node = self.graph.create_node(kind, target)
        else:
            named = {name: self._argument(value) for name, value in kwargs.items()}
            node = self.graph.create_node(kind, target, tuple(map(self._argument, args)), named)
        self._nodes[index] = node
        return node.name

    def erase(self, index: int) -> None:
        node = self._nodes.pop(index, None)
        if node is not None:
            self.graph.erase_node(node)

    def _argument(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            producer = self._producer(value)
            node = None if producer is None else self._nodes.get(producer)
            return f"<{value.dtype} {tuple(value.shape)}>" if node is None else node
        if isinstance(value, (list, tuple)):
            return [self._argument(item) for item in value]
        if value is None or isinstance(value, (int, float, bool, str, complex, torch.dtype, torch.device)):
            return value
        return f"<{type(value).__name__}>"
