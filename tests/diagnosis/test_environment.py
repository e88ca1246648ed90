"""What dies of a library, a file or the machine is not run, and never a fault of the code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]
HEAD = "import json\nimport os\nimport numpy as np\nimport torch\nfrom torch import nn\n\nnet = nn.Linear(4, 2)\n"


@pytest.mark.parametrize(
    "lines, words",
    [
        ('rows = np.genfromtxt("data/rows.csv")', "data/rows.csv"),
        ('root = os.environ["AUTOFIX_NO_SUCH_VARIABLE"]', "KeyError: 'AUTOFIX_NO_SUCH_VARIABLE'"),
        ("both = np.concatenate([np.zeros((2, 3)), np.zeros((2, 4))])", "ValueError: all the input array dimensions"),
        ('config = json.loads("{")', "JSONDecodeError"),
        ('torch.optim.SGD(net.parameters(), lr="1e-4")', "TypeError"),
        ('net.load_state_dict({"weight": torch.zeros(3, 4), "bias": torch.zeros(3)})', "size mismatch for weight"),
        (
            'class NotInstalled(Exception):\n    pass\n\n\nraise NotInstalled("the simulator is not installed")',
            "NotInstalled: the simulator is not installed",
        ),
        ('raise RuntimeError("this example requires CUDA")', "requires CUDA"),
    ],
)
def test_it_is_not_run_and_says_why(repaired: Repaired, lines: str, words: str) -> None:
    report = repaired(f"{HEAD}{lines}\nprint(net(torch.rand(2, 4)))\n")
    assert report.ending is RepairEnding.NOT_RUN
    assert words in report.message
    assert report.message.endswith("it comes from outside of the code, so there is nothing to repair")


@pytest.mark.parametrize(
    "lines",
    [
        "print(net(torch.rand(2, 5)))",
        "torch.cat([torch.zeros(2, 3), torch.zeros(3, 4)], 1)",
        'for step in range(1):\n    raise ValueError("the width is odd")',
        "import json\njson.dumps()",
        "import textwrap\ntextwrap.indent(lines=3)",
        "rows = [torch.zeros(3), torch.zeros(4)]\nfor batch in torch.utils.data.DataLoader(rows, 2):\n    print(batch)",
    ],
)
def test_a_fault_of_the_code_stays_one(repaired: Repaired, lines: str) -> None:
    report = repaired(f"{HEAD}{lines}\n")
    assert report.ending in (RepairEnding.REPAIRED, RepairEnding.NO_FIX)
    assert report.diagnostics


def test_a_module_of_the_project_that_cannot_be_imported_names_what_it_needs(repaired: Repaired) -> None:
    init = "    def __init__(self):\n        super().__init__()\n        self.part = Part()\n"
    forward = "    def forward(self, x):\n        return self.part(x)\n"
    text = f"from torch import nn\nfrom part import Part\n\n\nclass Net(nn.Module):\n{init}\n{forward}"
    part = "import no_such_package\n\n\nclass Part(no_such_package.Layer): pass\n"
    report = repaired({"model.py": text, "part.py": part}, "2,3")
    assert report.ending is RepairEnding.NOT_RUN
    assert "No module named 'no_such_package' (the model uses it)" in report.message
    assert "install no_such_package (part.py:1)" in report.message
