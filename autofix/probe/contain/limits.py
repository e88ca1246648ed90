"""What the system holds a worker to: memory, time of the processor, files, no core dumps.

It sets limits and tells which one an error comes from. Where the system has no limits it does nothing.
"""

from __future__ import annotations

import errno
import math
import os
import sys
import types
from functools import lru_cache
from typing import Any

from ..main.wire import RunRequest
from ..run import messages

SHARE = 0.9  # Of the machine's memory: the rest keeps the system from ending processes of its own choice.
SPARE_CPU_SECONDS = 5
THREADS_A_PROCESS = 16
_open_before: list[str] = []  # The descriptors that a run begins with.
_MIB = 1024 * 1024
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")

try:
    import resource as _system
except ImportError:  # Windows.
    resource: types.ModuleType | None = None
else:
    resource = _system


def lasting(request: RunRequest) -> tuple[int, ...]:
    """Return the limits that a process cannot have raised again; they decide which worker fits a run."""
    return (memory_of(request), request.limits.file_mib, request.limits.open_files)


def memory_of(request: RunRequest) -> int:
    """Return the limit of private memory in mebibytes; 0 for no limit."""
    if request.limits.memory_mib is not None:
        return request.limits.memory_mib
    return int(machine_bytes() * SHARE) // _MIB


def of_memory(request: RunRequest) -> str:
    """Return what a message about lack of memory adds, where there is a limit of ours."""
    most = memory_of(request)
    return f"; one process may use {most} MiB" if most else ""


def set_for(request: RunRequest) -> None:
    """Hold this process, and what it starts, to the limits of the request; each is lowered for good."""
    if resource is None:
        return
    _open_before[:] = os.listdir("/dev/fd")
    if sys.platform == "linux":
        # Private memory; RLIMIT_AS would count what torch only maps. Other systems do not enforce it.
        _lower(resource.RLIMIT_DATA, memory_of(request) * _MIB)
    _lower(resource.RLIMIT_FSIZE, request.limits.file_mib * _MIB)
    _lower(resource.RLIMIT_NOFILE, request.limits.open_files)
    _lower(resource.RLIMIT_CORE, 0, zero_counts=True)
    _bound_cpu(request.limits.run_seconds)


def _lower(kind: int, most: int, *, zero_counts: bool = False) -> None:
    """Lower a limit, soft and hard, so that user code cannot raise it; 0 leaves what is set."""
    assert resource is not None
    soft, hard = resource.getrlimit(kind)
    if most <= 0 and not zero_counts:
        return
    lowest = min(most if bound == resource.RLIM_INFINITY else min(bound, most) for bound in (soft, hard))
    if (soft, hard) != (lowest, lowest):
        try:
            resource.setrlimit(kind, (lowest, lowest))
        except (OSError, ValueError):  # A system that knows the limit but does not take it.
            return


def _bound_cpu(seconds: float) -> None:
    """Limit processor time, which still holds where no process is left to watch the time limit.

    Seconds are counted over the life of a process, on all cores, so only the soft limit moves from run to run.
    """
    assert resource is not None
    used = sum(os.times()[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = math.ceil(used + seconds * (os.cpu_count() or 1)) + SPARE_CPU_SECONDS
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    except (OSError, ValueError):
        return


@lru_cache(maxsize=1)
def machine_bytes() -> int:
    """Return the memory of this machine, or of the container that this process lives in, in bytes; 0 if unknown."""
    try:
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, OSError, ValueError):
        return 0
    for path in (*_own_cgroup(), *_CGROUPS):
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except (OSError, ValueError):
            continue
        if text.isdigit() and int(text) > 0:
            sizes.append(int(text))
    return min(sizes)


def _own_cgroup() -> list[str]:
    """Return the files that bound this process' group and those around it, in version 2 of control groups."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            own = [line.strip()[3:] for line in file if line.startswith("0::")]
    except (OSError, ValueError):
        return []
    parts = [part for part in own[0].split("/") if part] if own else []
    return ["/".join(("/sys/fs/cgroup", *parts[:count], "memory.max")) for count in range(len(parts), 0, -1)]


def reached(error: BaseException, request: RunRequest) -> str:
    """Return which limit an error comes from and how it is raised; '' for an error of another kind."""
    return next(filter(None, (_reached(cause, request) for cause in messages.causes(error))), "")


def _close_new(most: int) -> None:
    """Make room: without a descriptor that is free not even the reply can be written."""
    before = set(_open_before)
    for descriptor in range(3, most):
        if str(descriptor) not in before:
            os.closerange(descriptor, descriptor + 1)


def _reached(error: Any, request: RunRequest) -> str:
    number = error.errno if isinstance(error, OSError) else None
    text = str(error) if isinstance(error, (OSError, RuntimeError)) else ""
    most = request.limits.file_mib
    if number == errno.EFBIG or (isinstance(error, RuntimeError) and "File too large" in text):
        return f"a file grew larger than {most} MiB; raise `file-limit` in the settings if it has to"
    if "PytorchStreamWriter failed writing" in text or ("inline_container" in text and "unexpected pos" in text):
        # The writer of `torch.save` does not say why the system took no more.
        return (
            f"torch.save could not write all of a file: it is larger than {most} MiB, which `file-limit` "
            "in the settings raises, or the disk is full"
        )
    if number == errno.EMFILE or "Too many open files" in text:
        _close_new(request.limits.open_files)
        count = request.limits.open_files
        return f"more than {count} files are open; raise `open-files-limit` in the settings if it has to"
    return ""
