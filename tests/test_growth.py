"""The work grows with the model, the file and the project, and not faster: function calls are counted, not seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.probe.main import wire
from autofix.probe.main.samples_request import InputRequest, SamplesRequest
from autofix.records.locations import SourceText
from autofix.records.report import RepairEnding
from autofix.records.samples import Target
from autofix.records.values import Tensor
from autofix.session import decode_reply
from autofix.session.session import Session
from autofix.system.gc_pause import uncollected

pytestmark = pytest.mark.torch

HEAD = "import copy\nimport torch\nfrom torch import nn\n\n\n"
# `{n}` layers and about as many operations; `{width}` is 8 where nothing is wrong.
MODELS = {
    "deep": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Linear(8, 8) for _ in range({n})])
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        return self.head(self.body(x))
""",
    "one after the other": """\
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.layers = nn.ModuleList()
        for index in range({n}):
            self.layers.append(nn.Linear(width, width))
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)
""",
    "copies": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.Linear(8, 8)
        self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range({n})])
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)
""",
    "wide": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([nn.Linear(8, 8) for _ in range({n} // 2)])
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        return self.head(torch.stack([torch.relu(part(x)) for part in self.parts]).sum(0))
""",
    "a loop of functions": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        for step in range({n} // 2):
            x = x * self.scale + step
        return self.head(x)
""",
}
SMALL, LARGE = 100, 400  # More than the 96 items that are told of one value.
# Of four times the work; what does not grow makes it less.
MOST = 4.4
# Runs requests in a Python of its own and prints how many calls each made; the first run of all warms it.
COUNT = """\
import json, sys
from autofix.probe.main import wire
from autofix.probe.run import run_mode

calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

counted = []
for line in sys.stdin:
    request, _ = wire.decode_request(line)
    calls = 0
    sys.setprofile(count)
    reply = run_mode.run(request)
    sys.setprofile(None)
    counted.append([calls, reply["ending"], len(json.dumps(reply))])
print(json.dumps(counted))
"""

PendingRun = Callable[..., wire.RunRequest]


def _text(name: str, n: int, width: int = 8) -> str:
    return HEAD + MODELS[name].format(n=n, width=width)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], tuple[int, str, int]]:
    """Return the calls, the ending and the bytes of the reply for each model in both sizes."""
    folder = tmp_path_factory.mktemp("counted")
    (folder / "pyproject.toml").touch()
    cases = [(name, n) for name in MODELS for n in (SMALL, LARGE)]
    requests = [_request(folder, _text(name, n)) for name, n in (cases[0], *cases)]
    lines = "".join(wire.encode_request(request, "unused") for request in requests)
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        input=lines,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(cases, json.loads(done.stdout)[1:], strict=True))


def _request(folder: Path, text: str) -> wire.RunRequest:
    path = folder / "net.py"
    path.write_text(text, "utf-8")
    return wire.RunRequest(
        path=str(path),
        module="net",
        root=str(folder),
        search_paths=(str(folder),),
        model="Net()",
        samples=SamplesRequest((InputRequest((2, 8), "float32", None, None, None),), None),
        also=(),
        evaluation_mode=False,
        texts=((str(path), text),),
        checks=True,
        fresh=False,
        graph=False,
        limits=wire.RunLimits(120.0, 0, 0, 0, 0),
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_run_grows_with_its_operations(name: str, counted: dict[tuple[str, int], tuple[int, str, int]]) -> None:
    (small, ending, bytes_small), (large, _, bytes_large) = counted[name, SMALL], counted[name, LARGE]
    assert ending == "passed"
    assert large <= MOST * small
    assert bytes_large <= MOST * bytes_small


class _Calls:
    """Counts the calls of the front-end's own thread while ``with`` lasts."""

    def __init__(self) -> None:
        self.number = 0

    def __enter__(self) -> _Calls:
        sys.setprofile(self._count)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _count(self, frame: Any, event: str, argument: Any) -> None:
        self.number += event in ("call", "c_call")


@pytest.fixture(scope="module")
def patient() -> Any:
    with Session(ahead=False) as session:
        yield session


def _calls_of_repair(model_target: Target, text: str, session: Session) -> int:
    request = engine.Request(model_target, (SourceText(model_target.path, text),))
    with _Calls() as calls:
        report = engine.repair(request, session)
    assert report.ending is RepairEnding.REPAIRED, report.message
    return calls.number


@pytest.mark.parametrize("name", MODELS)
def test_a_repair_grows_with_the_operations(name: str, target: Callable[..., Target], patient: Session) -> None:
    texts = [_text(name, n, width=9) for n in (SMALL, SMALL, LARGE)]
    _, small, large = (_calls_of_repair(target(text, "2,8"), text, patient) for text in texts)
    assert large <= MOST * small


FILLER = """

class Part{number}(nn.Module):
    def __init__(self, width={number}):
        super().__init__()
        self.layer_{number} = nn.Linear(width, width)

    def forward(self, x):
        return self.layer_{number}(x)
"""


def test_a_repair_grows_with_the_lines_of_the_file(target: Callable[..., Target], patient: Session) -> None:
    def text(parts: int) -> str:
        return _text("deep", 2, width=9) + "".join(FILLER.format(number=number) for number in range(parts))

    _, small, large = (
        _calls_of_repair(target(model_text, "2,8", model="Net()"), model_text, patient)
        for model_text in map(text, (99, 100, 400))
    )
    assert large <= MOST * small


def test_a_repair_grows_with_the_modules_it_imports(tmp_path: Path, patient: Session) -> None:
    (tmp_path / "pyproject.toml").touch()
    counts = []
    for modules in (40, 40, 160):
        package = tmp_path / f"parts{modules}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        for number in range(modules):
            (package / f"part{number}.py").write_text(HEAD + FILLER.format(number=number), "utf-8")
        imports = "".join(f"from parts{modules}.part{number} import Part{number}\n" for number in range(modules))
        path = tmp_path / f"net{modules}.py"
        path.write_text(imports + _text("deep", 2, width=9), "utf-8")
        model_target = find_target.target(path, model="Net()", samples=find_target.parse_sample(["2,8"]))
        counts.append(_calls_of_repair(model_target, path.read_text("utf-8"), patient))
    assert counts[2] <= MOST * counts[1]


FAULTS = ("{0}, 24", "{1}, 40", "{2}, 56", "{3}, 72", "{4}, 10")
FIVE = (
    HEAD
    + """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.body = nn.Sequential(
            nn.Linear({0}, 24), nn.ReLU(), nn.Linear(24, 32), nn.ReLU(),
            nn.Linear({1}, 40), nn.ReLU(), nn.Linear(40, 48), nn.ReLU(),
            nn.Linear({2}, 56), nn.ReLU(), nn.Linear(56, 64), nn.ReLU(),
            nn.Linear({3}, 72), nn.ReLU(), nn.Linear(72, 80), nn.ReLU(),
            nn.Linear({4}, 10),
        )

    def forward(self, x):
        return self.body(self.first(x))
"""
)


# Each line of its forward can also be run before the one above it, which leads nowhere.
FIVE_APART = (
    HEAD
    + """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(8, 16), nn.Linear({0}, 24)
        self.third, self.fourth = nn.Linear(24, 32), nn.Linear({1}, 40)
        self.fifth, self.sixth = nn.Linear(40, 48), nn.Linear({2}, 56)
        self.seventh, self.eighth = nn.Linear(56, 64), nn.Linear({3}, 72)
        self.ninth, self.tenth = nn.Linear(72, 80), nn.Linear({4}, 10)

    def forward(self, x):
        x = self.second(self.first(x))
        x = self.fourth(self.third(x))
        x = self.sixth(self.fifth(x))
        x = self.eighth(self.seventh(x))
        return self.tenth(self.ninth(x))
"""
)


@pytest.mark.parametrize("model, most", [(FIVE, 45), (FIVE_APART, 35)])
def test_runs_for_five_faults(model: str, most: int, target: Callable[..., Target], patient: Session) -> None:
    """At most six times those of the dearest single fault for each of the five, and far below the limit."""
    right, wrong = (16, 32, 48, 64, 80), (17, 33, 47, 63, 82)
    single = [model.format(*right[:index], wrong[index], *right[index + 1 :]) for index in range(5)]
    runs = []
    for text in (*single, model.format(*wrong)):
        model_target = target(text, "4,8")
        report = engine.repair(engine.Request(model_target, (SourceText(model_target.path, text),)), patient)
        assert report.plan is not None
        runs.append((len(report.plan.steps), report.spent.probes))
    assert [steps for steps, _ in runs] == [1, 1, 1, 1, 1, 5]
    assert runs[5][1] <= most


# -- the collector -----------------------------------------------------------------------------------------------------


def test_the_collector_rests_while_a_reply_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import gc

    seen: list[str] = []
    row = {
        "path": "x",
        "type": "torch.nn.ReLU",
        "base": "",
        "settings": [],
        "parameters": [],
        "frames": [],
        "leaf": True,
    }
    reply = {"ending": "passed", "layers": [row] * 5000}
    monkeypatch.setattr(gc, "callbacks", [lambda phase, info: seen.append(phase)])
    before = gc.get_threshold()
    gc.set_threshold(100)
    try:
        with uncollected():
            decode_reply.read(reply, lambda path, line: "")
            assert seen == []
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)


