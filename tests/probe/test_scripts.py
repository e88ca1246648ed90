"""Programs in the probe: how each way to end is told apart, and what a program must not leave behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.loading.settings import Settings
from autofix.records.report import Limits, RepairEnding, Report
from autofix.session.session import Session

TRAINING = """
import torch
from torch import nn
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
def train(steps):
    for step in range(steps):
        loss = model(torch.randn(3, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
MODEL = "import torch\nfrom torch import nn\nmodel = nn.Linear(4, 2)\n"
FAULT = "print(model(torch.randn(3, 5)))\n"
LOADER = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(9, 4)), batch_size=4, num_workers=4, persistent_workers=True)
for (x,) in loader:
    print(model(x))
"""
OPTION = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, required=True)
print(model(torch.randn(2, parser.parse_args().size)))
"""
SPAWNED = """
import torch.multiprocessing as mp
def work(rank):
    print(model(torch.randn(1, 4)))
if __name__ == "__main__":
    mp.spawn(work, nprocs=2)
"""
GPU = """
device = torch.device("cuda")
torch.cuda.manual_seed_all(1)
torch.backends.cudnn.benchmark = True
model = nn.DataParallel(model).cuda()
with torch.autocast("cuda"):
    print(model(torch.randn(2, 4).to(device, non_blocking=True)).cpu())
"""
COMPILED = """
@torch.compile(mode="reduce-overhead")
def double(x):
    return 2 * x
model = torch.compile(model)
model.compile()
print(double(model(torch.randn(2, 4))))
"""
WATCHED = """
import matplotlib.pyplot as plt
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm, trange
writer = SummaryWriter("runs/one")
for step in tqdm(range(3), desc="training"):
    writer.add_scalar("loss", model(torch.randn(2, 4)).sum().item(), step)
for step in trange(2):
    print(step)
figure, axes = plt.subplots(1, 2)
axes[0].plot([1, 2])
plt.savefig("loss.png")
"""
CALLED = "print(model(torch.ones(4)))\n"
SAVED = """
import json, os, shutil, tempfile
from pathlib import Path
torch.save(model.state_dict(), "model.pt")
model.load_state_dict(torch.load("model.pt"))
folder = Path("runs") / "first"
folder.mkdir(parents=True, exist_ok=True)
(folder / "log.json").write_text(json.dumps({"a": 1}))
assert sorted(os.listdir(".")) == ["model.pt", "notes.txt", "pyproject.toml", "runs", "train.py"]
assert [path.name for path in Path(".").glob("*.txt")] == ["notes.txt"]
assert os.listdir("runs") == ["first"] and os.path.exists("runs/first/log.json")
os.rename("model.pt", "best.pt")
assert not os.path.exists("model.pt") and os.path.getsize("best.pt") > 0
shutil.copy("best.pt", "runs/copy.pt")
shutil.rmtree("runs")
assert not os.path.exists("runs")
with open("notes.txt", "a") as file:
    file.write("more")
assert Path("notes.txt").read_text() == "kept more"
os.remove("notes.txt")
assert not os.path.exists("notes.txt")
with tempfile.TemporaryDirectory() as folder:
    torch.save(model, os.path.join(folder, "x.pt"))
"""


@pytest.fixture
def probed(written: Callable[..., Path], session: Session) -> Callable[..., Report]:
    """Return a function that makes the report of a program; ``seconds`` is the limit of one run."""

    def probe(text: str, *arguments: str, seconds: float = 20.0) -> Report:
        path = written({"train.py": text, "notes.txt": "kept "}, "train.py")
        target = find_target.target(path, arguments=arguments)
        assert target.script
        settings = Settings(limits=Limits(run_seconds=seconds))
        return engine.repair(engine.Request(target, settings=settings), session)

    return probe


@pytest.mark.parametrize(
    "text, arguments, words",
    [
        pytest.param(TRAINING + "train(5)", (), "ran to its end", id="ends by itself"),
        pytest.param(TRAINING + "train(2)\nraise SystemExit", (), "ended by itself", id="exits with zero"),
        pytest.param(TRAINING + "train(10 ** 9)", (), "two steps", id="trains for long"),
        pytest.param(MODEL + LOADER, (), "ran to its end", id="loader with workers"),
        pytest.param(MODEL + OPTION, ("--size", "4"), "ran to its end", id="option with a value"),
        pytest.param(MODEL + COMPILED, (), "ran to its end", id="compiled"),
        pytest.param(MODEL + GPU, (), "ran to its end", id="moves to an absent GPU"),
        pytest.param(MODEL + WATCHED, (), "ran to its end", id="plots, bars and logs without their packages"),
        pytest.param(MODEL + CALLED + SAVED, (), "ran to its end", id="saves, loads, moves and removes"),
        pytest.param(MODEL + "import time\nprint(model(torch.ones(4)))\ntime.sleep(60)", (), "end", id="sleeps"),
        pytest.param(
            MODEL + "import os\nos.makedirs('a/b')\nprint(model(torch.ones(4)))", (), "end", id="makes folders"
        ),
    ],
)
def test_healthy_program(text: str, arguments: tuple[str, ...], words: str, probed: Callable[..., Report]) -> None:
    report = probed(text, *arguments)
    assert report.ending is RepairEnding.HEALTHY, report.message
    assert words in report.message


