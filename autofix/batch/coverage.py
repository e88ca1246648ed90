"""Which targets need no run of their own, because the class ran within another: tests and programs first, guesses last.

It runs nothing itself, and decides from what ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autofix.batch.records import Job, JobOutcome, Kind, Listed, Missing
from autofix.syntax.name_bindings import class_name

NOT_RUN = "not-run"
Target = Job | Missing
RunJobs = Callable[[list[Job]], list[JobOutcome]]


@dataclass(frozen=True, slots=True)
class Ran:
    """The targets that have an outcome, in order (None for one that is missing something), and the others."""

    kept: tuple[tuple[Target, JobOutcome | None], ...]
    listed: list[Listed]


def run_in_turn(targets: Sequence[Target | Listed], run: RunJobs) -> Ran:
    """Run tests, then what else is known, then models on samples that were chosen to fit, then those with guessed
    arguments; each only where nothing before it has run the class.
    """
    outcomes: dict[int, JobOutcome] = {}
    within: dict[str, str] = {}
    turns: tuple[Callable[[Job], bool], ...] = (
        lambda job: job.is_test,
        lambda job: job.is_known,
        lambda job: not job.is_guessed,
        lambda job: job.is_guessed,
    )
    for is_turn in turns:
        asked = [
            at
            for at, target in enumerate(targets)
            if isinstance(target, Job) and is_turn(target) and at not in outcomes
        ]
        asked = [at for at in asked if _label(targets[at]) not in within or is_turn in turns[:2]]
        done = run([asked_job for at in asked if isinstance(asked_job := targets[at], Job)])
        outcomes |= dict(zip(asked, done, strict=True))
        for outcome in done:
            if outcome.ending != NOT_RUN:
                for label in outcome.ran:
                    within.setdefault(label, outcome.label)
    return _sorted(targets, outcomes, within)


def _label(target: Target | Listed) -> str:
    return f"{target.path}: {class_name(target.model) if isinstance(target, (Job, Missing)) else target.name}"


def _sorted(targets: Sequence[Target | Listed], outcomes: dict[int, JobOutcome], within: dict[str, str]) -> Ran:
    kept: list[tuple[int, Target]] = []
    listed: list[Listed] = []
    for at, target in enumerate(targets):
        if isinstance(target, Listed):
            where = within.get(_label(target))
            listed.append(
                target if where is None else Listed(target.path, target.name, target.kind, f"it ran within {where}")
            )
        elif _label(target) in within and (at not in outcomes or outcomes[at].ending == NOT_RUN) and target.model:
            reason = f"it ran within {within[_label(target)]}"
            listed.append(Listed(target.path, class_name(target.model), Kind.PART, reason))
        elif isinstance(target, Job) and target.part_of and outcomes[at].ending == NOT_RUN and not target.is_known:
            reason = f"it is a part of a model in {target.part_of}; alone, {outcomes[at].message}"
            listed.append(Listed(target.path, class_name(target.model), Kind.PART, reason))
        else:
            kept.append((at, target))
    remaining = list(_without_idle_programs(kept, outcomes, listed))
    return Ran(tuple((target, outcomes.get(at)) for at, target in remaining), listed)


def _without_idle_programs(
    kept: Sequence[tuple[int, Target]], outcomes: dict[int, JobOutcome], listed: list[Listed]
) -> Iterator[tuple[int, Target]]:
    """Yield the targets without programs that could not be run where every model of the files they read was."""
    models = [(target.path, at) for at, target in kept if target.model or not isinstance(target, Job)]
    for at, entry in kept:
        outcome = outcomes.get(at)
        if outcome is None or outcome.ending != NOT_RUN or not isinstance(entry, Job) or entry.model:
            yield at, entry
            continue
        read = {path for path, _ in outcome.files}
        reached = [outcomes[model].ending if model in outcomes else NOT_RUN for path, model in models if path in read]
        ran_elsewhere = any(other.path in read and other.reason.startswith("it ran") for other in listed)
        is_idle = outcome.document["trace"]["ending"] == "passed"  # It ended, and no model was called on the way.
        if not is_idle and (NOT_RUN in reached or not (reached or ran_elsewhere)):
            yield at, entry
            continue
        kind = Kind.TEST if entry.is_test else Kind.PROGRAM
        listed.append(Listed(entry.path, "", kind, f"not run: {outcome.message}"))
