"""A batch on a Dask cluster: a real scheduler and two worker processes on loopback, one of them killed meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gates import Gate

from autofix.batch import cluster as cluster_room
from autofix.batch import jobs, source_files
from autofix.batch.records import Job, settings_json
from autofix.frontends.cli import main
from autofix.loading.settings import Settings

pytestmark = pytest.mark.torch
pytest.importorskip("distributed", reason="the extra `distributed` is not installed")

MODEL = (
    "# autofix: sample-shape=2,3,9,9\nimport os, time\nimport torch\nfrom torch import nn\n\n"
    "if 'GATE' in os.environ:\n    exec(os.environ['GATE'])\n    time.sleep(3600)\n\n\n"
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(3, 4, 2)\n        self.head = nn.Linear({size}, 3)\n\n"
    "    def forward(self, x):\n        return self.head(torch.flatten(self.conv(x), 1))\n"
)


@dataclass
class Cluster:
    """Two workers; a model that runs on the first enters ``gate`` and never ends."""

    address: str
    workers: list[subprocess.Popen[bytes]]
    gate: Gate


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory, gate: Gate) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    place = ("--host", "127.0.0.1", "--port", port)
    scheduler = _started(folder, "dask_scheduler", *place, "--no-dashboard", "--no-show", environment={})
    words = (address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
    mark = {"GATE": gate.opening}
    workers = [_started(folder, "dask_worker", *words, environment=environment) for environment in (mark, {})]
    try:
        _await(address, 2)
        yield Cluster(address, workers, gate)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _started(folder: Path, name: str, *words: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command, known = [sys.executable, "-m", f"distributed.cli.{name}", *words], {**os.environ, **environment}
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=nothing, stderr=nothing, start_new_session=True, env=known)


def _await(address: str, count: int) -> None:
    code = f"import distributed as d; c = d.Client({address!r}, timeout=60); c.wait_for_workers({count}, timeout=60)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=150)


def test_a_lost_worker_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    written(tmp_path, 12)
    words = [sys.executable, "-m", "autofix", "batch", str(tmp_path), "-q", "--no-cache", "--unsafe-fixes"]
    words += ["--time-limit", "3600"]
    reports = {name: ["--report", str(tmp_path / f"{name}.json")] for name in ("local", "cluster")}
    local = subprocess.run([*words, *reports["local"], "-j", "1"], capture_output=True, check=False, timeout=300)
    running = subprocess.Popen(
        [*words, *reports["cluster"], "--scheduler", cluster.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    cluster.gate.await_code()
    assert running.poll() is None, "the batch was over before a worker could be killed"
    # What the worker started goes with it, as on a machine that is lost.
    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
    patch, errors = running.communicate(timeout=300)
    assert running.returncode == local.returncode == 1, errors
    assert patch == local.stdout
    assert (tmp_path / "cluster.json").read_bytes() == (tmp_path / "local.json").read_bytes()


def test_the_repository_outlives_the_worker_that_has_it(cluster: Cluster, tmp_path: Path) -> None:
    """What was scattered would be lost with it, and every job that needs it be cancelled."""
    import distributed

    written(tmp_path, 1)
    executor = cluster_room.connected(cluster.address, tmp_path, source_files.shipped(tmp_path))
    connect: Any = distributed.Client
    with connect(cluster.address, set_as_default=False) as client:
        held: dict[str, tuple[str, ...]] = {}
        while not any(held.values()):
            held = client.who_has()
        holder = next(workers for workers in held.values() if workers)[0]
        os.killpg(client.run(os.getpid, workers=[holder])[holder], signal.SIGKILL)
        while holder in client.scheduler_info()["workers"]:
            time.sleep(0.1)
    request = {"path": "m00.py", "elsewhere": [], "reached": False, "entries": [], "settled": []}
    request["settings"] = settings_json(Settings())
    value = executor.submit(jobs.find, str(tmp_path), request).result(120)
    assert [target["job"]["model"] for target in value["found"]] == ["Net()"]
    executor.shutdown()


def test_a_worker_that_does_not_see_the_files_gets_them(tmp_path: Path) -> None:
    written(tmp_path, 1)
    archive = cluster_room.packed(tmp_path, source_files.shipped(tmp_path))
    digest = hashlib.sha256(archive).hexdigest()
    job = Job("m00.py", "Net()", ("2,3,9,9",)).as_json()
    beside, elsewhere = (
        cluster_room.work("run", base, job, digest, archive) for base in (str(tmp_path), str(tmp_path / "nowhere"))
    )
    assert beside["document"]["ending"] == "repaired"
    assert beside == elsewhere


def written(folder: Path, count: int) -> None:
    (folder / "pyproject.toml").touch()
    for number in range(count):
        (folder / f"m{number:02}.py").write_text(MODEL.format(size=256 if number % 3 else 100), "utf-8")


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, 1)
    monkeypatch.setattr(cluster_room, "CONNECT_SECONDS", 1)
    assert main.main(["batch", str(tmp_path), "--no-cache", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    errors = capfd.readouterr().err
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in errors
    assert "Traceback" not in errors
