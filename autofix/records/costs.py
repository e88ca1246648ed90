"""The price of a repair: named pieces of evidence, each with a weight, and their sum.

It holds every number that ranks repairs. Whoever proposes one states evidence and never a number; running decides
whether it repairs, the cost only what is run and shown first. It lies among the records because the places that
provenance finds are ordered by it as well as the fixes of the rules.

``benchmarks/weights.py`` fits the weights to plans that are known to be right or wrong and judges them by projects that
the fit has not seen. Of 107 faults of 61 projects the cheapest plan is right for 80 with the weights as they are here,
for 77 to 80 with fitted ones: none is better, so these stay (``docs/evidence.md``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import Enum


class Evidence(Enum):
    """One reason why a repair is more or less likely than the plainest: one literal, changed where the fault is.

    A weight is in tenths of that plainest edit; what speaks for a repair is negative. The words complete
    "the cost is ... because".
    """

    # What every fix is, and every step of a plan.
    EDIT = (10, "a place in the source is edited")

    # What speaks for a repair.
    EXACT_FIT = (-2, "the sizes of the run fit exactly")
    EVIDENT = (-1, "what is written there can hardly be meant")
    SAME_NAME = (-2, "it has the same name as the producer")
    AGREES = (-6, "it agrees with its neighbours")
    PREFERRED = (-6, "it was preferred by an option")

    # How far from the fault it edits, and how much.
    OUTWARD = (1, "one caller further out")
    UPSTREAM = (2, "one operation further back")
    MORE_PLACES = (4, "more than the place at fault changes")
    REACHES = (4, "a further place that had run gets other sizes")

    # What speaks against it.
    INSERTED = (2, "an operation or argument is inserted")
    RUNNER_UP = (3, "another of its kind comes first")
    COINCIDES = (1, "another name of the function has the same value as what is written")
    OTHER_NAME = (3, "another name or entry stands in place of the one written")
    OTHER_READING = (4, "another reading fits as well")
    DISAGREES = (4, "its neighbours say otherwise")
    PRODUCER = (5, "the layer before is changed instead")
    FROM_THIS_RUN = (6, "it holds a number of this run alone")
    OTHER_MODEL = (6, "another model: other heads, groups or weights")
    AGAINST = (8, "something in the model speaks against it")
    LITERAL_FOR_EXPRESSION = (17, "a literal stands in place of an expression")
    HIDES_FAULT = (22, "the fault may lie elsewhere and only be hidden")
    OTHER_MEANING = (2, "what was written there by name may be meant, and the fault lie in what it meets")
    BY_RUN = (4, "only that it runs speaks for it")
    BY_VALUE = (24, "only its value speaks for it")

    # What running showed.
    SIDESTEP = (3, "a step that came no further")
    CHECK_FAILED = (35, "a check fails after it")
    FAULT_LEFT = (40, "a suspicion is left after it")

    def __init__(self, weight: int, words: str) -> None:
        self.weight = weight
        self.words = words

    def __mul__(self, count: int) -> Counted:
        """Return this piece of evidence ``count`` times."""
        return (self, count)

    @property
    def is_doubtful(self) -> bool:
        """Whether a repair it is stated of is never safe."""
        return self in _DOUBTFUL


Counted = tuple[Evidence, int]
Piece = Evidence | Counted

_DOUBTFUL = frozenset(
    (
        *(Evidence.COINCIDES, Evidence.LITERAL_FOR_EXPRESSION, Evidence.BY_VALUE, Evidence.FAULT_LEFT),
        Evidence.OTHER_MEANING,
    )
)
LEAST = 1


def counted(pieces: Iterable[Piece]) -> tuple[Counted, ...]:
    """Return each piece of evidence once with how often it was stated, in the order of the list above."""
    counts: Counter[Evidence] = Counter()
    for piece in pieces:
        evidence, count = piece if isinstance(piece, tuple) else (piece, 1)
        counts[evidence] += count
    return tuple((evidence, counts[evidence]) for evidence in Evidence if counts[evidence])


def total(pieces: Iterable[Piece]) -> int:
    """Return the cost that evidence sums up to: weight times count over all pieces, and never below ``LEAST``."""
    return max(LEAST, sum(evidence.weight * count for evidence, count in counted(pieces)))
