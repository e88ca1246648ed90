"""Same input, same bytes out: whatever the process, its hash seed, its neighbours and what it ran before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from autofix.child import Session
from autofix.probe import messages
from autofix.probe.recorder import Recorder
from autofix.records import Trace

Run = Callable[..., Trace]

pytestmark = pytest.mark.torch
HEAD = "import random, tempfile\nimport numpy, torch\nfrom torch import nn\n\n\n"

FOLDER = "/var/t/autofix-7gkh_fun"
# What an exception says -> what is told of it.
SAID = {
    "an object": ("no <m.Net object at 0x7f42a1368150> here", "no <m.Net object at 0x...> here"),
    "a number": ("offset 0x7f42 at 12", "offset 0x7f42 at 12"),
    "a folder of the session": ("/var/t/autofix-7gkh_fun/cache", "/var/t/cache"),
    "a file that nobody named": ("in '/var/t/autofix-7gkh_fun/tmpao449bkd'", "in '/var/t/tmp...'"),
    "a program's own": ("/var/t/autofix-7gkh_fun/autofix-script-wu5rd_6m/tmp/tmp3_9tte5w/a.pt", "/var/t/tmp.../a.pt"),
    "a file that it wrote": (
        "<'/var/t/autofix-7gkh_fun/autofix-script-wu5rd_6m/shadow/home/me/a.pt'>",
        "<'/home/me/a.pt'>",
    ),
    "a project of that name": ("/home/autofix-projects/model.py", "/home/autofix-projects/model.py"),
    "a word of the user's": ("tmpfile and /data/tmp_results", "tmpfile and /data/tmp_results"),
}


@pytest.mark.parametrize("said, told", SAID.values(), ids=SAID)
def test_words_that_differ_from_process_to_process(said: str, told: str) -> None:
    assert messages.steady(said, FOLDER) == told


RAISING = {
    "forward": "raise ValueError(f'{object()} {tempfile.mkdtemp()} {self.forward}'[:200])",
    "exit": "raise SystemExit(object())",
    "numbers": "raise ValueError(numpy.random.default_rng().random(3), numpy.random.rand(), random.random())",
}


@pytest.mark.parametrize("statement", RAISING.values(), ids=RAISING)
def test_messages_are_the_same_in_every_process(statement: str, run: Run) -> None:
    text = (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.fc = nn.Linear(4, 2)\n\n    def forward(self, x):\n        {statement}\n"
    )
    with Session() as other:
        assert run(text, "2,4").message == run(text, "2,4", within=other).message


def test_a_tensor_is_never_taken_for_a_buffer_whose_place_in_memory_it_has() -> None:
    model = nn.Module()
    model.register_buffer("seen", torch.zeros(4))
    recorder = Recorder(("/project",))
    recorder.adopt_model(model)
    recorder.phase, place = "forward", id(model.seen)
    model.seen = None  # type: ignore[assignment]
    kept = [torch.zeros(1)]
    while id(kept[-1]) != place and len(kept) < 20_000:
        kept.append(torch.zeros(1))
    if id(kept[-1]) != place:
        pytest.skip("this interpreter does not use the place again")
    recorder._operand(kept[-1])
    assert recorder.operations == []


def test_the_order_of_a_set_is_the_same_whatever_the_seed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        f"{HEAD}class Net(nn.Module):\n    def forward(self, x):\n"
        "        raise ValueError(' '.join({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}))\n"
    )
    told = {run(text, "2,4").message}
    for seed in ("1", "77", "random"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        with Session() as other:
            told.add(run(text, "2,4", within=other).message)
    assert len(told) == 1
