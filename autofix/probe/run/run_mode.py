"""With storage or without: which of the two a run is made with, by what was asked for and by its size.

It counts and chooses; what happens in a run is for ``run``.
"""

from __future__ import annotations

import gc
import os

from ..main import wire
from ..main.wire import Ending, Reply, RunRequest
from ..record.frames import current_frame
from ..record.fx_graph import Drawing
from ..record.recorder import Recorder
from . import memory_budget
from . import run as running
from .memory_budget import Meter, TooLargeError


def run(request: RunRequest) -> Reply:
    """Run the request in this process and return the reply."""
    try:
        return run_small(request)
    except TooLargeError:
        gc.collect()  # What the attempt made so far is not held while the next one runs.
        return _run_sized(request)


def run_small(request: RunRequest) -> Reply:
    """Return the reply to ``request``; raise TooLargeError where its size is to choose the mode and is a large one."""
    if request.mode == wire.REAL:
        return _attempt(request)
    return _attempt(request, Meter()) if request.mode == wire.AUTO else _run_sized(request)


def _run_sized(request: RunRequest) -> Reply:
    """Return the reply of a run without storage, or of one with storage that it shows to be possible and needed."""
    without = _attempt_without_storage(request)
    if without["need"] > memory_budget.allowed(request.limits.memory_mib):
        return without
    if request.mode == wire.META and not without["synthesized"] and without["ending"] != Ending.NEEDS_VALUES:
        return without
    gc.collect()
    return {**_attempt(request), "synthesized": without["synthesized"]}


def _attempt_without_storage(request: RunRequest) -> Reply:
    """Return the reply of a run on tensors without storage, with the bytes that storage would take."""
    from ..meta import meta  # Imported where it is needed: few models are.

    meta.prepare()
    recorder = _recorder(request)
    synthesized: dict[str, None] = {}

    def note(needed_by: str) -> None:
        frames = recorder.stack.user_frames(current_frame(), environments=False)
        place = f"{os.path.basename(frames[0][0])}:{frames[0][2]}" if frames else "torch"
        synthesized.setdefault(f"`{needed_by}` at {place}", None)

    mode = recorder.meta = meta.MetaMode(lambda: recorder.in_forward, note)
    with meta.without_storage(mode):
        reply = running.run(request, recorder)
    need = memory_budget.need(mode.parameter_bytes, mode.activation_bytes)
    return {**reply, "mode": wire.META, "need": need, "synthesized": list(synthesized)}


def _recorder(request: RunRequest) -> Recorder:
    recorder = Recorder(tuple(dict.fromkeys((request.root, *request.search_paths))))
    if request.graph:
        recorder.drawing = Drawing(Recorder, recorder.producer)
    return recorder


def _attempt(request: RunRequest, meter: Meter | None = None) -> Reply:
    """Return the reply of a run on tensors with storage; raise TooLargeError where ``meter`` says so."""
    recorder = _recorder(request)
    recorder.meter = meter
    reply = running.run(request, recorder)
    if meter is not None and meter.exceeded:  # Whatever the user's code made of the error.
        raise TooLargeError
    return reply
