"""Words of a command line, samples, settings and comments that nobody means: one clear message, or what they say."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import PurePosixPath

import pytest
from fuzzing import Done, check_ending, check_patch, check_rules, check_unchanged, command, fuzzed, world
from hypothesis import strategies as st
from programs import FAULTY, HEAD, SAMPLE
from texts import encodable, json_values, numbers, odd_texts, shapes, toml, typed

from autofix.frontends.cli import parser
from autofix.loading import find_target, settings
from autofix.records.errors import UsageError
from autofix.session.session import Session
from autofix.syntax import suppressions
from autofix.system.project_paths import is_inner

MODEL = HEAD + FAULTY
FILES = {"net.py": MODEL.encode()}


def _ends_well(files: dict[str, bytes], words: list[str], session: Session | None, stdin: bytes = b"") -> Done:
    """Check that the command ends as documented and changes nothing."""
    with world(files) as project_world:
        before = project_world.files()
        done = command(list(map(typed, words)), session, stdin)
        check_ending(done)
        check_rules(done)
        check_unchanged(before, project_world)
        if not {"--format", "--stdin-filename", "shapes", "explain", "batch"}.intersection(words):
            check_patch(done.output, project_world)
        return done


# -- samples -----------------------------------------------------------------------------------------------------------


@fuzzed(normal=75, long=1350, text=shapes)
def test_a_sample_is_read_or_refused(text: str) -> None:
    """What is read says the same when it is read again."""
    with contextlib.suppress(UsageError):
        samples = find_target.parse_also(text)
        for sample in samples.inputs:
            assert all(size > 0 for size in sample.shape)
            assert find_target.parse_sample([str(sample)]).inputs == (sample,)


@fuzzed(
    normal=9,
    long=225,
    samples=st.lists(shapes, min_size=1, max_size=2),
    also=st.lists(st.one_of(shapes, st.lists(shapes, max_size=2).map(";".join)), max_size=2),
)
def test_any_sample_ends_the_command_well(session: Session, samples: list[str], also: list[str]) -> None:
    words = [word for shape in samples for word in ("-s", shape)] + [
        word for shape in also for word in ("--also", shape)
    ]
    _ends_well(FILES, ["net.py", *words, "--time-limit", "5", "--memory-limit", "4000"], session)


# -- words -------------------------------------------------------------------------------------------------------------

_OPTIONS = (
    *("-s", "--sample-shape", "--sample", "--also", "-m", "--model", "--pick", "--time-limit", "--memory-limit"),
    *("--select", "--ignore", "--prefer", "--format", "--output", "--stdin-filename", "--python", "--eval", "--quiet"),
    *("--verbose", "--alternatives", "--interactive", "--exit-zero", "--no-color", "--apply", "--unsafe-fixes", "-"),
    *("shapes", "explain", "batch", "net.py", "--", "--no-such", "-h", "--version", "--sample=", "-s=", "-qv"),
)
_words = st.lists(st.one_of(st.sampled_from(_OPTIONS), odd_texts, numbers, shapes), max_size=6)


@fuzzed(normal=36, long=900, words=_words)
def test_words_are_understood_or_refused(words: list[str]) -> None:
    with contextlib.suppress(UsageError), contextlib.redirect_stdout(io.StringIO()):
        parser.parse([word for word in words if "completion" not in word])


_ANY_VALUE = st.one_of(
    odd_texts, numbers, st.sampled_from(("nan", "inf", "-inf", "1e-9", "Net", "Net()", "self", ".."))
)
# What cannot do harm and starts no other interpreter.
_VALUED = ("--sample", "-m", "--pick", "--time-limit", "--memory-limit", "--select", "--ignore", "--prefer", "--format")


@fuzzed(
    normal=12,
    long=270,
    options=st.dictionaries(st.sampled_from(_VALUED), _ANY_VALUE, max_size=2),
    command_words=st.sampled_from(([], ["shapes"])),
)
def test_any_value_of_an_option(session: Session, options: dict[str, str], command_words: list[str]) -> None:
    option_words = [word for pair in options.items() for word in pair]
    sample = [] if "--sample" in options else ["-s", SAMPLE]
    _ends_well(FILES, [*command_words, "net.py", *sample, *option_words], session)


@fuzzed(
    normal=12, long=270, name=st.one_of(odd_texts, st.sampled_from(("..", "/", "net.py:", "net.py:Net:", "x" * 5000)))
)
def test_any_file_name(session: Session, name: str) -> None:
    _ends_well(FILES, [name, "-s", SAMPLE], session)
    _ends_well({}, ["-", "--stdin-filename", name, "-s", SAMPLE], session, MODEL.encode())


@fuzzed(normal=6, long=135, name=st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8))
def test_a_file_of_any_name_is_repaired(session: Session, name: str) -> None:
    """Names with line feeds, quotes and bytes that are no text are written in the patch as git reads them."""
    try:
        file = os.fsdecode(os.fsencode(f"{name}.py"))
    except UnicodeEncodeError:
        return  # No system has such a file.
    with world({}) as project_world:
        path = project_world.project / file
        path.write_bytes(MODEL.encode())
        words = [f"./{file}", "-s", SAMPLE]
        proposed = command(words, session)
        check_ending(proposed)
        check_rules(proposed)
        check_patch(proposed.output, project_world)
        done = command([*words, "--apply", "--unsafe-fixes"], session)
        check_ending(done)
        # A name that leads out of its folder on another system is in no patch.
        repaired = is_inner(PurePosixPath(file))
        written = "nn.Linear(5, 2)" in path.read_text("utf-8")
        assert (proposed.code, done.code, written) == (1, 0 if repaired else 1, repaired)


@fuzzed(normal=12, long=225, data=st.one_of(st.binary(max_size=60), st.just(MODEL.encode())), name=odd_texts)
def test_any_bytes_on_standard_input(session: Session, data: bytes, name: str) -> None:
    _ends_well(FILES, ["-", "--stdin-filename", f"{name}.py", "-s", SAMPLE], session, data)


@fuzzed(normal=12, long=180, rule=odd_texts)
def test_any_rule_to_explain(rule: str) -> None:
    _ends_well({}, ["explain", rule], None)


# -- settings ----------------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    (
        *("model", "sample-shape", "also", "eval", "prefer", "select", "ignore", "time-limit", "memory-limit"),
        *("search-seconds", "search-probes", "targets", "sample_shape", "modle"),
    )
)
_SETTING = st.one_of(json_values, shapes, st.lists(shapes, max_size=2), numbers.map(lambda text: text[:18]))
_TABLES = st.dictionaries(st.one_of(_KEYS, odd_texts), _SETTING, max_size=3)
_TOML = st.one_of(
    _TABLES.map(lambda table: "".join(f"{toml(key)} = {toml(value)}\n" for key, value in table.items())),
    st.tuples(_KEYS, numbers).map(lambda pair: f"{pair[0]} = {pair[1]}\n"),
    st.tuples(_KEYS, odd_texts).map(" = ".join),
    st.dictionaries(st.sampled_from(("path", "model", "samples", "sample", "also", "eval", "script")), _SETTING).map(
        lambda table: "[[targets]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in table.items())
    ),
    odd_texts,
).filter(encodable)
BROKEN = {
    "UTF-16": "model = 'Net'".encode("utf-16"),
    "not UTF-8": b"model = '\xff'",
    "null bytes": b"model = '\0'",
    "deep arrays": b"also = " + b"[" * 20_000 + b"]" * 20_000,
    "deep tables": b"model = " + b"{a = " * 5000 + b"1" + b"}" * 5000,
    "deep keys": b".".join([b"a"] * 2000) + b" = 1",
    "a long number": b"time-limit = 1" + b"0" * 5000,
    "a long hexadecimal number": b"memory-limit = 0x" + b"f" * 5000,
    "a number beyond floats": b"time-limit = 0x" + b"f" * 400,
    "infinite": b"time-limit = inf",
    "not a number": b"search-seconds = nan",
    "a date": b"time-limit = 1979-05-27",
    "a long text": b"model = '" + b"x" * 100_000 + b"'",
    "a null byte in an interpreter": b'python = "a\\u0000b"',
    "an interpreter that is a folder": b'python = "."',
    "an interpreter that is a line": b'python = "a\\nb/c"',
    "twice": b"eval = true\neval = true",
    "lone carriage returns": b"eval = true\rmodel = 'Net'",
    "more memory than there can be": b"memory-limit = 9223372036854775807",
    "longer than anybody waits": b"time-limit = 1e300",
    "a home of nobody": b'python = "~nobody-has-this/bin/python"',
}
ODD = {
    "a text of two lines": b'model = "Net(\\n)"',
    "a control character": b'select = ["\\u001b[31m"]',
    "a null byte in a model": b'model = "Net()\\u0000"',
    "a table": b"[model]\na = 1",
    "the longest limits": b"memory-limit = 1073741824\ntime-limit = 1e7\nsearch-seconds = 1e7",
}
LIMITS = {
    "not a number": ["--time-limit", "nan"],
    "infinite": ["--time-limit", "inf"],
    "longer than anybody waits": ["--time-limit", "1e300"],
    "more memory than there can be": ["--memory-limit", "9" * 30],
}


def _files(data: bytes) -> list[dict[str, bytes]]:
    return [{**FILES, "autofix.toml": data}, {**FILES, "pyproject.toml": b"[tool.autofix]\n" + data}]


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken_settings(session: Session, data: bytes) -> None:
    for files in _files(data):
        done = _ends_well(files, ["net.py", "-s", SAMPLE], session)
        assert done.code == 2


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_settings(session: Session, data: bytes) -> None:
    for files in _files(data):
        _ends_well(files, ["net.py", "-s", SAMPLE], session)


@pytest.mark.parametrize("words", LIMITS.values(), ids=LIMITS)
def test_limits_that_are_none(words: list[str]) -> None:
    assert _ends_well(FILES, ["net.py", "-s", SAMPLE, *words], None).code == 2


@fuzzed(normal=45, long=1125, text=_TOML)
def test_any_settings_are_read_or_refused(text: str) -> None:
    for files in _files(text.encode()):
        with world(files) as project_world, contextlib.suppress(UsageError):
            assert isinstance(settings.read(project_world.project), settings.Settings)


@fuzzed(normal=8, long=225, text=_TOML)
def test_any_settings_end_the_command_well(session: Session, text: str) -> None:
    for files in _files(text.encode()):
        _ends_well(files, ["net.py"], session)


# -- comments ----------------------------------------------------------------------------------------------------------

_COMMENTS = st.tuples(
    st.sampled_from(("ignore", "ignore[", "ignore-file[", "sample-shape=", "sample-shape=4,6 ", "", "ignore[AF101]")),
    st.one_of(shapes, odd_texts),
).map(lambda parts: f"# autofix: {''.join(parts)}")


@fuzzed(normal=45, long=675, text=st.lists(st.one_of(_COMMENTS, odd_texts, st.just("'''"))).map("\n".join))
def test_any_comment_is_read(text: str) -> None:
    count = text.count("\n") + text.count("\r") + 1
    assert all(1 <= suppression.line <= count for suppression in suppressions.suppressions(text))
    suppressions.sample_comment(text)


@fuzzed(normal=8, long=225, comment=_COMMENTS.filter(encodable), at=st.integers(0, 12), with_sample=st.booleans())
def test_any_comment_ends_the_command_well(session: Session, comment: str, at: int, with_sample: bool) -> None:
    lines = MODEL.split("\n")
    lines[at] += f"  {comment}"
    sample = ["-s", SAMPLE] if with_sample else []
    _ends_well({"net.py": "\n".join(lines).encode()}, ["net.py", *sample, "--memory-limit", "4000"], session)