@pytest.mark.parametrize(
    "text, words",
    [
        pytest.param(
            MODEL + OPTION, "the following arguments are required: --size; pass its arguments after --", id="no option"
        ),
        pytest.param(MODEL + "print(1)\nraise SystemExit(3)", "exit(3)", id="exits with a code"),
        pytest.param(MODEL + "print(input('Which? '))", "asks for input ('Which?')", id="asks for input"),
        pytest.param(MODEL + "open('data.csv')", "needs data.csv, which does not exist", id="no data file"),
        pytest.param(MODEL + "torch.load('model.pt')", "needs model.pt, which does not exist", id="no checkpoint"),
        pytest.param(MODEL + "open('no/such.txt', 'w')", "such.txt, which does not exist", id="writes to no folder"),
        pytest.param(MODEL + "import not_there as n\nn.f()", "not_there", id="package not installed"),
        pytest.param(MODEL + "import subprocess\nsubprocess.run(['ls'])", "another process", id="starts a process"),
        pytest.param(MODEL + "import os\nos.system('ls')", "another process", id="runs a command"),
        pytest.param(MODEL + SPAWNED, "another process", id="spawns workers"),
        pytest.param(
            MODEL + "import socket\nsocket.create_connection(('127.0.0.1', 9))", "opens a connection", id="connects"
        ),
        pytest.param(
            MODEL + "from urllib.request import urlopen\nurlopen('http://localhost:9')",
            "opens a connection",
            id="downloads",
        ),
    ],
)
def test_program_that_cannot_be_run(text: str, words: str, probed: Callable[..., Report]) -> None:
    report = probed(text)
    assert report.ending is RepairEnding.NOT_RUN, report.message
    assert words in report.message


@pytest.mark.parametrize(
    "options, ending",
    [
        ("num_workers=2, prefetch_factor=4, persistent_workers=True", RepairEnding.HEALTHY),
        ("pin_memory=True", RepairEnding.HEALTHY),
        ("prefetch_factor=4", RepairEnding.NOT_RUN),
        ("persistent_workers=True", RepairEnding.NOT_RUN),
    ],
)
def test_options_of_a_loader(options: str, ending: RepairEnding, probed: Callable[..., Report]) -> None:
    """Loading in one process hides nothing that torch refuses."""
    load = f"for x in torch.utils.data.DataLoader(torch.ones(8, 4), 2, {options}):\n    model(x)\n"
    report = probed(MODEL + load)
    assert report.ending is ending, report.message


@pytest.mark.parametrize(
    "text, ending",
    [
        ("try:\n    model(torch.ones(2, 5))\nexcept Exception:\n    raise SystemExit(1)", RepairEnding.REPAIRED),
        ("try:\n    model(torch.ones(2, 5))\nexcept Exception:\n    pass\nraise SystemExit(1)", RepairEnding.NOT_RUN),
        ("try:\n    model(torch.ones(2, 5))\nexcept Exception:\n    raise SystemExit(0)", RepairEnding.HEALTHY),
        ("import sys\ntry:\n    open('x.csv')\nexcept OSError:\n    sys.exit(2)", RepairEnding.NOT_RUN),
    ],
)
def test_the_failure_that_a_program_caught_before_its_exit(
    text: str, ending: RepairEnding, probed: Callable[..., Report]
) -> None:
    assert probed(f"{MODEL}print(model(torch.ones(2, 4)))\n{text}").ending is ending


def test_a_long_import_is_no_time_that_a_program_has_run(probed: Callable[..., Report]) -> None:
    wait = "import time\nstart = time.monotonic()\nwhile time.monotonic() < start + 3.5:\n    pass\n"
    report = probed(f"{MODEL}{wait}{FAULT}")
    assert report.ending is RepairEnding.REPAIRED, report.message


@pytest.mark.parametrize("line", ["print(name)", "model = torch.nn.Linear(3, 4).reset_parameters()"])
def test_a_program_that_calls_no_model_is_not_called_healthy(line: str, probed: Callable[..., Report]) -> None:
    report = probed(f"import torch\n\nfor name in ('a', 'b'):\n    {line}\n")
    assert report.ending is RepairEnding.NOT_RUN
    assert "the program ended without calling a model; name one with --model EXPR" in report.message


