"""Read requests, run each, write the reply to the file it names.

Where the system can fork, user code runs in a worker that is forked from a process that has run none: a worker serves
several runs, and a hang, a crash or a request for a fresh process costs only the worker. Elsewhere runs happen in
this very process.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress

import torch

from ..contain import connections, endings, file_isolation, limits, network, own_processes, process_tree
from ..run import messages, run_mode
from ..run.memory_budget import TooLargeError
from . import last_words, warm_up, wire, worker_pool

SPARE_BYTES = 8 * 1024 * 1024  # Given back where memory runs out, since saying so takes some.
_spare: list[bytearray] = []
_process, _exit = os.getpid, os._exit  # User code may replace them.
CAN_FORK = hasattr(os, "fork") and sys.platform == "linux"


def main(
    can_fork: bool = CAN_FORK,
    ordinary: int = 1,
    folder: str = "",
    isolation: str = "",
    strongest: str = wire.CONNECTIONS[0],
) -> None:
    """Serve requests until the input ends.

    ``ordinary``: the runs under way at once, not counting those in a fresh process; ``folder``: the session's, to be
    removed when the session is gone; ``isolation`` of files: the strongest that the system allows where it is empty;
    ``strongest``: what may be used to keep connections in.
    """
    requests, answers = _take_streams()
    torch.set_num_threads(1)
    if can_fork:
        asked = None if isolation else _ask_for_isolation(folder)
        _warm_up()
        gc.freeze()
        isolation = isolation if asked is None else _isolation(*asked)
        imports = worker_pool.Imports(_import_for_workers_of_scripts, _import_without_storage)

        def serve(lines: int, done: int, network: bool, rehearse: bool) -> None:
            files = file_isolation.FileIsolation(isolation, folder)
            connections.contain(network, strongest)
            own_processes.keep()
            _serve(lines, done, rehearse, files)

        ending = b""
        with suppress(BrokenPipeError):  # Who asked is gone.
            os.write(answers, wire.ready(ordinary + 1, isolation))
            ending = worker_pool.supervise(requests, answers, serve, imports, ordinary)
        _leave(ending, folder)
        os._exit(0)  # Taking torch apart again would cost a fifth of a second.
    else:
        _leave(_serve_alone(requests, answers), folder)


def _leave(ending: bytes, folder: str) -> None:
    """Leave the folder of the session as its last line asks: it stays for a probe that is started next, or goes."""
    if ending != wire.END:
        last_words.remove(folder, is_orphaned=not ending)


def _serve_alone(requests: int, answers: int) -> bytes:
    """Make every run in this very process, until one asks for a fresh process; return the line that announced the end,
    b'' for none.
    """
    gc.disable()
    os.write(answers, wire.ready(1, wire.COPIES))
    for runs, line in enumerate(os.fdopen(requests, "r", encoding="utf-8", errors="surrogatepass")):
        if line.encode("utf-8", "surrogatepass") in (wire.END, wire.CLOSE):
            return line.encode()
        request, reply_path = wire.decode_request(line)
        if request.fresh and runs:
            os.write(answers, wire.STALE)
            return wire.END
        if request.script:  # While torch is as it is: a run replaces functions that the compiler makes a table of.
            _import_for_scripts()
        limits.set_for(request)
        _answer(request, reply_path, run_mode.run)
        os.write(answers, wire.done(reply_path))
        gc.collect()  # While the reply is being read.
    return b""


def _ask_for_isolation(folder: str) -> tuple[int, int]:
    """Start a process that finds out what the system allows; return its id and the descriptor that it reports to."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write_end, file_isolation.strongest(folder).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    return pid, read_end


def _isolation(pid: int, read_end: int) -> str:
    """Return the isolation that the process found; the weakest where it reported none."""
    isolation = os.read(read_end, 100).decode()
    os.close(read_end)
    os.waitpid(pid, 0)
    return isolation if isolation in wire.ISOLATION else wire.COPIES


def _take_streams() -> tuple[int, int]:
    """Take over the streams: standard input carries requests, standard output one line an answer.

    The output of user code goes nowhere.
    """
    requests, answers = os.dup(0), os.dup(1)
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    os.close(silent)
    return requests, answers


