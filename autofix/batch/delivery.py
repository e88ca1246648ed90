"""Patches of a batch: one for all, one for each target, or a git branch with a commit for each.

Each target's patch applies after those of the targets before it. Only ``branch`` changes anything in a repository, and
it leaves the working tree as it was.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autofix.batch import git, jobs
from autofix.batch.records import Change, JobOutcome
from autofix.patch import unified_diff
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError, UsageError

# For a machine, such as a build server, where git knows nobody.
_NOBODY = {
    f"GIT_{who}_{field}": f"autofix{end}"
    for who in ("AUTHOR", "COMMITTER")
    for field, end in (("NAME", ""), ("EMAIL", "@localhost"))
}


def deliverable(outcome: JobOutcome, *, unsafe: bool) -> bool:
    """Return whether the plan of an outcome belongs among the patches."""
    allowed = {"safe", "unsafe"} if unsafe else {"safe"}
    return bool(outcome.changes) and not outcome.withheld and outcome.label_of_plan in allowed


def joined(outcomes: Sequence[JobOutcome]) -> tuple[FileChange, ...]:
    """Return the change of every file from its text on disk to the one after the last plan that changes it."""
    changes: dict[str, Change] = {}
    for outcome in outcomes:
        for change in outcome.changes:
            before = changes.get(change.path, change).before
            changes[change.path] = replace(change, before=before)
    return tuple(jobs.file_change(changes[path]) for path in sorted(changes))


def one_patch(outcomes: Sequence[JobOutcome]) -> bytes:
    return _patch(joined(outcomes))


def own_patch(outcome: JobOutcome) -> bytes:
    """Return the patch of one target, on top of those before it."""
    return _patch([jobs.file_change(change) for change in outcome.changes])


def _patch(changes: Sequence[FileChange]) -> bytes:
    patch = unified_diff.unified(changes)
    unified_diff.verify(patch, changes)
    return patch


def names(outcomes: Sequence[JobOutcome]) -> list[str]:
    """Return a file name for each patch: its number, so that they sort as they apply, and what it repairs."""
    width = max(4, len(str(len(outcomes))))
    return [
        f"{number:0{width}}-{re.sub(r'[^A-Za-z0-9._-]+', '-', outcome.label).strip('-')[:80]}.patch"
        for number, outcome in enumerate(outcomes, 1)
    ]


def check_branch(base: Path, name: str) -> None:
    """Raise UsageError unless a branch of this name can be made in a clean checkout."""
    if not (base / ".git").exists():
        raise UsageError(f"--branch needs a git checkout, and {base} is none; use --output-dir")
    dirty = _git(base, "status", "--porcelain", "--untracked-files=no")
    if dirty:
        first = dirty.splitlines()[0][3:]
        raise UsageError(f"--branch refuses a tree with changes that are not committed ({first}); commit or stash them")
    if name.startswith("-") or not git.succeeds(base, "check-ref-format", "--branch", name):
        raise UsageError(f"`{name}` is no name for a branch; choose another")
    if git.succeeds(base, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}"):
        raise UsageError(f"the branch `{name}` exists; choose another name or delete it")


def branch(base: Path, name: str, outcomes: Sequence[JobOutcome]) -> int:
    """Make the branch at HEAD with one commit for each outcome, the working tree untouched; how many there are."""
    parent = _git(base, "rev-parse", "HEAD").strip()
    who = {} if _has_identity(base) else _NOBODY
    with tempfile.TemporaryDirectory(prefix="autofix-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        _git(base, "read-tree", parent, environment=index)
        for outcome in outcomes:
            for change in outcome.changes:
                file_change = jobs.file_change(change)
                mode = _git(base, "ls-files", "--stage", "--", change.path, environment=index).split(" ", 1)[0]
                if not mode:
                    raise ConflictError(f"{change.path} is not tracked by git; add it first; no branch was made")
                blob = _git(base, "hash-object", "-w", "--stdin", "--path", change.path, data=file_change.after).strip()
                _git(base, "update-index", "--cacheinfo", f"{mode},{blob},{change.path}", environment=index)
            tree = _git(base, "write-tree", environment=index).strip()
            message = _message(outcome).encode()
            parent = _git(base, "commit-tree", tree, "-p", parent, data=message, environment=who).strip()
    _git(base, "update-ref", f"refs/heads/{name}", parent, "")
    return len(outcomes)


def _has_identity(base: Path) -> bool:
    return git.succeeds(base, "var", "GIT_AUTHOR_IDENT")


def _message(outcome: JobOutcome) -> str:
    plan = outcome.plan or {}
    faults = [
        f"- {fault['path']}:{fault['range']['start']['line']}: {fault['message']}" for fault in outcome.diagnostics
    ]
    checks = [check["check"] for check in plan.get("proof", {}).get("checks", []) if check["outcome"] == "passed"]
    title = f"Repair {outcome.label}"
    body = [f"{plan.get('title', '')} ({outcome.label_of_plan}).", "", *faults]
    body += ["", f"Verified by running: {', '.join(checks)}."] if checks else []
    return f"{title}\n\n" + "\n".join(body) + "\n"


def _git(base: Path, *words: str, data: bytes = b"", environment: dict[str, str] | None = None) -> str:
    try:
        answer = git.ask(base, *words, data=data, environment=environment)
    except git.GitError as error:
        raise ConflictError(f"git {words[0]} failed: {error}") from error
    return answer.decode("utf-8", "replace")
