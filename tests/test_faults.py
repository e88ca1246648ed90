"""The public set of faults is as its schema says, and its data sheet is current; some of its cases are run.

All of them: ``python benchmarks/faults.py check``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import ablated
import evidence
import evidence_pairs
import evidence_tables
import fault_cases
import fault_runs
import faults
import first_sight
import pytest
import rival_torchtyc
import rivals
from fault_cases import Case, Edit

CASES = fault_cases.cases()
# One of each kind and class that needs nothing but torch and numpy.
RUN = (
    "245-state-decay-rank",
    "259-adapter-merge-order",
    "262-field-sizes-from-maximum",
    "270-class-weights-per-pixel",
    "273-collect-uneven-batches",
    "278-patch-and-stride-in-dataclass",
    "282-flow-volume-summed-over-batch",
    "286-attention-along-first-axis",
    "299-width-of-either-layer",
    "168-mse-n1-n",
)


def test_cases_are_as_the_schema_says_and_their_edits_fit() -> None:
    for case in CASES:
        assert list(fault_cases.problems(case)) == [], case.name
        for attempt in (*case.wrong, *case.unwanted):
            assert case.texts(attempt.edits)
        assert bool(case.edited_lines()) == case.is_fault, case.name


def test_set_is_large_and_its_sheet_is_current() -> None:
    kinds = [case.kind for case in CASES]
    assert kinds.count("repair") + kinds.count("silent") >= 200
    assert kinds.count("healthy") >= 40
    assert kinds.count("refuse") >= 20
    assert [int(case.name[:3]) for case in CASES] == list(range(1, len(CASES) + 1))
    assert faults.sheet(only_check=True) == 0


@pytest.mark.torch
@pytest.mark.parametrize("name", RUN)
def test_case_runs_as_it_says(name: str) -> None:
    (case,) = fault_cases.cases([name])
    assert list(faults.check(case)) == []


def test_check_says_what_is_not_as_the_case_says(tmp_path: Path) -> None:
    folder = tmp_path / "001-short"
    folder.mkdir()
    (folder / "net.py").write_text("width = 3\n", "utf-8")
    data: dict[str, object] = dict.fromkeys(fault_cases.KEYS, "")
    data |= {key: [] for key in ("accepted", "wrong", "unwanted", "also_accepted")}
    data |= {"kind": "healthy", "class": "model", "year": None, "arguments": ["net.py"], "check": "assert width == 4"}
    (folder / "case.json").write_text(json.dumps(data), "utf-8")
    (case,) = fault_cases.cases(folder=tmp_path)
    assert list(faults.check(case)) == ["the check fails: AssertionError: "]


def test_edited_lines_are_those_replaced_and_the_neighbours_of_an_insertion(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("a = 1\nb = 2\nc = 3\nd = 4\n", "utf-8")
    edits = (Edit("net.py", "b = 2\n", "b = 5\n"), Edit("net.py", "c = 3\n", "c = 3\nx = 0\n"))
    case = Case(tmp_path, {}, edits, (), ())
    assert case.edited_lines() == {("net.py", 2), ("net.py", 3), ("net.py", 4)}


def test_values_agree_within_a_tolerance() -> None:
    assert fault_runs.agree("loss 0.1234 of (3, 4)", "loss 0.1236 of (3, 4)")
    assert not fault_runs.agree("loss 0.1234 of (3, 4)", "loss 0.1234 of (4, 3)")
    assert fault_runs.agree([1.0, [float("nan")]], [1.00001, [float("nan")]])
    assert not fault_runs.agree([1.0], [1.0, 2.0])
    assert fault_runs.same_code("a=1  # one\n", "a = 1\n")


@pytest.mark.torch
def test_the_floor_and_a_rival_in_torch_name_a_line_of_the_case() -> None:
    (case,) = fault_cases.cases(["245"])
    everybody = {rival.name: rival for rival in rivals.rivals(None)}
    for name in (rivals.FLOOR, "FakeTensorMode"):
        with fault_runs.copied(case) as folder:
            said = everybody[name].ask(folder, case).said
        assert said.detected
        assert any(file == case.main for file, _ in said.lines)


def test_a_checker_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = {rival.name for rival in rivals.rivals(tmp_path) if rival.missing}
    assert missing == {"pyrefly", "torchtyc", "PyTea"}


@pytest.mark.parametrize(
    "line, message",
    [("{", "not a line"), ('{"id": "245-state-decay-rank"}', "not a line"), ('{"id": "9", "patch": ""}', "no case 9")],
)
def test_a_file_of_patches_is_refused_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "patches.jsonl"
    path.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(SystemExit, match=f"patches.jsonl:2: .*{message}"):
        evidence.judge_patches(evidence.Results(tmp_path), path, "somebody", CASES, 1)


def test_a_row_counts_faults_alarms_and_what_is_wrong_though_safe() -> None:
    marks = ("detected", "cannot", "line", "cause", "repaired", "human", "later", "offered", "safe")
    record: dict[str, Any] = dict.fromkeys(marks, False) | {
        "rival": "autofix",
        "lines": 2,
        "seconds": 1.0,
        "split": "blind-a",
        "fault_class": "model",
    }
    answers = [
        {**record, "case": "1", "kind": "repair", "detected": True, "line": True, "repaired": True, "offered": True},
        {**record, "case": "2", "kind": "silent", "detected": True, "safe": True, "offered": True},
        {**record, "case": "3", "kind": "healthy", "detected": True},
    ]
    cells = evidence_tables.everybody(answers, ["autofix"]).splitlines()[2].strip("| ").split(" | ")
    assert cells == [
        *("autofix", "2 of 2", "1 of 1", "0", "1 of 1", "0 of 2", "2.0"),
        *("1", "0", "1", "1", "1 of 1", "0 (0) of 0", "1.0"),
    ]


def test_years_are_taken_together_by_age() -> None:
    assert [evidence_tables.age(year) for year in (2017, 2019, 2021, 2023, 2026, None)] == [
        *("before 2019", "2019 to 2021", "2019 to 2021", "2022 and 2023", "2024 on", "not known")
    ]


def test_a_part_is_taken_out_where_a_plan_comes_from_it() -> None:
    plans = {"number": (("AF101",),), "layout": (("AF101",), ("AF101", "AF420")), "literal": (("AF801",),)}
    assert {
        part: [name for name, shown in plans.items() if ablated.can_matter(part, shown)] for part in ablated.PARTS
    } == {
        "contracts": ["number", "layout", "literal"],
        "layouts": ["layout"],
        "weights": ["number", "layout", "literal"],
        "one step": ["layout"],
        "last resort": ["literal"],
    }


def test_ablations_are_compared_case_by_case() -> None:
    marks = {"human": False, "safe": False, "split": "blind-a"}
    whole = [{**marks, "case": case, "rival": "autofix", "repaired": case != "3"} for case in "1234"]
    without = [{**marks, "case": case, "rival": "without layouts", "repaired": case == "3"} for case in "23"]
    table = evidence_pairs.ablations(whole, without, {"without layouts": ["1", "2", "3"], "one step": []})
    assert table.splitlines()[2:] == [
        "| without layouts | 3 | 2 | 1 / 1 | 1 | 1 | 0 / 0 | 0 / 0 | 0 / 0 | 1 / 1 of 2 |",
    ]


def test_the_first_sight_of_a_split_stands_beside_what_is_given_now() -> None:
    marks: dict[str, Any] = dict.fromkeys(("detected", "repaired", "human", "offered", "safe"), False)
    first = [
        {**marks, "case": "1", "kind": "repair", "split": "blind-c", "detected": True, "offered": True, "safe": True},
        {**marks, "case": "2", "kind": "silent", "split": "blind-c"},
        {**marks, "case": "3", "kind": "healthy", "split": "blind-c", "offered": True},
    ]
    now = [{**record, "rival": "autofix", "repaired": True, "detected": True, "offered": False} for record in first[:2]]
    now.append({**first[2], "rival": "autofix", "offered": False})
    (row,) = evidence_pairs.first_and_after(now, first).splitlines()[2:]
    assert row.strip("| ").split(" | ") == [
        *("blind-c, dd84b2d", "2", "1 / 2", "0 / 2", "0 / 1 of 1", "0 / 0"),
        *("1 / 0", "1 / 1", "1 / 0", "1 / 0 of 1", "0 / 0 of 0"),
    ]


def test_a_commit_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="0000000 is not in the history"):
        first_sight.program("0000000", tmp_path)


# As much of torchtyc as is replaced: its command line starts an interpreter, which reads a job and imports code.
TORCHTYC = {
    "__init__.py": "",
    "engine.py": """
