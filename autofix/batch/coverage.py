"""Which targets need no run of their own, because the class ran within another: tests and programs first, guesses last,
then the parts that nothing has run.

It runs nothing itself, and decides from what ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from autofix.batch.records import Job, JobOutcome, Kind, Listed, Missing
from autofix.syntax.name_bindings import class_name

NOT_RUN = "not-run"
Target = Job | Missing
RunJobs = Callable[[list[Job]], list[JobOutcome]]
FindParts = Callable[[list[Listed]], Sequence[Target | Listed]]


@dataclass(frozen=True, slots=True)
class Ran:
    """The targets that have an outcome, in order (None for one that is missing something), and the others."""

    kept: tuple[tuple[Target, JobOutcome | None], ...]
    listed: list[Listed]


@dataclass(slots=True)
class _Runs:
    """What has run: the outcomes of targets by their place, and within what each class of the tree did."""

    run: RunJobs
    outcomes: dict[int, JobOutcome] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)

    def in_turn(self, targets: Sequence[Target | Listed]) -> None:
        """Run tests, then what else is known, then models on samples that were chosen to fit, then those with guessed
        arguments; each only where nothing before it has run the class.
        """
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
                if isinstance(target, Job) and is_turn(target) and at not in self.outcomes
            ]
            asked = [at for at in asked if _label(targets[at]) not in self.within or is_turn in turns[:2]]
            done = self.run([asked_job for at in asked if isinstance(asked_job := targets[at], Job)])
            self.outcomes |= dict(zip(asked, done, strict=True))
            for outcome in done:
                if outcome.ending != NOT_RUN:
                    for label in outcome.ran:
                        self.within.setdefault(label, outcome.label)


def run_in_turn(targets: Sequence[Target | Listed], run: RunJobs, find_parts: FindParts) -> Ran:
    """Run the targets, then the parts of models that ran within none of them; ``find_parts`` says how to run those."""
    runs = _Runs(run)
    runs.in_turn(targets)
    parts = [
        target
        for target in targets
        if isinstance(target, Listed) and target.kind is Kind.PART and _label(target) not in runs.within
    ]
    alone = {_label(part): part for part in find_parts(parts)} if parts else {}
    if not any(isinstance(part, Job) for part in alone.values()):
        return _sorted(targets, runs.outcomes, runs.within)
    with_parts = [_of_part(target, alone.get(_label(target))) for target in targets]
    runs.in_turn(with_parts)
    return _sorted(with_parts, runs.outcomes, runs.within)


def _of_part(target: Target | Listed, alone: Target | Listed | None) -> Target | Listed:
    """Return the job of a part, which is no target where it cannot be run, or the part with what is missing."""
    if not isinstance(target, Listed) or target.kind is not Kind.PART:
        return target
    if isinstance(alone, Job):
        return replace(alone, script=False, part_of=target.reason)
    if not isinstance(alone, Missing) or alone.message in target.reason:
        return target
    return replace(target, reason=f"{target.reason}; alone, {alone.message}")


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
        elif isinstance(target, Job) and target.part_of and outcomes[at].ending == NOT_RUN:
            reason = f"{target.part_of}; alone, {outcomes[at].message}"
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
