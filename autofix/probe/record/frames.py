"""User frames of a stack: where each stood, to the column, and the plain values of its names.

It tells user code from torch's and from libraries; it keeps no frame alive beyond the next stack that it is shown.
"""

from __future__ import annotations

import os
import sys
from types import CodeType, FrameType, TracebackType
from typing import Any

import torch

from ..main import wire
from . import values

_TORCH = os.path.dirname(torch.__file__) + os.sep
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# Python-written functions of torch that are an operation themselves, not a caller of one.
_API = tuple(
    _TORCH + name.replace("/", os.sep)
    for name in (
        "functional.py",
        "nn/functional.py",
        "_tensor.py",
        "overrides.py",
        "utils/_device.py",
        "utils/_contextlib.py",
        "_jit_internal.py",
    )
)
USER, API, LAYERS, TORCH, OTHER, OURS = "user", "api", "layers", "torch", "other", "ours"
MAX_NAMES = 64


class Stack:
    """Classifies frames for one project and interns the environments it copies."""

    def __init__(self, roots: tuple[str, ...], producer: values.Producer) -> None:
        self._roots = tuple(os.path.abspath(root) + os.sep for root in roots)
        self._producer = producer
        self._kinds: dict[str, str] = {}
        self._files: dict[str, str] = {}  # The files of code that names them from the folder of the run.
        self._positions: dict[
            int, tuple[CodeType, list[Any]]
        ] = {}  # By identity: hashing a code object reads all of it.
        self._places: dict[tuple[int, int], list[Any]] = {}
        self._interned: dict[str, int] = {}
        # The last stack that was copied with its values: a frame that still waits for the same call has the same ones.
        self._waiting: dict[int, tuple[FrameType, FrameType | None, list[Any]]] = {}
        self.environments: list[Any] = []

    def kind(self, filename: str) -> str:
        known = self._kinds.get(filename)
        if known is None:
            known = self._kinds[filename] = self._classify(filename)
        return known

    def _classify(self, filename: str) -> str:
        if filename.startswith(_HERE):
            return OURS
        if filename.startswith(_TORCH):
            if filename in _API:
                return API
            return LAYERS if filename.startswith(os.path.join(_TORCH, "nn", "modules")) else TORCH
        path = filename
        if not os.path.isabs(filename) and os.path.isfile(filename):  # ``runpy.run_path("models/net.py")``
            path = self._files[filename] = os.path.abspath(filename)
        if path.startswith(self._roots) and f"{os.sep}site-packages{os.sep}" not in path:
            return USER
        return OTHER

    def caller(self, frame: FrameType | None) -> str:
        """Return the kind of code that asked for an operation: the first frame that is neither ours nor
        torch's own API.
        """
        while frame is not None:
            kind = self.kind(frame.f_code.co_filename)
            if kind not in (API, OURS):
                return kind
            frame = frame.f_back
        return OTHER

    def forget_environments(self) -> None:
        """Empty the environments that were copied so far, whose tensors name operations that are forgotten."""
        self._interned.clear()
        self.environments[:] = [{wire.MAPPING: ["locals", []]} for _ in self.environments]

    def user_frames(self, frame: FrameType | None, environments: bool) -> list[Any]:
        descriptions = []
        kinds = self._kinds
        inner: FrameType | None = None
        before, self._waiting = self._waiting, {}
        while frame is not None:
            filename = frame.f_code.co_filename
            if (kinds.get(filename) or self.kind(filename)) == USER:
                if not environments:
                    descriptions.append(self.describe(frame, frame.f_lasti, environments=False))
                else:
                    known = before.get(id(frame))
                    waits = known is not None and known[0] is frame and known[1] is inner is not None
                    described = known[2] if known is not None and waits else self.describe(frame, frame.f_lasti, True)
                    self._waiting[id(frame)] = frame, inner, described
                    descriptions.append(described)
            inner, frame = frame, frame.f_back
        return descriptions

    def describe(self, frame: FrameType, lasti: int, environments: bool) -> list[Any]:
        """Return [path, function, line, byte column, end line, end byte column, environment or None]."""
        code = frame.f_code
        place = self._places.get((id(code), lasti))
        if place is None:
            line, end_line, column, end_column = self._position(code, lasti)
            first = max(1, line or frame.f_lineno or 1)
            place = self._places[id(code), lasti] = [
                self._files.get(code.co_filename, code.co_filename),
                code.co_qualname,
                first,
                max(0, column or 0),
                max(first, end_line or first),
                max(0, end_column or 0),
                None,
            ]
        return [*place[:-1], self._environment(frame)] if environments else place

    def _position(self, code: CodeType, lasti: int) -> Any:
        known = self._positions.get(id(code))
        if known is None:
            known = self._positions[id(code)] = code, list(code.co_positions())
        positions = known[1]
        index = lasti // 2
        return positions[index] if 0 <= index < len(positions) else (None, None, None, None)

    def _environment(self, frame: FrameType) -> int | None:
        if frame.f_code.co_name == "<module>":
            return None
        items = []
        for name, value in list(frame.f_locals.items())[:MAX_NAMES]:
            if name.startswith(("__", "@")):
                continue
            copied = values.plain(value, self._producer, depth=1)
            if not (isinstance(copied, dict) and wire.OPAQUE in copied):
                items.append([name, copied])
        key = repr(items)
        index = self._interned.get(key)
        if index is None:
            index = self._interned[key] = len(self.environments)
            self.environments.append({wire.MAPPING: ["locals", items]})
        return index

    def traceback_frames(self, traceback: TracebackType | None) -> tuple[list[Any], str, list[Any]]:
        """Return user frames innermost first, then the name and plain arguments of the first function
        outside that they called.
        """
        entries = []
        while traceback is not None:
            entries.append((traceback.tb_frame, traceback.tb_lasti))
            traceback = traceback.tb_next
        users = [i for i, (frame, _) in enumerate(entries) if self.kind(frame.f_code.co_filename) == USER]
        frames = [self.describe(*entries[i], environments=True) for i in reversed(users)]
        start = users[-1] + 1 if users else 0
        outside = [frame for frame, _ in entries[start:] if self.kind(frame.f_code.co_filename) != OURS]
        if not outside:
            return frames, "", []
        callee = self._function_with_name(outside)
        arguments = [
            [name, copied]
            for name, value in list(callee.f_locals.items())[:MAX_NAMES]
            if not name.startswith("_")
            for copied in (values.plain(value, self._producer, depth=1, values=True),)
        ]
        return frames, f"{callee.f_globals.get('__name__', '')}.{callee.f_code.co_qualname}", arguments

    def _function_with_name(self, outside: list[FrameType]) -> FrameType:
        """Return the first constructor or function; what calls a module (``_call_impl``) is passed over."""
        named = (
            frame
            for frame in outside
            if frame.f_code.co_name not in {"_wrapped_call_impl", "_call_impl", "__torch_function__"}
        )
        return next(named, outside[0])


def current_frame() -> FrameType:
    return sys._getframe(1)