def test_the_collector_stays_off_where_it_was_off() -> None:
    import gc

    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_made_uncollected_is_not_looked_through_soon() -> None:
    import gc

    with uncollected():
        numbers = [[number] for number in range(1000)]
    young = {id(item) for generation in (0, 1) for item in gc.get_objects(generation)}
    assert not young & set(map(id, numbers))
    assert set(map(id, numbers)) <= set(map(id, gc.get_objects(2)))


KEPT = """
import gc
from autofix.system.gc_pause import keep, uncollected

keep()
kept = gc.get_freeze_count()
with uncollected():
    made = [[number] for number in range(1000)]
assert gc.get_freeze_count() == kept > 0
assert not set(map(id, made)) & set(map(id, gc.get_objects(2)))
"""


def test_what_is_kept_for_ever_stays_out_of_it() -> None:
    """In a process of its own, since it is for ever."""
    paths = os.pathsep.join(path for path in sys.path if path)
    subprocess.run([sys.executable, "-c", KEPT], env={**os.environ, "PYTHONPATH": paths}, timeout=60, check=True)


# -- what is kept between runs -----------------------------------------------------------------------------------------


def test_nothing_holds_the_classes_of_earlier_runs(tmp_path: Path, session: Session) -> None:
    """A class holds its module, and a module everything in it: long files would make every later run slower."""
    (tmp_path / "pyproject.toml").touch()
    counts = []
    for number in range(6):
        (tmp_path / "net.py").write_text(
            f"import torch\nfrom torch import nn\n\n\nclass Counted(nn.Module):\n    number = {number}\n\n"
            "    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(8, 8)\n\n"
            "    def forward(self, x):\n        names = [one.__name__ for one in nn.Module.__subclasses__()]\n"
            "        return self.fc(x)[:1].expand(names.count('Counted'), 8)\n",
            "utf-8",
        )
        model_target = find_target.target(tmp_path / "net.py", samples=find_target.parse_sample(["2,8"]))
        trace, _ = engine.trace(engine.Request(model_target), session)
        assert isinstance(trace.output, Tensor)
        counts.append(trace.output.shape[0])
    assert counts == [1] * 6


