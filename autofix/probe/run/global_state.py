"""What a run may change around itself and the next run must not see: torch's switches, seeds, the environment.

It restores what is global and cheap to restore; what user code does to libraries stays until the worker ends.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import torch

from ..contain.cuda_on_cpu import replacing
from ..main import versions

SEED = 0


def seed() -> None:
    """Seed every source of random numbers that is imported."""
    seed_torch()
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(SEED)


def seed_torch() -> None:
    """Seed only the generator that runs use: ``torch.manual_seed`` queues a call, with a stack, for
    every device that is absent, which costs a millisecond each time and is kept for ever.
    """
    torch.default_generator.manual_seed(SEED)


@contextmanager
def restored() -> Iterator[None]:
    """Restore everything to what it was, whatever the code inside the block does."""
    environment, limit = dict(os.environ), sys.getrecursionlimit()
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    numpy = sys.modules.get("numpy.random.bit_generator")
    try:
        with ExitStack() as stack:
            if numpy is not None:  # Where a generator that is given no seed asks the system for one.
                stack.enter_context(replacing(numpy, "randbits", random.Random(SEED).getrandbits))
            yield
    finally:
        _reopen()
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        sys.setrecursionlimit(limit)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(True)
        if torch.are_deterministic_algorithms_enabled():  # Asked first, since setting it imports the compiler.
            torch.use_deterministic_algorithms(False)
        torch.autograd.set_detect_anomaly(False)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if versions.default_device() != "cpu":
            torch.set_default_device(None)
        _leave_group()


def _leave_group() -> None:
    """Leave the process group that a program has joined: the next run of it joins one of its own."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        with suppress(Exception):  # What the program has broken of it ends with the process.
            distributed.destroy_process_group()


def _reopen() -> None:
    """Reopen streams that user code closed, leading nowhere: what warns or shows progress in a later
    run writes to them.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None or getattr(stream, "closed", False):
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
