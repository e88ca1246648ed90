"""One run of the model: load, construct, forward, checks; the reply as plain data.

User code may do anything; every way it can end is a named ending here, except those that end the process.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from types import FrameType, ModuleType
from typing import Any

import torch

from ..contain import absent_packages, cuda_on_cpu, endings, file_reads, network, pretrained_weights
from ..main import wire
from ..main.wire import CheckKind, CheckOutcome, Ending, Phase, Reply, RunRequest, Stage
from ..record import gradients, torch_warnings, values
from ..record.interception import recording
from ..record.recorder import Recorder
from . import checks, global_state, inputs, loading, messages, output_equality
from .construct import Ended, construct
from .memory_budget import NeedsValuesError, TooLargeError


def run(request: RunRequest, recorder: Recorder) -> Reply:
    """Run the request, recorded by ``recorder``, and return the reply."""
    pretrained_weights.install()
    with network.refused(request.limits.network) as refusals:
        reply = _recorded(request, recorder)
    endings.explain(reply, request, refusals)
    return reply


def _recorded(request: RunRequest, recorder: Recorder) -> Reply:
    start = time.perf_counter()
    reply: Reply = {
        "protocol": wire.PROTOCOL,
        "mode": wire.REAL,
        "ending": Ending.PASSED,
        "message": "",
        "checks": [],
        "placeholders": [],
        "cut_tests": [],
        "absent": [],
        "sliced": False,
    }
    recorder.quick_weights = not request.fresh
    recorder.past = dict(request.past)
    global_state.seed()
    with (
        torch_warnings.watched(recorder) as warned,
        gradients.watched(recorder, request.fresh) as returned,
        global_state.restored(),
        cuda_on_cpu.tolerated(),
        loading.project(request),
        absent_packages.refusing(reply["absent"], functools.partial(loading.is_own_file, request)),
    ):
        with file_reads.watched() as data:
            _run_one(request, recorder, reply)
        reply["files"] = loading.project_files(request)
        reply["data_files"] = loading.within(request, data)
        reply["globals"] = _globals(request, recorder)
    reply["gradients"] = returned
    reply["warnings"] = [row for row in warned if row[0] < len(recorder.operations)]
    if request.against is not None and reply["ending"] == Ending.PASSED:
        reply["checks"].append([CheckKind.EQUAL, *_equality(request, recorder, reply["sliced"])])
    reply["operations"] = recorder.operations
    reply["layers"] = recorder.describe_layers()
    reply["called"] = sorted(recorder.called_before)
    reply["environments"] = recorder.stack.environments
    if recorder.drawing is not None:
        reply["graph"] = str(recorder.drawing.graph)
    reply["seconds"] = time.perf_counter() - start
    return reply


def _equality(request: RunRequest, recorder: Recorder, sliced: bool) -> checks.Outcome:
    if recorder.meta is not None:
        return CheckOutcome.NOT_ASKED, checks.NO_VALUES
    return output_equality.compare(request, construct, sliced)


def _run_one(request: RunRequest, recorder: Recorder, reply: Reply) -> None:
    try:
        (_run_script if request.script else _run_stages)(request, recorder, reply)
    except Ended as ended:
        _end(reply, ended.ending, ended.message)
        reply["candidates"] = list(ended.candidates)
    except NeedsValuesError as error:
        _end(reply, Ending.NEEDS_VALUES, f"`{error}` has no form without storage")
    except MemoryError as error:
        _end(reply, Ending.OUT_OF_MEMORY, messages.text(error) or endings.NO_MEMORY)


def _end(reply: Reply, ending: Ending, message: str) -> None:
    reply["ending"], reply["message"] = ending, message


def _run_script(request: RunRequest, recorder: Recorder, reply: Reply) -> None:
    from . import script  # Data loaders are imported for programs only.

    try:
        reply["message"] = script.run(request, recorder, reply["placeholders"], reply["cut_tests"])
    except (Ended, MemoryError, TooLargeError, NeedsValuesError):
        raise
    except BaseException as error:
        failure = absent_packages.told(script.failure_behind(error), reply["absent"])
        ended = endings.of_limit(failure, request) or script.ended_by(failure)
        if ended is not None:
            raise Ended(*ended) from error
        _describe_failure(failure, Stage.SCRIPT, recorder, reply)


def _run_stages(request: RunRequest, recorder: Recorder, reply: Reply) -> None:
    stage = [Stage.IMPORT]
    try:
        with recording(recorder):
            module = _load(request, recorder, reply, stage)
            stage[0] = Stage.CONSTRUCT
            global_state.seed()
            model = construct(request, module)
            recorder.adopt_model(model)
            model.train(not request.evaluation_mode) if request.evaluation_mode else None
            stage[0] = Stage.SAMPLE
            recorder.phase = Phase.FORWARD
            with recorder.quiet():
                positional, named = inputs.build(request.samples, module.__dict__)
            inputs.check(model, positional, named)
            stage[0] = Stage.FORWARD
            output, seconds = _forward(recorder, model, positional, named)
    except inputs.SampleError as error:
        raise Ended(Ending.BAD_SAMPLE, messages.text(error)) from error
    except (Ended, loading.WouldRun, MemoryError, TooLargeError, NeedsValuesError):
        raise
    except SystemExit as error:
        raise Ended(
            Ending.EXITED, f"the program called exit({values.spelled(error.code)}) during {stage[0]}"
        ) from error
    except BaseException as error:
        failure = absent_packages.told(error, reply["absent"])
        ended = endings.of_limit(failure, request)
        if ended is not None:
            raise Ended(*ended) from error
        _describe_failure(failure, stage[0], recorder, reply)
        return
    reply["output"] = values.plain(output, recorder.producer)
    reply["state_dict"] = [
        [name, list(value.shape)] for name, value in model.state_dict().items() if isinstance(value, torch.Tensor)
    ]
    if request.checks:
        called = {
            id(recorder.modules[op["identity"]])
            for op in recorder.operations
            if op["phase"] == Phase.FORWARD and op["identity"] is not None
        }
        asked = (model, request, module.__dict__, output, called)
        if recorder.meta is None:
            reply["checks"] = checks.run(*asked, seconds, recorder.operations)
        else:
            reply["checks"] = checks.run_without_values(*asked, recorder.operations)


def _load(request: RunRequest, recorder: Recorder, reply: Reply, stage: list[Stage]) -> ModuleType:
    """Load the whole file where that works, else its definition slice."""

    def refuse_forward(module: torch.nn.Module) -> None:
        if stage[0] is Stage.IMPORT and not _inside_constructor(sys._getframe()):
            raise loading.WouldRun

    recorder.on_forward = refuse_forward
    try:
        return loading.import_target(request)
    except (SyntaxError, MemoryError, KeyboardInterrupt, TooLargeError, NeedsValuesError):
        raise
    except BaseException:  # The slice shows whether what it raised stands in the model's way.
        reply["sliced"] = True
    finally:
        recorder.on_forward = None
    _restart(recorder)
    try:
        module, absent = loading.import_slice(request)
    except ImportError as error:
        raise Ended(Ending.IMPORT_FAILED, endings.import_message(error)) from error
    reply["absent"] += absent
    return module


def _restart(recorder: Recorder) -> None:
    """Forget what the failed import recorded, which is no part of the run."""
    recorder.operations.clear()
    recorder.scopes.clear()
    recorder.suppressed = 0


def _inside_constructor(frame: FrameType | None) -> bool:
    """Return whether a constructor is running: a forward in ``__init__`` that measures a size is
    construction, not training.
    """
    while frame is not None:
        if frame.f_code.co_name == "__init__" and isinstance(frame.f_locals.get("self"), torch.nn.Module):
            return True
        frame = frame.f_back
    return False


def _forward(
    recorder: Recorder, model: torch.nn.Module, positional: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, float]:
    for index, value in enumerate(positional):
        recorder.place(f"input_{index}" if len(positional) > 1 else "input", value)
    for name, value in named.items():
        recorder.place(name, value)
    global_state.seed()
    start = time.perf_counter()
    output = model(*positional, **named)
    return output, time.perf_counter() - start


def _describe_failure(error: BaseException, stage: Stage, recorder: Recorder, reply: Reply) -> None:
    root = _recorded_cause(error, recorder)
    frames, callee, arguments = recorder.stack.traceback_frames(root.__traceback__)
    message = messages.text(root)
    if endings.lacks_memory(root):
        _end(reply, Ending.OUT_OF_MEMORY, message)
        return
    reply["ending"] = Ending.IMPORT_FAILED if stage is Stage.IMPORT else Ending.RAISED
    if isinstance(root, ImportError):
        reply["ending"] = Ending.IMPORT_FAILED
        message = endings.import_message(root)
    if stage is Stage.IMPORT and isinstance(root, SyntaxError) and root.lineno is not None:
        message = f"{os.path.basename(root.filename or '')}:{root.lineno}: {root.msg}"
    reply["message"] = message or type(root).__name__
    reply["failure"] = {
        "type": type(root).__name__,
        "message": message,
        "stage": stage,
        "operation": recorder.raised_by(root),
        "frames": frames,
        "callee": callee,
        "arguments": arguments,
    }


def _recorded_cause(error: BaseException, recorder: Recorder) -> BaseException:
    """Return the error that an operation raised, since user code may wrap it in one that says less."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        if recorder.raised_by(current) is not None:
            return current
        seen.append(current)
        current = current.__cause__ or current.__context__
    return error


def _globals(request: RunRequest, recorder: Recorder) -> list[Any]:
    """Return the plain module-level values of every project file that was imported."""
    modules = [(path, module) for _, path, module in loading.project_modules(request)]
    if recorder.program is not None:
        modules.append((request.path, recorder.program))
    with recorder.quiet():
        entries = [[os.path.abspath(path), values.of_module(module, recorder.producer)] for path, module in modules]
    return sorted(entries, key=lambda entry: entry[0])
