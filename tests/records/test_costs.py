"""The price list: every piece of evidence has a weight, and a cost is the sum of what was stated. No torch."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from autofix.records.costs import LEAST, Evidence, Piece, counted, total
from autofix.records.locations import Edit, Position, Range
from autofix.records.plan import Applicability, Fix
from autofix.rule import Rule

PLACE = (Edit(Path("net.py"), Range(Position(1, 0), Position(1, 1)), "2"),)
EVERY = pytest.mark.parametrize("evidence", Evidence, ids=lambda evidence: str(evidence.name))


class Sure(Rule):
    code, name, mismatches = "XX1", "sure", ()


class Unsure(Rule):
    code, name, mismatches = "XX2", "unsure", ()
    applicability = Applicability.UNSAFE


def test_the_list_is_short_enough_to_be_read() -> None:
    assert 20 <= len(Evidence) <= 28


@EVERY
def test_every_piece_has_a_weight_and_words(evidence: Evidence) -> None:
    assert isinstance(evidence.weight, int)
    assert evidence.weight != 0
    assert evidence.words
    assert evidence.words[0].islower()


def test_no_two_pieces_say_the_same() -> None:
    assert len({evidence.words for evidence in Evidence}) == len(Evidence)


@EVERY
def test_its_count_multiplies_its_weight(evidence: Evidence) -> None:
    assert total((Evidence.FAULT_LEFT, evidence * 3)) == 40 + 3 * evidence.weight


# what is stated -> what is counted, and the cost
SUMS: dict[str, tuple[tuple[Piece, ...], tuple[tuple[Evidence, int], ...], int]] = {
    "nothing": ((), (), LEAST),
    "the plainest edit": ((Evidence.EDIT,), ((Evidence.EDIT, 1),), 10),
    "once more": (
        (Evidence.OUTWARD, Evidence.EDIT, Evidence.OUTWARD * 2),
        ((Evidence.EDIT, 1), (Evidence.OUTWARD, 3)),
        13,
    ),
    "none of it": ((Evidence.EDIT, Evidence.OUTWARD * 0, Evidence.INSERTED * False), ((Evidence.EDIT, 1),), 10),
    "no repair is free": (
        (Evidence.EDIT, Evidence.AGREES * 4),
        ((Evidence.EDIT, 1), (Evidence.AGREES, 4)),
        LEAST,
    ),
}


@pytest.mark.parametrize("stated, expected, cost", SUMS.values(), ids=SUMS)
def test_sums(stated: tuple[Piece, ...], expected: tuple[tuple[Evidence, int], ...], cost: int) -> None:
    assert (counted(stated), total(stated)) == (expected, cost)


@pytest.mark.parametrize("piece, other", tuple(combinations(Evidence, 2)))
def test_a_cost_never_falls_below_one(piece: Evidence, other: Evidence) -> None:
    assert total((piece, other, other)) >= LEAST


def test_a_rule_states_evidence_beside_the_edit() -> None:
    fix = Sure().fix("set it", PLACE, Evidence.INSERTED, Evidence.OUTWARD * 2, reason="so")
    assert fix == Fix("XX1", "set it", PLACE, fix.evidence, Applicability.SAFE, "so")
    assert fix.evidence == (Evidence.EDIT * 1, Evidence.OUTWARD * 2, Evidence.INSERTED * 1)
    assert fix.cost == 14


@pytest.mark.parametrize(
    "rule, unsafe, label",
    [
        (Sure(), False, Applicability.SAFE),
        (Sure(), True, Applicability.UNSAFE),
        (Unsure(), False, Applicability.UNSAFE),
        (Unsure(), True, Applicability.UNSAFE),
    ],
)
def test_a_label_is_the_rules_best_or_worse(rule: Rule, unsafe: bool, label: Applicability) -> None:
    assert rule.fix("set it", PLACE, unsafe=unsafe).applicability is label


def test_no_label_is_taken_for_granted() -> None:
    with pytest.raises(TypeError):
        Fix("XX1", "set it", PLACE, ())  # type: ignore[call-arg]
