"""All diagnostics and the ending of one request, and the limits it was made under."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from autofix.probe.main.wire import RunLimits
from autofix.records.finding import Finding
from autofix.records.locations import Location, SourceText
from autofix.records.plan import Fix, Plan
from autofix.records.samples import Target
from autofix.records.trace import (
    Trace,
)


class RepairEnding(Enum):
    """How the search ended; a named value in every report."""

    HEALTHY = "nothing to repair"
    UNCONFIRMED = "it ran, but only on a sample that was chosen to fit its layers"
    REPAIRED = "a plan was verified"
    NO_FIX = "no fix helps"
    LIMIT = "the search limit was reached"
    NOT_RUN = "the model could not be run"
    SUPPRESSED = "the finding is suppressed by a comment"
    SEARCHING = "the search for a repair is under way"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a reader is shown for one finding: code, message, where, and the operations whose shapes led there.

    ``code`` is the rule's that answers it in the best plan, or AF900 when none does.
    """

    code: str
    name: str
    finding: Finding
    chain: tuple[ChainLink, ...] = ()
    fixed_by: Fix | None = None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One step of the shape chain: operator or layer, its place, and the shape that came out (or went in, for the
    last).
    """

    label: str
    shape: str
    location: Location | None = None


@dataclass(frozen=True)
class Limits(RunLimits):
    """What one run and one repair may spend: ``probes`` runs and ``seconds`` in them.

    ``others``: somebody wants to choose among repairs, so that dearer ones are run too.
    """

    probes: int = 160
    seconds: float = 90.0
    others: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    probes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All diagnostics and endings of one run.

    ``plan`` is the best plan (or the picked one); ``alternatives`` the others by rank. ``texts`` are the analysed
    texts of every file that a plan changes. ``trace`` is the run of the original text.
    """

    target: Target
    ending: RepairEnding
    message: str
    trace: Trace
    diagnostics: tuple[Diagnostic, ...] = ()
    plan: Plan | None = None
    alternatives: tuple[Plan, ...] = ()
    texts: tuple[SourceText, ...] = ()
    notes: tuple[str, ...] = ()
    spent: Spent = field(default_factory=lambda: Spent(0, 0.0))


class PatchEnding(Enum):
    """What is said of somebody's patch."""

    HOLDS = "it holds"
    UNSAFE = "it runs, but there is a reason to look"
    FAILS = "it does not hold"
    NOT_JUDGED = "it could not be judged"


@dataclass(frozen=True, slots=True)
class PatchReport:
    """What running a model as it is and patched shows of the patch.

    ``report`` tells of the model as it is, with the patch as its plan where the patched text ran; ``patched`` is the
    run of the patched text, None where there was none; ``left`` is the fault that it ended in, or that is silently
    left. ``message`` says why it does not hold or could not be judged.
    """

    ending: PatchEnding
    message: str
    report: Report
    patched: Trace | None = None
    left: Finding | None = None