def test_a_file_of_whole_objects_is_named_as_of_older_torch(probed: Callable[..., Report]) -> None:
    saved = "torch.save(model, 'old.pt')\nprint(model(torch.ones(2, 4)))\n"
    report = probed(f"{MODEL}{saved}torch.load('old.pt', weights_only=True)\n")
    assert report.ending is RepairEnding.NOT_RUN
    assert "code for torch before 2.6" in report.message


def test_the_model_of_a_program_that_does_not_call_it_is_run(probed: Callable[..., Report]) -> None:
    """A loop at the top of a file that defines a model makes a program of it, and runs nothing of the model."""
    text = (
        "import torch\nfrom torch import nn\n\nfor name in ('a', 'b'):\n    print(name)\n\n\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(6, 8)\n"
        "        self.b = nn.Linear(9, 2)\n\n    def forward(self, x):\n        return self.b(self.a(x))\n"
    )
    report = probed(text)
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.target.model == "Net()"


def test_program_without_an_end(probed: Callable[..., Report]) -> None:
    report = probed(MODEL + "while True:\n    pass", seconds=2.0)
    assert report.ending is RepairEnding.NOT_RUN
    assert "the program ran longer than 2 s" in report.message


def test_program_that_only_predicts_for_long(probed: Callable[..., Report]) -> None:
    report = probed(MODEL + "while True:\n    model(torch.ones(1, 4))", seconds=6.0)
    assert report.ending is RepairEnding.HEALTHY
    assert report.message == "every model has done a forward"


@pytest.mark.parametrize("text", [pytest.param(CALLED + SAVED, id="saves"), pytest.param(WATCHED, id="logs")])
def test_nothing_is_left_on_disk(text: str, probed: Callable[..., Report], tmp_path: Path) -> None:
    report = probed(MODEL + text)
    assert report.ending is RepairEnding.HEALTHY, report.message
    names = sorted(path.name for path in tmp_path.rglob("*") if "__pycache__" not in path.parts)
    assert names == ["notes.txt", "pyproject.toml", "train.py"]
    assert (tmp_path / "notes.txt").read_text() == "kept "


def test_stand_ins_are_reported(probed: Callable[..., Report]) -> None:
    report = probed(MODEL + "import seaborn\nseaborn.set()\n" + FAULT)
    assert report.plan is not None
    assert any("seaborn" in note for note in report.plan.notes)


def test_repair_after_writing_writes_nothing(probed: Callable[..., Report], tmp_path: Path) -> None:
    report = probed(MODEL + "open('log.txt', 'w').write('x')\n" + FAULT)
    assert report.ending is RepairEnding.REPAIRED
    assert not (tmp_path / "log.txt").exists()


LOADED_BY_PATH = """
import importlib.util
spec = importlib.util.spec_from_file_location("rows", "parts/rows.py")
rows = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rows)
"""
LOADED_BY_LOADER = """
from importlib.machinery import SourceFileLoader
rows = SourceFileLoader("rows", "parts/rows.py").load_module()
"""


@pytest.mark.parametrize(
    "load",
    [
        pytest.param("import sys\nsys.path.insert(0, 'parts')\nimport rows", id="put before its folder"),
        pytest.param("import sys\nsys.path.append('parts')\nimport rows", id="put behind its folder"),
        pytest.param("import os, sys\nos.chdir('parts')\nsys.path.insert(0, '')\nimport rows", id="its working folder"),
        pytest.param(LOADED_BY_PATH, id="loaded by its path"),
        pytest.param(LOADED_BY_LOADER, id="loaded by a loader of its own"),
        pytest.param(
            "import runpy, types\nrows = types.SimpleNamespace(**runpy.run_path('parts/rows.py'))", id="run by its path"
        ),
    ],
)
def test_a_repair_reaches_a_file_however_it_is_loaded(
    load: str, written: Callable[..., Path], session: Session
) -> None:
    """What a program loads in a way of its own has the text of the repair as well, and the folder stays as it is."""
    part = "def flat(x):\n    x = x.transpose(0, 1)\n    return x.view(-1)\n"
    text = f"import torch\n{load}\nprint(rows.flat(torch.randn(3, 4)).shape)\n"
    path = written({"train.py": text, "parts/rows.py": part}, "train.py")
    report = engine.repair(engine.Request(find_target.target(path)), session)
    assert report.plan is not None
    assert [changed.name for changed, _ in report.plan.texts] == ["rows.py"]
    assert (path.parent / "parts" / "rows.py").read_text("utf-8") == part
