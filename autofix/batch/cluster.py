"""Workers of a Dask cluster behind the same protocol: ``dask.distributed`` is only loaded here.

A worker that sees the same files under the same path works there; to any other the repository is sent, once. A worker
that is lost is Dask's business: it runs the job again elsewhere.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from autofix import __version__
from autofix.batch import jobs
from autofix.batch.records import Json
from autofix.records.errors import UsageError
from autofix.system import extras

RETRIES = 2
CONNECT_SECONDS = 20
MAX_FILE_BYTES = 16 * 1024 * 1024
_FUNCTIONS = {function.__name__: function for function in (jobs.find, jobs.run)}


def connected(address: str, base: Path, files: Sequence[Path]) -> Executor:
    """Return an executor on the cluster at ``address``; ``files`` are what a worker elsewhere needs of the repository.

    Raises UsageError if the extra is not installed, nobody answers, or a worker has another version of autofix.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            f"--scheduler needs dask.distributed; install it with: {extras.installation('distributed')}"
        ) from None
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}: {error}; start one with `dask scheduler`") from error
    _check_workers(client, address)
    return _Cluster(client, base, files)


def _check_workers(client: Any, address: str) -> None:
    versions = client.run(_version)
    if not versions:
        client.close()
        raise UsageError(f"the scheduler at {address} has no workers; start some with `dask worker {address}`")
    other = {worker: version for worker, version in versions.items() if version != __version__}
    if other:
        client.close()
        worker, version = min(other.items())
        raise UsageError(f"the worker {worker} has autofix {version}, this is {__version__}; install the same there")


def _version() -> str:
    return __version__


class _Cluster(Executor):
    """The executor of a Dask client, with the repository beside every job."""

    def __init__(self, client: Any, base: Path, files: Sequence[Path]) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False, retries=RETRIES)
        archive = packed(base, files)
        self._digest = hashlib.sha256(archive).hexdigest()
        # A task, not scattered: the scheduler keeps one copy of what was scattered, and cancels all that needs it
        # where the worker that has it is lost.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # That it is large.
            self._archive = client.submit(_repository, archive, pure=False, retries=RETRIES)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = self._executor.submit(
            work, fn.__name__, *args, *kwargs.values(), self._digest, self._archive
        )
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()


def _repository(archive: bytes) -> bytes:
    """Return the files of the repository; asked again where the worker that had them is lost."""
    return archive


def work(function: str, base: str, data: Json, digest: str, archive: bytes) -> Json:
    """Run one job on whatever machine this is."""
    folder = Path(base)
    if not _is_here(folder, digest, archive):
        folder = _unpacked(digest, archive)
    return _FUNCTIONS[function](str(folder), data)


_here: dict[str, bool] = {}


def _is_here(folder: Path, digest: str, archive: bytes) -> bool:
    """Return whether the very files of the archive lie in the folder; asked once in each process."""
    key = f"{digest} {folder}"
    if key not in _here:
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            _here[key] = all(_same(folder / member.name, packed, member) for member in packed.getmembers())
    return _here[key]


def _same(path: Path, packed: tarfile.TarFile, member: tarfile.TarInfo) -> bool:
    stream = packed.extractfile(member)
    try:
        return stream is not None and path.read_bytes() == stream.read()
    except OSError:
        return False


def _unpacked(digest: str, archive: bytes) -> Path:
    """Unpack the files into a folder of this machine that every worker process of it shares."""
    folder = Path(tempfile.gettempdir()) / f"autofix-{os.getuid() if hasattr(os, 'getuid') else 0}-{digest[:24]}"
    if not folder.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="autofix-", dir=tempfile.gettempdir()))
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(fresh, filter="data")
        try:
            fresh.rename(folder)
        except OSError:  # Another process was first.
            return folder if folder.is_dir() else fresh
    return folder


def packed(base: Path, files: Sequence[Path]) -> bytes:
    """Return the same bytes for the same files, whenever they were written and whoever owns them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(files):
            if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
                continue
            data = path.read_bytes()
            member = tarfile.TarInfo(path.relative_to(base).as_posix())
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
