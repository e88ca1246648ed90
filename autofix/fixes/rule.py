"""Rule and Example: the contract of a rule file.

A rule holds no state and does no I/O; it reads a finding and the project and returns edits.
"""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import ClassVar

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.fixes.rule_text import laid_out
from autofix.records.costs import Evidence, Piece, counted
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit
from autofix.records.plan import Applicability, Fix
from autofix.records.trace import Operation

Fixes = Iterator[Fix]
_CHANGE = re.compile("<([^<>]*) => ([^<>]*)>")
_OPENING = re.compile(r'(?:""")?(\w+) ([\w-]+): ')


@dataclass(frozen=True, slots=True)
class Example:
    """A file, the sample it is run on, and what the rule makes of it; ``after`` None: it declines.

    ``after`` is the whole file, or what stands in place of parts of it, each of which ``before`` has once. A text that
    ``model`` wrote may have it in it.
    ``inputs`` are shapes or sample texts (``int64:2,8@0..10``); without any, the file is run as a program.
    ``prefer_lazy`` runs the engine with that preference. A file that the rule declines has no repair at all, or that of
    the rules in ``repaired_by``.
    """

    name: str
    inputs: tuple[tuple[int, ...] | str, ...]
    before: str
    after: str | Mapping[str, str] | None = None
    model: str = "Net()"
    prefer_lazy: bool = False
    repaired_by: tuple[str, ...] = ()

    @property
    def repaired(self) -> str | None:
        """Return the whole file that the rule makes; None where it declines. Raise ValueError for a part that is not
        there once.
        """
        if self.after is None:
            return self.before.after if isinstance(self.before, Text) else None
        if isinstance(self.after, str):
            return self.after
        text = self.before
        for old, new in self.after.items():
            if text.count(old) != 1:
                raise ValueError(f"`{self.name}` has `{old}` {text.count(old)} times")
            text = text.replace(old, new)
        return text


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One place of a healthy model that can be written another way: what is said of it, where, and the fix."""

    message: str
    place: Expression
    fix: Fix
    subject: str = ""


class Rule:
    """One way to repair one kind of mismatch; a subclass is one file with its documentation and examples.

    Code and name are those that the documentation begins with: ``AF101 layer-size: ...``.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    mismatches: ClassVar[tuple[Mismatch, ...]]
    applicability: ClassVar[Applicability] = Applicability.SAFE
    examples: ClassVar[tuple[Example, ...]] = ()
    for_lazy: ClassVar[bool] = False
    refactor: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Take code and name from the file's first line, which is there where Python was told to drop documentation."""
        module = sys.modules[cls.__module__]
        opening = _OPENING.match(module.__doc__ or linecache.getline(module.__file__ or "", 1))
        if opening is not None and "code" not in vars(cls):
            cls.code, cls.name = opening[1], opening[2]

    def propose(self, finding: Finding, project: Project) -> Fixes:
        """Yield candidate fixes for ``finding``; nothing where the rule is not sure to help."""
        operation = project.operation(finding)
        return iter(()) if operation is None else self.propose_for(finding, project, operation)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        """Yield candidate fixes for the operation of ``finding``; a rule that needs none has its own ``propose``."""
        raise NotImplementedError

    def rewrite(self, project: Project) -> Iterator[Rewrite]:
        """Yield each place of a model that runs that could be written another way; for rules with ``refactor``."""
        raise NotImplementedError

    @classmethod
    def documentation(cls) -> str:
        """Return the docstring of the rule's file."""
        return laid_out(dedent(sys.modules[cls.__module__].__doc__ or "").strip())

    def fix(
        self,
        title: str,
        edits: tuple[Edit, ...],
        *evidence: Piece,
        reason: str = "",
        doubt: str = "",
        unsafe: bool = False,
        of_text: bool = False,
        gives: tuple[int, tuple[int, ...]] | None = None,
    ) -> Fix:
        """Make a fix whose cost follows from ``evidence``, with the rule's best label; ``doubt`` is a reason why it is
        unsafe, where there is one, and ``of_text`` says of a rewriting that the code alone shows that nothing changes.
        ``gives`` is the operand that the failing call would be given in another shape, with that shape.
        """
        label = Applicability.UNSAFE if unsafe or doubt else self.applicability
        return Fix(self.code, title, edits, counted((Evidence.EDIT, *evidence)), label, doubt or reason, of_text, gives)

    def change(self, change: CodeChange, *evidence: Piece, doubt: str = "") -> Fix:
        """Make a fix of a change that an edit proposes, for which more may speak."""
        return self.fix(change.title, change.edits, *change.evidence, *evidence, doubt=doubt or change.doubt)

    def ranked(self, changes: Iterable[CodeChange], *evidence: Piece, doubt: str = "") -> Fixes:
        """Make fixes of changes of one kind, each of which comes behind those before it."""
        for rank, change in enumerate(changes):
            yield self.change(change, *evidence, Evidence.RUNNER_UP * rank, doubt=doubt)


class Text(str):
    """The text of a file, with what a rule makes of it; None where the rule declines."""

    after: str | None = None


def model(init: str, forward: str, header: str = "", inputs: str = "x") -> Text:
    """Return a minimal model file: lines for ``__init__``, lines for ``forward`` (the last one an
    expression), lines before the class, and the names that ``forward`` takes.

    ``<8 => 6>`` in them is an 8, and a 6 after the repair.
    """
    parts = (init, forward, header, inputs)
    text, repaired = (_model(*(_CHANGE.sub(side, part) for part in parts)) for side in (r"\1", r"\2"))
    result = Text(text)
    result.after = repaired if repaired != text else None
    return result


def _model(init: str, forward: str, header: str, inputs: str) -> str:
    lines = ["import torch", "import torch.nn.functional as F", "from torch import nn", *header.splitlines()]
    lines += ["", "", "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()]
    lines += ["", f"    def forward(self, {inputs}):"]
    *body, last = forward.splitlines()
    lines += [f"        {line}" for line in body]
    return "\n".join([*lines, f"        return {last}"]) + "\n"
