"""What the tests share: one warm probe for the whole run, and ways to put a small model through a stage.

Tests that use the probe are marked ``torch`` by it; ``--update`` rewrites what fixtures expect instead of checking it.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import fuzzing
import hypothesis
import pytest
from gates import Gate

from autofix import engine
from autofix.diagnosis import diagnose
from autofix.facts.project_view import Project
from autofix.loading import find_target, text_files
from autofix.loading.settings import Settings
from autofix.probe.main import wire
from autofix.probe.main.samples_request import InputRequest, SamplesRequest
from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.report import Limits, Report
from autofix.records.samples import Samples, Target
from autofix.records.trace import Trace
from autofix.session import decode_reply
from autofix.session.session import Session
from autofix.syntax.source import Source

Files = str | bytes | Mapping[str, str | bytes]
MAIN = "model.py"
LIMITS = wire.RunLimits(run_seconds=20.0, memory_mib=0, file_mib=0, processes=0, open_files=0)
CASES = "generated cases"
# A shell has what it starts in the background ignore interrupts, `nohup` a closed terminal; tests start what must not.
for _number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)
hypothesis.settings.load_profile(fuzzing.NORMAL)  # `--hypothesis-profile=long` comes later and wins.


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hostile", action="store_true", help="run every input of tests/hostile, not a part of them")
    parser.addoption(
        "--update", action="store_true", help="rewrite after.py and report.txt of fixtures; review the diff"
    )


ONE_OF = 20  # Hostile inputs of a test function that run without `--hostile`, and none of those that take long.
SLOW_HOSTILE = (
    *("test_a_process_of_ours", "test_code_that_kills", "test_odd_names[", "test_a_whole_command", "[deep keys"),
    *("test_streams_of_a_repair", "test_a_cache_in_the_repository", "test_no_place", "test_what_a_worker"),
    *("test_what_waits_for_saves", "test_a_repository_that", "test_settings_of_a_repository"),
)


def _is_sampled(item: pytest.Item, counts: dict[str, int]) -> bool:
    """Return whether an item is in the part of the hostile inputs that every test run makes."""
    if "test_hostile_" not in item.nodeid:
        return True
    name = item.nodeid.partition("[")[0]
    counts[name] = counts.get(name, -1) + 1
    return counts[name] % ONE_OF == 0 and not any(slow in item.nodeid for slow in SLOW_HOSTILE)


# What takes longest comes first, so that two processes that take a file at a time end together.
LONG_FILES = (
    *("test_fixtures.py", "test_rules.py", "test_pytest_plugin.py", "test_batch_tests.py", "test_batch.py"),
    *("test_fuzz_sources.py", "test_determinism.py", "test_editors.py", "test_ipython.py", "test_matrix.py"),
    *(
        "test_lsp_endurance.py",
        "test_lsp_server.py",
        "test_watch.py",
        "test_batch_notebooks.py",
        "test_batch_programs.py",
    ),
    *("test_fuzz_edits.py", "test_docs.py", "test_batch_baseline.py", "test_crash.py", "test_batch_cluster.py"),
)


def _place(item: pytest.Item) -> int:
    return LONG_FILES.index(item.path.name) if item.path.name in LONG_FILES else len(LONG_FILES)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--hostile"):
        counts: dict[str, int] = {}
        items[:] = [item for item in items if _is_sampled(item, counts)]
    items.sort(key=_place)
    for item in items:
        if "session" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.torch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Tell how many generated cases a test ran, from whatever process it runs in."""
    before = fuzzing.COUNT.cases
    try:
        return (yield)
    finally:
        item.user_properties.append((CASES, fuzzing.COUNT.cases - before))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    test_reports = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    ]
    cases = sum(
        int(str(dict(report.user_properties).get(CASES, 0))) for report in test_reports if report.when == "call"
    )
    if cases:
        terminalreporter.write_line(f"{cases:,} generated cases ({hypothesis.settings.get_current_profile_name()} run)")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what commands store out of the folders of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    """Yield the probe process that serves every test which does not ask for one of its own."""
    # `make matrix` names another interpreter. No run ahead: the cores are taken by other tests.
    with Session(os.environ.get("AUTOFIX_TEST_PYTHON"), ahead=False) as started:
        yield started