def test_code_is_kept_for_so_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    from autofix.probe.run import loading

    monkeypatch.setattr(loading, "MAX_COMPILED", 40)
    loader = loading.OverlayLoader("net", "net.py")
    texts = [f"number = {number}  # twenty".encode() for number in range(9)]
    codes = [loader.source_to_code(text, "net.py") for text in texts]
    assert len({code.co_consts for code in codes}) == 9
    assert loader.source_to_code(texts[-1], "net.py") is codes[-1]
    assert loader.source_to_code(texts[0], "net.py") is not codes[0]


def test_a_file_that_changed_between_two_runs_is_compiled_again(tmp_path: Path, patient: Session) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "net.py").write_text(
        "from torch import nn\nfrom sizes import WIDTH\n\n\nclass Net(nn.Sequential):\n"
        "    def __init__(self):\n        super().__init__(nn.Linear(8, WIDTH))\n",
        "utf-8",
    )
    widths = []
    for width in (3, 5, 3):
        (tmp_path / "sizes.py").write_text(f"WIDTH = {width}\n", "utf-8")
        model_target = find_target.target(tmp_path / "net.py", samples=find_target.parse_sample(["2,8"]))
        trace, _ = engine.trace(engine.Request(model_target), patient)
        assert isinstance(trace.output, Tensor)
        widths.append(trace.output.shape[1])
    assert widths == [3, 5, 3]
