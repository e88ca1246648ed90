"""Several repairs together: a plan is proved alone, and here beside the others that touch the same files.

In input order, each plan is laid over those before it. A target that reads a changed file is run again on the changed
texts; a plan that would break another target is withheld, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autofix.batch.records import Change, Job, JobOutcome

Rerun = Callable[[list[Job]], list[JobOutcome]]
Wanted = Callable[[JobOutcome], bool]
_RAN = ("healthy", "unconfirmed")
_REWRITING = "RF"


@dataclass(frozen=True, slots=True)
class _Texts:
    """The text of every changed file so far, under the text it had on disk."""

    before: dict[str, Change]
    after: dict[str, str]

    def changed_with(self, changes: Sequence[Change]) -> _Texts:
        first = {change.path: change for change in changes}
        return _Texts({**first, **self.before}, {**self.after, **{c.path: c.after for c in changes}})


def settled(
    jobs: Sequence[Job | None], outcomes: Sequence[JobOutcome], is_wanted: Wanted, rerun: Rerun
) -> list[JobOutcome]:
    """Return the outcomes with what becomes of each plan among the others.

    ``is_wanted`` says which plans are to be delivered.

    ``jobs`` has None where there is nothing to run. Plans that share no file with another target are left as they
    are.
    """
    results = list(outcomes)
    texts = _Texts({}, {})
    for index, job in enumerate(jobs):
        if job is None or not results[index].changes or not is_wanted(results[index]):
            continue
        own = results[index]
        if _reads(own) & set(texts.after):
            own = _on_top(job, own, texts, rerun)
            results[index] = own
            if own.withheld or not own.changes:
                continue
        texts_after = texts.changed_with(own.changes)
        broken = _broken(jobs, results, index, texts_after, rerun)
        if broken:
            results[index] = replace(own, withheld=f"with it, {broken} would not run any more")
            continue
        texts = texts_after
    return results


def _reads(outcome: JobOutcome) -> set[str]:
    return {path for path, digest in outcome.files if digest}


def _on_top(job: Job, own: JobOutcome, texts: _Texts, rerun: Rerun) -> JobOutcome:
    """Return what is left to repair once the plans before it are made."""
    (again,) = rerun([replace(job, texts=tuple(sorted(_shown(own, texts).items())))])
    if again.ending in _RAN:
        return replace(own, changes=(), remark="repaired by the patch of an earlier target")
    if again.plan is None or again.label_of_plan != own.label_of_plan:
        return replace(own, withheld="it does not fit together with the patch of an earlier target; run again after it")
    return replace(again, files=own.files, remark="found after the patches of earlier targets were made")


def _shown(outcome: JobOutcome, texts: _Texts) -> dict[str, str]:
    """Return only the texts that the target reads: a job is known by its texts, and others would make it a new one."""
    return {path: text for path, text in texts.after.items() if path in _reads(outcome)}


def _broken(jobs: Sequence[Job | None], outcomes: Sequence[JobOutcome], index: int, texts: _Texts, rerun: Rerun) -> str:
    """Return the name of another target that ran, or was repaired by a plan before this one, and would fail now."""
    changed = {change.path for change in outcomes[index].changes}
    asked: list[tuple[JobOutcome, Job]] = []
    for other, (job, outcome) in enumerate(zip(jobs, outcomes, strict=True)):
        if job is None or other == index or not _reads(outcome) & changed:
            continue
        repaired_before = other < index and bool(outcome.changes) and not outcome.withheld
        if outcome.ending in _RAN or repaired_before:
            asked.append((outcome, replace(job, texts=tuple(sorted(_shown(outcome, texts).items())))))
    results = rerun([job for _, job in asked]) if asked else []
    pairs = zip(asked, results, strict=True)
    return next((outcome.label for (outcome, _), again in pairs if not _runs(again)), "")


def _runs(outcome: JobOutcome) -> bool:
    """Return whether the target is without a fault; that a rule would still rewrite it is no fault."""
    codes = [str(diagnostic["code"]) for diagnostic in outcome.diagnostics]
    return outcome.ending in _RAN or (bool(codes) and all(code.startswith(_REWRITING) for code in codes))
