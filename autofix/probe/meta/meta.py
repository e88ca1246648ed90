"""Run a model whose tensors have shapes but no storage, so that it need not fit into memory.

Parameters and activations live on torch's meta device. What is small and does not depend on them (indices, masks,
tables of positions) keeps its values, so that code that counts, compares and looks up goes its way. Values that only
storage could give are synthesized, and noted. It records nothing and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.parameter import UninitializedParameter, UninitializedTensorMixin  # type: ignore[attr-defined]
from torch.utils._python_dispatch import TorchDispatchMode

from ..contain.cuda_on_cpu import replacing
from ..run.memory_budget import NeedsValuesError
from . import dispatch_rules, fast_init, sizes

SMALL = 1 << 20  # Elements: what is larger has no values here.
SEED = 2


class MetaMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sends every operation on a tensor without storage to the meta device.

    ``in_forward`` tells whether a layer is being called; ``invent`` is told what needed values that are not there.
    ``parameter_bytes`` and ``activation_bytes`` are what a run with storage would hold: at most, of the latter, since
    each backward pass frees what the steps before it made.
    """

    def __init__(self, in_forward: Callable[[], bool], invent: Callable[[str], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._in_forward, self._invent = in_forward, invent
        self._sizes: dict[Any, Any] = {}
        self._unknown: dict[int, Any] = {}  # Storages that are there but were written with values that are not.
        self.parameter_bytes = 0
        self.activation_bytes = self._held_bytes = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Return False: nothing is compiled here, and being kept from the compiler costs importing it,
        and time at every call.
        """
        return False

    # -- tensors -----------------------------------------------------------------------------------------------------

    def emptied(self, data: Any) -> Any:
        """Return a parameter's data without its storage."""
        if not isinstance(data, torch.Tensor):
            return data
        with torch._C.DisableTorchFunction():
            self.parameter_bytes += data.numel() * data.element_size()
            return data if data.is_meta else sizes.empty_like(data)

    def is_known(self, tensor: torch.Tensor) -> bool:
        return not tensor.is_meta and not (
            self._unknown and tensor.layout is torch.strided and sizes.storage_of(tensor) in self._unknown
        )

    def misleads(self, values: Any) -> bool:
        """Return whether the values of a tensor in ``values`` mean nothing."""
        return bool(self._unknown) and any(
            isinstance(value, torch.Tensor) and not value.is_meta and not self.is_known(value)
            for value in sizes.flat(values)
        )

    def entering(self, module: torch.nn.Module, values: Any) -> Any:
        """Return the inputs to call a layer with.

        Its parameters have no storage, and torch wants operands of one device.
        """
        if next(module.parameters(recurse=False), None) is None:
            return values
        with torch._C.DisableTorchFunction():
            return sizes.mapped(lambda item: sizes.emptied(item) if sizes.is_activation(item) else item, values)

    def valued(self, tensor: torch.Tensor, needed_by: str) -> torch.Tensor:
        """Return a tensor that has values, which are made up where it has none of its own."""
        if self.is_known(tensor):
            return tensor
        self._invent(needed_by)
        if not tensor.is_meta:
            return tensor
        generator = torch.Generator().manual_seed(SEED)
        if tensor.is_floating_point() or tensor.is_complex():
            return torch.rand(tensor.shape, generator=generator).to(tensor.dtype)
        return torch.zeros(tensor.shape, dtype=tensor.dtype)

    def instead_of(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Return what a function that reads storage directly, fills it or asks for the device gives
        instead; None for any other.
        """
        if fast_init.is_for_nothing(func, args, kwargs):
            return fast_init.tensor_of(args, kwargs)
        name = _DIRECT.get(func)
        if name is None or not args or not isinstance(args[0], torch.Tensor):
            return None
        tensor = args[0]
        with torch._C.DisableTorchFunction():
            if name == "device":  # The user's code sees the device that it would see with storage.
                return torch.device("cpu") if tensor.is_meta else None
            return None if self.is_known(tensor) else getattr(self.valued(tensor.detach(), name), name)(*args[1:])

    # -- operations --------------------------------------------------------------------------------------------------

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [value for value in sizes.flat((*args, *kwargs.values())) if isinstance(value, torch.Tensor)]
        signature = dispatch_rules.signature(func)
        if not tensors and not signature.makes:
            return func(*args, **kwargs)
        if not tensors or signature.name in dispatch_rules.FILLED:
            return self._made(func, signature, args, kwargs)
        if all(map(self.is_known, tensors)):
            return self._with_values(func, signature, args, kwargs)
        if signature.name in dispatch_rules.ASSUMED:
            return self._marked(torch.tensor(dispatch_rules.ASSUMED[signature.name]))
        if signature.name in dispatch_rules.VALUES:
            return self._invented(func, signature, args, kwargs)
        args = self._indices_of_masks(signature, args)
        dispatch_rules.check(signature.name, args, kwargs, self.is_known)
        return self._without_storage(func, signature, args, kwargs)

    def _made(self, func: Any, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any]) -> Any:
        """Return a new tensor, with its values where it is small and not one of the activations."""
        if sizes.asks_for_meta(kwargs.get("device")):
            return func(*args, **kwargs)
        tensor = args[0] if args and isinstance(args[0], torch.Tensor) else None
        sized = {**kwargs, "device": sizes.META}
        if "generator" in sized:
            sized["generator"] = None  # It belongs to the device of the values.
        try:
            result = func(*sizes.mapped(sizes.empty_like, args), **sized)
        except NotImplementedError:
            return func(*args, **kwargs)
        if not isinstance(result, torch.Tensor):
            return result
        follows = self._in_forward() if tensor is None else tensor.is_meta
        if result.numel() > SMALL or (follows and sizes.is_activation(result)):
            if self._in_forward():  # Parameters are counted where they become such.
                self._count(result)
            return result
        if tensor is not None:  # ``new_zeros`` and ``zeros_like`` read no value of their operand.
            like = torch.empty(tensor.shape if signature.name.endswith("_like") else (0,), dtype=tensor.dtype)
            args = (like, *args[1:])
        if "device" in kwargs:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        return func(*args, **kwargs)

    def _with_values(self, func: Any, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any]) -> Any:
        """Run an operation whose operands all have values; the result has values too, unless it would be large."""
        if signature.views or signature.writes or signature.name in dispatch_rules.VALUES:
            return func(*args, **kwargs)
        try:
            sized = func(*sizes.mapped(sizes.empty_like, args), **sizes.onto_meta(kwargs))
        except Exception:  # The operation itself says what is wrong.
            return func(*args, **kwargs)
        if any(isinstance(tensor, torch.Tensor) and tensor.numel() > SMALL for tensor in sizes.flat((sized,))):
            self._count(sized)
            return sized
        return func(*args, **kwargs)

    def _without_storage(
        self, func: Any, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any]
    ) -> Any:
        if signature.fresh:
            return self._sized(func, signature, args, kwargs)
        kept = dispatch_rules.KEEP_VALUES.get(signature.name, ())
        bare = tuple(value if index in kept else sizes.mapped(sizes.emptied, value) for index, value in enumerate(args))
        try:
            result = func(*bare, **sizes.onto_meta(kwargs))
        except NotImplementedError as error:
            raise NeedsValuesError(signature.name.removeprefix("aten::")) from error
        if not signature.views and not signature.writes:
            self._count(result)
        return self._written(signature, args, kwargs, result)

    def _sized(self, func: Any, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any]) -> Any:
        """Return what an operation that gives only new tensors gave for operands of these sizes: the
        layers of a model repeat each other, and working the sizes out takes twenty times as long as
        looking them up.
        """
        key = (func, sizes.key_of(args), sizes.key_of(tuple(kwargs.items())))
        known = self._sizes.get(key)
        if known is None:
            try:
                result = func(*sizes.mapped(sizes.emptied, args), **sizes.onto_meta(kwargs))
            except NotImplementedError as error:
                like = dispatch_rules.SIZED_LIKE.get(signature.name)
                if like is None:
                    raise NeedsValuesError(signature.name.removeprefix("aten::")) from error
                result = tuple(sizes.empty_like(args[position]) for position in like)
            results = list(result) if isinstance(result, (tuple, list)) else [result]
            self._sizes[key] = type(result) if len(results) > 1 else None, [sizes.metadata(part) for part in results]
            self._count(result)
            return result
        kind, results = known
        tensors = [metadata if metadata is None else sizes.of_size(*metadata) for metadata in results]
        self._count(tensors)
        return tensors[0] if kind is None else kind(tensors)

    def _written(self, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any], result: Any) -> Any:
        """Return the result with the caller's own tensors for operands that were written, whose values
        are not known any more.
        """
        written: dict[str, torch.Tensor] = {}
        for position, name, alias in signature.writes:
            value = args[position] if position < len(args) else kwargs.get(name)
            for tensor in sizes.flat((value,)):
                if isinstance(tensor, torch.Tensor) and not tensor.is_meta:
                    written[alias] = self._marked(tensor)
        if not written:
            return result
        if isinstance(result, (tuple, list)):
            pairs = zip(signature.returns, result, strict=True)
            return type(result)([written.get(alias, value) for alias, value in pairs])
        return written.get(signature.returns[0], result) if signature.returns else result

    def _invented(self, func: Any, signature: dispatch_rules.Signature, args: Any, kwargs: dict[str, Any]) -> Any:
        """Run the operation on values that were made up; its results have values too, none of which can
        be relied on.
        """
        name = signature.name.removeprefix("aten::")
        known = dispatch_rules.SPOKEN.get(name, name)
        valued: Callable[[Any], Any] = lambda item: self.valued(item, known) if isinstance(item, torch.Tensor) else item  # noqa: E731
        result = func(
            *sizes.mapped(valued, args), **{key: sizes.mapped(valued, value) for key, value in kwargs.items()}
        )
        return sizes.mapped(lambda item: self._marked(item) if isinstance(item, torch.Tensor) else item, result)

    def _indices_of_masks(self, signature: dispatch_rules.Signature, args: Any) -> Any:
        """Replace masks among the indices by the indices they pick: a mask picks as many elements as it
        holds true ones.
        """
        if signature.name not in dispatch_rules.INDEXED or len(args) < 2:
            return args
        indices: list[Any] = []
        for index in args[1]:
            if isinstance(index, torch.Tensor) and index.dtype in (torch.bool, torch.uint8):
                indices.extend(self.valued(index, "an index that is a mask").nonzero().unbind(1))
            else:
                indices.append(index)
        return (args[0], indices, *args[2:])

    def _marked(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return the tensor, remembered as one whose values mean nothing."""
        self._unknown[sizes.storage_of(tensor)] = tensor.untyped_storage()  # Held, so that no other takes its place.
        return tensor

    def _count(self, result: Any) -> None:
        for tensor in sizes.flat((result,)):
            if isinstance(tensor, torch.Tensor):
                self._held_bytes += tensor.numel() * tensor.element_size()
        self.activation_bytes = max(self.activation_bytes, self._held_bytes)

    def released(self) -> None:
        """Note that a backward pass is over: the results of its step are no longer held."""
        self._held_bytes = 0


def prepare() -> None:
    """Run the first operators, which import the algebra of symbols and the compiler; those have to find
    torch as it is.
    """
    with torch.no_grad():
        row = torch.empty(1, 2, device=sizes.META)
        torch.nn.functional.layer_norm(torch.nn.functional.linear(row, torch.empty(2, 2, device=sizes.META)), (2,))


@contextmanager
def without_storage(mode: MetaMode) -> Iterator[None]:
    """Have every tensor made inside the block follow ``mode``; lazy layers give their parameters no storage."""
    uninitialized, materialize = UninitializedParameter.__new__, UninitializedTensorMixin.materialize

    def new(cls: Any, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return uninitialized(cls, requires_grad, sizes.META, dtype)

    def make(lazy: Any, shape: Any, device: Any = None, dtype: Any = None) -> None:
        materialize(lazy, shape, sizes.META if isinstance(lazy, torch.nn.Parameter) else device, dtype)

    with (
        replacing(UninitializedParameter, "__new__", staticmethod(new)),
        replacing(UninitializedTensorMixin, "materialize", make),
        mode,
    ):
        yield


_DIRECT: dict[Any, str] = {
    torch.Tensor.device.__get__: "device",
    torch.Tensor.tolist: "tolist",
    torch.Tensor.__format__: "__format__",
    torch.Tensor.numpy: "numpy",
    torch.Tensor.__array__: "__array__",
}
