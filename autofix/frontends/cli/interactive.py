"""The dialogue of ``--interactive``: show each fix as a diff, ask, and write what was accepted.

Fixes that were accepted are written however the dialogue ends: by its last answer, by quitting, at the end of the
input or by an interrupt. What the answers come to is for ``selection``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autofix.frontends.cli import atomic_write, selection, terminal
from autofix.frontends.cli.selection import Answer, Chosen
from autofix.patch import unified_diff
from autofix.patch.steps_to_text import first_steps
from autofix.patch.unified_diff import FileChange
from autofix.records.locations import SourceText
from autofix.records.plan import Plan
from autofix.records.report import Report

_ANSWERS = {answer.value: answer for answer in Answer}
_HELP = """\
  y  accept this fix
  n  refuse it and show the next repair, if there is one
  u  take back the last answer
  q  stop; fixes that you accepted are written (Ctrl-C and Ctrl-D do the same)
  ?  show this help
"""


def repaired(report: Report, *, coloured: bool) -> bool:
    """Ask fix by fix and write the fixes that were accepted; return whether they are a whole repair.

    Raises KeyboardInterrupt for an interrupt, once what was accepted is written.
    """
    candidates = [plan for plan in selection.plans(report) if plan.is_verified]
    if not candidates:
        return False
    dialogue = _Dialogue(report, coloured=coloured)
    choice = selection.chosen(candidates, dialogue.ask)
    is_whole = choice is not None and _written(report, choice)
    if choice is None:
        print("nothing was written", file=sys.stderr)
    if dialogue.is_interrupted:
        raise KeyboardInterrupt
    return is_whole


def _written(report: Report, choice: Chosen) -> bool:
    plan = first_steps(choice.plan, choice.fixes, report.texts)
    if plan is None:
        print("nothing was written: the fixes of this repair only make sense together", file=sys.stderr)
        return False
    changes = _changes(report, plan)
    atomic_write.write(changes, report.target.root)
    for change in changes:
        print(f"wrote {terminal.one_line(str(change.path))}", file=sys.stderr)
    if not choice.is_whole:
        number, whole = choice.fixes, len(choice.plan.steps)
        print(
            f"{number} of {whole} fixes: the repair was not verified with fewer; run again for the rest",
            file=sys.stderr,
        )
    return choice.is_whole


def _changes(report: Report, plan: Plan) -> tuple[FileChange, ...]:
    return unified_diff.changes(plan, report.texts, report.target.root)


@dataclass
class _Dialogue:
    """What asks on the terminal; ``is_interrupted`` tells afterwards that the user ended it by Ctrl-C."""

    report: Report
    coloured: bool
    is_interrupted: bool = False

    def ask(self, plan: Plan | None, number: int) -> Answer:
        """Ask until one of the letters comes; the end of the input and an interrupt quit."""
        try:
            return self._answer(plan, number)
        except KeyboardInterrupt:
            print(file=sys.stderr)
            self.is_interrupted = True
            return Answer.QUIT

    def _answer(self, plan: Plan | None, number: int) -> Answer:
        if plan is None:
            question, letters = "no other repair: [u]ndo, [q]uit, [?]: ", "uq"
        else:
            self._show(plan, number)
            question, letters = "apply this fix? [y]es, [n]ext one, [u]ndo, [q]uit, [?]: ", "ynuq"
        while True:
            print(question, end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                print(file=sys.stderr)
                return Answer.QUIT
            letter = line.strip().lower()[:1]
            if letter and letter in letters:
                return _ANSWERS[letter]
            if letter == "?":
                sys.stderr.write(_HELP)

    def _show(self, plan: Plan, number: int) -> None:
        step = plan.steps[number - 1]
        place = f"{step.finding.location.path.name}:{step.finding.location.range.start.line}"
        count = "" if len(plan.steps) == 1 else f" ({number} of {len(plan.steps)})"
        print(f"\n{terminal.one_line(f'{place}: {step.finding.message}')}{count}", file=sys.stderr)
        print(f"  {terminal.one_line(step.fix.title)} ({plan.applicability.value})", file=sys.stderr)
        patch = unified_diff.unified(self._change_of(plan, number))
        sys.stderr.write(terminal.patch_to_look_at(patch, coloured=self.coloured))

    def _change_of(self, plan: Plan, number: int) -> Sequence[FileChange]:
        """Return what one fix changes in the texts of the fixes before it; the whole plan where that cannot be told."""
        texts = self.report.texts
        before, after = first_steps(plan, number - 1, texts), first_steps(plan, number, texts)
        if before is None or after is None:
            return _changes(self.report, plan)
        earlier = dict(before.texts)
        sources = tuple(_with_text(source, earlier.get(source.path, source.text)) for source in texts)
        later = {
            **{path: source.text for path in earlier for source in texts if source.path == path},
            **dict(after.texts),
        }
        return unified_diff.changes(replace(after, texts=tuple(later.items())), sources, self.report.target.root)


def _with_text(source: SourceText, text: str) -> SourceText:
    return replace(source, text=text)
