"""What a batch finds in a tree, shown as the manifest it would print; nothing is run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from autofix.batch import jobs, manifest, pipeline
from autofix.batch.cached_executor import BatchWork
from autofix.batch.journal import Journal
from autofix.batch.records import Job
from autofix.records.options import RunOptions

NET = (
    "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self{parameters}):\n"
    "        super().__init__()\n        self.layer = {layer}\n\n"
    "    def forward(self, x):\n        return self.layer(x)\n"
)
PLAIN = NET.format(parameters="", layer="nn.Linear(8, 3)")
WIDE = NET.format(parameters=", width", layer="nn.Linear(width, 3)")
OPEN = NET.format(parameters=", oracle", layer="nn.Linear(oracle, 3)")
CONVOLUTION = NET.format(parameters="", layer="nn.Conv2d(3, 4, 3)")
BLOCK = WIDE.replace("Net", "Block")
WHOLE = (
    "from torch import nn\nfrom parts import Block\n\n\nclass Whole(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.block = Block(8)\n\n"
    "    def forward(self, x):\n        return self.block(x)\n"
)
PROGRAM = f"{PLAIN}\nnet = Net()\nfor step in range(3):\n    net(torch.randn(5, 9)).sum().backward()\n"
USE = (
    "import torch\nfrom {module} import Net\n\n\ndef test_it():\n"
    "    assert Net({words})(torch.randn(5, 8)).shape == (5, 3)\n"
)


TESTS = '\n[[targets]]\npath = "tests/test_net.py"\nscript = true\n'


def cells(*sources: str) -> str:
    listed = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source.splitlines(True)} for source in sources
    ]
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5}, indent=1)


FOUND: dict[str, tuple[Mapping[str, str], str]] = {
    "an import over two lines": (
        {
            "nets/__init__.py": "",
            "nets/wide.py": WIDE,
            "zoo.py": "from nets import narrow, \\\n    wide\n\n\ndef build():\n    return wide.Net(8)\n",
        },
        '[[targets]]\npath = "nets/wide.py"\nmodel = "Net(8)"  # built as in zoo.py:6\n'
        '# samples = ["2,8"]  # solved for\n',
    ),
    "solved for": (
        {"net.py": PLAIN},
        '[[targets]]\npath = "net.py"\nmodel = "Net()"\n# samples = ["2,8"]  # solved for\n',
    ),
    "a test imports what is installed from another folder": (
        {
            "src/nets/__init__.py": "",
            "src/nets/wide.py": WIDE,
            "tests/test_net.py": USE.format(module="nets.wide", words=8),
        },
        '[[targets]]\npath = "src/nets/wide.py"\nmodel = "Net(8)"  # built as in test_net.py:6\n'
        'samples = ["5,8"]  # use, test_net.py:6\n' + TESTS,
    ),
    "a test imports what the package hands on": (
        {
            "src/nets/__init__.py": "from .inner import Net\n",
            "src/nets/inner/__init__.py": "from .wide import Net\n",
            "src/nets/inner/wide.py": WIDE,
            "tests/test_net.py": USE.format(module="nets", words="width=8"),
        },
        '[[targets]]\npath = "src/nets/inner/wide.py"\nmodel = "Net(width=8)"  # built as in test_net.py:6\n'
        'samples = ["5,8"]  # use, test_net.py:6\n' + TESTS,
    ),
    "two modules of one name are told apart by nobody": (
        {"a/wide.py": OPEN, "b/wide.py": OPEN, "tests/test_net.py": USE.format(module="wide", words=8)},
        '# [[targets]]\n# path = "a/wide.py"\n# model = "Net(oracle=...)"\n# missing: `Net` needs `oracle`\n\n'
        '# [[targets]]\n# path = "b/wide.py"\n# model = "Net(oracle=...)"\n# missing: `Net` needs `oracle`\n' + TESTS,
    ),
    "no sample": (
        {"net.py": NET.format(parameters="", layer="SIZES[0]")},
        '# [[targets]]\n# path = "net.py"\n# model = "Net"\n# samples = ["64,3,32,32"]\n'
        "# missing: no sample input for `Net()` in net.py\n",
    ),
    "a program says more than its layers": (
        {"train.py": PROGRAM.replace("torch.randn(5, 9)", "torch.load('x.pt')")},
        '[[targets]]\npath = "train.py"\nscript = true\nmodel = "Net()"\n# samples = ["2,8"]  # solved for\n',
    ),
    "a program with a use is run as a model": (
        {"train.py": PROGRAM},
        '[[targets]]\npath = "train.py"\nmodel = "Net()"\nsamples = ["5,9"]  # use, train.py:15\n',
    ),
    "a program whose model nobody can build": (
        {"train.py": f"{WIDE}\nimport sys\nprint(Net(int(sys.argv[1])))\n"},
        '[[targets]]\npath = "train.py"\nscript = true\n',
    ),
    "a part of another file's model is run within it": (
        {
            "parts.py": BLOCK.replace("width", "oracle"),
            "whole.py": WHOLE.replace("Block(8)", "Block(len(__file__))"),
        },
        '# [[targets]]\n# path = "whole.py"\n# model = "Whole"\n# samples = ["64,3,32,32"]\n'
        "# missing: no sample input for `Whole()` in whole.py\n\n"
        "# part: parts.py: Block: it is a part of a model in whole.py; alone, `Block` needs `oracle`\n",
    ),
    "a part that can be run is run": (
        {"parts.py": BLOCK, "whole.py": f"# autofix: sample-shape=4,8\n{WHOLE}"},
        '[[targets]]\npath = "parts.py"\nmodel = "Block(8)"  # built as in whole.py:9\n'
        '# samples = ["2,8"]  # solved for\n\n'
        '[[targets]]\npath = "whole.py"\nmodel = "Whole()"\nsamples = ["4,8"]  # comment, whole.py:1\n',
    ),
    "syntax of a cell": (
        {"nb.ipynb": cells("import torch\n", "x = 1\nclass Net(nn.Module)\n")},
        "# cell: nb.ipynb: cell 2: it is no Python and was left out\n",
    ),
    "magics of cells": (
        {
            "nb.ipynb": cells(
                "%%bash\nls | wc\nif true; then ls; fi\n",
                "%matplotlib inline\nfiles = !ls\nimport torch\n?torch\n",
                f"%%time\n{PLAIN}",
                "\n%%html\n<b>\n",
                "y = (7\n  % 4)\n",
                "net = Net()\nnet(torch.randn(6, 8))\nnet?\n",
            )
        },
        '[[targets]]\npath = "nb.ipynb"\nmodel = "Net()"\nsamples = ["6,8"]  # use, nb.ipynb:cell 6:2\n'
        "\n# cell: nb.ipynb: cell 1: it is no Python and was left out\n"
        "# cell: nb.ipynb: cell 4: it is no Python and was left out\n",
    ),
    "a name that TOML escapes": (
        {"a\x7fb.py": PLAIN},
        '[[targets]]\npath = "a\\u007fb.py"\nmodel = "Net()"\n# samples = ["2,8"]  # solved for\n',
    ),
}


class Here(Executor):
    """Runs each call at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def written(folder: Path, files: Mapping[str, str]) -> None:
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def found(folder: Path, **words: Any) -> list[pipeline.Found]:
    with Journal(None) as journal:
        options = pipeline.BatchOptions((folder,), run=RunOptions(**words))
        return pipeline.Discovery(BatchWork(folder, journal, Here), options).targets()


