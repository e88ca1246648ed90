"""The loop that joins the stages: run, diagnose, search, verify, report.

``repair`` is the single way in, ``verify`` that of a patch which somebody else wrote. It reads project files through
``load`` and runs user code only through a session's probe.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from autofix.diagnosis import diagnose, environment
from autofix.diagnosis.silent_fault import SilentFault
from autofix.facts.project_view import Project
from autofix.fixes import candidates, registry, suppressed
from autofix.loading import find_target
from autofix.loading.patched_files import PatchedFiles
from autofix.loading.settings import Prefer, Settings
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import SourceText, Texts
from autofix.records.plan import Applicability, Plan
from autofix.records.report import Diagnostic, PatchEnding, PatchReport, RepairEnding, Report, Spent
from autofix.records.samples import SampleOrigin, Target
from autofix.records.trace import CheckKind, CheckOutcome, Ending, Isolation, Run, Trace
from autofix.sample_inputs import inferred_sample_trust
from autofix.search import past_faults, patched_run, proving, refactoring, sample_trials, search, shown
from autofix.search.runner import Runner
from autofix.session import run_failures
from autofix.session.session import Session
from autofix.verification import applicability, proof

Progress = Callable[[str], None]
OnDiagnosis = Callable[[Report], None]
OUTSIDE = "it comes from outside of the code, so there is nothing to repair"


@dataclass(frozen=True, slots=True)
class Request:
    """What to repair and how; ``texts`` stand in for files on disk (an unsaved buffer, standard input)."""

    target: Target
    texts: tuple[SourceText, ...] = ()
    settings: Settings = field(default_factory=Settings)
    python: Path | None = None


def repair(
    request: Request,
    session: Session | None = None,
    progress: Progress | None = None,
    on_diagnosis: OnDiagnosis | None = None,
) -> Report:
    """Run the model, find what is wrong and the cheapest repair that is proved by running.

    ``on_diagnosis`` is told what is wrong as soon as that is known: a report whose ending is SEARCHING, without a plan.
    Raises ProbeError if the interpreter cannot run the probe, UsageError for project files that cannot be read,
    CancelledError after ``session.cancel``.
    """
    on_progress = progress or _say_nothing
    with nullcontext(session) if session is not None else Session(_python(request)) as used:
        return _with_containment(_repaired(request, used, on_progress, on_diagnosis))


_WEAKER = {
    Isolation.LANDLOCK: "this system allows no overlays: files are kept apart from what Python writes, and what "
    "compiled code writes is refused",
    Isolation.COPIES: "this system allows neither overlays nor landlock: files are kept apart from what Python writes, "
    "and what compiled code writes below the project is put back after each run",
}


def _with_containment(report: Report) -> Report:
    """Add how files were kept, where that is not the strongest way, and what was refused.

    User code may hide that a connection was refused, and go on without what it wanted.
    """
    trace = report.trace
    notes = tuple(words for kind, words in _WEAKER.items() if trace.isolation is kind)
    if trace.ending is not Ending.REFUSED:  # There it is the message itself.
        notes += tuple(f"the code {action}: refused; see --allow-network" for action in trace.refused)
    return replace(report, notes=(*report.notes, *notes))


def check(
    request: Request, session: Session | None = None, progress: Progress | None = None, *, further: bool = False
) -> Report:
    """Run the model and say what is wrong, as ``repair`` does, without a search where the run ends in a fault.

    The report of such a fault has the ending SEARCHING and no plan, ``further`` also the faults that wait past it, for
    which the model is run again. Raises what ``repair`` raises.
    """
    on_progress = progress or _say_nothing
    with nullcontext(session) if session is not None else Session(_python(request)) as used:
        diagnosed = _diagnosed(request, used, on_progress)
        return _with_containment(diagnosed if isinstance(diagnosed, Report) else _searching(*diagnosed, further))


def _repaired(request: Request, used: Session, on_progress: Progress, on_diagnosis: OnDiagnosis | None) -> Report:
    """Run, diagnose, check that the finding counts, search: the whole way of a request."""
    diagnosed = _diagnosed(request, used, on_progress)
    if isinstance(diagnosed, Report):
        return diagnosed
    case, finding, project = diagnosed
    if on_diagnosis is not None:
        on_diagnosis(_searching(case, finding, project))
    on_progress(f"searching for a repair: {finding.message}")
    return _searched(case, finding, project)


def _searching(case: _Case, finding: Finding, project: Project, further: bool = False) -> Report:
    runner, first = case.runner, (shown.diagnostic_of(project, finding, None),)
    outlook = past_faults.look(project, finding, runner.trace, partial(runner.project, ())) if further else None
    diagnostics = shown.with_waiting(project, first, outlook.waiting if outlook else (), runner.source_text)
    return case.report(RepairEnding.SEARCHING, finding.message, diagnostics)


def _diagnosed(request: Request, used: Session, on_progress: Progress) -> Report | tuple[_Case, Finding, Project]:
    """Return the fault that ends the run, where there is one that counts; else the report of the run."""
    case = _begun(request, used, on_progress)
    if not _has_fault(case.original):
        return _silent_fault(case, on_progress) or _refactored(case, on_progress) or _without_fault(case)
    project = case.runner.project((), case.original)
    finding = diagnose(project)
    assert finding is not None
    refused = environment.cause(project, finding)
    if refused:
        return case.report(RepairEnding.NOT_RUN, f"{refused}; {OUTSIDE}")
    hidden = suppressed.hiding_code(case.runner.source_text, finding)
    if hidden is not None:
        return _suppressed(case, finding, hidden)
    if not _is_reliable(case, finding):
        better = _better_sample(case, finding)
        if better is not None:
            return _diagnosed(replace(request, target=better), used, on_progress)
        return _unreliable(case, finding)
    return case, finding, project


def verify(
    request: Request, patched: PatchedFiles, session: Session | None = None, progress: Progress | None = None
) -> PatchReport:
    """Judge somebody's patch as a plan of a search is judged: by running the model as it is and with the patched texts.

    Raises what ``repair`` raises.
    """
    on_progress = progress or _say_nothing
    with nullcontext(session) if session is not None else Session(_python(request)) as used:
        verdict = _verified(request, patched, used, on_progress)
        return replace(verdict, report=_with_containment(verdict.report))


def _verified(request: Request, patched: PatchedFiles, used: Session, on_progress: Progress) -> PatchReport:
    case = _begun(request, used, on_progress)
    runner, original = case.runner, case.original
    if _has_fault(original):
        project = runner.project((), original)
        finding = diagnose(project)
        assert finding is not None
        refused = environment.cause(project, finding)
        if refused:
            return _not_judged(case.report(RepairEnding.NOT_RUN, f"{refused}; {OUTSIDE}"))
        if not _is_reliable(case, finding):
            return _not_judged(_unreliable(case, finding))
        faults: tuple[SilentFault, ...] = (SilentFault(finding, project, is_strong=True),)
    else:
        faults = runner.find_silent_faults((), original) if original.ending is Ending.PASSED else ()
    if not faults:
        return _not_judged(_without_fault(case))
    on_progress("running the patched text")
    outcome = patched_run.run(original, faults, patched.after, patched.before, runner)
    if outcome.plan is None and not any(fault.is_strong for fault in faults):
        return _not_judged(_without_fault(case))  # A suspicion that the patch does not answer is none.
    shown_fault = faults[0]
    if outcome.plan is not None:
        shown_fault = next(fault for fault in faults if fault.finding == outcome.plan.steps[0].finding)
    plans, given_up = _proved(case, shown_fault.project, () if outcome.plan is None else (outcome.plan,))
    runner.finish()
    diagnostics = (shown.diagnostic_of(shown_fault.project, shown_fault.finding, None),)
    notes = (
        *given_up,
        *inferred_sample_trust.notes(case.request.target),
        *run_failures.notes(case.request.target, original),
    )
    report = case.report(RepairEnding.NO_FIX, shown_fault.finding.message, diagnostics, plans[:1], notes)
    if report.plan is not None:
        is_safe = report.plan.applicability is Applicability.SAFE
        return PatchReport(PatchEnding.HOLDS if is_safe else PatchEnding.UNSAFE, "", report, outcome.trace)
    if given_up or outcome.trace.ending in patched_run.UNKNOWN:
        return PatchReport(PatchEnding.NOT_JUDGED, outcome.why or given_up[0], report, outcome.trace, outcome.left)
    why = outcome.why or "it ran, but not in a fresh process"
    return PatchReport(PatchEnding.FAILS, why, report, outcome.trace, outcome.left)


def _not_judged(report: Report) -> PatchReport:
    """Return that a patch could not be judged because of what the model does as it is."""
    runs = report.ending is not RepairEnding.NOT_RUN
    why = "the model runs as it is, so there is no fault to repair; name the sample on which it fails"
    return PatchReport(PatchEnding.NOT_JUDGED, why if runs else report.message, report)


def trace(request: Request, session: Session | None = None) -> tuple[Trace, Finding | None]:
    """Run the original text once and return its trace with what is wrong with it; nothing is repaired."""
    with nullcontext(session) if session is not None else Session(_python(request)) as used:
        runner = _runner(request, used)
        original = runner.trace(Run(graph=True))
        return original, diagnose(runner.project((), original)) if _has_fault(original) else None


def _say_nothing(words: str) -> None:
    """Ignore progress, where nobody wants to see it."""
    del words


def _runner(request: Request, session: Session) -> Runner:
    return Runner(request.target, request.texts, request.settings.limits, request.settings.mode, session)


def _python(request: Request) -> str | None:
    return None if request.python is None else str(request.python)


def _has_fault(trace: Trace) -> bool:
    """Return whether the run ended in a failure that is a finding, not in a model that cannot be run."""
    if trace.failure is None:
        return False
    if trace.ending is Ending.RAISED:
        return True
    return trace.ending is Ending.IMPORT_FAILED and trace.failure.type == "NameError"


# -- reports -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """A request, what runs it, and the run of its original texts: what every report of it is made of."""

    request: Request
    runner: Runner
    original: Trace
    session: Session
    notes: tuple[str, ...] = ()

    def run_other(self, target: Target, texts: Texts = ()) -> Trace:
        """Return the trace of another target of the project."""
        return _runner(replace(self.request, target=target), self.session).trace(Run(texts))

    def report(
        self,
        ending: RepairEnding,
        message: str,
        diagnostics: tuple[Diagnostic, ...] = (),
        plans: tuple[Plan, ...] = (),
        notes: tuple[str, ...] = (),
        search_seconds: float = 0.0,
    ) -> Report:
        """Build the report, at the only place that does; ``plans`` are the best and its alternatives, by rank."""
        return Report(
            target=self.request.target,
            ending=ending,
            message=message,
            trace=self.original,
            diagnostics=diagnostics,
            plan=plans[0] if plans else None,
            alternatives=plans[1:],
            texts=_texts(self.runner, diagnostics, plans),
            notes=(*self.notes, *notes),
            spent=Spent(self.runner.probes, self.original.seconds + search_seconds),
        )


def _begun(request: Request, used: Session, on_progress: Progress, notes: tuple[str, ...] = ()) -> _Case:
    """Run the original text; where it shows no fault, on the first further sample that fails, if there is one."""
    runner = _runner(request, used)
    # The rules load while the probe still imports torch.
    candidates.check_words((*request.settings.select, *request.settings.ignore))
    if used.starting:
        registry.prepare()
    on_progress("running the model")
    case = _Case(request, runner, runner.trace(Run(checks=True)), used, notes)
    if _has_fault(case.original):
        return case
    evaluated = sample_trials.failing_in_evaluation(request.target, case.original, partial(_tried, case))
    further = evaluated or _failing_sample(case) or _model_of_program(case)
    notes = () if evaluated is None else (sample_trials.EVALUATED,)
    return case if further is None else _begun(replace(request, target=further), used, on_progress, notes)


def _failing_sample(case: _Case) -> Target | None:
    """Return the target on the first further sample that the model does not take, with the others as
    further samples.
    """
    checks, target = case.original.checks, case.request.target
    if not any(check.kind is CheckKind.ALSO and check.outcome is CheckOutcome.FAILED for check in checks):
        return None
    for index, samples in enumerate(target.also):
        others = (target.samples, *target.also[:index], *target.also[index + 1 :])
        further = replace(target, samples=samples, also=others)
        if _has_fault(case.run_other(further)):
            return further
    return None


def _model_of_program(case: _Case) -> Target | None:
    """Return the one model of a program that ran to its end without calling any, on a sample that the code tells."""
    target = case.request.target
    if not target.script or case.original.ending is not Ending.PASSED or case.original.has_forward:
        return None
    return find_target.model_of_program(target, case.runner.source(target.path))


def _tried(case: _Case, target: Target) -> tuple[Trace, Finding | None]:
    """Return the run of the model on other samples, or in another mode, and what is wrong with it."""
    runner = _runner(replace(case.request, target=target), case.session)
    trace = runner.trace(Run())
    return trace, diagnose(runner.project((), trace)) if _has_fault(trace) else None


def _is_reliable(case: _Case, finding: Finding) -> bool:
    """Return whether a failure is one of the model: by how its sample was found, else by what other samples show."""
    if case.request.target.is_guessed:  # Any other arguments might do.
        return finding.mismatch is Mismatch.MISSING_NAME
    target, original = case.request.target, case.original
    if inferred_sample_trust.is_reliable(target.samples, original, finding):
        return True
    return sample_trials.is_on_every_sample(target, original, finding, partial(_tried, case))


def _better_sample(case: _Case, finding: Finding) -> Target | None:
    """Return the target on another sample that passes, where the one it has was chosen and proves nothing."""
    target = case.request.target
    if target.samples.origin is not SampleOrigin.SOLVED:
        return None
    return sample_trials.one_that_passes(target, case.original, finding, partial(_tried, case))


def _silent_fault(case: _Case, on_progress: Progress) -> Report | None:
    """Return the report of a silent fault with a verified repair, else of one that torch itself warns
    of; None without one.
    """
    is_told = case.original.ending is Ending.PASSED and not case.request.target.is_guessed
    faults = case.runner.find_silent_faults((), case.original) if is_told else ()
    certain: Report | None = None
    for fault in faults:
        if not inferred_sample_trust.shows_order(case.request.target.samples, fault.finding):
            continue
        hidden = suppressed.hiding_code(case.runner.source_text, fault.finding)
        if hidden is not None:
            return _suppressed(case, fault.finding, hidden)
        on_progress(f"searching for a repair: {fault.finding.message}")
        report = _searched(case, fault.finding, fault.project)
        if report.plan is not None:
            return report
        certain = certain or (report if fault.is_strong else None)
    return certain


def _refactored(case: _Case, on_progress: Progress) -> Report | None:
    """Return the report of requested rewritings that keep the outputs of a healthy model, or of why
    those tried do not.
    """
    settings, target, runner = case.request.settings, case.request.target, case.runner
    rules = candidates.refactorings(registry.rules(), settings.select, settings.ignore)
    if not rules or case.original.ending is not Ending.PASSED or target.script:
        return None
    on_progress("rewriting")
    project = runner.project((), case.original)
    rewritten = refactoring.rewritten(project, rules, runner.compared)
    plans, given_up = _proved(case, project, () if rewritten.plan is None else (rewritten.plan,))
    plans = refactoring.apart(project, rewritten, plans, runner.compared, lambda plan: _proved(case, project, plan)[0])
    runner.finish()
    if not plans:
        healthy = _without_fault(case)
        return replace(healthy, notes=(*rewritten.notes, *given_up, *healthy.notes))
    diagnostics = tuple(shown.diagnostics_of(project, plans[0].steps))
    message = "; ".join(dict.fromkeys(diagnostic.finding.message for diagnostic in diagnostics))
    plans = tuple(refactoring.with_later_sample(plan, target) for plan in plans)
    notes = (
        *rewritten.notes,
        *suppressed.unused(runner.source_text, target.path),
        *inferred_sample_trust.notes(target),
    )
    return case.report(RepairEnding.REPAIRED, message, diagnostics, plans, notes)


def _without_fault(case: _Case) -> Report:
    request, original = case.request, case.original
    if original.ending is not Ending.PASSED:
        return case.report(
            RepairEnding.NOT_RUN, run_failures.why(request.target, request.settings.limits, original, request.python)
        )
    notes = (
        *suppressed.unused(case.runner.source_text, request.target.path),
        *inferred_sample_trust.notes(request.target),
        *run_failures.notes(request.target, original),
    )
    message = original.message or f"output {proof.shape_of(original.output)}"
    needs_forward = request.target.tests or (request.target.script and bool(original.layers))
    if not (original.has_forward if needs_forward else original.has_operations):
        return case.report(RepairEnding.NOT_RUN, run_failures.without_forward(request.target), notes=notes)
    is_chosen = request.target.samples.origin is SampleOrigin.SOLVED or request.target.is_guessed
    return case.report(RepairEnding.UNCONFIRMED if is_chosen else RepairEnding.HEALTHY, message, notes=notes)


def _unreliable(case: _Case, finding: Finding) -> Report:
    message = inferred_sample_trust.unreliable_message(case.request.target, finding)
    return case.report(RepairEnding.NOT_RUN, message)


def _suppressed(case: _Case, finding: Finding, code: str) -> Report:
    links = shown.links_to(case.runner.project((), case.original), finding)
    diagnostic = Diagnostic(code, finding.mismatch.value, finding, links, suppressed=True)
    message = f"the finding is suppressed by a comment: {finding.message}"
    return case.report(RepairEnding.SUPPRESSED, message, (diagnostic,))


def _searched(case: _Case, finding: Finding, project: Project) -> Report:
    request, original, runner = case.request, case.original, case.runner
    settings = request.settings
    rules = candidates.chosen(registry.rules(), settings.select, settings.ignore, settings.prefer is Prefer.LAZY)
    propose = candidates.propose_beside_tests if request.target.tests else candidates.propose
    propose = candidates.propose_tests_last if request.target.session else propose
    ask: search.Propose = lambda next_finding, view: propose(next_finding, view, rules)  # noqa: E731
    others = (runner.find_silent_faults, ask, settings.limits, partial(proving.is_doubted, project, request.target))
    if finding.silent:
        result = search.search_silent(original, SilentFault(finding, project), runner, *others)
    else:
        result = search.search(original, finding, runner, runner.project, *others)
    plans, given_up = _proved(case, project, result.plans)
    runner.finish()
    best = plans[0] if plans else None
    steps = best.steps if best is not None else ()
    diagnostics = tuple(shown.diagnostics_of(project, steps)) or (shown.diagnostic_of(project, finding, None),)
    if best is None and result.furthest is not None:
        plans = (result.furthest.plan,)
        diagnostics = (
            *shown.diagnostics_of(project, plans[0].steps),
            shown.diagnostic_of(project, shown.moved(result.furthest.remaining, plans[0].steps), None),
        )
    diagnostics = shown.with_waiting(project, diagnostics, result.waiting, runner.source_text)
    ending = RepairEnding.REPAIRED if best else RepairEnding.LIMIT if result.limited else RepairEnding.NO_FIX
    notes = (
        *dict.fromkeys((*result.notes, *given_up)),
        *shown.limit_note(result, settings.limits),
        *_pins(project, best),
        *suppressed.unused(runner.source_text, request.target.path),
        *inferred_sample_trust.notes(request.target),
        *run_failures.notes(request.target, original),
    )
    return case.report(ending, finding.message, diagnostics, plans, notes, result.seconds)


def _pins(project: Project, best: Plan | None) -> tuple[str, ...]:
    place = applicability.checkpoint(project)
    if not place or best is None or not (best.proof.state_changed or best.proof.state_removed):
        return ()
    return (f"{place} loads weights, which pin the shapes of parameters: check that they fit the repaired model",)


def _proved(case: _Case, project: Project, plans: tuple[Plan, ...]) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    return proving.proved(plans, project, case.original, case.request.target, case.runner, case.run_other)


def _texts(runner: Runner, diagnostics: tuple[Diagnostic, ...], plans: tuple[Plan, ...]) -> tuple[SourceText, ...]:
    """Return the analysed text of every file that a diagnostic points at or a plan changes."""
    paths = {
        place.path for diagnostic in diagnostics for place in (diagnostic.finding.location, diagnostic.finding.call)
    }
    paths |= {path for plan in plans for path, _ in plan.texts}
    return tuple(runner.source_text(path) for path in sorted(paths))