import subprocess

def ask(words):
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    return process.communicate("a job")[0]
""",
    "cli.py": """
from torchtyc import engine

def main(words):
    print(engine.ask([words[words.index("--python") + 1], "-c", "raise SystemExit('no interpreter is started')"]))
""",
    "worker.py": """
import json, sys

def main():
    torch_is_here = "torch" in sys.modules
    import net
    found = {"severity": "error", "rule": "run", "path": "net.py", "line": 1, "message": sys.stdin.read()}
    print(json.dumps({"diagnostics": [found] if torch_is_here and net.width else []}))
    return 0
""",
}


@pytest.mark.torch
def test_torchtyc_runs_in_forks_of_a_process_that_has_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, project = tmp_path / "packages" / "torchtyc", tmp_path / "project"
    package.mkdir(parents=True)
    project.mkdir()
    for name, text in TORCHTYC.items():
        (package / name).write_text(text, "utf-8")
    (project / "net.py").write_text("width = 3\n", "utf-8")
    monkeypatch.setattr(rival_torchtyc, "packages_of", lambda _program: str(package.parent))
    case = Case(project, {"arguments": ["net.py"]}, (), (), ())
    said = rival_torchtyc.torchtyc(sys.executable, project, case)
    assert (said.detected, said.lines, said.message, said.cannot) == (True, (("net.py", 2),), "a job", "")
