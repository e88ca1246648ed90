"""Weights that a model loads from an address and that are not downloaded: the model keeps its initial ones.

No shape rests on their values. What stands for them can be loaded and its entries be removed; whoever looks at one is
refused the connection, as the download would be.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
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
