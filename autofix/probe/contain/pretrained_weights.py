"""Weights that a model loads from an address and that are not downloaded: the model keeps its initial ones.

No shape rests on their values. What stands for them can be loaded and its entries be removed; whoever looks at one is
refused the connection, as the download would be.
"""

from __future__ import annotations

import functools
import sys
from collections import OrderedDict
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import torch
import torch.utils.model_zoo

from . import network


class _Undownloaded(OrderedDict[str, Any]):
    """Stands for the weights of an address."""

    def __init__(self, refusal: BaseException) -> None:
        super().__init__()
        self._refusal = refusal

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise self._refusal

    __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = __reversed__ = __eq__ = _refuse
    keys = values = items = get = update = setdefault = popitem = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __delitem__(self, key: str) -> None:
        """Remove nothing."""

    def pop(self, key: str, *default: Any) -> Any:
        """Remove nothing, and tell no value."""

    def copy(self) -> _Undownloaded:
        return self


class _Nowhere(str):
    """Stands for the path of a file that was not downloaded; whoever opens it finds none, and reads why."""

    refusal: BaseException


def adopt() -> None:
    """Have the libraries that were imported by now go on without weights from a hub, where connections are refused.

    A hub is not asked, since its library asks again and again; weights that are read of its files are stood for.
    """
    hub = sys.modules.get("huggingface_hub.file_download")
    if hub is None:  # Most programs have none, and every import asks.
        return
    _put(hub, "hf_hub_download", _of_hub)
    _put(sys.modules.get("safetensors.torch"), "load_file", _of_nowhere)
    _put(torch, "load", _of_nowhere)
    _put(sys.modules.get("timm.models._builder"), "load_pretrained", _without_weights)


def _put(owner: ModuleType | None, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put what stands around a function in its place, in every module that has it by its name."""
    function = getattr(owner, name, None)
    if function is None or hasattr(function, "refused"):
        return
    other = around(function)
    vars(other)["refused"] = True
    for module in list(sys.modules.values()):
        own = vars(module).get(name) if isinstance(module, ModuleType) else None
        if own is function:
            setattr(module, name, other)
        elif isinstance(own, functools.partial) and own.func is function:
            setattr(module, name, functools.partial(other, *own.args, **own.keywords))


def _of_hub(download: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(download)
    def hf_hub_download(*args: Any, **kwargs: Any) -> Any:
        refusal = network.refusal("huggingface.co")
        if refusal is None:
            return download(*args, **kwargs)
        try:
            return download(*args, **(kwargs | {"local_files_only": True}))
        except Exception:
            name = kwargs.get("filename", args[1] if len(args) > 1 else "")
        nowhere = _Nowhere(f"{name} (not downloaded: {refusal})")
        nowhere.refusal = refusal
        return nowhere

    return hf_hub_download


def _of_nowhere(read: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(read)
    def reading(path: Any, *args: Any, **kwargs: Any) -> Any:
        return _Undownloaded(path.refusal) if isinstance(path, _Nowhere) else read(path, *args, **kwargs)

    return reading


def _without_weights(build: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(build)
    def load_pretrained(*args: Any, **kwargs: Any) -> Any:
        try:
            return build(*args, **kwargs)
        except Exception as error:
            if network.cause_of(error) is None:
                raise
            return None  # What was made of the weights needs their values; the model keeps its own.

    return load_pretrained


def install() -> None:
    """Have torch's functions that load weights from an address give what stands for them where that is refused."""
    if hasattr(torch.hub.load_state_dict_from_url, "__wrapped__"):
        return
    download, load = torch.hub.load_state_dict_from_url, torch.nn.Module.load_state_dict

    @functools.wraps(download)
    def load_state_dict_from_url(*args: Any, **kwargs: Any) -> Any:
        try:
            return download(*args, **kwargs)
        except Exception as error:
            refusal = network.cause_of(error)
            if refusal is None:
                raise
            return _Undownloaded(refusal)

    @functools.wraps(load)
    def load_state_dict(module: Any, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(state_dict, _Undownloaded):
            return torch.nn.modules.module._IncompatibleKeys([], [])
        return load(module, state_dict, *args, **kwargs)

    torch.hub.load_state_dict_from_url = load_state_dict_from_url
    vars(torch.utils.model_zoo)["load_url"] = load_state_dict_from_url
    setattr(torch.nn.Module, "load_state_dict", load_state_dict)  # noqa: B010
