"""A batch on a Dask cluster: a real scheduler and two worker processes on loopback, one of them killed meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
pytest.importorskip("distributed", reason="the extra `distributed` is not installed")

MODEL = (
    "# autofix: sample-shape=2,3,9,9\nimport time\nimport torch\nfrom torch import nn\n\ntime.sleep(0.3)\n\n\n"
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(3, 4, 2)\n        self.head = nn.Linear({size}, 3)\n\n"
    "    def forward(self, x):\n        return self.head(torch.flatten(self.conv(x), 1))\n"
)


@dataclass
class Cluster:
    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    scheduler = _started(folder, "dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
    words = (address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
    workers = [_started(folder, "dask_worker", *words) for _ in range(2)]
    try:
        _await(address, 2)
        yield Cluster(address, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _started(folder: Path, name: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{name}", *words]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=nothing, stderr=nothing, start_new_session=True)


def _await(address: str, count: int) -> None:
    code = f"import distributed as d; c = d.Client({address!r}, timeout=60); c.wait_for_workers({count}, timeout=60)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=150)


def test_a_lost_worker_loses_nothing(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()
    for number in range(12):
        (tmp_path / f"m{number:02}.py").write_text(MODEL.format(size=256 if number % 3 else 100), "utf-8")
    words = [sys.executable, "-m", "autofix", "batch", str(tmp_path), "-q", "--no-cache", "--unsafe-fixes"]
    reports = {name: ["--report", str(tmp_path / f"{name}.json")] for name in ("local", "cluster")}
    local = subprocess.run([*words, *reports["local"], "-j", "2"], capture_output=True, check=False, timeout=300)
    running = subprocess.Popen(
        [*words, *reports["cluster"], "--scheduler", cluster.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _busy(cluster, lambda: running.poll() is None)
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    patch, told = running.communicate(timeout=300)
    assert running.returncode == local.returncode == 1, told
    assert patch == local.stdout
    assert (tmp_path / "cluster.json").read_bytes() == (tmp_path / "local.json").read_bytes()


def _busy(cluster: Cluster, alive: Callable[[], bool]) -> None:
    """Wait until the first worker has started a probe: a job of this batch is under way in it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert alive(), "the batch was over before a worker could be killed"
        if subprocess.run(["pgrep", "-P", str(cluster.workers[0].pid)], capture_output=True, check=False).stdout:
            time.sleep(2.0)
            return
        time.sleep(0.05)
    raise AssertionError("no job reached the worker")


def test_nobody_answers(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "m.py").write_text(MODEL.format(size=256), "utf-8")
    words = [sys.executable, "-m", "autofix", "batch", str(tmp_path), "--no-cache", "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run(words, capture_output=True, check=False, timeout=200)
    assert done.returncode == 2
    assert b"no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert b"Traceback" not in done.stderr