def _warm_up() -> None:
    """Make the first uses that would cost every fork again: one of each common kernel, on one thread,
    without autograd's own threads.
    """
    with torch.no_grad():
        images = torch.nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 4, 4))
        torch.nn.functional.max_pool2d(torch.relu(images), 2).flatten(1) @ torch.zeros(1, 1)
        torch.randn(2, 2, generator=torch.Generator().manual_seed(0)).sum()
    if "numpy" in sys.modules:  # torch imports it, but not what a run seeds.
        importlib.import_module("numpy.random")


def _import_for_workers_of_scripts() -> None:
    """Import it where no user code runs: looking through the compiler's objects takes a worker longer than a run."""
    is_first = "torch._dynamo" not in sys.modules
    _import_for_scripts()
    if is_first:
        gc.freeze()


def _import_for_scripts() -> None:
    """Import what every training script imports sooner or later, once for all workers: optimizers bring
    the compiler.
    """
    importlib.import_module("torch._dynamo")
    importlib.import_module("torch.utils.data")


def _import_without_storage() -> None:
    from ..meta import meta

    meta.prepare()
    gc.freeze()


def _answer(request: wire.RunRequest, reply_path: str, run: Callable[[wire.RunRequest], wire.Reply]) -> bytes:
    """Write the reply of ``run``; what to say of it."""
    process = _process()
    _spare[:] = [bytearray(SPARE_BYTES)]
    try:
        reply = run(request)
    except TooLargeError:
        return wire.TOO_LARGE
    except BaseException as error:
        _spare.clear()
        reply = wire.ended(wire.Ending.PROBE_FAILED, f"{type(error).__name__}: {error}")
        if endings.lacks_memory(error):
            error.__traceback__ = None  # Its frames hold what the memory went into, and a reply needs some.
            message = messages.text(error) or endings.NO_MEMORY
            reply = wire.ended(wire.Ending.OUT_OF_MEMORY, message + limits.of_memory(request))
        if os.environ.get("AUTOFIX_PROBE_DEBUG"):
            import traceback

            reply["message"] = traceback.format_exc()
    reply["isolation"], reply["processes"] = file_isolation.held(), own_processes.held()
    reply["connections"] = wire.ALLOWED if request.limits.network else connections.held()
    if _process() != process:
        _exit(0)  # User code forked, and its child came back here: it has nothing to say.
    try:
        endings.write_reply(reply, reply_path)
    except OSError as error:
        message = limits.reached(error, request)
        if not message:
            raise
        endings.write_reply(wire.ended(wire.Ending.LIMIT_REACHED, message), reply_path)
    except MemoryError:
        del reply
        _spare.clear()
        message = endings.NO_MEMORY + limits.of_memory(request)
        endings.write_reply(wire.ended(wire.Ending.OUT_OF_MEMORY, message), reply_path)
    return wire.ANSWERED


def _serve(requests: int, done: int, rehearse: bool, isolation: file_isolation.FileIsolation) -> None:
    """Serve the requests that one worker is given, until its input ends."""
    gc.disable()
    if rehearse:
        warm_up.run()
    with suppress(OSError, MemoryError):
        isolation.prepare()
    for runs, line in enumerate(os.fdopen(requests, "r", encoding="utf-8", errors="surrogatepass")):
        request, reply_path = wire.decode_request(line)
        try:
            if not isolation.enter(request, first=runs == 0):
                os.write(done, wire.SPENT)
                continue
        except network.Refused as error:
            endings.write_reply(wire.ended(wire.Ending.REFUSED, str(error)), reply_path)
            os.write(done, wire.ANSWERED)
            continue
        limits.set_for(request)
        with suppress(FileExistsError):  # The run before may have emptied the folder above it.
            os.mkdir(tempfile.gettempdir())
        ending = _answer(request, reply_path, run_mode.run_small)
        if process_tree.has_children():
            process_tree.end_own()
        os.write(done, ending)
        if request.fresh:  # The supervisor ends this process, and what it wrote goes with it.
            return
        with suppress(OSError, MemoryError):  # While the reply is read; what fails is tried again for the next run.
            isolation.leave()
            isolation.prepare()
        gc.collect()


if __name__ == "__main__":
    main()