@pytest.fixture
def chromium() -> str:
    """Return the browser that pages are looked at in."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    return program


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Yield what user code connects to when it runs."""
    with Gate() as opened:
        yield opened


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a project and return the path of its main file; a plain text is ``model.py``."""

    def write(files: Files, main: str = MAIN) -> Path:
        (tmp_path / "pyproject.toml").touch()
        for name, content in (files if isinstance(files, Mapping) else {main: files}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return tmp_path / main

    return write


@pytest.fixture
def target(written: Callable[..., Path]) -> Callable[..., Target]:
    """Return a function that writes a project to disk, ready to be run: ``target(text, "2,3")``.

    ``sample`` is an expression.
    """

    def make(
        files: Files,
        *inputs: str,
        model: str | None = None,
        sample: str | None = None,
        main: str = MAIN,
        also: tuple[str, ...] = (),
        evaluation_mode: bool = False,
    ) -> Target:
        samples = Samples(expression=sample) if sample is not None else find_target.parse_sample(inputs)
        is_program = not inputs and model is None and sample is None
        further = tuple(find_target.parse_also(example) for example in also)
        return find_target.target(
            written(files, main),
            model=model,
            samples=None if is_program else samples,
            also=further,
            evaluation_mode=evaluation_mode,
        )

    return make


@pytest.fixture
def run(target: Callable[..., Target], session: Session) -> Callable[..., Trace]:
    """Return a function that runs a model once in the warm probe.

    Keywords of a run request are its fields, the others make the target.
    """

    def trace(files: Files, *inputs: str, within: Session | None = None, **options: Any) -> Trace:
        fields = {
            name: options.pop(name)
            for name in (*wire.RunRequest.__dataclass_fields__, *wire.RunLimits.__dataclass_fields__, "seconds")
            if name in options and name not in _TARGET
        }
        model_target = target(files, *inputs, **options)
        return answer(model_target, within or session, **fields)

    return trace


_TARGET = frozenset({"model", "also", "evaluation_mode"})


def answer(target: Target, session: Session, **fields: Any) -> Trace:
    """Return the trace of one request for ``target``; ``fields`` replace those of the request."""
    reply = session.run(with_fields(request(target), fields))
    overlay = {Path(path): text for path, text in fields.get("texts", ())}
    return decode_reply.read(reply, lambda path, line: _source(path, overlay).line(line))


def with_fields(request: wire.RunRequest, values: Mapping[str, Any]) -> wire.RunRequest:
    """Return the request with other fields; those of its limits stand beside its own, seconds without
    what they are of.
    """
    known = wire.RunLimits.__dataclass_fields__
    limits = {"run_seconds" if name == "seconds" else name: value for name, value in values.items()}
    own = {name: value for name, value in values.items() if name not in known and name != "seconds"}
    changed = replace(request.limits, **{name: value for name, value in limits.items() if name in known})
    return replace(request, limits=changed, **own)


def request(target: Target) -> wire.RunRequest:
    return wire.RunRequest(
        path=str(target.path),
        module=target.module,
        root=str(target.root),
        search_paths=tuple(map(str, target.search_paths)),
        model=target.model,
        samples=_samples(target.samples),
        also=tuple(map(_samples, target.also)),
        evaluation_mode=target.evaluation_mode,
        texts=((str(target.path), text_files.read(target.path).text),),
        checks=False,
        fresh=False,
        graph=False,
        limits=LIMITS,
    )


def _samples(samples: Samples) -> SamplesRequest:
    inputs = tuple(
        InputRequest(sample.shape, sample.dtype, sample.low, sample.high, sample.name) for sample in samples.inputs
    )
    return SamplesRequest(inputs, samples.expression)


def _source(path: Path, overlay: Mapping[Path, str]) -> Source:
    try:
        return Source(path, overlay[path] if path in overlay else text_files.read(path).text)
    except UsageError:
        return Source(path, "")


@pytest.fixture
def asked(target: Callable[..., Target]) -> Callable[..., wire.RunRequest]:
    """Return a function that makes the request of one run of a model, for tests that talk to a session themselves."""
    return lambda *arguments, **fields: with_fields(request(target(*arguments)), fields)


@pytest.fixture
def analysed(target: Callable[..., Target], session: Session) -> Callable[..., Project]:
    """Return a function that makes the project of one run, as rules see it."""

    def analyse(files: Files, *inputs: str, **options: Any) -> Project:
        model_target = target(files, *inputs, **options)
        return Project(
            model_target.root, answer(model_target, session), lambda path: _source(path, {}), model_target.path
        )

    return analyse


@pytest.fixture
def diagnosed(analysed: Callable[..., Project]) -> Callable[..., Finding | None]:
    """Return a function that tells what is wrong with a model."""
    return lambda *arguments, **options: diagnose(analysed(*arguments, **options))


@pytest.fixture
def repaired(target: Callable[..., Target], session: Session) -> Callable[..., Report]:
    """Return a function that makes the report of a whole repair."""

    def repair(files: Files, *inputs: str, settings: Settings | None = None, **options: Any) -> Report:
        chosen = settings or Settings(limits=Limits(run_seconds=20.0))
        return engine.repair(engine.Request(target(files, *inputs, **options), settings=chosen), session)

    return repair


@pytest.fixture(autouse=True)
def _permissions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell a superuser what the system tells everybody else: that read-only files cannot be written."""
    real = os.access

    def access(path: str | os.PathLike[str], mode: int, **options: Any) -> bool:
        writable = not Path(path).exists() or bool(Path(path).stat().st_mode & 0o222)
        return real(path, mode, **options) and (writable or not mode & os.W_OK)

    monkeypatch.setattr(os, "access", access)
