"""The bench that fits the weights of the evidence finds what separates right plans from others, project by project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import weights
from weights import Fault

WRONG_BY_RUN = {"edit": 1, "by_run": 1}
WRONG_INSERTED = {"edit": 1, "inserted": 1, "agrees": 1}
RIGHT = {"edit": 1, "upstream": 3}


def fault(project: int, *others: dict[str, int]) -> Fault:
    return Fault(f"project {project}", (*others, RIGHT), (*(False for _ in others), True))


@pytest.mark.torch
def test_what_marks_wrong_plans_gets_heavier_and_the_unit_stays() -> None:
    fitted = weights.fitted([fault(number, WRONG_BY_RUN, WRONG_INSERTED) for number in range(12)], 0.01)
    assert fitted[weights.UNIT] == weights.WRITTEN[weights.UNIT]
    assert fitted["agrees"] > weights.WRITTEN["agrees"]
    assert fitted["upstream"] < weights.WRITTEN["upstream"]
    assert weights.cost(fitted, RIGHT) < min(weights.cost(fitted, plan) for plan in (WRONG_BY_RUN, WRONG_INSERTED))
    assert fitted["other_model"] == pytest.approx(weights.WRITTEN["other_model"])


@pytest.mark.torch
def test_a_fold_is_judged_with_the_weights_of_the_others() -> None:
    cases = [fault(number, WRONG_BY_RUN) for number in range(6)]
    assert weights.held_out(cases, 3, 0.001, 0) == {"written": 0, "fitted": 6, "equal": 0}
    lone = [*(Fault(f"other {n}", (RIGHT, WRONG_BY_RUN), (False, True)) for n in range(5)), fault(0, WRONG_BY_RUN)]
    assert weights.held_out(lone, 6, 0.001, 0)["fitted"] == 5  # The one that is otherwise is not learned from itself.


def test_faults_are_read_from_the_records_of_each_bench(tmp_path: Path) -> None:
    plans: dict[str, object] = {"evidence": [WRONG_BY_RUN, RIGHT, RIGHT], "right": [False, True]}
    of_wild = {**plans, "row": {"repository": "somebody/models"}}
    empty: dict[str, object] = {}
    undecided = {**of_wild, "right": [True, True]}
    lines = tmp_path / "score.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in (of_wild, undecided, empty)), "utf-8")
    whole = tmp_path / "repair.json"
    whole.write_text(json.dumps([{**plans, "subject": "lenet"}]), "utf-8")
    answers = tmp_path / "answers.jsonl"
    hyphened = [{"edit": 1, "by-run": 1}, RIGHT, RIGHT]  # As a report in JSON has it.
    case = {**plans, "evidence": hyphened, "case": "245-state-decay-rank", "rival": "autofix"}
    answers.write_text(json.dumps(case) + "\n" + json.dumps({**case, "rival": "one step"}) + "\n", "utf-8")
    read = [found for path in (lines, whole, answers) for found in weights.faults(path)]
    assert [one.project for one in read[:2]] == ["somebody/models", "fixture lenet"]
    assert len(read) == 3
    assert all((one.plans, one.right) == ((WRONG_BY_RUN, RIGHT), (False, True)) for one in read)
