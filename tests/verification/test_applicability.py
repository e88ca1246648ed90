"""Whether a plan is safe, each reason on its own: plans, traces and a model made by hand. No torch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autofix.facts.project_view import Project
from autofix.records.costs import Counted, Evidence
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit, Location, Position, Range
from autofix.records.options import Mode
from autofix.records.plan import Applicability, Fix, Plan, Proof, Step
from autofix.records.samples import SampleOrigin, Samples
from autofix.records.trace import (
    Check,
    CheckKind,
    CheckOutcome,
    Ending,
    Failure,
    Frame,
    Layer,
    Stage,
    Trace,
)
from autofix.syntax.source import Source
from autofix.verification import applicability
from autofix.verification.applicability import COMPARABLE

PATH = Path("net.py")
TEXT = "self.head = Linear(128, 10)\nself.tail = Linear(10, 3)\n"
HERE = Location(PATH, Range(Position(1, 19), Position(1, 22)))
FINDING = Finding(Mismatch.LINEAR_IN_FEATURES, "128 but 256", HERE, HERE, "head", (128,), (256,))
PROOF = Proof((), (), "(1, 10)", 1, 1, (), (), (), (), 0.0)
FRESH = (Check(CheckKind.FRESH, CheckOutcome.PASSED),)
BEFORE = Trace(Ending.RAISED, "sizes", failure=Failure("RuntimeError", "sizes", Stage.FORWARD, None, ()))
AFTER = Trace(Ending.PASSED, "")
GIVEN = Samples()
FIX = Fix("XX1", "set it to 256", (Edit(PATH, HERE.range, "256"),), (Evidence.EDIT * 1,), Applicability.SAFE)


def plan(*shown: Counted, fix: Fix = FIX, notes: tuple[str, ...] = ()) -> Plan:
    return Plan((Step(FINDING, fix),), (*fix.evidence, *shown), Applicability.UNSAFE, (), PROOF, notes)


def reasons(
    judged: Plan,
    *rivals: Plan,
    before: Trace = BEFORE,
    after: Trace = AFTER,
    checks: tuple[Check, ...] = FRESH,
    text: str = TEXT,
    samples: Samples = GIVEN,
) -> tuple[str, ...]:
    """Return why a plan is not safe; the label says the same."""
    project = Project(PATH.parent, before, lambda path: Source(path, text), PATH)
    label, why = applicability.judge(judged, checks, after, project, rivals, samples)
    assert (label is Applicability.SAFE) == (why == ())
    return why


def layer(name: str, line: int, size: int) -> Layer:
    built = (Frame(PATH, "__init__", Range(Position(line, 0), Position(line, 9))),)
    return Layer(line, name, "Linear", (), (("weight", (size,)),), built, False)


def test_a_plan_with_nothing_against_it_is_safe() -> None:
    assert reasons(plan()) == ()


@pytest.mark.parametrize("more", [0, 1, COMPARABLE])
def test_a_rival_of_comparable_cost_makes_it_unsafe(more: int) -> None:
    assert reasons(plan(), plan(Evidence.OUTWARD * more)) == ("an equally plausible repair: set it to 256",)


def test_a_rival_that_costs_more_leaves_it_safe() -> None:
    assert reasons(plan(), plan(Evidence.OUTWARD * (COMPARABLE + 1))) == ()


def test_what_a_rival_reaches_makes_it_no_less_a_rival() -> None:
    assert reasons(plan(), plan(Evidence.REACHES * 4)) != ()
    assert reasons(plan(Evidence.REACHES * 4), plan(Evidence.OUTWARD * (COMPARABLE + 1))) == ()


def test_a_rules_label_and_reason_are_kept() -> None:
    unsure = replace(FIX, applicability=Applicability.UNSAFE)
    assert reasons(plan(fix=replace(unsure, reason="it is a choice"))) == ("it is a choice",)
    assert reasons(plan(fix=unsure)) == ("XX1 repairs are to be read before they are applied",)


def test_doubtful_evidence_is_never_safe() -> None:
    doubtful = replace(FIX, evidence=(Evidence.EDIT * 1, Evidence.BY_VALUE * 1))
    assert reasons(plan(fix=doubtful)) != ()
    assert reasons(plan(Evidence.FAULT_LEFT * 1)) == (Evidence.FAULT_LEFT.words,)


def test_what_a_plan_leaves_is_said() -> None:
    assert reasons(plan(Evidence.FAULT_LEFT * 1, notes=("after it rows mix",))) == ("after it rows mix",)


def test_a_check_that_fails_only_after_it_counts() -> None:
    failed = Check(CheckKind.BATCH, CheckOutcome.FAILED, "a batch of 3")
    assert reasons(plan(), checks=(*FRESH, failed)) == ("other batch sizes: a batch of 3",)
    assert reasons(plan(), checks=(*FRESH, failed), before=replace(BEFORE, checks=(failed,))) == ()


def test_without_a_fresh_process_it_is_unsafe() -> None:
    skipped = Check(CheckKind.FRESH, CheckOutcome.NOT_ASKED)
    assert reasons(plan(), checks=(skipped,)) == ("it was not reproduced in a clean process",)


def test_a_run_that_is_not_the_users_makes_it_unsafe() -> None:
    assert reasons(plan(), after=replace(AFTER, mode=Mode.META)) != ()
    assert reasons(plan(), after=replace(AFTER, placeholders=("timm",))) == ("it was verified without timm",)


def test_a_guessed_sample_makes_it_unsafe_and_is_said_where_nothing_else_is() -> None:
    solved = Samples(origin=SampleOrigin.SOLVED)
    (why,) = reasons(plan(), samples=solved)
    assert "sample" in why
    assert reasons(plan(), plan(), samples=solved) == ("an equally plausible repair: set it to 256",)
    assert reasons(plan(fix=replace(FIX, of_text=True)), samples=solved) == ()


def test_another_layer_that_changes_makes_it_unsafe() -> None:
    before = replace(BEFORE, layers=(layer("head", 1, 128), layer("tail", 2, 10)))
    alone = replace(AFTER, layers=(layer("head", 1, 256), layer("tail", 2, 10)))
    both = replace(AFTER, layers=(layer("head", 1, 256), layer("tail", 2, 20)))
    assert reasons(plan(), before=before, after=alone) == ()
    assert reasons(plan(), before=before, after=both) == ("it also changes the parameters of `tail`",)
    more = replace(AFTER, layers=(*alone.layers, layer("neck", 3, 5)))
    assert reasons(plan(), before=before, after=more) == ("it also adds a layer with parameters: `neck`",)
    root = (replace(BEFORE, layers=(layer("", 1, 128),)), replace(AFTER, layers=(layer("", 1, 256),)))
    assert reasons(plan(), before=root[0], after=root[1]) == ("it also changes the parameters of the model",)


def test_weights_that_are_loaded_pin_shapes() -> None:
    text = f"{TEXT}net.load_state_dict(saved)\n"
    before, after = (replace(trace, layers=(layer("head", 1, n),)) for trace, n in ((BEFORE, 128), (AFTER, 256)))
    assert reasons(plan(), before=before, after=after) == ()
    (why,) = reasons(plan(), before=before, after=after, text=text)
    assert "net.py:3 loads weights" in why


def test_a_constructor_that_failed_hides_what_else_a_size_is_for() -> None:
    def failed(line: int) -> Trace:
        frame = Frame(PATH, "__init__", Range(Position(line, 0), Position(line, 9)))
        return Trace(Ending.RAISED, "", failure=Failure("ValueError", "", Stage.CONSTRUCT, None, (frame,)))

    assert reasons(plan(), before=failed(1)) == ()
    assert reasons(plan(), before=failed(2)) != ()


def test_reasons_are_said_once() -> None:
    unsure = replace(FIX, applicability=Applicability.UNSAFE, reason="it is a choice")
    twice = replace(plan(fix=unsure), steps=(Step(FINDING, unsure), Step(FINDING, unsure)))
    assert reasons(twice) == ("it is a choice",)


def test_a_plan_behind_the_best_is_never_safe() -> None:
    other = replace(plan(), applicability=Applicability.SAFE)
    shown = applicability.behind(other, plan())
    assert (shown.applicability, shown.notes) == (Applicability.UNSAFE, ("a simpler repair also works: set it to 256",))