@pytest.mark.parametrize("files, expected", FOUND.values(), ids=FOUND)
def test_targets(files: Mapping[str, str], expected: str, tmp_path: Path) -> None:
    written(tmp_path, files)
    assert manifest.printed(found(tmp_path)).removeprefix(manifest.HEAD).lstrip("\n") == expected


@pytest.mark.parametrize("files", [files for files, _ in FOUND.values()], ids=FOUND)
def test_a_printed_manifest_finds_the_same(files: Mapping[str, str], tmp_path: Path) -> None:
    written(tmp_path, files)
    first = [target for target in found(tmp_path) if isinstance(target, Job)]
    (tmp_path / "autofix.toml").write_text(manifest.printed(first), "utf-8")
    again = [target for target in found(tmp_path) if isinstance(target, Job)] if first else []
    assert [_told(target) for target in again] == [_told(target) for target in first]


def _told(target: pipeline.Found) -> tuple[object, ...]:
    assert isinstance(target, Job)
    return target.path, target.model, target.samples, target.script


@pytest.mark.parametrize(
    "is_kept, expected", [(True, "rerun to continue"), (False, "nothing is kept to continue with --no-cache")]
)
def test_the_end_of_the_time_says_how_to_go_on(is_kept: bool, expected: str, tmp_path: Path) -> None:
    written(tmp_path, {"net.py": PLAIN})
    with Journal(tmp_path / "cache" if is_kept else None) as journal:
        work = BatchWork(tmp_path, journal, Here, seconds=0.0)
        pipeline.Discovery(work, pipeline.BatchOptions((tmp_path,))).targets()
    assert work.ended == f"batch time limit (0 s) reached; {expected}"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    written(tmp_path, {"net.py": PLAIN})
    (tmp_path / "a\udcff.py").write_text(PLAIN, "utf-8")
    text = manifest.printed(found(tmp_path)).encode().decode()
    assert '# path = "a\ufffd.py"\n# missing: its name is not UTF-8; rename it\n' in text
    assert '[[targets]]\npath = "net.py"' in text


def test_an_entry_names_its_interpreter(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": PLAIN, "b.py": PLAIN})
    entries = [f'[[targets]]\npath = "{name}"\nmodel = "Net()"\n' for name in ("a.py", "b.py")]
    (tmp_path / "autofix.toml").write_text(f'{entries[0]}python = "env/bin/python"\n{entries[1]}', "utf-8")
    assert _pythons(found(tmp_path)) == [str(tmp_path / "env/bin/python"), None]
    assert _pythons(found(tmp_path, python="python3")) == ["python3", "python3"]


def _pythons(targets: list[pipeline.Found]) -> list[str | None]:
    return [target.settings.python for target in targets if isinstance(target, Job)]


def test_a_result_that_is_an_error_depends_on_its_file(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": PLAIN})
    assert [path for path, _ in jobs.run(str(tmp_path), Job("a.py", "Net(").as_json())["files"]] == ["a.py"]
