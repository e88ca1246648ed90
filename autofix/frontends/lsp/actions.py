"""Code actions: the plans as quick fixes, the safe one as fix-all, the comments, the other plans.

Edits are made for the text of now or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from lsprotocol import types

from autofix.frontends.lsp import comments, diagnostics, edits
from autofix.frontends.lsp.capabilities import FIX_ALL, NOTEBOOK_FIX_ALL, QUICK_FIX, REWRITE, Client
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer
from autofix.frontends.lsp.results import Place, Result, ResultStage, is_fresh, locations, place_now
from autofix.records.errors import ConflictError
from autofix.records.locations import Edit, Location, Position, Range
from autofix.records.plan import Applicability, Plan
from autofix.records.report import Diagnostic
from autofix.records.samples import SampleOrigin
from autofix.report import phrases
from autofix.report.terminal_text import cut_middle
from autofix.syntax.source import source_of

TITLE_WIDTH = 110


@dataclass(frozen=True)
class ActionRequest:
    """A request for actions: the buffer, the range, the kinds."""

    buffer: Buffer
    range: Range
    only: tuple[str, ...]
    sent: tuple[types.Diagnostic, ...]

    def wants(self, kind: str) -> bool:
        return not self.only or any(
            kind == kind_asked or kind.startswith(f"{kind_asked}.") or not kind_asked for kind_asked in self.only
        )


def of_range(
    asked: ActionRequest, results: list[Result], convert: Converter, client: Client
) -> Iterator[types.CodeAction]:
    for result in results:
        if result.stage in (ResultStage.KNOWN, ResultStage.DONE) and is_fresh(result, convert.documents):
            yield from _of_result(asked, result, convert, client)


def _of_result(asked: ActionRequest, result: Result, convert: Converter, client: Client) -> Iterator[types.CodeAction]:
    at_place = [diagnostic for diagnostic in result.diagnostics if _is_asked(asked, result, diagnostic, convert)]
    if at_place and asked.wants(QUICK_FIX):
        yield from _quick_fixes(asked, result, at_place, convert, client)
    if at_place and asked.wants(REWRITE):
        yield from _rewrites(result, convert, client)
    if asked.wants(FIX_ALL) or asked.wants(NOTEBOOK_FIX_ALL):
        yield from _fix_all(asked, result, convert, client)
    if asked.wants(REWRITE):
        yield from _sample(asked, result, convert, client, near=bool(at_place))


def _is_asked(asked: ActionRequest, result: Result, diagnostic: Diagnostic, convert: Converter) -> bool:
    """Return whether the range touches a line of the diagnostic: of its whole call, or of the place
    where its size is written.
    """
    for location in locations(diagnostic):
        place = place_now(result, location, convert.documents)
        if place is not None and place.buffer.uri == asked.buffer.uri:
            first, last = place.range.start.line, place.range.end.line
            if asked.range.start.line <= last and first <= asked.range.end.line:
                return True
    return False


# -- plans -------------------------------------------------------------------------------------------------------------


def _quick_fixes(
    asked: ActionRequest, result: Result, at_place: list[Diagnostic], convert: Converter, client: Client
) -> Iterator[types.CodeAction]:
    shown = _shown(asked, result, at_place, convert, client)
    for index, plan in enumerate(result.plans):
        yield from _of_plan(result, index, plan, QUICK_FIX, convert, client, shown, preferred=index == 0)
    if len(result.plans) > 1 and client.asks_choices:
        count = phrases.counted(len(result.plans) - 1, "other repair")
        command = types.Command(
            "Show the other repairs", command="autofix.showAlternatives", arguments=[result.module.uri]
        )
        yield types.CodeAction(f"Show {count}", kind=QUICK_FIX, command=command, diagnostics=shown)
    for diagnostic in at_place:
        yield from _ignore(result, diagnostic, convert, client, shown)


def _shown(
    asked: ActionRequest, result: Result, at_place: list[Diagnostic], convert: Converter, client: Client
) -> list[types.Diagnostic]:
    """Return the diagnostics of ours that the editor sent; else the same, made again."""
    ours = [diagnostic for diagnostic in asked.sent if diagnostic.source == diagnostics.SOURCE]
    if ours:
        return ours
    messages = {diagnostic.finding.message for diagnostic in at_place}
    own = diagnostics.of_file(asked.buffer.uri, [result], convert, replace(client, related_information=False))
    return [diagnostic for diagnostic in own if diagnostic.message.partition("\n")[0] in messages]


def _of_plan(
    result: Result,
    index: int,
    plan: Plan,
    kind: str,
    convert: Converter,
    client: Client,
    shown: list[types.Diagnostic] | None,
    *,
    preferred: bool = False,
) -> Iterator[types.CodeAction]:
    """Yield the action, its edit left for later where the client can ask for it; nothing where the edit
    cannot be made.
    """
    action = types.CodeAction(
        title(plan, client),
        kind=kind,
        diagnostics=shown or None,
        is_preferred=True if preferred and client.preferred else None,
    )
    if client.resolves_edits:
        action.data = {"key": result.module.uri, "plan": index, "texts": stamp(result)}
        yield action
        return
    with suppress(ConflictError):
        action.edit = edits.of_plan(result, plan, convert, client)
        yield action


def title(plan: Plan, client: Client) -> str:
    """Return what the plan does, and why it is not safe where the editor cannot ask for confirmation."""
    words_of_plan = plan.title[:1].upper() + plan.title[1:].replace("`", "")
    if plan.applicability is Applicability.SAFE:
        return cut_middle(words_of_plan, TITLE_WIDTH)
    # What follows a colon is the other repair, which has an action of its own.
    reason = "" if client.annotations or not plan.notes else f": {plan.notes[0].partition(': ')[0].replace('`', '')}"
    label = cut_middle(f" (unsafe{reason})", TITLE_WIDTH // 2)
    return cut_middle(words_of_plan, TITLE_WIDTH - len(label)) + label


def stamp(result: Result) -> str:
    """Return a text that tells a result from those for other texts; only compared within one server.

    Editors cut large numbers.
    """
    return str(hash((result.module.text, tuple(sorted(map(hash, result.texts.items()))), len(result.plans))))


def resolved(data: object, results: list[Result], convert: Converter, client: Client) -> types.WorkspaceEdit:
    """Return the edit of an action that was sent without; raise ConflictError if the texts have changed since."""
    if isinstance(data, dict):
        for result in results:
            if result.module.uri == data.get("key") and stamp(result) == data.get("texts"):
                return edits.of_plan(result, result.plans[int(data["plan"])], convert, client)
    raise ConflictError("the text has changed since it was analysed")


def _rewrites(result: Result, convert: Converter, client: Client) -> Iterator[types.CodeAction]:
    for index, plan in enumerate(result.plans[1:], 1):
        yield from _of_plan(result, index, plan, REWRITE, convert, client, None)


def _fix_all(asked: ActionRequest, result: Result, convert: Converter, client: Client) -> Iterator[types.CodeAction]:
    """Yield one action for the whole file; in a notebook every cell asks, so only the kind for
    notebooks is answered.
    """
    kind = NOTEBOOK_FIX_ALL if result.module.is_notebook else FIX_ALL
    if result.module.is_notebook:
        asks_for_it = any(kind_asked.startswith("notebook") for kind_asked in asked.only)
    else:
        asks_for_it = asked.wants(FIX_ALL)
    safe = result.plans and result.plans[0].applicability is Applicability.SAFE
    if not asks_for_it or not safe or asked.buffer.uri not in _own(result):
        return
    for action in _of_plan(result, 0, result.plans[0], kind, convert, client, None):
        action.title = "Repair all shape faults that have a safe repair (autofix)"
        yield action


def _own(result: Result) -> set[str]:
    return {part.buffer.uri for part in result.module.parts}


# -- comments ----------------------------------------------------------------------------------------------------------


def _ignore(
    result: Result, diagnostic: Diagnostic, convert: Converter, client: Client, shown: list[types.Diagnostic]
) -> Iterator[types.CodeAction]:
    for location in locations(diagnostic):
        module = result.analysed(location.path, convert.documents)
        if module is None:
            continue
        edit = comments.ignoring(source_of(module.path, module.text), diagnostic.finding, diagnostic.code)
        workspace_edit = None if edit is None else of_comment(result, edit, convert, client)
        if workspace_edit is not None:
            yield types.CodeAction(
                f"Disable {diagnostic.code} on this line",
                kind=QUICK_FIX,
                edit=workspace_edit,
                diagnostics=shown or None,
            )
            return


def of_comment(result: Result, edit: Edit, convert: Converter, client: Client) -> types.WorkspaceEdit | None:
    """Return a comment's edit in the present text; None where its line was touched."""
    place = place_now(result, Location(edit.path, edit.range), convert.documents)
    if place is None:
        return None
    return edits.workspace_edit([(place.buffer, [types.TextEdit(convert.range(place), edit.text)])], client)


def _sample(
    asked: ActionRequest, result: Result, convert: Converter, client: Client, *, near: bool
) -> Iterator[types.CodeAction]:
    """Write down a sample that came from elsewhere, at a diagnostic or on the model's line."""
    report = result.report
    if report is None or report.target.script or report.target.samples.origin is SampleOrigin.COMMENT:
        return
    source = source_of(result.module.path, result.module.text)
    line = comments.model_line(source, report.target.model)
    if not near and not _is_on_line(asked, result, line, convert):
        return
    edit = comments.sampled(source, report.target.model, report.target.samples)
    workspace_edit = None if edit is None else of_comment(result, edit, convert, client)
    if workspace_edit is not None:
        yield types.CodeAction(f"Use {report.target.samples} as this file's sample", kind=REWRITE, edit=workspace_edit)


def _is_on_line(asked: ActionRequest, result: Result, line: int | None, convert: Converter) -> bool:
    if line is None:
        return False
    start = Position(line, 0)
    place: Place | None = place_now(result, Location(result.module.path, Range(start, start)), convert.documents)
    if place is None or place.buffer.uri != asked.buffer.uri:
        return False
    return asked.range.start.line <= place.range.start.line <= asked.range.end.line
