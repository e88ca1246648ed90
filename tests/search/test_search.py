"""The search itself, with a prober made of numbers: limits, ties, sidesteps, the cheapest of equals. No torch.

The file of a toy model sets one number a line. A run reads the lines from the top, counts a layer for each number that
is right, and fails at the first that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from autofix.diagnosis import diagnose
from autofix.facts.project_view import Project
from autofix.fixes.candidates import Proposals
from autofix.records.costs import Counted, Evidence, counted
from autofix.records.finding import Finding
from autofix.records.locations import Edit, Position, Range, Texts
from autofix.records.plan import Applicability, Fix
from autofix.records.report import Limits
from autofix.records.trace import Ending, Failure, Operation, OperationKind, Phase, Run, Stage, Trace
from autofix.records.values import Tensor
from autofix.search import search
from autofix.search.search_state import NEAR
from autofix.syntax.source import Source
from autofix.verification.applicability import COMPARABLE

PATH = Path("/project/net.py")
LIMITS = Limits(probes=40, seconds=1e6)
Repair = tuple[str, int]
"""A text for the line at fault, and what it costs."""


@dataclass
class Toy:
    """Numbers, and for each its right ones; ``repairs`` are tried at a line that is wrong."""

    text: str
    right: tuple[tuple[str, ...], ...]
    repairs: Callable[[int], Sequence[Repair]]
    silent: bool = False
    ran: list[Run] = field(default_factory=list)
    begun: list[Run] = field(default_factory=list)
    ending: Ending = Ending.RAISED

    def trace(self, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        self.ran.append(run)
        return self.result(dict(run.texts).get(PATH, self.text))

    def begin(self, run: Run) -> None:
        self.begun.append(run)

    def result(self, text: str) -> Trace:
        lines = text.splitlines()
        wrong = next((i for i, line in enumerate(lines) if line not in self.right[i]), None)
        done = tuple(map(_layer, range(len(lines) if wrong is None else wrong)))
        if wrong is None:
            output = Tensor((len(lines), lines.index(lines[0]), len("".join(lines))), "float32")
            return Trace(Ending.PASSED, "", operations=done, output=output, seconds=1.0)
        message = f"line {wrong} is {lines[wrong]}"
        failure = Failure("RuntimeError", message, Stage.FORWARD, None, ())
        return Trace(self.ending, message, operations=done, failure=failure, seconds=1.0)

    def view(self, texts: Texts, trace: Trace) -> Project:
        text = dict(texts).get(PATH, self.text)
        return Project(PATH.parent, trace, lambda path: Source(path, text), PATH)

    def propose(self, finding: Finding, project: Project) -> Proposals:
        line = int(finding.message.split()[2])
        length = len(project.source(PATH).text.splitlines()[line])
        place = Range(Position(line + 1, 0), Position(line + 1, length))
        return Proposals(
            tuple(
                Fix("XX1", f"{text} at {line}", (Edit(PATH, place, text),), evidence(cost), Applicability.SAFE)
                for text, cost in self.repairs(line)
            )
        )

    def search(self, limits: Limits = LIMITS) -> search.Found:
        original = self.result(self.text)
        finding = diagnose(self.view((), original))
        assert finding is not None
        return search.search(original, finding, self, self.view, lambda texts, trace: (), self.propose, limits)


def evidence(cost: int) -> tuple[Counted, ...]:
    """Return evidence of any cost that a test asks for: a plain edit, and so many callers further out, or in."""
    return counted((Evidence.EDIT, Evidence.OUTWARD * (cost - Evidence.EDIT.weight)))


def _layer(index: int) -> Operation:
    return Operation(index, "", OperationKind.CALL_MODULE, "layer", (), (), None, False, (), Phase.FORWARD)


def toy(text: str, right: str, *repairs: Repair) -> Toy:
    """Return a toy in which ``right`` has the right numbers of each line, between blanks; of several, by commas."""
    numbers = tuple(tuple(words.split(",")) for words in right.split())
    return Toy(text.replace(" ", "\n"), numbers, lambda line: repairs)


def titles(result: search.Found) -> list[tuple[str, int]]:
    return [(plan.title, plan.cost) for plan in result.plans]


def test_the_cheapest_that_passes_is_first() -> None:
    result = toy("1", "2,3", ("3", 15), ("4", 5), ("2", 12)).search()
    assert titles(result) == [("2 at 0", 12)]  # Both make the same model: the cheaper stays.
    assert not result.limited


def test_plans_that_make_other_models_are_alternatives() -> None:
    result = toy("1", "2,33", ("33", 15), ("2", 12)).search()
    assert titles(result) == [("2 at 0", 12), ("33 at 0", 15)]


def test_a_plan_that_is_not_comparable_is_not_looked_for() -> None:
    prober = toy("1", "2,33", ("2", 10), ("33", 10 + COMPARABLE + 1))
    assert titles(prober.search()) == [("2 at 0", 10)]
    assert len(prober.ran) == 1


@pytest.mark.parametrize("is_doubted", [False, True])
def test_only_a_plan_that_may_be_safe_is_held_against_longer_ones(is_doubted: bool) -> None:
    after = {"1": [("2", 20), ("7", 10)], "7": [("33", 10)]}
    prober = Toy("1", (("2", "33"),), lambda line: ())

    def propose(finding: Finding, project: Project) -> Proposals:
        prober.repairs = lambda line: after[finding.message.split()[-1]]
        return Toy.propose(prober, finding, project)

    original = prober.result("1")
    finding = diagnose(prober.view((), original))
    assert finding is not None
    others = (propose, LIMITS, lambda plan, trace: is_doubted)
    result = search.search(original, finding, prober, prober.view, lambda texts, trace: (), *others)
    longer = ("7 at 0; 33 at 0", 20 + Evidence.SIDESTEP.weight)
    assert titles(result) == [("2 at 0", 20), longer][: 1 if is_doubted else 2]


def test_a_text_that_python_refuses_is_not_run() -> None:
    """Each repair reads a name that nothing binds, which no number of the toy does, or is no Python."""
    prober = toy("1", "2", ("nothing", 5), ("2 +", 6), ("2", 10))
    assert titles(prober.search()) == [("2 at 0", 10)]
    assert len(prober.ran) == 1


def test_for_somebody_who_chooses_dearer_ones_are_run_too() -> None:
    prober = toy("1", "2,33", ("2", 10), ("33", 10 + NEAR))
    assert titles(prober.search(replace(LIMITS, others=True))) == [("2 at 0", 10), ("33 at 0", 10 + NEAR)]


def test_a_tie_is_settled_by_the_title() -> None:
    first = toy("1", "22,3", ("3", 10), ("22", 10)).search()
    second = toy("1", "22,3", ("22", 10), ("3", 10)).search()
    assert titles(first) == titles(second) == [("22 at 0", 10), ("3 at 0", 10)]


def test_several_faults_are_one_plan() -> None:
    result = toy("1 1 1", "2 2 2", ("2", 10)).search()
    assert titles(result) == [("2 at 0; 2 at 1; 2 at 2", 30)]
    assert [step.finding.message for step in result.plans[0].steps] == [
        f"RuntimeError: line {line} is 1" for line in range(3)
    ]


def test_the_limit_of_runs_is_told() -> None:
    prober = toy("1 1 1", "2 2 2", ("2", 10))
    result = prober.search(Limits(probes=2, seconds=1e6))
    assert (result.plans, result.limited, result.probes) == ((), True, 2)


def test_the_limit_of_seconds_is_told() -> None:
    result = toy("1 1 1", "2 2 2", ("2", 10)).search(Limits(probes=99, seconds=1.5))
    assert (result.plans, result.limited, result.seconds) == ((), True, 2.0)


def test_a_text_is_run_once() -> None:
    prober = toy("1", "9", ("2", 10), ("3", 10), ("1", 10))
    assert prober.search().plans == ()
    texts = [run.texts for run in prober.ran]
    assert len(texts) == len(set(texts)) == 2  # To write what stands there is no repair.


def test_sidesteps_are_few_and_cost() -> None:
    """A repair after which the same depth fails otherwise may be half of one, twice in a row and no more."""
    steps = {"1": "2", "2": "3", "3": "4", "4": "5", "5": "6"}

    def chain(end: str) -> search.Found:
        prober = Toy("1", ((end,),), lambda line: ())

        def propose(finding: Finding, project: Project) -> Proposals:
            prober.repairs = lambda line: [(steps[finding.message.split()[-1]], 10)]
            return Toy.propose(prober, finding, project)

        original = prober.result("1")
        finding = diagnose(prober.view((), original))
        assert finding is not None
        return search.search(original, finding, prober, prober.view, lambda texts, trace: (), propose, LIMITS)

    assert titles(chain("2")) == [("2 at 0", 10)]
    assert [cost for _, cost in titles(chain("3"))] == [20 + Evidence.SIDESTEP.weight]
    assert [cost for _, cost in titles(chain("4"))] == [30 + 2 * Evidence.SIDESTEP.weight]
    assert chain("5").plans == ()


def test_less_depth_is_no_progress() -> None:
    """An edit that breaks what ran before is not gone on with."""

    def repairs(line: int) -> list[Repair]:
        return [("2", 10)] if line else []

    prober = Toy("1\n1", (("1",), ("2",)), repairs)
    original_propose = prober.propose

    def propose(finding: Finding, project: Project) -> Proposals:
        proposals = original_propose(finding, project)
        spoiling = Edit(PATH, Range(Position(1, 0), Position(1, 1)), "7")
        return Proposals((*proposals.fixes, Fix("XX2", "spoil", (spoiling,), evidence(5), Applicability.SAFE)))

    original = prober.result(prober.text)
    finding = diagnose(prober.view((), original))
    assert finding is not None
    result = search.search(original, finding, prober, prober.view, lambda texts, trace: (), propose, LIMITS)
    assert titles(result) == [("2 at 1", 10)]


def test_a_run_that_hits_a_limit_is_told_and_left() -> None:
    prober = toy("1", "9", ("2", 10))
    original, prober.ending = prober.result("1"), Ending.TIMED_OUT
    finding = diagnose(prober.view((), original))
    assert finding is not None
    result = search.search(original, finding, prober, prober.view, lambda texts, trace: (), prober.propose, LIMITS)
    assert result.plans == ()
    assert [note.partition(":")[0] for note in result.notes] == ["a repair was given up because its run hit a limit"]


def test_the_first_plan_is_begun_in_a_fresh_process() -> None:
    prober = toy("1", "2", ("2", 10))
    prober.search()
    assert [run.fresh for run in prober.begun] == [True]


@pytest.mark.parametrize("faults", [2, 3, 4])
def test_alternatives_of_several_faults_do_not_multiply(faults: int) -> None:
    """Two repairs for each of N faults are N^2 runs at most, not 2^N."""
    text, right = " ".join("1" * faults), " ".join(["2,3"] * faults)
    prober = toy(text, right, ("2", 10), ("3", 15))
    result = prober.search(Limits(probes=500, seconds=1e6))
    assert titles(result)[0] == ("; ".join(f"2 at {line}" for line in range(faults)), 10 * faults)
    assert len(prober.ran) <= faults * (faults + 3) // 2


def test_one_repair_of_all_faults_is_run_though_each_has_a_cheaper_one() -> None:
    prober = toy("1 1 1", "2 2 2", ("2", 10))
    places = [Range(Position(line, 0), Position(line, 1)) for line in (1, 2, 3)]
    everywhere = Fix("XX2", "2 for all", tuple(Edit(PATH, at, "2") for at in places), evidence(15), Applicability.SAFE)

    def propose(finding: Finding, project: Project) -> Proposals:
        proposals = Toy.propose(prober, finding, project)
        return Proposals((*proposals.fixes, everywhere)) if "line 0" in finding.message else proposals

    original = prober.result(prober.text)
    finding = diagnose(prober.view((), original))
    assert finding is not None
    result = search.search(original, finding, prober, prober.view, lambda texts, trace: (), propose, LIMITS)
    assert titles(result) == [("2 for all", 15)]


def test_without_a_plan_the_cheapest_first_steps_that_come_furthest_are_told() -> None:
    prober = toy("1 1 1", "2,3 2,3 9", ("3", 15), ("2", 10))
    result = prober.search()
    assert result.plans == ()
    assert result.furthest is not None
    assert (result.furthest.plan.title, result.furthest.plan.applicability) == (
        "2 at 0; 2 at 1",
        Applicability.DISPLAY_ONLY,
    )
    assert result.furthest.remaining.message == "RuntimeError: line 2 is 1"
    assert result.furthest.plan.notes == ("after it the run ends at net.py:1: RuntimeError: line 2 is 1",)


def test_where_nothing_comes_past_the_first_fault_there_are_no_first_steps() -> None:
    assert toy("1", "9", ("2", 10)).search().furthest is None


def test_a_plan_leaves_no_first_steps() -> None:
    result = toy("1 1", "2 2", ("2", 10)).search()
    assert (len(result.plans), result.furthest) == (1, None)
